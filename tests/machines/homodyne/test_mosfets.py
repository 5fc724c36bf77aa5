"""The device of transistors: its law, its derivatives, its names."""

from __future__ import annotations

import re

import numpy as np
import pytest

from spicelearn.errors import UsageError
from spicelearn.experiment import Experiment
from spicelearn.machines.homodyne.devices import device_named, network_named

RNG = np.random.default_rng(3)


@pytest.mark.parametrize("name", ["mosfets", "mosfets-3i4c-2", "mosfets-12x60-5"])
def test_derivatives_are_those_of_differences(name: str) -> None:
    device = device_named(name)
    volts = RNG.uniform(-1, 1, (3, device.electrodes.driven))
    _, slopes = device.slopes(volts)
    for place in range(device.electrodes.driven):
        moved = np.eye(device.electrodes.driven)[place] * 1e-5
        above, below = (device.slopes(volts + sign * moved)[0] for sign in (1, -1))
        measured = (above - below) / 2e-5
        assert slopes[:, place] == pytest.approx(measured, rel=1e-3, abs=1e-11)


def test_without_voltage_there_is_no_current() -> None:
    current, _ = device_named("mosfets").slopes(np.zeros((1, 7)))
    assert current == pytest.approx([0], abs=1e-15)


def test_the_output_is_not_monotone_in_an_input() -> None:
    """Else it could be no XOR: see the study of two-terminal elements."""
    device = device_named("mosfets")
    sweep = np.zeros((60, 7))
    sweep[:, 0] = np.linspace(-1, 1, 60)
    rises = {
        bool(rise)
        for controls in RNG.uniform(-1.5, 1.5, (10, 5))
        for rise in np.diff(device.slopes(sweep + np.append([0, 0], controls))[0]) > 0
    }
    assert rises == {True, False}


def test_names_and_networks() -> None:
    assert network_named("mosfets").nodes == 16
    assert len(network_named("mosfets").edges) == 50
    assert network_named("mosfets-3i4c").nodes == 16
    assert network_named("mosfets-4x20-9").edges == network_named("mosfets-4x20-9").edges
    assert network_named("mosfets-9").edges != network_named("mosfets-8").edges


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("lattice-3x3", "no device 'lattice-3x3', expected mosfets or dopants"),
        ("mosfets-x", "no device 'mosfets-x', expected mosfets-NODESxTRANSISTORS-"),
        ("mosfets-8x500", "device mosfets-8x500: expected at least one internal node, input, "),
        ("mosfets-8x9", "device mosfets-8x9: no path between all electrodes in 1000 draws"),
    ],
)
def test_other_names_are_refused(name: str, message: str) -> None:
    with pytest.raises(UsageError, match=re.escape(message)):
        Experiment("and", network=name)
