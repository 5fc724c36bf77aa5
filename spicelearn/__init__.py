"""Circuit-level simulation of electronic networks that learn by themselves.

The public names are::

    import spicelearn as sl

    run = sl.train("allostery", cycles=200)
    run.results["decades"]
    run.cycles                # a pandas frame
    run.plot()
    sl.load("runs/first")     # any run folder
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .api import Run, load, resume, train, validate
    from .errors import SpicelearnError
    from .experiment import Experiment
    from .network.graph import Network

__version__ = "0.1.0"
__all__ = [
    "Experiment",
    "Network",
    "Run",
    "SpicelearnError",
    "__version__",
    "load",
    "resume",
    "train",
    "validate",
]

_HOMES = {
    "Experiment": ".experiment",
    "Network": ".network.graph",
    "SpicelearnError": ".errors",
    **dict.fromkeys(("Run", "load", "resume", "train", "validate"), ".api"),
}


def __getattr__(name: str) -> Any:
    """Import a public name at its first use: the command does not need all of them."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name], __name__), name)


def __dir__() -> list[str]:
    """Return the public names."""
    return sorted(__all__)
