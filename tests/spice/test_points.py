"""Operating points of a divider: exact by hand."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from spicelearn.errors import EngineError
from spicelearn.spice.deck import Deck, Knobs, Timing, solver
from spicelearn.spice.points import PointSession

TEXT = """.title two resistors
va a 0 0
vb b 0 0
r1 a m 1k
r2 m b 3k
.save v(m) v(b)
.end
"""


def session_of(text: str, *probes: str) -> PointSession:
    knobs = (Knobs(("va[dc]", "vb[dc]"), lambda state, drive: np.zeros(2)),)
    return PointSession(Deck(text, knobs, probes, (), Timing(1, 0, 1, 0, 1)))


@pytest.fixture
def session(ngspice: str) -> Iterator[PointSession]:
    made = session_of(TEXT, "m", "b")
    yield made
    made.close()


def test_each_point_is_that_of_its_knobs(session: PointSession) -> None:
    for volts in ([4.0, 0.0], [4.0, 4.0], [0.0, 2.0]):
        expected = [0.75 * volts[0] + 0.25 * volts[1], volts[1]]
        assert session.solve(np.array(volts)) == pytest.approx(expected, abs=1e-9)


def test_points_do_not_accumulate(session: PointSession) -> None:
    for volts in range(5):
        session.solve(np.array([float(volts), 0.0]))
    kept = [name for name in session.library.plot_names if name.startswith("op")]
    assert len(kept) == 1


def test_a_circuit_without_a_solution_is_told(ngspice: str) -> None:
    contradiction = TEXT.replace("r1 a m 1k", "r1 a m 1k\nvc a 0 1")
    with pytest.raises(EngineError, match="found no operating point"):
        session_of(contradiction, "m", "b").solve(np.array([2.0, 0.0]))


def test_an_unknown_node_is_named(session: PointSession) -> None:
    other = session.deck.probes
    session.deck = Deck(TEXT, session.deck.knobs, (other[0], "x"), (), session.deck.timing)
    with pytest.raises(EngineError, match="no vector 'x' in the circuit"):
        session.solve(np.zeros(2))


def test_the_solver_depends_on_the_size() -> None:
    assert (solver(299), solver(300)) == ("", "klu")
