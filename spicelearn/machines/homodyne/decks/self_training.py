"""The machine with its examples as sources: lock-ins and integrators train the device."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ....errors import UsageError
from ....machine import Setup
from ....plant import Floats
from ....schedules.clocks import SYNCHRONOUS
from ....spice.library import part
from ....spice.sheet import Sheet, folded
from ....tasks.separation import Separation
from ..board import HomodyneBoard
from ..circuit.deck import OUTPUT, Lockin
from ..devices import node

ROUNDS = 1.5  # rounds of all examples per cycle of the lesson (A)
ALIGNED = 7.5  # steps, after which a time point is forced: all that follow lie on whole steps
SCALE_V = 10.0  # of the multipliers: product over this; amplitude of the lock-ins' references
ERROR_GAIN = 4.0  # of the error before it is squared (A)
SQUARE_GAIN = 400.0  # of what the squared error has of the sines, before the lock-ins (A)
MEAN_ROUNDS = 2.0  # time constant of the lock-ins' low passes (A)
PEDESTAL_ROUNDS = 2.0  # time constant in which the level of the zeros is learned (A)
LEVEL_STEPS = 2.0  # time constant in which the level of the squared error is learned, points (A)
STEP_V = 0.04  # by which a control moves per round at most (A)
LIMIT_V = 0.19  # of a lock-in, from which on that step is reached (A)
MEAN_OHM = 1e6  # of the low passes (A)
HOLD_F = 1e-6  # capacitor of a control, an integrator (A)
SUPPLY_V = 15.0  # of the multipliers, either way
DAMPED = 0.45  # weight of the old derivative: a multiplier's pole is faster than any step
CLAMP_S = 1e-3  # conductance that holds controls within their range (A)
MOST_POINTS = 5_000_000  # time points of a deck
OPTIONS = (
    f".options method=trap xmu={DAMPED} trtol=1e6 chgtol=1 reltol=1e-4 vntol=1e-7 abstol=1e-12 "
    "itl1=500 itl4=200"
)
ABOUT = (
    "A nonlinear device that trains itself (after M. N. Boon et al., 2021). The examples are",
    "applied in turn, round after round. Sines of different frequencies ride on the controls; what",
    "the squared error has of each frequency is its derivative by that control: a lock-in, which",
    "is a multiplier and a low pass, finds it, and an integrator moves the control against it.",
    "",
    "Nodes: e0, e1, ... are the electrodes: data inputs, controls, then the output, held at 0 V by",
    "a current amplifier, whose voltage is out; then the internal nodes. teacher is the label, 0",
    "or 1 V; pedestal the learned level of the zeros, error the amplified difference, square its",
    "square, level what that was before the window, amplified the lock-ins' input; s3, m3, g3 and",
    "w3 are reference, product and low pass of lock-in 3, and control 3 without its sine.",
    "",
    "An example has three parts: inputs and controls change; pedestal and level are learned; the",
    "lock-ins are closed, for whole periods of their sines, and nothing drifts. learn is 1 V while",
    "sines, lock-ins and integrators are on. Multipliers are AD633; offsets, gain errors and",
    "feedthrough are drawn from the seed for each of them.",
    "",
    "In a first and a last round nothing learns. A table has a row an example: what is at its end.",
    "Then before2 and after2, the output in example 2 (the third of a round, in the order of the",
    "task) in the first and in the last round, V; gap_before and gap_after, by how much the lowest",
    "of the ones is above the highest of the zeros, V, and range_before and range_after, by how",
    "much the highest of all outputs is above the lowest, V; asked_before and asked_after, the gap",
    "that the task asks for; solved_before and solved, 1 or 0: whether the gap is as large;",
    "off_step, above 1e-6 if time points were not even, and windows not of whole periods.",
)


@dataclass(frozen=True)
class Multipliers:
    """Hold what the multipliers lack: of the one that squares the error, and of the lock-ins'.

    ``offset_V`` is at the output, ``input_V`` at either input; ``gain_error``, ``feedthrough_x``
    and ``feedthrough_y`` are relative. These are standard deviations of what is drawn for every
    multiplier. ``bandwidth_Hz`` is the same for all. By default what is typical of an AD633, by its
    data sheet.
    """

    offset_V: float = 5e-3
    input_V: float = 5e-3
    gain_error: float = 2.5e-3
    feedthrough_x: float = 3e-3
    feedthrough_y: float = 1e-3
    bandwidth_Hz: float = 1e6

    def drawn(self, rng: np.random.Generator) -> dict[str, str]:
        """Return the parameters of one multiplier, by their names in ``AD633.lib``."""
        sigmas = {
            "vos": self.offset_V,
            "xos": self.input_V,
            "yos": self.input_V,
            "scale": self.gain_error,
            "xft": self.feedthrough_x,
            "yft": self.feedthrough_y,
        }
        found = {name: f"{sigma * rng.standard_normal():.4g}" for name, sigma in sigmas.items()}
        return {**found, "bw": f"{self.bandwidth_Hz:g}"}


IDEAL = Multipliers(0, 0, 0, 0, 0)


@dataclass(frozen=True)
class Rounds:
    """Hold the schedule: so many ``examples`` in a round, in a window of so many ``points`` each.

    ``lead`` points come before a window; in ``ramp`` of these inputs and label change. Points are
    ``step_s`` apart. In the first and in the last round nothing learns, in ``learning`` others.
    """

    examples: int
    points: int
    lead: int
    ramp: int
    step_s: float
    learning: int

    @property
    def steps(self) -> int:
        """Return the number of time points of an example."""
        return self.lead + self.points

    @property
    def example_s(self) -> float:
        """Return the time of an example, s."""
        return self.steps * self.step_s

    @property
    def round_s(self) -> float:
        """Return the time of a round, s."""
        return self.examples * self.example_s

    @property
    def late_s(self) -> float:
        """Return when the first round begins, s: half a step before its first time point."""
        return 0.5 * self.step_s

    @property
    def end_s(self) -> float:
        """Return the time of the whole, s."""
        return (self.learning + 2) * self.round_s


def self_training_form(setup: Setup) -> str:
    """Return a deck that trains by itself and prints what was learned.

    Raises UsageError for noise, which is drawn outside the circuit, for other clocks, for examples
    of one class only, for inputs that change until a window begins, and for too many time points.
    """
    return self_training_deck(setup, Multipliers())  # of the data sheet


def self_training_deck(setup: Setup, multipliers: Multipliers) -> str:
    """Return the deck of `self_training_form` with such multipliers."""
    task = setup.lesson.task
    assert isinstance(task, Separation)
    machine, board = Lockin.of(setup), setup.constants
    inputs, labels = task.training
    length = max(1, round(ROUNDS * (setup.lesson.end - setup.lesson.first)))
    rounds = Rounds(len(inputs), machine.points, board.lead, board.ramp, machine.step, length)
    _refuse(setup, rounds)
    title = f"spicelearn: {task.name}, {setup.network.name} that trains itself"
    lasts = f"It learns for {length} rounds, {ROUNDS:g} for each of the lesson's cycles."
    sheet = Sheet(title, board, *ABOUT, lasts)
    _sources(sheet, rounds, inputs, labels.astype(np.float64))
    sines = zip(machine.amplitudes.tolist(), machine.hertz.tolist(), strict=True)
    _controls(sheet, machine, list(sines), setup.state.weights.astype(np.float64))
    machine.device.add_to(sheet, board.node_F)
    _amplifier(sheet, machine)
    _error(sheet, rounds, board)
    rng = np.random.default_rng([setup.parts.seed, 0xAD])

    def multiply(name: str, first: str, second: str) -> None:
        pins = (first, 0, second, 0, "vn", 0, name, "vp")
        sheet.X(name, "AD633", *pins, **multipliers.drawn(rng))

    sheet.section("Supplies of the multipliers")
    sheet.V("vp", "vp", 0, SUPPLY_V)
    sheet.V("vn", "vn", 0, -SUPPLY_V)
    sheet.section(
        "Squared error. Its level is learned anew before every window and held in it: what is",
        "amplified for the lock-ins is without it, large against the multipliers' offsets.",
    )
    multiply("square", "error", "error")
    sheet.derive("level_F", LEVEL_STEPS * machine.step / MEAN_OHM, "of the level: a few points")
    sheet.B("level", 0, "level", i=f"v(settle)*(v(square)-v(level))/{MEAN_OHM!r}")
    sheet.C("level", "level", 0, "{level_F}")
    sheet.VCVS("amplified", "amplified", 0, "square", "level", voltage_gain=SQUARE_GAIN)
    seconds = MEAN_ROUNDS * rounds.examples * board.window_s
    sheet.derive("mean_F", seconds / MEAN_OHM, "of the low passes: the mean of some rounds")
    sheet.section("Lock-ins: multiplier, switch and low pass; closed in the windows")
    for place in range(machine.controls):
        name = f"g{place}"
        multiply(f"m{place}", "amplified", f"s{place}")
        sheet.B(name, 0, name, i=f"v(window)*(v(m{place})-v({name}))/{MEAN_OHM!r}")
        sheet.C(name, name, 0, "{mean_F}")
    _integrators(sheet, machine, rounds)
    _analyses(sheet, machine, rounds)
    for name, first in (("before", 0), ("after", (length + 1))):
        _measure(sheet, task, rounds, name, first * rounds.examples)
    sheet.raw_spice = part("AD633")
    sheet.analysis(".end")
    return str(sheet)


def _refuse(setup: Setup, rounds: Rounds) -> None:
    """Refuse what is drawn or chosen anew in every cycle, and what takes too long."""
    board: HomodyneBoard = setup.constants
    if board.noise_V_rtHz:
        raise UsageError(
            f"noise_V_rtHz = {board.noise_V_rtHz:g}, expected 0 for a machine that trains itself: "
            "noise is drawn anew in every cycle"
        )
    if setup.lesson.clock.kind != SYNCHRONOUS:
        raise UsageError(
            f"clock = {setup.lesson.clock.kind!r}, expected {SYNCHRONOUS!r} for a homodyne machine "
            "that trains itself: all its controls learn at once"
        )
    if board.ramp == board.lead:
        raise UsageError(
            f"board: ramp = {board.ramp}, expected less than lead = {board.lead} for a machine "
            "that trains itself: it learns its pedestal between the two"
        )
    task = setup.lesson.task
    assert isinstance(task, Separation)
    labels = task.training[1]
    if not 0 < labels.sum() < len(labels):
        raise UsageError(f"task {task.name} has examples of one class only, expected of both")
    points = (rounds.learning + 2) * rounds.examples * rounds.steps
    if points > MOST_POINTS:
        raise UsageError(
            f"{points} time points in all rounds, expected at most {MOST_POINTS} for a machine "
            "that trains itself: fewer cycles or examples"
        )


def _sources(sheet: Sheet, rounds: Rounds, inputs: Floats, labels: Floats) -> None:
    """Apply the examples in turn, with the label of each, and say when learning is on."""
    sheet.derive("example_s", rounds.example_s, "time of an example, s")
    sheet.derive("late_s", rounds.late_s, "time at which the first begins, s")
    sheet.derive("begin_s", rounds.round_s + rounds.late_s, "learning begins, s")
    sheet.derive("end_s", rounds.end_s - rounds.round_s + rounds.late_s, "learning ends, s")
    sheet.section(
        "Examples in turn: order counts them in a round; functions of time, not sources with",
        "breakpoints: time points stay even",
    )
    count, ramp = rounds.examples, rounds.ramp / rounds.steps
    passed = "(time-{late_s})/{example_s}"
    sheet.B("order", "order", 0, v=f"{passed}-{count}*floor({passed}/{count})")
    sheet.B("part", "part", 0, v=f"{rounds.steps}*(v(order)-floor(v(order)))")
    sheet.B("change", "change", 0, v=f"u({rounds.ramp}-v(part))*v(learn)")
    sheet.B("settle", "settle", 0, v=f"u(v(part)-{rounds.ramp})*u({rounds.lead}-v(part))")
    sheet.B("window", "window", 0, v=f"u(v(part)-{rounds.lead})*v(learn)")
    for place, volts in enumerate(inputs.T):
        sheet.B(f"e{place}", node(place), 0, v=f"pwl(v(order), {_steps(volts, ramp)})")
    sheet.B("teacher", "teacher", 0, v=f"pwl(v(order), {_steps(labels, ramp)})")
    sheet.B("learn", "learn", 0, v="u(time-{begin_s})*u({end_s}-time)")


def _steps(volts: Floats, ramp: float) -> str:
    """Return the voltages of a round as pairs of order and voltage: each begins with a ramp."""
    before = float(volts[-1])
    pairs = [f"0,{before!r}"]
    for place, value in enumerate(volts.tolist()):
        pairs += [f"{place + ramp!r},{float(value)!r}", f"{place + 1},{float(value)!r}"]
    return ", ".join(pairs)


def _controls(
    sheet: Sheet, machine: Lockin, sines: list[tuple[float, float]], controls: Floats
) -> None:
    """Apply the controls, each with its sine while learning is on."""
    sheet.section(f"References of the lock-ins, {SCALE_V:g} V; controls, each with its sine")
    for place, (amplitude, hertz) in enumerate(sines):
        sheet.V(f"s{place}", f"s{place}", 0, f"sin(0 {SCALE_V!r} {hertz!r})")
        ridden = f"v(w{place})+{amplitude / SCALE_V!r}*v(s{place})*v(learn)"
        electrode = node(machine.device.electrodes.inputs + place)
        sheet.B(electrode, electrode, 0, v=ridden)
    held = {f"w{place}": volts for place, volts in enumerate(controls.tolist())}
    held |= {f"g{place}": 0 for place in range(len(controls))} | {"pedestal": 0, "level": 0}
    volts = " ".join(f"v({name})={value!r}" for name, value in held.items())
    sheet.analysis("* controls at the beginning, V; nothing found yet", *folded(f".ic {volts}"))


def _amplifier(sheet: Sheet, machine: Lockin) -> None:
    """Read the output's current: a transresistance with one pole."""
    sheet.derive("gain_V_A", machine.device.gain_V_A, "transresistance of the current amplifier")
    farads = 1 / (2 * math.pi * machine.board.bandwidth_Hz * machine.device.gain_V_A)
    sheet.derive("pole_F", farads, "that gives it its bandwidth")
    sheet.section("Current amplifier: holds the output electrode at 0 V")
    sheet.V("sense", node(machine.device.electrodes.output), 0, 0)
    sheet.F("amplify", 0, OUTPUT, source="Vsense", current_gain=1)
    sheet.R("gain", OUTPUT, 0, "{gain_V_A}")
    sheet.C("pole", OUTPUT, 0, "{pole_F}")


def _error(sheet: Sheet, rounds: Rounds, board: HomodyneBoard) -> None:
    """Compare the output with the label, whose lower level is learned: the mean of the rest."""
    seconds = PEDESTAL_ROUNDS * rounds.examples * (rounds.lead - rounds.ramp) * rounds.step_s
    sheet.derive("pedestal_F", seconds / MEAN_OHM, "of the pedestal: the mean of some rounds")
    sheet.section("Error: the rest is the output without the label; its mean is the pedestal")
    sheet.B("rest", "rest", 0, v=f"v({OUTPUT})-{{span_V}}*v(teacher)")
    current = f"v(settle)*(v(rest)-v(pedestal))/{MEAN_OHM!r}"
    sheet.B("pedestal", 0, "pedestal", i=current)
    sheet.C("pedestal", "pedestal", 0, "{pedestal_F}")
    sheet.VCVS("error", "error", 0, "rest", "pedestal", voltage_gain=ERROR_GAIN)


def _integrators(sheet: Sheet, machine: Lockin, rounds: Rounds) -> None:
    """Move every control against what its lock-in finds, within its range."""
    sheet.derive("step_V", STEP_V, "by which a control moves per round at most (A)")
    changing = rounds.examples * rounds.ramp * rounds.step_s
    sheet.derive("change_s", changing, "time in a round in which controls may move, s")
    sheet.derive("limit_V", LIMIT_V, "of a lock-in, from which on it moves by no more (A)")
    sheet.section("Integrators, with clamps at the ends of the range")
    for place in range(machine.controls):
        name = f"w{place}"
        moved = f"tanh(v(g{place})/{{limit_V}})*v(change)"
        sheet.B(name, name, 0, i=f"{HOLD_F!r}*{{step_V}}/{{change_s}}*{moved}")
        sheet.C(name, name, 0, HOLD_F)
        beyond = f"uramp(v({name})-({{control_high_V}}))-uramp({{control_low_V}}-v({name}))"
        sheet.B(f"clamp{place}", name, 0, i=f"{CLAMP_S!r}*({beyond})")


def _analyses(sheet: Sheet, machine: Lockin, rounds: Rounds) -> None:
    """Run all rounds in even steps and print a row per example."""
    end = rounds.end_s + 0.5 * rounds.example_s
    sheet.derive("step_s", rounds.step_s, "time between two points, s")
    sheet.section("A time point at which steps are set in order; whether they have remained so")
    sheet.V("steps", "steps", 0, f"pwl(0 0 {ALIGNED * rounds.step_s!r} 1)")
    sheet.B("astray", "astray", 0, v="abs(time/{step_s}-floor(time/{step_s}+0.5))")
    sheet.analysis(
        *folded(f"{OPTIONS} noinit nopage interp"),
        "* a row an example, at its end; without interp there is a row a time point",
        f".tran {{example_s}} {end!r} 0 {rounds.step_s!r}",
        ".save v(astray)",
    )
    sheet.table(
        ["teacher", OUTPUT, "pedestal", *(f"w{place}" for place in range(machine.controls))]
    )
    span = f"from={rounds.round_s!r} to={rounds.end_s!r}"
    sheet.analysis(f".meas tran off_step max v(astray) {span}")


def _measure(sheet: Sheet, task: Separation, rounds: Rounds, name: str, first: int) -> None:
    """Measure the outputs of the round that begins with example ``first``.

    Whether they solve the task is by its own definition.
    """
    labels = task.training[1]
    shown = [f"{name}{place}" for place in range(rounds.examples)]
    for place, each in enumerate(shown):
        at = f"{{{first + place + 1}*example_s}}"
        sheet.analysis(f".meas tran {each} find v({OUTPUT}) at={at}")
    ones = [each for each, label in zip(shown, labels, strict=True) if label]
    zeros = [each for each, label in zip(shown, labels, strict=True) if not label]
    gap = f"{_nested('min', ones)} - {_nested('max', zeros)}"
    whole = f"{_nested('max', shown)} - {_nested('min', shown)}"
    solved = "solved" if name == "after" else f"solved_{name}"
    sheet.analysis(
        *folded(f".meas tran gap_{name} param='{gap}'"),
        *folded(f".meas tran range_{name} param='{whole}'"),
        f".meas tran asked_{name} param='max({task.margin!r}*range_{name}, {task.least_V!r})'",
        f".meas tran {solved} param='gap_{name} >= asked_{name} ? 1 : 0'",
    )


def _nested(function: str, names: list[str]) -> str:
    """Return a function of two arguments applied to all of these."""
    found = names[0]
    for name in names[1:]:
        found = f"{function}({found}, {name})"
    return found
