"""The device of dopants: the circuit against its own solution, its derivatives, its names."""

from __future__ import annotations

import re
from pathlib import Path

import networkx as nx
import numpy as np
import pytest

from spicelearn.constants import Constants
from spicelearn.errors import ConvergenceError, EngineError, UsageError
from spicelearn.machines.homodyne.devices import dopants
from spicelearn.machines.homodyne.devices.base import node
from spicelearn.machines.homodyne.devices.dopants import Dopants
from spicelearn.plant import Floats
from spicelearn.spice.sheet import Sheet

from ..decks import printed

NAMES = ("dopants", "dopants-20s-3")
OPTIONS = ".options reltol=1e-5 vntol=1e-9 abstol=1e-15 itl1=500 itl4=200"


def settings(count: int, seed: int = 5) -> Floats:
    """Return random settings as a task has them."""
    rng = np.random.default_rng(seed)
    return np.hstack([rng.integers(0, 2, (count, 2)), rng.uniform(-1.5, 1.5, (count, 5))])


def solved_by_ngspice(
    device: Dopants, volts: Floats, ngspice: str, folder: Path, clamped: bool = True
) -> tuple[Floats, Floats]:
    """Return the output's current and the occupations at some operating points."""
    sheet = Sheet("dopants", Constants())
    for place in range(device.electrodes.driven):
        sheet.V(node(place), node(place), 0, 0)
    sheet.V("sense", node(device.electrodes.output), 0, 0)
    device.add_to(sheet, 0.0)
    lines = str(sheet).splitlines()
    if not clamped:
        lines = [line for line in lines if not line.startswith("Bclamp")]
    lines += [OPTIONS, ".control", "set numdgt=12"]
    for setting in volts.tolist():
        lines += [f"alter v{node(place)} dc={volt!r}" for place, volt in enumerate(setting)]
        lines += ["op", "print i(vsense)", *(f"print v({name})" for name in device.watched)]
        lines += ["destroy all"]
    text = printed("\n".join([*lines, "quit", ".endc", ".end"]) + "\n", ngspice, folder)
    found = [float(value) for value in re.findall(r"^[iv]\(\w+\) = (\S+)", text, re.MULTILINE)]
    table = np.reshape(found, (len(volts), 1 + device.sites))
    return table[:, 0], table[:, 1:]


@pytest.mark.parametrize("name", NAMES)
def test_the_circuit_has_the_solution_of_newtons_method(
    name: str, ngspice: str, tmp_path: Path
) -> None:
    device, volts = Dopants.named(name), settings(30)
    current, occupied = solved_by_ngspice(device, volts, ngspice, tmp_path)
    assert current == pytest.approx(device.slopes(volts)[0], rel=1e-6, abs=1e-12)
    device.check(occupied)


def test_without_clamps_the_circuit_has_impossible_solutions(ngspice: str, tmp_path: Path) -> None:
    device, volts = Dopants.named("dopants-20s-3"), settings(8)
    _, occupied = solved_by_ngspice(device, volts, ngspice, tmp_path, clamped=False)
    with pytest.raises(EngineError, match=r"the occupation of site \d+ is .*, expected 0 to 1"):
        device.check(occupied)


def test_occupations_that_are_no_numbers_are_refused() -> None:
    device = Dopants.named("dopants")
    with pytest.raises(EngineError, match="site 2 is nan"):
        device.check(np.array([[0, 1, np.nan] + [0.5] * (device.sites - 3)]))


@pytest.mark.parametrize("name", NAMES)
def test_derivatives_are_those_of_differences(name: str) -> None:
    device, volts = Dopants.named(name), settings(20)
    _, slopes = device.slopes(volts)
    for place in range(device.electrodes.driven):
        moved = np.eye(device.electrodes.driven)[place] * 1e-5
        above, below = (device.slopes(volts + sign * moved)[0] for sign in (1, -1))
        measured = (above - below) / 2e-5
        assert slopes[:, place] == pytest.approx(measured, rel=1e-4, abs=1e-10)


def test_what_newtons_method_does_not_find_is_followed_in_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    device, volts = Dopants.named("dopants"), settings(20)
    expected = device.slopes(volts)
    monkeypatch.setattr(dopants, "STEPS_LIMIT", 1)
    found = device.slopes(volts)
    assert found[0] == pytest.approx(expected[0], rel=1e-9)
    assert found[1] == pytest.approx(expected[1], rel=1e-6, abs=1e-15)
    monkeypatch.setattr(dopants, "TIMES", [1.0])
    with pytest.raises(ConvergenceError, match=r"device dopants: no occupations .* for \[.*\] V"):
        device.slopes(volts)


def test_without_voltage_there_is_next_to_no_current() -> None:
    """A mean field that leaves correlations out is not quite at rest in equilibrium."""
    current, _ = Dopants.named("dopants").slopes(np.zeros((1, 7)))
    assert current == pytest.approx([0], abs=0.05 * dopants.OUTPUT_A)


def test_currents_are_conserved_and_a_common_voltage_moves_nothing() -> None:
    device = Dopants.named("dopants")
    every = np.zeros((10, 8))
    every[:, :7] = settings(10)
    occupied = device._solved(every)
    tapped = device._balance(every, occupied)[3]
    assert tapped.sum(axis=(1, 2)) == pytest.approx(np.zeros(10), abs=1e-13)
    assert device._solved(every + 1) == pytest.approx(occupied, abs=1e-3)


def test_the_amplifier_fits_the_currents() -> None:
    current, _ = Dopants.named("dopants").slopes(settings(500))
    assert 0.7 < np.sqrt(np.mean((current * Dopants.gain_V_A) ** 2)) < 1.4


def test_some_derivatives_are_negative() -> None:
    """Else the device could be no XOR."""
    _, slopes = Dopants.named("dopants").slopes(settings(200))
    assert (slopes < -1e-9).any(axis=0).all()


def test_a_name_says_it_all() -> None:
    first, second = Dopants.named("dopants-12s-3"), Dopants.named("dopants-12s-3")
    assert first.sites == 12
    assert (first.hops == second.hops).all()
    assert Dopants.named("dopants-3").sites == dopants.DEFAULT_SITES
    assert (Dopants.named("dopants-4").places_nm != Dopants.named("dopants-3").places_nm).any()


def test_the_network_is_of_electrodes_and_sites() -> None:
    device = Dopants.named("dopants-12s-3")
    assert device.network.nodes == 20
    assert nx.is_connected(device.network.graph())
    assert device.watched == tuple(f"e{number}" for number in range(8, 20))
    assert device.label == "occupation"


@pytest.mark.parametrize("name", ["dopant", "dopants-", "dopants-3-12s", "dopants-s", "dopants-٣"])
def test_other_names_are_refused(name: str) -> None:
    with pytest.raises(UsageError, match=re.escape(f"no device {name!r}, expected dopants-SITESs")):
        Dopants.named(name)


@pytest.mark.parametrize("sites", [0, 81])
def test_sizes_that_cannot_be_are_refused(sites: int) -> None:
    with pytest.raises(UsageError, match=f"dopants-{sites}s: {sites} sites, expected 1 to 80"):
        Dopants.named(f"dopants-{sites}s")
