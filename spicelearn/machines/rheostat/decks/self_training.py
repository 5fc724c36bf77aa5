"""The machine with its counters: it trains itself and is not stepped from outside."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ....errors import UsageError
from ....machine import Setup
from ....schedules.clocks import INDEPENDENT, LFSR, SYNCHRONOUS, Clock
from ....spice.score import error_node, measure_error
from ....spice.twins import target_node
from ....tasks.stimulus import stimulus_of
from ..circuit.gating import own_selects
from ..circuit.limits import refuse_many, refuse_uncounted
from ..circuit.plant import twins_of
from ..circuit.twin import options, twin_sheet
from .stimuli import chip_select, wave

SHOWS = (
    "",
    "It prints the error before and after (V^2), the decades between, and a table with a row a",
    "clock: the error and every edge's wiper code, 0 to 127 (xe7.xf: the free rheostat of edge 7).",
)


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
    clock, stimulus = clock_in_deck(setup.lesson.clock), stimulus_of(setup.lesson, setup.removable)
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
    error_node(sheet, network)
    sheet.analysis(
        f"{options(twins)} noinit nopage interp",
        "* a row a clock, shortly before the latch: row 0 is power-on, row k + 1 shows error and",
        "* codes of clock k, before its step; without interp there is a row a time point",
        f".tran {{clock_period_s}} {{{clocks + 1}*clock_period_s}} 0 {timing.max_step!r}",
    )
    codes = [f"xe{index}.xf.code" for index in range(len(network.edges))]
    sheet.table(["error", *codes])
    seen = "shortly before its latch"
    measure_error(sheet, stimulus, seen, lambda row: f"{{{row + 1!r}*clock_period_s}}")
    sheet.analysis(".end")
    return str(sheet)
