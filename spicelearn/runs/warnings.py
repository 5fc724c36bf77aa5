"""What a reader of a run's results has to be warned of, and what to try."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from ..plant import Reading
from .record import NOTHING_V2

KEPT_SHARE = 0.5  # of a nudge, that is proposed instead


@dataclass(frozen=True)
class Beyond:
    """Hold which cycles had a node beyond the supplies: the first one, how many, and how far.

    ``lowest_V`` and ``highest_V`` are the extremes of those cycles' nodes.
    """

    first_cycle: int
    cycles: int
    lowest_V: float
    highest_V: float

    @classmethod
    def of(cls, held: Mapping[str, Any]) -> Beyond:
        """Read it from JSON; raise LookupError, TypeError or ValueError if it is damaged."""
        cycles = (int(held[name]) for name in ("first_cycle", "cycles"))
        return cls(*cycles, *(float(held[name]) for name in ("lowest_V", "highest_V")))


class SupplyWatch:
    """Compare the nodes of every measured cycle with the supplies, V, if these are known."""

    def __init__(self, supplies: tuple[float, float] | None, found: Beyond | None = None) -> None:
        self._supplies = supplies
        self.found = found

    def look(self, cycle: int, reading: Reading) -> None:
        """Look at the free and the clamped nodes of a cycle."""
        if self._supplies is None or not reading.probes:
            return
        low = min(float(volts.min()) for volts in reading.probes.values())
        high = max(float(volts.max()) for volts in reading.probes.values())
        if self._supplies[0] <= low and high <= self._supplies[1]:
            return
        before = self.found or Beyond(cycle, 0, low, high)
        self.found = Beyond(
            before.first_cycle,
            before.cycles + 1,
            min(before.lowest_V, low),
            max(before.highest_V, high),
        )

    def result(self) -> dict[str, Any] | None:
        """Return what was found, for the results; None if nothing was."""
        if self.found is None or self._supplies is None:
            return None
        return {**asdict(self.found), "supplies_V": list(self._supplies)}


def warnings(results: Mapping[str, Any]) -> list[str]:
    """Return sentences on what is wrong with a run, each with what would help."""
    told = []
    if beyond := results["beyond_supply"]:
        low, high = beyond["supplies_V"]
        told.append(
            f"nodes are beyond the supplies, {low:g} to {high:g} V, in {beyond['cycles']} measured "
            f"cycles from cycle {beyond['first_cycle']} on: {beyond['lowest_V']:.3g} to "
            f"{beyond['highest_V']:.3g} V; no real circuit does that: look at the board's constants"
        )
    if results["error_initial"] < NOTHING_V2:
        told.append(
            "the error was 0 before training, so there was nothing to learn, and no decades can be "
            "told: choose targets that differ from the first answers"
        )
    return told + worse(results)


def worse(results: Mapping[str, Any]) -> list[str]:
    """Say that training made things worse, if it did, and what to try."""
    first, last = results["accuracy_initial"], results["accuracy_final"]
    if first is not None and last is not None:
        if last >= first:
            return []
        what = f"accuracy fell from {first:.3f} to {last:.3f}"
        best, at = results["accuracy_best"], results["accuracy_best_cycle"]
        stop = f", only {at} cycles: it was {best:.3f} then" if best > first else ""
        if results["error_final"] < results["error_initial"]:
            what += " while the error fell"
            stop += ", fixed targets that are far apart (data.targets)"
    else:
        first, last = results["error_initial"], results["error_final"]
        if last <= first or first < NOTHING_V2:
            return []
        best = first
        what, stop = f"the error rose from {first:.3g} to {last:.3g} V²", ""
    eta, cycles = results["eta"], results["cycles"]
    longer = "" if best > first else f", --cycles {2 * cycles}"
    nudge = f"--eta {KEPT_SHARE * eta:.2g} instead of {eta:g}" if eta else "a smaller eta per task"
    return [
        f"training made it worse, {what}: try {nudge}{longer}{stop}, other nodes "
        "for inputs and outputs, or inputs scaled over the whole range"
    ]
