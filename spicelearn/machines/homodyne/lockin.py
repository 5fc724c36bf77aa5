"""Lock-in detection: from samples of the output to derivatives by every control."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ...plant import Floats

Complex = NDArray[np.complex128]


def demodulated(samples: Floats, times: Floats, hertz: Floats) -> Complex:
    """Return amplitude and phase of every frequency, shape (..., P), in the unit of ``samples``.

    ``samples``, shape (..., N), are the output at ``times``, s, shape (..., N), over whole periods;
    references are sine and cosine from time 0 on. The real part is in phase with the sine, the
    imaginary part in quadrature.
    """
    angles = 2 * np.pi * hertz[:, None] * times[..., None, :]
    seen = samples[..., None, :]
    count = samples.shape[-1]
    in_phase = 2 / count * (seen * np.sin(angles)).sum(axis=-1)
    quadrature = 2 / count * (seen * np.cos(angles)).sum(axis=-1)
    return np.asarray(in_phase + 1j * quadrature)


def derivatives(found: Complex, response: Complex, phase: str) -> Floats:
    """Return in-phase amplitudes, shape (..., P), in the unit of ``found``.

    ``phase`` is how the amplifier's ``response``, of the same shape, is met: ``rotated`` undoes it,
    as measured on a second amplifier of the kind, ``in-phase`` ignores it, ``magnitude`` takes
    the magnitude with the sign of the part in phase (paper).
    """
    if phase == "rotated":
        return np.asarray((found / response).real)
    if phase == "magnitude":
        return np.asarray(np.abs(found) * np.sign(found.real))
    return np.asarray(found.real)
