"""The machine with its counters: it trains itself, and nothing steps it from outside."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ...clocks import SYNCHRONOUS, Clock
from ...plant import Floats
from ..circuits.gating import own_selects
from ..circuits.limits import refuse_many, refuse_uncounted
from ..circuits.twin import Machine, options, twin_circuit
from ..sheet import Sheet, folded
from .display import Display
from .stimuli import chip_select, wave

LATE = 10  # the error after training is that of the last tenth of the cycles
SHOWS = (
    "",
    "It prints the error before and after (V^2), the decades between, and a table with a row a",
    "clock: the error and every edge's wiper code, 0 to 127 (xe7.xf: the free rheostat of edge 7).",
)


@dataclass(frozen=True)
class Lesson:
    """Hold what the machine is taught: rows of inputs and targets, V, a clock each.

    ``tests`` are the inputs and targets of a test set, if there is one: it is applied before and
    after with the clocks of the rheostats held.
    """

    examples: tuple[Floats, Floats]
    tests: tuple[Floats, Floats] | None = None

    @property
    def held(self) -> int:
        """Return how many clocks the test set takes."""
        return 0 if self.tests is None else len(self.tests[0])

    @property
    def rows(self) -> tuple[Floats, Floats]:
        """Return what is applied from clock to clock: tests, examples, tests."""
        if self.tests is None:
            return self.examples
        inputs, targets = zip(self.tests, self.examples, self.tests, strict=True)
        return np.concatenate(inputs), np.concatenate(targets)


def self_training_form(machine: Machine, lesson: Lesson, clock: Clock) -> str:
    """Return a deck that trains by itself and prints error and wiper codes, a row a clock.

    Examples come from PWL sources, the AD5220s count, selected as the ``clock`` says. Raises
    UsageError for what only a computer can do to the machine.
    """
    machine = replace(machine, at_once=True)  # a row a clock, shortly before its latch
    refuse_uncounted(machine.board, machine.timing.period)
    refuse_many(machine.network)
    network, timing = machine.network, machine.timing
    inputs, targets = lesson.rows
    clocks = len(inputs)
    cycles, held = len(lesson.examples[0]), lesson.held
    title = f"trains itself for {cycles} cycles"
    gated = clock.kind != SYNCHRONOUS
    sheet = twin_circuit(machine, title, *SHOWS, counting=True, releasing=held > 0, gated=gated)
    for kind, nodes, rows in (("in", network.inputs, inputs), ("t", network.outputs, targets)):
        for node, volts in zip(nodes, rows.T, strict=True):
            sheet.element(f"V{kind}{node}").dc_value = wave(volts, timing)
    training = np.concatenate([np.zeros(held), np.ones(cycles), np.zeros(held)])
    if held:
        sheet.section("Nudge: 1 V while training, 0 V while tests are applied")
        sheet.V("nudge", "nudge", 0, wave(training, timing))
    select = machine.board.logic_supply_V * (1 - training)
    chip_select(sheet, machine.detail, select, timing)
    if gated:
        own_selects(sheet, clock, machine.detail, "logic_supply_V")
    sheet.section("Error: mean squared error of the free outputs, V^2")
    misses = "+".join(f"(v(f{node})-v(t{node}))^2" for node in network.outputs)
    sheet.B("error", "error", 0, v=f"({misses})/{len(network.outputs)}")
    display = Display(sheet, machine.detail)
    sheet.analysis(
        f"{options(machine)} noinit nopage interp",
        "* a row a clock, shortly before the latch: row 0 is power-on, row k + 1 shows error and",
        "* codes of clock k, before its step; without interp there is a row a time point",
        f".tran {{clock_period_s}} {{{clocks + 1}*clock_period_s}} 0 {timing.max_step!r}",
    )
    codes = [f"xe{index}.xf.code" for index in range(len(network.edges))]
    display.table(["error", *codes])
    _measure(sheet, lesson)
    sheet.analysis(".end")
    return str(sheet)


def _measure(sheet: Sheet, lesson: Lesson) -> None:
    """Print the error before and after, V^2, and the decades between."""
    cycles, tests = len(lesson.examples[0]), lesson.held
    if tests:
        sheet.analysis(f"* the {tests} tests, each shortly before its latch, before and after")
        for name, first in (("before", 0), ("after", tests + cycles)):
            at = [f"at={{{first + test + 1}*clock_period_s}}" for test in range(tests)]
            for test, when in enumerate(at):
                sheet.analysis(f".meas tran {name}{test} find v(error) {when}")
            total = " + ".join(f"{name}{test}" for test in range(tests))
            sheet.analysis(*folded(f".meas tran error_{name} param='({total})/{tests}'"))
    else:
        sheet.analysis(".meas tran error_before find v(error) at={clock_period_s}")
        late = cycles // LATE
        if late > 1:
            ends = (cycles - late + 0.75, cycles + 0.25)  # rounding must not lose a row
            window = "from={{{}*clock_period_s}} to={{{}*clock_period_s}}".format(*ends)
            sheet.analysis(
                "* the mean over the last tenth of the cycles, by the trapezoidal rule",
                f".meas tran error_after avg v(error) {window}",
            )
        else:
            at_last = f"at={{{cycles}*clock_period_s}}"
            sheet.analysis("* the last cycle", f".meas tran error_after find v(error) {at_last}")
    sheet.analysis(".meas tran decades param='log10(error_before/error_after)'")
