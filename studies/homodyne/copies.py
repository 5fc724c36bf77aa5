"""Examples one after another, or as copies of the device in one deck: which is faster?

``python studies/homodyne/copies.py`` runs both by bare ``ngspice -b``: a deck of four examples in
turn, and one with four devices, each with sources and amplifier of its own, for the same number of
gradients. It prints the time of a gradient both ways, the median of pairs taken in turn, for
devices of several sizes; time without a transient is taken off.
"""

from __future__ import annotations

import os
import re
import statistics
import subprocess
import tempfile
from pathlib import Path

from spicelearn.experiment import Experiment
from spicelearn.machines.homodyne.circuit.deck import OPTIONS, Lockin, deck_of

DEVICES = ("mosfets", "mosfets-12x100", "mosfets-20x200", "dopants")
GRADIENTS = 20
PAIRS = 5


def seconds(text: str) -> float:
    """Return the processor time of a deck under ``ngspice -b``, s."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "deck.cir").write_text(text, encoding="utf-8")
        before = os.times()
        subprocess.run(
            ["ngspice", "-b", "-r", "out.raw", "deck.cir"],
            cwd=folder,
            capture_output=True,
            check=True,
        )
        after = os.times()
    return after.children_user - before.children_user


def in_turn(experiment: Experiment, gradients: float) -> str:
    """Return the deck of so many gradients, the examples one after another."""
    setup = experiment.setup(experiment.lesson)
    machine = Lockin.of(setup)
    text = deck_of(setup).text
    end = machine.examples * machine.example_s
    old = transient(machine, end)
    assert old in text
    return text.replace(old, transient(machine, gradients * end))


def side_by_side(experiment: Experiment, gradients: float) -> str:
    """Return the deck of so many gradients, the examples as copies of the device.

    Every copy has the data inputs of an example, controls and an amplifier.
    """
    setup = experiment.setup(experiment.lesson)
    machine = Lockin.of(setup)
    whole = deck_of(setup).text.replace("\n+ ", " ")
    lines = [line for line in whole.splitlines() if line[0] not in "*"]
    analysis = (".title", ".save", ".print", ".tran", ".end", ".options")
    circuit = [line for line in lines if not line.startswith(analysis)]
    parameters = [line for line in circuit if line.startswith(".param")]
    found = [".title copies", *parameters]
    for place in range(machine.examples):
        found += [f".subckt copy{place} out"]
        found += [held(line, place) for line in circuit if line not in parameters]
        found += [f".ends copy{place}", f"Xcopy{place} out{place} copy{place}"]
    end = transient(machine, gradients * machine.example_s)
    return "\n".join([*found, OPTIONS, end, ".end\n"])


def held(line: str, example: int) -> str:
    """Return a line of the circuit; the source of a data input is held at an example."""
    source = re.match(r"Be(\d+) (\S+) 0 ", line)
    return f"Be{source[1]} {source[2]} 0 v=v(x{example}_{source[1]})" if source else line


def transient(machine: Lockin, end: float) -> str:
    """Return the analysis in even steps."""
    return f".tran {machine.step!r} {end!r} 0 {machine.step!r}"


def main() -> None:
    """Print a row per device."""
    print("| device | in turn, ms | copies, ms | copies / in turn |\n|---|---|---|---|")
    for device in DEVICES:
        experiment = Experiment("xor-gate", network=device)
        ways = (in_turn, side_by_side)
        found: dict[str, list[float]] = {way.__name__: [] for way in ways}
        for _ in range(PAIRS):
            for way in ways:
                whole = seconds(way(experiment, GRADIENTS)) - seconds(way(experiment, 0.01))
                found[way.__name__].append(1e3 * whole / GRADIENTS)
        turn, copies = (statistics.median(found[way.__name__]) for way in ways)
        print(f"| `{device}` | {turn:.1f} | {copies:.1f} | {copies / turn:.2f} |", flush=True)


if __name__ == "__main__":
    main()
