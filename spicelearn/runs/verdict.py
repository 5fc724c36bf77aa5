"""What a run came to: had it settled, when were its classes right, in which attempt; in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

RIGHT = ("first_right_cycle", "right_from_cycle", "accuracy_best", "accuracy_best_cycle")
ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth")


def rightness(cycles: Sequence[int], accuracies: Sequence[float]) -> dict[str, Any]:
    """Return when all examples were right, and the best accuracy with the cycle it was first in.

    Both are given for the cycles in which the accuracy was measured. ``first_right_cycle`` is the
    first with accuracy 1, ``right_from_cycle`` the first from which on it was 1 to the end: None if
    there is no such cycle. All are None where there are no classes.
    """
    if not len(accuracies):
        return dict.fromkeys(RIGHT)
    wrong = [place for place, accuracy in enumerate(accuracies) if accuracy != 1]
    lasting = wrong[-1] + 1 if wrong else 0
    best = max(accuracies)
    found = int(cycles[list(accuracies).index(best)])
    return {
        "first_right_cycle": found if best == 1 else None,
        "right_from_cycle": int(cycles[lasting]) if lasting < len(accuracies) else None,
        "accuracy_best": float(best),
        "accuracy_best_cycle": found,
    }


def right_told(found: Mapping[str, Any], end: str = "at the end") -> str:
    """Say when all examples were right, from a `rightness`; nothing where there are no classes.

    ``end`` names its last cycle.
    """
    if found["accuracy_best"] is None:
        return ""
    if found["first_right_cycle"] is None:
        best, cycle = found["accuracy_best"], found["accuracy_best_cycle"]
        return f"never all right; best {best:.4g} in cycle {cycle}"
    first, lasting = found["first_right_cycle"], found["right_from_cycle"]
    if lasting is None:
        return f"all right first in cycle {first}, not {end}"
    before = f", first in cycle {first}" if first < lasting else ""
    return f"all right from cycle {lasting} on{before}"


def attempt_told(restarts: int, begun: int) -> str:
    """Name an attempt by the restarts before it: ``attempt that began at cycle 120, the third``."""
    which = f"the {ORDINALS[restarts]}" if restarts < len(ORDINALS) else f"number {restarts + 1}"
    return f"attempt that began at cycle {begun}, {which}"


def restarts_told(results: Mapping[str, Any]) -> str:
    """Say how often the rule began anew, how often it might, and which attempt errors are of."""
    happened, allowed = results["restarts"], results["restarts_allowed"]
    said = f"{happened} restart{'' if happened == 1 else 's'}, of {allowed} allowed"
    if results["attempt_cycle"] is None:
        return f"{said} in each lesson"
    if not happened:
        return said
    which = attempt_told(happened, results["attempt_cycle"])
    return f"{said}: errors and accuracies are those of the {which}"


def span_told(stages: object) -> str:
    """Say of which stages the first and the last error of a run are; nothing of a single one."""
    if not isinstance(stages, list) or len(stages) < 2:
        return ""
    return f" from the start of the first of {len(stages)} stages to the end of the last"


def unsettled_told(cycles: int, of: str = "The machine") -> str:
    """Say in how many clock cycles a machine had not settled; nothing if it always had."""
    if not cycles:
        return ""
    return (
        f"{of} was sensed before it had settled, in {cycles:,} clock cycle"
        f"{'' if cycles == 1 else 's'}: decisions are those of a clock that is too fast, errors "
        "are those of the settled answers."
    )
