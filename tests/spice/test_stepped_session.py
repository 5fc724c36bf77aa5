"""Steps of a capacitor that a current charges: exact by hand."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from spicelearn.errors import ConvergenceError
from spicelearn.spice.deck import Deck, Knobs, Timing
from spicelearn.spice.stepped_session import OPEN_OHM, Charges, SteppedSession

STEP = 1e-3  # s
TEXT = f""".title a capacitor of 1 uF, charged by V(on) (2 V - V(c)) / 1 kohm
von on 0 0
b1 0 c i=v(on)*(2-v(c))*1e-3
c1 c 0 1u
ipreset 0 c 0
rpreset c 0 {OPEN_OHM!r}
.options method=trap xmu=0 trtol=1e6 chgtol=1 reltol=1e-9 vntol=1e-12 abstol=1e-15
.save v(c)
.tran {STEP!r} {STEP!r}
.end
"""
OFF, ON = np.array([0.0]), np.array([1.0])


def session_of(text: str = TEXT) -> SteppedSession:
    timing = Timing(period=2 * STEP, first_sense=STEP, first_step=2 * STEP, tau=0, max_step=STEP)
    knobs = (Knobs(("von[dc]",), lambda state, drive: OFF),)
    deck = Deck(text, knobs, ("c",), (), timing)
    return SteppedSession(deck, Charges(("ipreset[dc]",), ("rpreset[resistance]",), 1e-6))


@pytest.fixture
def session(ngspice: str) -> Iterator[SteppedSession]:
    made = session_of()
    yield made
    made.close()


def test_a_capacitor_begins_at_its_voltage_and_holds_it(session: SteppedSession) -> None:
    session.begin(np.array([0.7]), OFF)
    for _ in range(5):
        assert session.settle(OFF)[0, 0] == pytest.approx(0.7, abs=1e-9)


def test_it_takes_as_many_steps_as_asked(session: SteppedSession) -> None:
    """Backward Euler, dV/dt = (2 - V)/tau, tau = 1 ms: a step leaves half of what is missing."""
    session.begin(np.array([0.0]), OFF)
    assert session.settle(OFF)[0, 0] == pytest.approx(0, abs=1e-9)
    assert session.run(ON, 3)[:, 0] == pytest.approx([1, 1.75], abs=1e-9)
    assert session.run(ON)[:, 0] == pytest.approx([1.875], abs=1e-9)


def test_a_negative_resistor_makes_it_the_midpoint_rule(ngspice: str) -> None:
    """v_m = v + (2 - v_m)/2 at x, then v + (2 - v_m) at c: exact to second order."""
    half = f"rhalf x c {-STEP / 2e-6!r}\nb1 0 x i=v(on)*(2-v(x))*1e-3"
    session = session_of(TEXT.replace("b1 0 c i=v(on)*(2-v(c))*1e-3", half))
    session.begin(np.array([0.5]), OFF)
    volts = 0.5
    for _ in range(3):
        volts += 2 - (volts + 1) / 1.5
        assert session.run(ON)[0, 0] == pytest.approx(volts, abs=1e-9)
    session.close()


def test_a_voltage_is_preset_between_steps(session: SteppedSession) -> None:
    session.begin(np.array([0.5]), OFF)
    session.preset(np.array([0.8]), OFF)
    assert session.settle(OFF)[0, 0] == pytest.approx(1.3, abs=1e-9)


def test_what_follows_a_beginning_depends_on_nothing_before_it(session: SteppedSession) -> None:
    found = []
    for before in (0.1, 1.9):
        session.begin(np.array([before]), ON)
        session.run(ON)
        session.begin(np.array([0.3]), OFF)
        found.append([session.run(knobs).tolist() for knobs in (ON, OFF, ON, OFF)])
    assert found[0] == found[1]


def test_steps_print_nothing(session: SteppedSession, capsys: pytest.CaptureFixture[str]) -> None:
    session.begin(np.array([0.5]), OFF)
    session.run(ON)
    session.settle(OFF)
    assert capsys.readouterr().out == ""
    assert not session.library.words
    session.library.command("alter nothing = 1")
    assert "nothing" in capsys.readouterr().out


def test_a_step_without_a_solution_is_told(ngspice: str) -> None:
    """A current that jumps against the voltage where it crosses 0.6 V."""
    text = TEXT.replace("i=v(on)*(2-v(c))*1e-3", "i=v(on)*1e3*(u(v(c)-0.6)-u(0.6-v(c)))*(1+v(c)^2)")
    made = session_of(text)
    made.begin(np.array([0.5]), OFF)
    with pytest.raises(ConvergenceError, match=r"took shorter steps than 0\.001 s; its last words"):
        made.run(ON, 50)
