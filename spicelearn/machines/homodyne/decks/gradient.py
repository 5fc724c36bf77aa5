"""One gradient: the lock-ins are in the circuit, and every derivative is printed."""

from __future__ import annotations

import math

from ....machine import Setup
from ....spice.sheet import Sheet, folded
from ..circuit.deck import OPTIONS, OUTPUT, REPLICA, Lockin, apply, knobs_of, sheet_of

SEEN = {"o": OUTPUT, "r": REPLICA}  # what the lock-ins multiply: output, and sum of the sines
REFERENCES = {"i": "sin", "q": "cos"}  # in phase with the sine of a control, in quadrature
DERIVATIVE = {  # by how the amplifier's phase is met; see lockin.py
    "rotated": "({oi}*{ri}+{oq}*{rq})/({ri}*{ri}+{rq}*{rq})",
    "in-phase": "{oi}",
    "magnitude": "sqrt({oi}*{oi}+{oq}*{oq})*sgn({oi})",
}
SHOWS = (
    "",
    "Lock-ins: oi3 and oq3 integrate the output times sine and cosine of control 3; ri3 and rq3",
    "do so for the sum of the sines behind an amplifier of the same kind. By how much they rise",
    "in the window of example 2 is printed, as amplitude over that of the sine, V/V: oi2_3, oq2_3,",
    "ri2_3, rq2_3; then d2_3, the derivative of the output by control 3 in example 2, V/V, which",
    "meets the phase of the amplifier as the board says. out2 is the mean of the output in the",
    "window, V. A table of output and data inputs, V, against time comes first.",
)


def gradient_form(setup: Setup) -> str:
    """Return a deck of one gradient: at the setup's controls, of all examples of its first cycle.

    It prints the derivatives, V/V, that `train` has from this circuit.
    """
    machine = Lockin.of(setup)
    sheet = sheet_of(machine, *SHOWS)
    apply(sheet, knobs_of(machine), setup.state, setup.lesson.first_drive())
    _lockins(sheet, machine)
    step, end = machine.step, machine.examples * machine.example_s
    integrals = [f"v({name})" for name in ("mean", *_names(machine))]
    sheet.analysis(
        f"{OPTIONS} noinit nopage",
        "* even steps; one more than needed, for ngspice shortens the last",
        f".tran {step!r} {end + step!r} 0 {step!r}",
        *folded(f".ic {' '.join(f'{vector}=0' for vector in integrals)}"),
        *folded(f".save {' '.join(integrals)}"),
    )
    inputs = [f"e{place}" for place in range(machine.device.electrodes.inputs)]
    sheet.table([OUTPUT, *inputs])
    for example in range(machine.examples):
        _measure(sheet, machine, example)
    sheet.analysis(".end")
    return str(sheet)


def _names(machine: Lockin) -> list[str]:
    """Return the nodes of all lock-ins."""
    return [
        f"{seen}{reference}{place}"
        for place in range(machine.controls)
        for seen in SEEN
        for reference in REFERENCES
    ]


def _lockins(sheet: Sheet, machine: Lockin) -> None:
    """Add a multiplier and an integrator per control, signal and reference; one for the mean."""
    sheet.derive("lockin_s", machine.board.window_s, "lock-in window of an example, s")
    sheet.section(
        "Lock-ins: multipliers by sine and cosine, each with an integrator that is never reset:",
        "in a window it rises by the amplitude of what is in phase with the reference, over that",
        "of the control's sine",
    )
    pairs = zip(machine.amplitudes.tolist(), machine.hertz.tolist(), strict=True)
    for place, (amplitude, hertz) in enumerate(pairs):
        for letter, seen in SEEN.items():
            for part, wave in REFERENCES.items():
                name = f"{letter}{part}{place}"
                reference = f"{wave}({2 * math.pi * hertz!r}*v(phi))"
                product = f"{2 / amplitude!r}/{{lockin_s}}*v({seen})*{reference}"
                _integrator(sheet, name, product)
    sheet.section("Mean of the output in a window")
    _integrator(sheet, "mean", f"v({OUTPUT})/{{lockin_s}}")


def _integrator(sheet: Sheet, name: str, rate: str) -> None:
    """Add an integrator from 0 V; ``rate`` is an expression, V/s, of which it takes millionths."""
    sheet.B(name, 0, name, i=f"1e-6*{rate}")
    sheet.C(name, name, 0, 1e-6)


def _measure(sheet: Sheet, machine: Lockin, example: int) -> None:
    """Measure by how much the integrators rise in the window of an example.

    It ends a step before the example does: no time point of the next one has a part in it.
    """
    end = (example + 1) * machine.example_s - machine.step
    begin = end - machine.board.window_s

    def rise(node: str, name: str) -> None:
        sheet.analysis(
            f".meas tran from_{name} find v({node}) at={begin!r}",
            f".meas tran to_{name} find v({node}) at={end!r}",
            f".meas tran {name} param='to_{name}-from_{name}'",
        )

    sheet.analysis(f"* example {example}")
    rise("mean", f"out{example}")
    for place in range(machine.controls):
        found = {}
        for letter in SEEN:
            for part in REFERENCES:
                name = f"{letter}{part}"
                found[name] = f"{name}{example}_{place}"
                rise(f"{name}{place}", found[name])
        value = DERIVATIVE[machine.board.phase].format(**found)
        sheet.analysis(f".meas tran d{example}_{place} param='{value}'")
