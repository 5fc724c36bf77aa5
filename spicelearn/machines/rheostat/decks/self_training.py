"""The machine with its counters: it trains itself and is not stepped from outside."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ....errors import UsageError
from ....machine import Setup
from ....network.graph import terminals
from ....plant import Floats
from ....schedules.clocks import INDEPENDENT, LFSR, SYNCHRONOUS, Clock
from ....spice.sheet import Sheet, folded
from ....spice.twins import target_node
from ....tasks.base import Task
from ..circuit.gating import own_selects
from ..circuit.limits import refuse_many, refuse_uncounted
from ..circuit.plant import twins_of
from ..circuit.twin import options, twin_sheet
from .display import Display
from .stimuli import chip_select, wave

LAST_PART = 10  # the error after training is the mean over this part, a tenth, of the cycles
CYCLES_LIMIT = 100_000  # at most: every example is in the deck
SHOWS = (
    "",
    "It prints the error before and after (V^2), the decades between, and a table with a row a",
    "clock: the error and every edge's wiper code, 0 to 127 (xe7.xf: the free rheostat of edge 7).",
)


@dataclass(frozen=True)
class Stimulus:
    """Hold what is applied from clock to clock: rows of inputs and targets, V, one per clock.

    ``tests`` are the inputs and targets of a test set, if there is one. It is applied before and
    after training, while the rheostats are not selected.
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


def stimulus_of(setup: Setup) -> Stimulus:
    """Return the rows of a lesson; raise UsageError if they cannot all be in a deck."""
    task, length = setup.lesson.task, setup.lesson.end
    if setup.removable:
        raise UsageError(
            f"cut of edge {setup.removable[0]}, expected no cuts in a machine that trains itself: "
            "edges are cut from outside"
        )
    if task.queries(0) is not None:
        raise UsageError(
            f"task {task.name} measures its targets while it trains, expected targets that are "
            "known before: a machine that trains itself has them as sources"
        )
    if length > CYCLES_LIMIT:
        raise UsageError(
            f"cycles = {length}, expected at most {CYCLES_LIMIT} for a machine that trains itself: "
            "its examples stand in the deck"
        )
    examples = [task.example(number, None) for number in range(length)]
    inputs = np.concatenate([example.inputs for example in examples])
    targets = np.concatenate([example.targets for example in examples])
    return Stimulus((inputs, targets), test_rows(task))


def test_rows(task: Task) -> tuple[Floats, Floats] | None:
    """Return inputs and targets of the task's test set, V, if it has one."""
    inputs = task.tests()
    if inputs is None:
        return None
    nothing = np.zeros((len(inputs), len(task.outputs)))
    return inputs, task.evaluate(nothing, None).desired


def clock_in_deck(clock: Clock) -> Clock:
    """Return the clock that registers in the deck can make: lfsr in place of independent.

    Raises UsageError for a recorded clock.
    """
    if clock.is_file:
        raise UsageError(
            f"clock = {clock.kind!r}, expected one that registers in the deck can make for a "
            "machine that trains itself, such as lfsr"
        )
    return replace(clock, kind=LFSR) if clock.kind == INDEPENDENT else clock


def self_training_form(setup: Setup) -> str:
    """Return a deck that trains by itself and prints error and wiper codes, one row per clock.

    Examples come from PWL sources; the AD5220s count, and are selected as the lesson's clock says.
    Raises UsageError for what needs a computer outside the circuit: cuts, queries, noise, recorded
    clocks; and for too many cycles or edges.
    """
    clock, stimulus = clock_in_deck(setup.lesson.clock), stimulus_of(setup)
    twins = replace(twins_of(setup), at_once=True)  # one row per clock, shortly before its latch
    refuse_uncounted(twins.board, twins.timing.period)
    refuse_many(twins.network)
    network, timing = twins.network, twins.timing
    inputs, targets = stimulus.rows
    clocks = len(inputs)
    cycles, held = len(stimulus.examples[0]), stimulus.held
    title = f"trains itself for {cycles} cycles"
    gated = clock.kind != SYNCHRONOUS
    sheet = twin_sheet(twins, title, *SHOWS, counting=True, releasing=held > 0, gated=gated)
    names = [f"in{node}" for node in network.inputs] + list(map(target_node, network.outputs))
    for name, volts in zip(names, np.hstack([inputs, targets]).T, strict=True):
        sheet.element(f"V{name}").dc_value = wave(volts, timing)
    training = np.concatenate([np.zeros(held), np.ones(cycles), np.zeros(held)])
    if held:
        sheet.section("Nudge: 1 V while training, 0 V while tests are applied")
        sheet.V("nudge", "nudge", 0, wave(training, timing))
    select = twins.board.logic_supply_V * (1 - training)
    chip_select(sheet, twins.detail, select, timing)
    if gated:
        own_selects(sheet, clock, twins.detail, "logic_supply_V")
    sheet.section("Error: mean squared error of the free outputs, V^2")
    misses = "+".join(
        f"({'-'.join(f'v(f{node})' for node in terminals([output]))}-v({target_node(output)}))^2"
        for output in network.outputs
    )
    sheet.B("error", "error", 0, v=f"({misses})/{len(network.outputs)}")
    display = Display(sheet, twins.detail)
    sheet.analysis(
        f"{options(twins)} noinit nopage interp",
        "* a row a clock, shortly before the latch: row 0 is power-on, row k + 1 shows error and",
        "* codes of clock k, before its step; without interp there is a row a time point",
        f".tran {{clock_period_s}} {{{clocks + 1}*clock_period_s}} 0 {timing.max_step!r}",
    )
    codes = [f"xe{index}.xf.code" for index in range(len(network.edges))]
    display.table(["error", *codes])
    _measure(sheet, stimulus)
    sheet.analysis(".end")
    return str(sheet)


def _measure(sheet: Sheet, stimulus: Stimulus) -> None:
    """Add measurements of the error before and after training, V^2, and of the decades."""
    cycles, tests = len(stimulus.examples[0]), stimulus.held
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
        last = cycles // LAST_PART
        if last > 1:
            ends = (cycles - last + 0.75, cycles + 0.25)  # rounding must not lose a row
            window = "from={{{}*clock_period_s}} to={{{}*clock_period_s}}".format(*ends)
            sheet.analysis(
                "* the mean over the last tenth of the cycles, by the trapezoidal rule",
                f".meas tran error_after avg v(error) {window}",
            )
        else:
            at_last = f"at={{{cycles}*clock_period_s}}"
            sheet.analysis("* the last cycle", f".meas tran error_after find v(error) {at_last}")
    sheet.analysis(".meas tran decades param='log10(error_before/error_after)'")
