"""Digital nodes as volts, to be shown."""

from __future__ import annotations

from collections.abc import Sequence

from ....spice.sheet import Sheet


class Display:
    """Add to a sheet what shows digital nodes; none of it acts on the circuit."""

    def __init__(self, sheet: Sheet, detail: str) -> None:
        self._sheet = sheet
        self._events = detail == "event"
        self._begun = False

    def volts(self, *nodes: str, names: Sequence[str] = ()) -> list[str]:
        """Add analog nodes that follow these digital nodes, 1 V where these are high; return them.

        They are called ``names``, or the nodes' names with ``_V``.
        """
        if not self._begun:
            self._sheet.section("Display: digital nodes as volts, high is 1 V; nothing loads them")
            if self._events:
                edges = {"t_rise": "10n", "t_fall": "10n"}
                self._sheet.model("eye", "dac_bridge", out_low=0, out_high=1, **edges)
            self._begun = True
        shown = list(names) or [f"{node}_V" for node in nodes]
        for node, name in zip(nodes, shown, strict=True):
            if self._events:
                self._sheet.A(f"eye_{node}", f"[{node}]", f"[{name}]", model="eye")
            else:
                gain = "{1/logic_supply_V}"
                self._sheet.VCVS(f"eye_{node}", name, 0, node, 0, voltage_gain=gain)
        return shown
