"""The claims of the papers on the rheostat machine, as numbers that a run has to reach."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

from measures import STEP_V


@dataclass(frozen=True)
class Claim:
    """Hold what the paper says, what we measure for it, and the bounds that we take it to mean."""

    task: str
    said: str
    asks: str
    key: str
    least: float = -inf
    most: float = inf


CLAIMS = (
    Claim(
        "divider",
        "the output follows a target that changes every 100 steps, to an error floor",
        f"distance in the last 30 cycles, worst of five targets, mV; at most one step of both "
        f"wipers, {1e3 * STEP_V:.0f}",
        "late_mV",
        most=1e3 * STEP_V,
    ),
    Claim(
        "divider",
        "at first the two edges evolve in opposite directions",
        "share of cycles, farther away than that, in which they do; at least 0.95",
        "opposite",
        least=0.95,
    ),
    Claim(
        "divider",
        "at the floor both resistances drift, their ratio stays nearly constant",
        "drift of both over drift of the ratio; at least 2",
        "drifting",
        least=2,
    ),
    Claim(
        "allostery",
        "the error falls by over four orders of magnitude",
        "decades at the end; over 4",
        "decades",
        least=4,
    ),
    Claim("allostery", "the same", "decades at the best moment; over 4", "best", least=4),
    Claim(
        "allostery",
        "voltages reach equilibrium within nanoseconds",
        "slowest time constant of the network, us; at most 0.1",
        "constant_us",
        most=0.1,
    ),
    Claim(
        "allostery",
        "the network can be clocked orders of magnitude faster than at 3 to 5 Hz",
        "clock frequency at which it has settled, Hz; at least 500",
        "clock_Hz",
        least=500,
    ),
    Claim(
        "regression",
        "the test error falls by over two orders of magnitude",
        "decades at the end; over 2",
        "decades",
        least=2,
    ),
    Claim(
        "regression",
        "it finds an extremely good fit about step 120 ...",
        "cycle of the best fit; before 500",
        "best_cycle",
        most=500,
    ),
    Claim(
        "regression",
        "... but cannot maintain it",
        "final error over that of the best fit; at least 2",
        "rise",
        least=2,
    ),
    Claim(
        "iris",
        "the test set is classified with over 95 % accuracy",
        "accuracy at the end; over 0.95",
        "accuracy",
        least=0.95 + 1e-9,
    ),
    Claim(
        "iris",
        "the initial accuracy is beyond 33 %",
        "accuracy before learning; over 0.34",
        "first",
        least=0.34,
    ),
    Claim(
        "iris",
        "logistic regression achieves 98 %",
        "its accuracy for the same flowers; at least 0.975",
        "logistic",
        least=0.975,
    ),
    Claim(
        "seven",
        "each task is learned in turn",
        "of eight lessons without classes, those whose error falls to a tenth; all",
        "learned",
        least=8,
    ),
    Claim(
        "seven",
        "among them a classification",
        "its accuracy; over 0.9",
        "accuracy",
        least=0.9,
    ),
    Claim(
        "seven",
        "previous tasks are quickly forgotten",
        "error as task ii begins again over its final error before; at least 10",
        "forgotten",
        least=10,
    ),
    Claim(
        "seven",
        "the initial error of task ii is similar each time",
        "largest over smallest of the three; at most 10",
        "alike",
        most=10,
    ),
    Claim(
        "seven",
        "each solution of task ii has other resistances",
        "difference of the most alike two, codes rms; at least 5",
        "apart",
        least=5,
    ),
    Claim(
        "seven",
        "the resistances rise on average while the error is at its floor",
        "codes per 100 cycles in the five allosteries and their repetitions; over 0.1",
        "upwards",
        least=0.1,
    ),
    Claim(
        "damage",
        "the error falls by several orders of magnitude",
        "decades before the first cut; at least 2",
        "decades",
        least=2,
    ),
    Claim(
        "damage",
        "cutting an edge can make the error spike",
        "of five cuts, those that raise it tenfold; at least 1",
        "spikes",
        least=1,
    ),
    Claim(
        "damage",
        "the network recovers each time",
        "of five cuts, those after which the error falls below a hundredth of the first one; all",
        "recovered",
        least=5,
    ),
    Claim(
        "damage",
        "a substantial fraction of the edges changes the error only modestly",
        "share of edges that raise it less than tenfold, each cut alone; at least 0.25",
        "modest",
        least=0.25,
    ),
)

DESYNCHRONISED = (
    Claim(
        "allostery",
        "without a global clock the machine learns better",
        "decades at p = 1/2 minus those at p = 1, equal updates; over 0",
        "decades",
        least=1e-9,
    ),
    Claim(
        "allostery",
        "learning takes 1/p times the clocks",
        "cycles to a hundredth of the error, over those at p = 1; 1.6 to 2.4",
        "hundredth",
        least=1.6,
        most=2.4,
    ),
)
