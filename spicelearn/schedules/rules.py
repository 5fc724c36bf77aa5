"""What is applied to a machine that learns: the nudge and its duration, from the free outputs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from ..errors import UsageError
from ..plant import Drive, Floats

ORDINARY, HINGE, OVERCLAMP = "ordinary", "hinge", "overclamp"


class Teaching(Protocol):
    """A rule by which a drive is made of an example.

    It ``measures`` if it needs the free outputs first; it has a meaning for examples with labels
    only if it is ``for_labels``.
    """

    @property
    def kind(self) -> str:
        """Return its name."""
        ...

    @property
    def measures(self) -> bool:
        """Return whether it needs the free outputs."""
        ...

    @property
    def for_labels(self) -> bool:
        """Return whether it needs the labels that examples share."""
        ...

    def shaped(self, drive: Drive, outputs: Floats, labels: Floats | None) -> Drive:
        """Return what is applied instead of the plain example.

        ``outputs``, shape (B, outputs), are those of the free state, ``labels``, shape
        (K, outputs), the targets that examples share; both V.
        """
        ...


@dataclass(frozen=True)
class Ordinary:
    """Apply every example as it is: the nudge is the share eta of the error."""

    kind = ORDINARY
    measures = for_labels = False

    def shaped(self, drive: Drive, outputs: Floats, labels: Floats | None) -> Drive:
        """Return the drive."""
        del outputs, labels
        return drive


@dataclass(frozen=True)
class Hinge:
    """Learn only from what is wrong.

    An example is right if its outputs are nearer to its own label than to any other one, by
    ``margin``: 0 half-way between the two labels, 1 at its own. Nothing learns from it then.
    """

    margin: float

    kind = HINGE
    measures = for_labels = True

    def __post_init__(self) -> None:
        if not 0 <= self.margin <= 1:
            raise UsageError(f"rule = 'hinge:{self.margin:g}', expected a margin from 0 to 1")

    def shaped(self, drive: Drive, outputs: Floats, labels: Floats | None) -> Drive:
        """Return the drive, under which nothing learns if all of its examples are right."""
        assert labels is not None
        if all(self._right(*row, labels) for row in zip(outputs, drive.targets, strict=True)):
            return replace(drive, learning=np.zeros_like(drive.learning))
        return drive

    def _right(self, output: Floats, target: Floats, labels: Floats) -> bool:
        """Return whether one example is right."""
        apart = target - labels
        apart = apart[(apart != 0).any(axis=1)]
        place = 1 - 2 * (apart @ (target - output)) / (apart**2).sum(axis=1)
        return bool((place >= self.margin).all())


@dataclass(frozen=True)
class Overclamp:
    """Let the duration of the nudge carry the error; its size is always ``volts``.

    The output with the largest error is nudged by so much, the others in proportion, for such a
    share of the learning window that nudge times duration is that of the ordinary rule: at most
    for the whole window.
    """

    volts: float

    kind = OVERCLAMP
    measures, for_labels = True, False

    def __post_init__(self) -> None:
        if not 0 < self.volts <= 10:
            raise UsageError(f"rule = 'overclamp:{self.volts:g}', expected more than 0, to 10 V")

    def shaped(self, drive: Drive, outputs: Floats, labels: Floats | None) -> Drive:
        """Return the drive with other targets and a shorter window."""
        del labels
        error = drive.targets - outputs
        largest, eta = float(np.abs(error).max()), abs(drive.eta)
        if not largest:
            return replace(drive, learning=np.zeros_like(drive.learning))
        targets = outputs + error * (self.volts / (eta * largest))
        return replace(drive, targets=targets, duration=min(1.0, eta * largest / self.volts))


DEFAULTS = {HINGE: 0.0, OVERCLAMP: 0.2}  # their margin, their nudge in V
MADE: dict[str, Callable[[float], Teaching]] = {HINGE: Hinge, OVERCLAMP: Overclamp}


def teaching(text: str) -> Teaching:
    """Return the rule of this name: ordinary, hinge, hinge:MARGIN, overclamp or overclamp:VOLTS.

    Raises UsageError for anything else.
    """
    name, colon, number = text.partition(":")
    if text == ORDINARY:
        return Ordinary()
    try:
        return MADE[name](float(number) if colon else DEFAULTS[name])
    except (KeyError, ValueError):
        raise UsageError(
            f"rule = {text!r}, expected ordinary, hinge:MARGIN or overclamp:VOLTS"
        ) from None
