"""A MOSFET of three pins, as in ngspice's model ``vdmos``; those of PySpice have a bulk."""

from __future__ import annotations

from PySpice.Spice.ElementParameter import ModelPositionalParameter
from PySpice.Spice.Netlist import FixedPinElement


class ThreeTerminal(FixedPinElement):  # type: ignore[misc]
    """A MOSFET of three pins; ``model`` names its card."""

    PREFIX = "M"
    PINS = ("drain", "gate", "source")

    model = ModelPositionalParameter(position=0, key_parameter=True)
