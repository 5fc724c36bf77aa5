"""The machine with its examples as sources: it trains itself and nothing drives it from outside."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ....errors import UsageError
from ....machine import Setup
from ....network.graph import terminals
from ....plant import Floats
from ....schedules.clocks import SYNCHRONOUS
from ....spice.deck import solver
from ....spice.score import error_node, measure_error
from ....spice.twins import target_node
from ....tasks.stimulus import stimulus_of
from ..circuit.deck import DETAILS, EULER, OPTIONS, Transistors, sheet_of
from .gates import begin_with

ALIGNED = 7.5  # steps, after which a time point is forced: two more lie on whole steps
PASSED = "(time-{begin_s})/{row_s}"  # rows since the first
LEAD_IN = 11  # steps at least, before examples begin
SHOWS = (
    "",
    "Examples, labels and the learning signal are functions of time. It prints the error before",
    "and after (V^2), the decades between, and a table with a row an example: outputs, error",
    "and gates, at the end of its learning window.",
)


@dataclass(frozen=True)
class Schedule:
    """Hold when a deck shows what: every row of a stimulus for a whole number of equal steps.

    Of its ``steps`` the first ``rests`` come before the learning window of ``window`` steps. A row
    is seen at its last step, as `train` takes it. Before row 0 ``lead`` rows' time passes.
    """

    step: float
    rests: int
    window: int
    steps: int
    lead: int

    @classmethod
    def of(cls, machine: Transistors) -> Schedule:
        """Return that of a machine; a row takes two steps at least, or interp may lose it."""
        rests = max(1, machine.rests)
        steps = rests + machine.steps + machine.closes
        return cls(machine.step, rests, machine.steps, steps, math.ceil(LEAD_IN / steps))

    @property
    def period(self) -> float:
        """Return the time of a row, s."""
        return self.steps * self.step

    @property
    def begin(self) -> float:
        """Return when row 0 begins, s: half a step before its first point."""
        return (self.lead * self.steps + 0.5) * self.step

    def seen(self, row: float) -> str:
        """Return when a row is seen, as an expression."""
        return f"{{{row + self.lead + 1!r}*row_s}}"


def self_training_form(setup: Setup) -> str:
    """Return a deck that trains by itself and prints error and gates, one row per example.

    Raises UsageError for what needs a computer outside the circuit: cuts, queries, noise, masks;
    and for too many cycles.
    """
    stimulus = stimulus_of(setup.lesson, setup.removable)
    refuse_outside(setup)
    machine = Transistors.of(setup)
    network, plan = machine.network, Schedule.of(machine)
    inputs, targets = stimulus.rows
    rows, held, cycles = len(inputs), stimulus.held, len(stimulus.examples[0])
    names = [f"in{node}" for node in network.inputs] + list(map(target_node, network.outputs))
    functions = {
        name: f"pwl(floor({PASSED}), {stairs(volts)})"
        for name, volts in zip(names, np.hstack([inputs, targets]).T, strict=True)
    }
    opens, last = plan.rests / plan.steps, held + cycles
    closes = (plan.rests + plan.window) / plan.steps
    on = f"u({PASSED}-floor({PASSED})-{opens!r})*u({PASSED}-{held})*u({last}-{PASSED})"
    if closes < 1:
        on += f"*u({closes!r}-{PASSED}+floor({PASSED}))"
    functions["learn"] = f"{DETAILS[machine.detail].learn_V:g}*{on}"
    sheet = sheet_of(machine, *SHOWS, **functions)
    sheet.derive("row_s", plan.period, "time of an example: rest and learning window")
    sheet.derive("begin_s", plan.begin, "time at which the first example begins")
    sheet.section("A time point at which steps are set in order; whether they have remained so")
    forced = ALIGNED * plan.step
    sheet.V("order", "order", 0, f"pwl(0 0 {forced!r} 1)")
    sheet.B("astray", "astray", 0, v="abs(time/{step_s}-floor(time/{step_s}+0.5))")
    error_node(sheet, network)
    begin_with(sheet, setup.state)
    sheet.analysis(
        f"{OPTIONS} {EULER} {solver(len(network.edges))} noinit nopage interp".replace("  ", " "),
        f"* a row an example, at the end of its window, from row {plan.lead + 1} on;",
        "* without interp there is a row a time point",
        f".tran {{row_s}} {plan.seen(rows + 0.5)} 0 {{step_s}}",
    )
    nodes = [f"f{node}" for node in terminals(network.outputs)]
    sheet.table([*nodes, "error", *(f"g{edge}" for edge in range(len(network.edges)))])
    measure_error(sheet, stimulus, "at the end of its time", plan.seen)
    sheet.analysis(
        "* not 0 if ngspice had to take shorter steps: windows are then not those of train",
        f".meas tran off_step max v(astray) from={plan.seen(0)} to={plan.seen(rows - 1)}",
        ".end",
    )
    return str(sheet)


def stairs(volts: Floats) -> str:
    """Return voltages, one per row, as pairs of row and voltage in which they may stand in pwl.

    Rows between equal ones are left out; beyond the ends the first and the last go on.
    """
    rows = len(volts)
    padded = np.concatenate([volts[:1], volts, volts[-1:]])
    changes = np.diff(padded) != 0
    kept = np.flatnonzero(changes[:-1] | changes[1:])
    pairs = {-LEAD_IN: volts[0], **{int(row): volts[row] for row in kept}, rows: volts[-1]}
    return ", ".join(f"{row},{float(value)!r}" for row, value in pairs.items())


def refuse_outside(setup: Setup) -> None:
    """Refuse what is drawn or chosen anew in every cycle, outside the circuit."""
    if setup.constants.noise_V2:
        raise UsageError(
            f"noise_V2 = {setup.constants.noise_V2:g}, expected 0 for a machine that trains "
            "itself: noise is drawn anew in every cycle"
        )
    if setup.lesson.clock.kind != SYNCHRONOUS:
        raise UsageError(
            f"clock = {setup.lesson.clock.kind!r}, expected {SYNCHRONOUS!r} for a transistor "
            "machine that trains itself: it has one learning signal"
        )
