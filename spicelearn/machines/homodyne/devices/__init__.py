"""The devices that the machine can train: one module each, found by the name of the network."""

from __future__ import annotations

from functools import cache
from importlib import import_module

from ....errors import UsageError
from ....network.graph import Network
from .base import Device, node

__all__ = ["Device", "device_named", "network_named", "node"]
KINDS = {"mosfets": "Mosfets", "dopants": "Dopants"}  # modules, slow to import, and their classes


@cache
def device_named(name: str) -> Device:
    """Return the device of this name, which is also that of its network.

    Raises UsageError if there is none.
    """
    kind = name.split("-", 1)[0]
    if kind not in KINDS:
        raise UsageError(f"no device {name[:60]!r}, expected {' or '.join(KINDS)}")
    made: Device = getattr(import_module(f".{kind}", __package__), KINDS[kind]).named(name)
    return made


def network_named(name: str) -> Network:
    """Return the network of a device: its electrodes, then its internal nodes."""
    return device_named(name).network
