"""Noise margins, against those worked out by hand."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from spicelearn.datasheet import PINS
from spicelearn.datasheet.levels import margins
from spicelearn.machines.rheostat.board import Board
from spicelearn.machines.rheostat.circuit.connections import connections
from spicelearn.spice.nets import Net, Pin

from ..conftest import ROOT, Run

GATE = Pin("SN74ALS86", "rule", "y")
J = Pin("CD74HC73", "flipflop", "j")


def row(*pins: Pin, pull_ups: tuple[float, ...] = (), supply: float = 5.0) -> dict[str, object]:
    """Return the only row of a net."""
    (found,) = margins([Net("up", pins, pull_ups, supply)], PINS)
    return found


def test_ttl_into_cmos_is_short_of_what_is_guaranteed_and_typically_enough() -> None:
    found = row(GATE, J)
    assert (found["v_oh_guaranteed"], found["v_ih_guaranteed"]) == (3.0, 3.5)
    assert found["margin_high_guaranteed"] == -0.5
    assert found["margin_high_typical"] == pytest.approx(3.3 - 2.5)
    assert found["margin_low_guaranteed"] == pytest.approx(1.5 - 0.5)
    assert found["short"] is True
    assert (found["driver"], found["receiver"], found["net"]) == ("rule.y", "flipflop.j", "up")


def test_a_pull_up_lifts_it_but_for_what_flows_through_it() -> None:
    """2.2 kohm: 20 uA of leakage and 1 uA into the input."""
    found = row(GATE, J, pull_ups=(2200.0,))
    assert found["v_oh_guaranteed"] == pytest.approx(5 - 2200 * 21e-6)
    assert found["v_oh_typical"] == 5
    assert found["short"] is False


@pytest.mark.parametrize(("ohm", "short"), [(600, True), (1000, False), (80e3, True)])
def test_a_pull_up_is_neither_too_strong_nor_too_weak(ohm: float, short: bool) -> None:
    """600 ohm: 7.5 mA and what an input gives, 0.1 mA each of five, exceed the 8 mA of V_OL."""
    inputs = [Pin("SN74ALS86", f"more{k}", "a") for k in range(6)]
    found = margins([Net("up", (GATE, J, *inputs), (ohm,), 5.0)], PINS)[0]
    assert found["receiver"] == "flipflop.j"
    assert found["short"] is short
    assert (found["v_ol_guaranteed"] is None) is (ohm == 600)


def test_an_overloaded_output_guarantees_nothing() -> None:
    many = [Pin("SN74ALS86", f"g{k}", "a") for k in range(21)]  # 21 times 20 uA: over 0.4 mA
    found = margins([Net("up", (GATE, *many), (), 5.0)], PINS)
    assert len(found) == 21
    assert {each["v_oh_guaranteed"] for each in found} == {None}
    assert all(each["short"] for each in found)
    assert not any(
        each["short"] for each in margins([Net("up", (GATE, *many[:20]), (), 5.0)], PINS)
    )


def test_an_open_collector_has_no_high_of_its_own() -> None:
    comparator, gate = Pin("LM339A", "more", "out"), Pin("SN74ALS86", "rule", "a")
    assert row(comparator, gate)["v_oh_typical"] is None
    pulled = row(comparator, gate, pull_ups=(5100.0,))
    assert pulled["v_oh_guaranteed"] == pytest.approx(5 - 5100 * 21e-6)
    assert pulled["short"] is False
    assert row(comparator, gate, pull_ups=(1100.0,))["v_ol_guaranteed"] is None  # 4.3 of 4 mA


def test_the_debouncers_own_pull_up_counts() -> None:
    found = row(GATE, Pin("MC14490_delay", "first", "ain"))
    assert found["v_oh_guaranteed"] == pytest.approx(5 - 20e-6 * 5 / 140e-6)
    assert found["short"] is False


def test_thresholds_follow_the_supply() -> None:
    """The AD5220's data sheet: 2.4 and 0.8 V at 5 V, 2.1 and 0.6 V at 3 V."""
    flipflop, rheostat = Pin("CD74HC73", "flipflop", "q"), Pin("AD5220", "f", "ud")
    for supply, low, high in ((5.0, 0.8, 2.4), (3.0, 0.6, 2.1)):
        found = row(flipflop, rheostat, supply=supply)
        assert found["v_il_guaranteed"] == pytest.approx(low)
        assert found["v_ih_guaranteed"] == pytest.approx(high)


def test_the_command_marks_what_is_short(command: Run, tmp_path: Path) -> None:
    done = command("models", "--levels")
    assert done.returncode == 0
    marked = [line.split("│")[1:4] for line in done.stdout.splitlines() if "short" in line]
    assert [[cell.strip() for cell in cells] for cells in marked] == [
        ["SN74ALS86 rule.y", "CD74HC73 flipflop.j", "high"],
        ["SN74ALS86 inverter.y", "CD74HC73 flipflop.k", "high"],
        ["SN74ALS86 latch.y", "CD74HC73 flipflop.cp", "high"],
    ]
    mended = tmp_path / "mended.toml"
    mended.write_text("gate_pullup_ohm = 2200.0\n")
    assert "short" not in command("models", "--levels", "--board", str(mended)).stdout
    rows = json.loads(command("models", "--levels", "--json").stdout)
    assert sum(row["short"] for row in rows) == 3
    mended.write_text("gate_pullup_ohm = 'none'\n")
    assert command("models", "--levels", "--board", str(mended)).returncode == 2


def test_the_board_at_its_worst_is_at_the_data_sheets_limits() -> None:
    """What `examples/worst-levels.toml` says is what the margins say."""
    text = (ROOT / "examples" / "worst-levels.toml").read_text(encoding="utf-8")
    worst = row(GATE, J)
    assert f"gate_drop_V = {5 - worst['v_oh_guaranteed']:.1f}" in text  # type: ignore[operator]
    assert f"flipflop_threshold = {worst['v_ih_guaranteed'] / 5:.1f}" in text  # type: ignore[operator]


def test_the_documents_table_is_the_commands() -> None:
    text = (ROOT / "docs" / "levels.md").read_text(encoding="utf-8")
    rows = margins(connections(Board()), PINS)
    written = [line for line in text.splitlines() if re.match(r"\| \w+ \w+\.\w+ \|", line)]
    assert len(written) == len(rows) == 16
    for line, each in zip(written, rows, strict=True):
        values = [
            f"{each[f'margin_{level}_{kind}']:.2f}"
            for level in ("high", "low")
            for kind in ("typical", "guaranteed")
        ]
        ends = f"{each['part']} {each['driver']} | {each['receiver_part']} {each['receiver']}"
        mark = "short" if each["short"] else ""
        assert line == f"| {ends} | {' | '.join(values)} | {mark} |"
