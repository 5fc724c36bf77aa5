"""The channel of a transistor as a formula: ohmic, saturated and below threshold, smooth."""

from __future__ import annotations

import numpy as np

from ...plant import Floats
from ...solvers.newton import Law


def channel(factor_A_V2: float, thermal_V: float, overdrive_V: Floats) -> Law:
    """Return the law of edges at these overdrives V_G - V_T, V, shape (E,), gates against ground.

    ``I = S/2 (u_b^2 - u_a^2)``, ``u = 2 phi ln(1 + exp((V_G - V_T - V) / 2 phi))``: where both ends
    are conducting it is ``S (V_G - V_T - (V_a + V_b)/2) (V_a - V_b)``, the law that the laboratory
    measured; where one end is pinched off it saturates; below threshold it falls by a decade every
    ``phi ln 10``. ``phi`` is ``thermal_V``.
    """
    ends = _End(thermal_V, overdrive_V), _End(thermal_V, overdrive_V)

    def law(first_V: Floats, second_V: Floats) -> tuple[Floats, Floats, Floats]:
        first, first_slope = ends[0].depth(first_V)
        second, second_slope = ends[1].depth(second_V)
        current = factor_A_V2 / 2 * (second * second - first * first)
        return (
            current,
            factor_A_V2 * first * first_slope,
            -factor_A_V2 * second * second_slope,
        )

    return law


class _End:
    """One end of every edge. It keeps its latest depths: the voltage of a held node stays."""

    def __init__(self, thermal_V: float, overdrive_V: Floats) -> None:
        self._wide, self._overdrive = 2 * thermal_V, overdrive_V
        self._volts: Floats | None = None

    def depth(self, volts: Floats) -> tuple[Floats, Floats]:
        """Return u and its derivative by the overdrive, shape (E,) each."""
        if self._volts is None or not np.array_equal(volts, self._volts):
            scaled = (self._overdrive - volts) / self._wide
            self._volts = volts.copy()
            self._depth = self._wide * np.logaddexp(0.0, scaled), 1 / (1 + np.exp(-scaled))
        return self._depth


def conductances(factor_A_V2: float, thermal_V: float, overdrive_V: Floats) -> Floats:
    """Return the conductance of edges for small drops, S, shape (E,).

    ``overdrive_V`` is V_G - V_T less the mean voltage of an edge's ends.
    """
    wide = 2 * thermal_V
    return np.asarray(factor_A_V2 * wide * np.logaddexp(0.0, overdrive_V / wide))
