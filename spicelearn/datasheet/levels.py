"""Logic levels of parts' pins, and the noise margins where one part drives another."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from ..spice.nets import Net, Pin

Kind = TypeVar("Kind", "Input", "Output")


@dataclass(frozen=True)
class Level:
    """Hold a voltage that follows the supply: ``volts`` and ``share`` of the supply."""

    volts: float = 0.0
    share: float = 0.0

    def at(self, supply_V: float) -> float:
        """Return the voltage at a supply, both in V."""
        return self.volts + self.share * supply_V


@dataclass(frozen=True)
class Input:
    """Hold the levels and the largest currents of an input.

    ``low`` is V_IL, ``high`` V_IH, ``threshold`` where a typical part switches. ``high_A`` flows
    into a high input, ``low_A`` out of a low one; ``pull_up_ohm`` are a resistor's least, typical
    and largest value, if the input has one to the supply.
    """

    low: Level
    threshold: Level
    high: Level
    high_A: float
    low_A: float
    pull_up_ohm: tuple[float, float, float] | None = None


@dataclass(frozen=True)
class Output:
    """Hold the levels of an output: ``high`` is V_OH, None for an open collector; ``low`` is V_OL.

    Each is a pair: typical, guaranteed. What is guaranteed is so up to ``source_A`` and ``sink_A``.
    Pulled up beyond its own high, the output takes ``leak_A`` at most.
    """

    high: tuple[Level, Level] | None
    low: tuple[Level, Level]
    source_A: float
    sink_A: float
    leak_A: float


Pins = Mapping[str, Input | Output]


def margins(nets: Iterable[Net], parts: Mapping[str, Pins]) -> list[dict[str, Any]]:
    """Return a row for every input that is driven by an output, in the order of the nets.

    ``parts`` holds the pins of parts by the part's name, which in a net may be followed by ``_``
    and what else the model is. All values are in V; a guaranteed one is None where the load is more
    than the data sheet guarantees it for. ``short`` is whether a margin is negative or None.
    """
    rows = []
    for net in nets:
        inputs, outputs = _of(net, parts, Input), _of(net, parts, Output)
        for driver, output in outputs:
            found = [_drive(net, output, [each for _, each in inputs], kind) for kind in (0, 1)]
            rows += [_row(net, driver, pin, each, found) for pin, each in inputs]
    return rows


def _of(net: Net, parts: Mapping[str, Pins], kind: type[Kind]) -> list[tuple[Pin, Kind]]:
    """Return the pins of a net that are of a kind."""
    found = ((pin, parts.get(pin.part.partition("_")[0], {}).get(pin.pin)) for pin in net.pins)
    return [(pin, each) for pin, each in found if isinstance(each, kind)]


def _drive(
    net: Net, output: Output, inputs: list[Input], guaranteed: int
) -> tuple[float | None, float | None]:
    """Return V_OH and V_OL on a net, typical (0) or ``guaranteed`` (1); None beyond the rating.

    Typical inputs take nothing and typical outputs do not leak.
    """
    supply = net.supply_V
    into = guaranteed * sum(each.high_A for each in inputs)
    out = guaranteed * sum(each.low_A for each in inputs)
    built_in = [each.pull_up_ohm for each in inputs if each.pull_up_ohm]
    weakest, strongest = (
        sum(1 / ohm for ohm in net.pull_ups_ohm) + sum(1 / pull_up[which] for pull_up in built_in)
        for which in (1 + guaranteed, 1 - guaranteed)
    )
    highs = []
    if output.high and into <= output.source_A:
        highs.append(output.high[guaranteed].at(supply))
    if weakest:
        highs.append(supply - (into + guaranteed * output.leak_A) / weakest)
    low = output.low[guaranteed].at(supply)
    sunk = out + (supply - low) * strongest
    return max(highs, default=None), low if sunk <= output.sink_A else None


def _row(
    net: Net,
    driver: Pin,
    receiver: Pin,
    taken: Input,
    driven: list[tuple[float | None, float | None]],
) -> dict[str, Any]:
    """Return the row of one connection."""
    supply = net.supply_V
    row: dict[str, Any] = {
        "part": driver.part.partition("_")[0],
        "figure": f"levels at {net.node}: {driver} drives {receiver}",
        "passed": None,
        "net": net.node,
        "driver": str(driver),
        "receiver": str(receiver),
        "receiver_part": receiver.part.partition("_")[0],
    }
    margins = []
    for kind, (high, low), (v_ih, v_il) in zip(
        ("typical", "guaranteed"),
        driven,
        ((taken.threshold, taken.threshold), (taken.high, taken.low)),
        strict=True,
    ):
        above = None if high is None else high - v_ih.at(supply)
        below = None if low is None else v_il.at(supply) - low
        row |= {f"v_oh_{kind}": high, f"v_ih_{kind}": v_ih.at(supply), f"margin_high_{kind}": above}
        row |= {f"v_ol_{kind}": low, f"v_il_{kind}": v_il.at(supply), f"margin_low_{kind}": below}
        margins += [above, below]
    return row | {"short": any(margin is None or margin < 0 for margin in margins)}
