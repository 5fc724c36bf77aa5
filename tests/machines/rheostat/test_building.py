"""The machine to be built: its netlist joins what the deck joins, pin by pin, and nothing else."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from itertools import pairwise

import pytest
import sexpdata

from spicelearn.errors import UsageError
from spicelearn.experiment import Experiment
from spicelearn.machines.rheostat.board import Board
from spicelearn.runs.export import deck_text

from ...conftest import ROOT, Run

# numbers from the data sheets, unit by unit, in the order of the model's pins in PINS
PINS = {
    "AD5220": "clk ud a com w b cs vdd",
    "LM339A": "out inn inp vcc com",
    "SN74ALS86": "a b y vcc com",
    "CD74HC73": "cp r k vcc com q qn j",
    "MC14490": "ain vss aout vdd",
}
NUMBERS = {
    "AD5220": ["1 2 3 4 5 6 7 8"],
    "LM339A": ["2 4 5 3 12", "1 6 7 3 12", "14 8 9 3 12", "13 10 11 3 12"],
    "SN74ALS86": ["1 2 3 14 7", "4 5 6 14 7", "9 10 8 14 7", "12 13 11 14 7"],
    "CD74HC73": ["1 2 3 4 11 12 13 14", "5 6 10 4 11 9 8 7"],
    "MC14490": ["1 8 15 16", "14 8 2 16", "3 8 13 16", "12 8 4 16", "5 8 11 16", "10 8 6 16"],
}
SIZE = {"AD5220": 8, "LM339A": 14, "SN74ALS86": 14, "CD74HC73": 14, "MC14490": 16}
TIED = {"LM339A": "GND", "SN74ALS86": "GND", "CD74HC73": "GND", "MC14490": "high"}
OPEN = {"SN74ALS86": "y", "CD74HC73": "q qn", "MC14490": "aout"}  # outputs of unused units

Joined = dict[tuple[str, str], str]  # the node at a pin of an element


def exported(form: str, task: str = "allostery", **choices: object) -> str:
    return deck_text(Experiment(task, **choices), form)  # type: ignore[arg-type]


def of_deck(text: str) -> tuple[Joined, set[str]]:
    """Return what the elements of a deck join, inside subcircuits but for parts; outside nodes.

    Outside are the nodes of sources and clamps.
    """
    lines = re.sub(r"\n\+", " ", text).splitlines()
    words = [line.split(";")[0].split() for line in lines if not line.startswith("*")]
    blocks: dict[str, tuple[list[str], list[list[str]]]] = {"": ([], [])}
    inside = ""
    for line in filter(None, words):
        if line[0] == ".subckt":
            inside = line[1]
            blocks[inside] = ([word for word in line[2:] if "=" not in word], [])
        elif line[0] == ".ends":
            inside = ""
        elif not line[0].startswith("."):
            blocks[inside][1].append(line)
    joined: Joined = {}
    outside: set[str] = set()

    def expand(name: str, prefix: str, outer: dict[str, str]) -> None:
        for line in blocks[name][1]:
            place, kind = prefix + line[0].lower(), line[0][0]
            plain = [word for word in line[1:] if "=" not in word]
            at = [outer.get(node, prefix + node) for node in plain]
            if kind == "X":
                model, nodes = plain[-1], at[:-1]
                if model.partition("_")[0] in PINS:
                    joined.update(
                        ((place, pin), node)
                        for pin, node in zip(blocks[model][0], nodes, strict=True)
                    )
                elif model == "clamp":
                    outside.update(nodes[:2])  # the third is its target, a source
                else:
                    inner = dict(zip(blocks[model][0], nodes, strict=True))
                    expand(model, f"{place}.", {"0": "GND", **inner})
            elif kind in "RC":
                joined.update(((place, pin), node) for pin, node in zip("12", at, strict=False))
            elif kind == "V" and not re.fullmatch(r"vt\d+", place):
                outside.update(at[:2])

    expand("", "", {"0": "GND"})
    return joined, outside


class Netlist:
    """Hold a netlist as it is read back."""

    def __init__(self, text: str) -> None:
        parts = {str(one[0]): one[1:] for one in sexpdata.loads(text)[2:]}
        self.components = {}
        for entry in parts["components"]:
            held = {str(one[0]): one[1:] for one in entry[1:]}
            places = held["fields"][0][2].split() if "fields" in held else []
            self.components[held["ref"][0]] = (held["value"][0], held["footprint"][0], places)
        self.nets: dict[str, list[tuple[str, str]]] = {}
        for entry in parts["nets"]:
            name = entry[2][1]
            assert name not in self.nets
            self.nets[name] = [(node[1][1], node[2][1]) for node in entry[3:]]
        self.at = {pin: name for name, pins in self.nets.items() for pin in pins}
        assert len(self.at) == sum(map(len, self.nets.values()))  # no pin on two nets

    def part(self, ref: str) -> str:
        """Return the part of a package by what is ordered."""
        return next(part for part in PINS if self.components[ref][0].startswith(part))

    def joined(self) -> tuple[Joined, set[tuple[str, str]]]:
        """Return the nodes at the pins of the deck's elements, and which pins these are."""
        found: Joined = {}
        used = set()
        for ref, (_, _, places) in self.components.items():
            for unit, place in enumerate(places):
                if ref.startswith("U"):
                    part = self.part(ref)
                    numbers = zip(PINS[part].split(), NUMBERS[part][unit].split(), strict=True)
                else:
                    numbers = zip("12", "12", strict=True)
                for pin, number in numbers:
                    found[place, pin] = self.at[ref, number]
                    used.add((ref, number))
        return found, used


@pytest.fixture(scope="module")
def built() -> Netlist:
    return Netlist(exported("kicad"))


def test_the_netlist_joins_what_the_deck_joins(built: Netlist) -> None:
    """The deck is the one that trains itself under ngspice, with every pin analog."""
    deck, outside = of_deck(exported("self-training", detail="analog", cycles=4))
    joined, _ = built.joined()
    assert joined == deck
    assert len(deck) > 800
    headers = {net for (ref, _), net in built.at.items() if ref.startswith("J")}
    assert outside <= headers
    nodes = set(deck.values()) | outside
    assert headers <= nodes
    names = {name for name in built.nets if not name.startswith("unconnected-")}
    assert names - nodes == {"u10.oscin", "u10.oscout"}


def test_an_edges_netlist_joins_what_its_deck_joins() -> None:
    joined, _ = Netlist(exported("kicad-edge")).joined()
    deck, _ = of_deck(exported("edge", "divider", detail="analog"))
    inside = {pin: node for pin, node in deck.items() if pin[0].startswith("xe0.")}
    renamed = {pin: {"e0.ud": "ud"}.get(node, node) for pin, node in inside.items()}
    assert joined == renamed


def test_every_pin_of_every_package_is_somewhere_and_unused_units_are_tied(built: Netlist) -> None:
    _, used = built.joined()
    spare = 0
    for ref, (_, footprint, places) in built.components.items():
        if not ref.startswith("U"):
            continue
        part = built.part(ref)
        assert footprint == f"Package_DIP:DIP-{SIZE[part]}_W7.62mm"
        for unit in NUMBERS[part][len(places) :]:
            spare += 1
            supplies = {"vcc", "com", "vss", "vdd"}
            for pin, number in zip(PINS[part].split(), unit.split(), strict=True):
                if pin not in supplies:
                    free = pin in OPEN.get(part, "").split()
                    expected = f"unconnected-({ref}-Pad{number})" if free else TIED[part]
                    assert built.at[ref, number] == expected
                    used.add((ref, number))
        left = {str(number) for number in range(1, SIZE[part] + 1)}
        left -= {number for other, number in used if other == ref}
        assert left == ({"7", "9"} if part == "MC14490" else set())
    assert spare == 1 + 4  # of nine times four gates, and of six debouncers


def test_every_package_has_its_capacitor(built: Netlist) -> None:
    hundred = [ref for ref, (value, _, _) in built.components.items() if value == "100 nF"]
    ends = Counter(frozenset(built.at[ref, pin] for pin in "12") for ref in hundred)
    count = Counter(built.part(ref) for ref in built.components if ref.startswith("U"))
    assert ends == {
        frozenset({"vcc", "GND"}): count["LM339A"],
        frozenset({"high", "GND"}): sum(count.values()) - count["LM339A"],
    }


def members(run: str) -> list[str]:
    """Return the names in a run, such as R4-R6."""
    first, _, last = run.partition("-")
    numbers = range(int(first[1:]), int((last or first)[1:]) + 1)
    return [f"{first[0]}{number}" for number in numbers]


def test_the_bill_counts_what_the_netlist_has(built: Netlist) -> None:
    rows = list(csv.DictReader(io.StringIO(exported("bom"))))
    assert sum(int(row["count"]) for row in rows) == len(built.components)
    for row in rows:
        refs = [ref for run in row["references"].split() for ref in members(run)]
        assert len(set(refs)) == len(refs) == int(row["count"])
        assert {built.components[ref][0] for ref in refs} == {row["value"]}
    counted = {row["value"]: int(row["count"]) for row in rows}
    for value, count in {
        **{"AD5220BNZ100": 32, "LM339AN": 8, "SN74ALS86N": 9, "CD74HC73E": 8, "MC14490PG": 1},
        **{"220 kohm": 32, "219.78 kohm": 32, "5.1 kohm": 32, "100 nF": 58, "10 nF": 1},
    }.items():
        assert counted[value] == count


def test_the_board_file_chooses_components() -> None:
    board = Board(rheostat_ohm=10e3, gate_pullup_ohm=2200, clock_delay_s=0.02, up_bias=0)
    rows = csv.DictReader(io.StringIO(exported("bom", "divider", board=board)))
    counted = {row["value"]: int(row["count"]) for row in rows}
    assert counted["AD5220BNZ10"] == 4
    assert counted["2.2 kohm"] == 2 * 2 + 2  # both gates of both edges, both clocks
    assert counted["220 kohm"] == 8
    assert counted["7.5 nF"] == 1  # 20 ms are four periods of 200 Hz


@pytest.mark.parametrize("form", ["kicad", "kicad-edge", "bom", "bom-edge"])
@pytest.mark.parametrize(
    ("board", "message"),
    [
        (Board(sense="ideal"), "element xe0.gclamped of the circuit is no component"),
        (Board(rheostat_ohm=20e3), "rheostat_ohm = 20000, expected one of 10000, 50000, 100000"),
        (Board(start_code=3), "start_code = 3, expected 64 for a machine to be built"),
        (Board(logic_supply_V=10), "logic_supply_V = 10, expected 4.5 to 5.5 for a machine to be"),
        (Board(noise_V=0.01), "noise_V = 0.01, expected 0"),
    ],
)
def test_what_cannot_be_built_is_refused(form: str, board: Board, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        exported(form, "divider", board=board)


def test_a_capacitor_too_small_is_refused() -> None:
    board = Board(clock_delay_s=20e-6)
    with pytest.raises(
        UsageError, match=r"clock_delay_s = 2e-05, expected 0 or at least 0\.000267"
    ):
        exported("kicad", "divider", board=board)


@pytest.mark.parametrize(
    ("choices", "message"),
    [
        (("--form", "kicad", "--detail", "event"), "--detail is of no use with --form kicad"),
        (("--form", "bom", "--weights", "run"), "--weights is of no use with --form bom"),
        (("--form", "bom", "--schematic", "a.svg"), "--schematic is of no use with --form bom"),
        (("--form", "bom-edge", "--network", "wheel9"), "--network is of no use"),
        (("--form", "kicad", "--seed", "3"), "seed = 3, expected 0 with --form kicad"),
    ],
)
def test_choices_without_effect_are_refused(
    command: Run, choices: tuple[str, ...], message: str
) -> None:
    done = command("export", "divider", *choices, "-o", "-")
    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr


def test_the_page_has_the_bill_of_the_machine() -> None:
    page = (ROOT / "docs" / "building.md").read_text(encoding="utf-8")
    rows = [line.strip("| ").split(" | ") for line in page.splitlines() if re.match(r"\| \d", line)]
    bill = list(csv.DictReader(io.StringIO(exported("bom"))))
    assert [row[:4] for row in rows] == [
        [line["count"], line["value"], line["what"], line["package"].partition("_P")[0]]
        for line in bill
    ]


def test_names_are_numbered_without_gaps(built: Netlist) -> None:
    for prefix in "UCRJ":
        numbers = [int(ref[1:]) for ref in built.components if ref.startswith(prefix)]
        assert numbers[0] == 1
        assert all(after - before == 1 for before, after in pairwise(numbers))
