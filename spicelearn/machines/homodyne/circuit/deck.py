"""The deck: data inputs one example after another, sines on the controls, device, amplifier."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ....machine import Setup
from ....plant import Drive, Floats, State
from ....spice.deck import Deck, Knobs, Timing
from ....spice.sheet import Sheet, folded
from ..board import HomodyneBoard
from ..devices import Device, device_named, node
from ..parts import HomodyneParts

OUTPUT, REPLICA = "out", "replica"
OPTIONS = ".options trtol=1e6 chgtol=1 reltol=1e-5 vntol=1e-9 abstol=1e-15 itl1=500 itl4=200"
NOISE_SCATTER = (12.9898, 78.233, 43758.5453)  # of the noise source: any large numbers do
ABOUT = (
    "A nonlinear device whose gradient is measured by lock-in (M. N. Boon et al., 2021): sines of",
    "different frequencies ride on its control voltages; what the output has of each frequency is",
    "the derivative by that control.",
    "",
    "Nodes: e0, e1, ... are the electrodes: data inputs, controls, then the output, held at 0 V by",
    "a current amplifier, whose voltage is out; then the internal nodes. x2_0 is data input 0 in",
    "example 2; w3 is control 3 without its sine; phi is the time since an example began, s.",
)


@dataclass(frozen=True)
class Lockin:
    """Hold all that the deck depends on: device, board, parts, and the examples of a window."""

    device: Device
    board: HomodyneBoard
    parts: HomodyneParts
    examples: int
    title: str

    @classmethod
    def of(cls, setup: Setup) -> Lockin:
        """Return the machine of a setup."""
        lesson = setup.lesson
        title = f"spicelearn: {lesson.task.name}, lock-in gradient of {setup.network.name}"
        device = device_named(setup.network.name)
        return cls(device, setup.constants, setup.parts, lesson.batch, title)

    @property
    def controls(self) -> int:
        """Return the number of controls."""
        return self.device.electrodes.controls

    @cached_property
    def hertz(self) -> Floats:
        """Return the frequency of every sine, Hz, shape (controls,)."""
        return np.array(self.board.periods(self.controls)) / self.board.window_s

    @cached_property
    def points(self) -> int:
        """Return the number of time points per window."""
        return self.board.points(self.controls)

    @property
    def step(self) -> float:
        """Return the time between two points, s."""
        return self.board.window_s / self.points

    @property
    def example_s(self) -> float:
        """Return for how long an example is applied, s."""
        return (self.points + self.board.lead) * self.step

    @property
    def amplitudes(self) -> Floats:
        """Return the amplitude of every sine, V, shape (controls,)."""
        return np.array(self.board.amplitudes(self.controls))


def sheet_of(machine: Lockin, *more: str) -> Sheet:
    """Return the circuit, all sources at 0 V; ``more`` are lines that say what is shown."""
    sheet = Sheet(machine.title, machine.board, *ABOUT, *more)
    _inputs(sheet, machine)
    _controls(sheet, machine)
    machine.device.add_to(sheet, machine.board.node_F)
    _amplifier(sheet, machine)
    return sheet


def _inputs(sheet: Sheet, machine: Lockin) -> None:
    """Apply one example after another, with ramps between them."""
    sheet.derive("example_s", machine.example_s, "time for which an example is applied, s")
    sheet.derive("ramp_s", machine.board.ramp * machine.step, "in which the data inputs change, s")
    sheet.section("Data inputs: the examples, V, and when each is applied: r2 rises from 0 to 1")
    examples, inputs = range(machine.examples), range(machine.device.electrodes.inputs)
    for example in examples:
        for place in inputs:
            sheet.V(f"x{example}_{place}", f"x{example}_{place}", 0, 0)
    for example in examples[1:]:
        passed = f"(time-{example}*{{example_s}})/{{ramp_s}}"
        sheet.B(
            f"r{example}", f"r{example}", 0, v=f"0.5-0.5*cos({math.pi!r}*min(1,max(0,{passed})))"
        )
    for place in inputs:
        steps = "".join(
            f"+(v(x{example}_{place})-v(x{example - 1}_{place}))*v(r{example})"
            for example in examples[1:]
        )
        sheet.B(f"e{place}", node(place), 0, v=f"v(x0_{place}){steps}")


def _controls(sheet: Sheet, machine: Lockin) -> None:
    """Apply the controls, each with its sine, whose phase is zero when an example begins."""
    sheet.section("Controls, V, each with its sine")
    sheet.B("phi", "phi", 0, v="time-{example_s}*floor(time/{example_s})")
    pairs = zip(machine.amplitudes.tolist(), machine.hertz.tolist(), strict=True)
    for place, (amplitude, hertz) in enumerate(pairs):
        sheet.V(f"w{place}", f"w{place}", 0, 0)
        sine = f"{amplitude!r}*sin({2 * math.pi * hertz!r}*v(phi))"
        electrode = node(machine.device.electrodes.inputs + place)
        sheet.B(f"s{place}", electrode, f"w{place}", v=sine)


def _amplifier(sheet: Sheet, machine: Lockin) -> None:
    """Read the output's current: a transresistance with one pole, and noise behind it."""
    sheet.derive("gain_V_A", machine.device.gain_V_A, "transresistance of the current amplifier")
    farads = 1 / (2 * math.pi * machine.board.bandwidth_Hz * machine.device.gain_V_A)
    sheet.derive("pole_F", farads, "that gives it its bandwidth")
    sheet.section("Current amplifier: holds the output electrode at 0 V")
    sheet.V("sense", node(machine.device.electrodes.output), 0, 0)
    sheet.F("amplify", 0, "amplified", source="Vsense", current_gain=1)
    _pole(sheet, "amplified")
    noise = ""
    if machine.board.noise_V_rtHz:
        per_point = machine.board.noise_V_rtHz * math.sqrt(12 / (2 * machine.step))
        sheet.derive("noise_V", per_point, "noise of a time point: the width of its distribution")
        sheet.derive("step_s", machine.step, "time between two points, s")
        sheet.remark("White noise: a number from 0 to 1 that every time point scatters anew")
        sheet.V("scatter", "scatter", 0, 0)
        rate, begin, far = NOISE_SCATTER
        scattered = f"{far}*sin({rate}*time/{{step_s}}+{begin}*v(scatter))"
        sheet.B("scattered", "scattered", 0, v=scattered)
        noise = "+{noise_V}*u(time)*(v(scattered)-floor(v(scattered))-0.5)"
    sheet.B(OUTPUT, OUTPUT, 0, v=f"v(amplified){noise}")
    sheet.section("The same amplifier, to calibrate the lock-ins: it reads the sum of the sines")
    for place in range(machine.controls):
        ends = node(machine.device.electrodes.inputs + place), f"w{place}"
        sheet.VCCS(f"c{place}", 0, REPLICA, *ends, transconductance="{1/gain_V_A}")
    _pole(sheet, REPLICA)


def _pole(sheet: Sheet, name: str) -> None:
    """Turn a current into a voltage, with the amplifier's bandwidth."""
    sheet.R(f"gain_{name}", name, 0, "{gain_V_A}")
    sheet.C(f"pole_{name}", name, 0, "{pole_F}")


def apply(sheet: Sheet, knobs: tuple[Knobs, ...], state: State, drive: Drive) -> None:
    """Give the sources the values that they have in this state and drive."""
    for group in knobs:
        for name, value in zip(group.names, group.values(state, drive), strict=True):
            sheet.element(name.removesuffix("[dc]").capitalize()).dc_value = repr(float(value))


def deck_of(setup: Setup) -> Deck:
    """Return the deck with all that is altered between cycles, and what is read.

    Its sources have the values of the first cycle.
    """
    machine = Lockin.of(setup)
    sheet = sheet_of(machine)
    knobs = knobs_of(machine)
    apply(sheet, knobs, setup.state, setup.lesson.first_drive())
    driven = [node(place) for place in range(machine.device.electrodes.driven)]
    probes = (OUTPUT, REPLICA, *driven)
    saved = " ".join(f"v({name})" for name in (*probes, *machine.device.watched))
    step, end = machine.step, machine.examples * machine.example_s
    sheet.analysis(
        OPTIONS,
        *folded(f".save {saved}"),
        f".print tran v({OUTPUT})",
        f".tran {step!r} {end!r} 0 {step!r}",
        ".end",
    )
    return Deck(
        text=str(sheet),
        knobs=knobs,
        probes=(*probes, *machine.device.watched),
        bits=(),
        timing=Timing(end, 0, 0, 0, step),
    )


def knobs_of(machine: Lockin) -> tuple[Knobs, ...]:
    """Return the examples' inputs and the controls, and where the noise begins."""
    electrodes = machine.device.electrodes
    inputs = tuple(
        f"vx{example}_{place}[dc]"
        for example in range(machine.examples)
        for place in range(electrodes.inputs)
    )
    controls = tuple(f"vw{place}[dc]" for place in range(electrodes.controls))
    found = [
        Knobs(inputs, lambda state, drive: drive.inputs.ravel()),
        Knobs(controls, lambda state, drive: np.asarray(state.weights)),
    ]
    if machine.board.noise_V_rtHz:

        def phase(state: State, drive: Drive) -> Floats:
            return np.array([machine.parts.phase(state.cycle)])

        found.append(Knobs(("vscatter[dc]",), phase))
    return tuple(found)
