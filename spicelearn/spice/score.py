"""How far a machine that trains itself is from right: the error as a node, and measurements."""

from __future__ import annotations

from collections.abc import Callable

from ..network.graph import Network, terminals
from ..tasks.stimulus import Stimulus
from .sheet import Sheet, folded
from .twins import target_node

LAST_PART = 10  # the error after training is the mean over this part, a tenth, of the cycles


def error_node(sheet: Sheet, network: Network) -> None:
    """Add the node ``error``: the mean squared error of the free outputs, V^2."""
    sheet.section("Error: mean squared error of the free outputs, V^2")
    misses = "+".join(
        f"({'-'.join(f'v(f{node})' for node in terminals([output]))}-v({target_node(output)}))^2"
        for output in network.outputs
    )
    sheet.B("error", "error", 0, v=f"({misses})/{len(network.outputs)}")


def measure_error(
    sheet: Sheet, stimulus: Stimulus, seen: str, time: Callable[[float], str]
) -> None:
    """Add measurements of the error before and after training, V^2, and of the decades.

    ``time`` returns when the answer to a row of the stimulus is seen, as an expression; ``seen``
    says it in words.
    """
    cycles, tests = len(stimulus.examples[0]), stimulus.held
    if tests:
        sheet.analysis(f"* the {tests} tests, each {seen}, before and after")
        for name, first in (("before", 0), ("after", tests + cycles)):
            for test in range(tests):
                at = time(first + test)
                sheet.analysis(f".meas tran {name}{test} find v(error) at={at}")
            total = " + ".join(f"{name}{test}" for test in range(tests))
            sheet.analysis(*folded(f".meas tran error_{name} param='({total})/{tests}'"))
    else:
        sheet.analysis(f".meas tran error_before find v(error) at={time(0)}")
        last = cycles // LAST_PART
        if last > 1:
            start, end = cycles - last - 0.25, cycles - 0.75  # rounding must not lose a row
            sheet.analysis(
                "* the mean over the last tenth of the cycles, by the trapezoidal rule",
                f".meas tran error_after avg v(error) from={time(start)} to={time(end)}",
            )
        else:
            at = time(cycles - 1)
            sheet.analysis("* the last cycle", f".meas tran error_after find v(error) at={at}")
    sheet.analysis(".meas tran decades param='log10(error_before/error_after)'")
