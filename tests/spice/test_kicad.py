"""KiCad's netlist, read back by another program's parser."""

from __future__ import annotations

import warnings
from typing import Any

import pytest

from spicelearn.errors import SpicelearnError
from spicelearn.machines.rheostat.board import Board
from spicelearn.spice.bill import bill
from spicelearn.spice.kicad import kicad_netlist
from spicelearn.spice.packages import package, packages
from spicelearn.spice.sheet import Block, Sheet
from spicelearn.spice.wiring import Wiring, flat


@pytest.fixture
def wiring() -> Wiring:
    """Return two gates in a block and a pull-up beside it."""
    sheet = Sheet("two gates", Board())
    block = Block("pair", "a", "y", "vcc")
    block.X("one", "SN74ALS86", "a", 0, "mid", "vcc", 0)
    block.X("two", "SN74ALS86", "mid", "vcc", "y", "vcc", 0)
    sheet.subcircuit(block)
    sheet.V("supply", "high", 0, 5)
    sheet.X("p", "pair", "in", "out", "high")
    sheet.R("pull", "high", "in", "{2*pullup_ohm}")
    wiring = Wiring('a "board"')
    wiring.place(sheet, flat(sheet))
    wiring.decouple(100e-9)
    wiring.connector("signals", ("in", "out", "0"))
    return wiring


def test_a_parser_of_kicads_netlists_reads_it(wiring: Wiring) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the parser's own
        import kinparse

        read: Any = kinparse.parse_netlist(kicad_netlist(wiring))
    assert read.version == "E"
    assert {part.ref: (part.value, part.footprint) for part in read.parts} == {
        "U1": ("SN74ALS86N", "Package_DIP:DIP-14_W7.62mm"),
        "R1": ("10.2 kohm", "Resistor_THT:R_Axial_DIN0207_L6.3mm_D2.5mm_P10.16mm_Horizontal"),
        "C1": ("100 nF", "Capacitor_THT:C_Disc_D5.0mm_W2.5mm_P5.00mm"),
        "J1": ("signals", "Connector_PinHeader_2.54mm:PinHeader_1x03_P2.54mm_Vertical"),
    }
    nets = {net.name: {(pin.ref, pin.num) for pin in net.pins} for net in read.nets}
    ground = {("U1", number) for number in ("2", "7", "9", "10", "12", "13")}
    assert nets == {
        "in": {("U1", "1"), ("R1", "2"), ("J1", "1")},
        "xp.mid": {("U1", "3"), ("U1", "4")},
        "out": {("U1", "6"), ("J1", "2")},
        "high": {("U1", "14"), ("U1", "5"), ("R1", "1"), ("C1", "1")},
        "GND": {*ground, ("C1", "2"), ("J1", "3")},
        "unconnected-(U1-Pad8)": {("U1", "8")},
        "unconnected-(U1-Pad11)": {("U1", "11")},
    }


def test_the_bill_counts_alike_components(wiring: Wiring) -> None:
    wiring.leads("C", 1e-7, {"1": "in", "2": "0"})
    wiring.leads("R", 219.78e3, {"1": "in", "2": "0"})
    assert [row[:3] for row in bill(wiring)] == [
        *((1, "SN74ALS86N", ""), (1, "10.2 kohm", "10.2 kohm")),
        (2, "100 nF", "100 nF"),
        (1, "signals", ""),
        (1, "219.78 kohm", "220 kohm (+0.10%)"),
    ]


def test_many_nodes_take_several_headers() -> None:
    wiring = Wiring("headers")
    wiring.connector("nodes", [f"n{place}" for place in range(90)])
    assert [len(header.pins) for header in wiring.components] == [40, 40, 10]
    assert [header.value for header in wiring.components] == ["nodes 1", "nodes 2", "nodes 3"]
    assert "PinHeader_1x10_" in wiring.components[2].footprint
    assert wiring.components[2].nets[10] == "n89"


@pytest.mark.parametrize("part", list(packages()))
def test_a_package_has_each_of_its_numbers_once(part: str) -> None:
    kind = packages()[part]
    groups = [kind.supplies, kind.more, *kind.units]
    numbers = [number for group in groups for number in group.values()]
    size = int(kind.footprint.partition("DIP-")[2].partition("_")[0])
    assert sorted(numbers) == list(range(1, size + 1))
    assert len({frozenset(unit) for unit in kind.units}) == 1
    assert set(kind.unused) <= set(kind.units[0])
    assert set(kind.unused.values()) <= set(kind.supplies)
    assert sorted(kind.numbers()) == sorted(numbers)


def test_a_part_without_a_package_is_named() -> None:
    with pytest.raises(SpicelearnError, match=r"no package of 'AD712' in spicelearn\.models"):
        package("AD712")


@pytest.mark.parametrize(
    ("text", "value"),
    [("{pullup_ohm}", 5100.0), ("{2*pullup_ohm/(1+1)-100}", 5000.0), ("4.7", 4.7)],
)
def test_values_are_those_of_the_decks_expressions(text: str, value: float) -> None:
    assert Sheet("values", Board()).value(text) == value


@pytest.mark.parametrize("text", ["{nosuch}", "{abs(pullup_ohm)}", "{pullup_ohm**2}", "'5'"])
def test_other_expressions_are_refused(text: str) -> None:
    with pytest.raises(SpicelearnError, match=r"no value of .*, expected constants of the deck"):
        Sheet("values", Board()).value(text)
