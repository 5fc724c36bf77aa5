"""The schematic of one edge of a deck, in a file of its own: drawing is slow to import."""

from __future__ import annotations

from ....machine import Setup
from ....spice.schematic import Layout, schematic
from ....spice.sheet import Sheet
from .edge import edge_circuit

LAYOUT = Layout(
    places={  # of the elements of an edge: the signal goes from left to right
        **{"Xf": (0, 7.6), "Xc": (0, 0.4)},
        **{"Rplus1": (7, 12), "Rplus2": (7, 10.6), "Rminus1": (7, 8.4), "Rminus2": (7, 7)},
        **{"Gclamped": (7, 11), "Gfree": (7, 7), "Rplus": (11.5, 11.3), "Rminus": (11.5, 6)},
        **{"Rlead1": (11.5, 10.1), "Inoise1": (11.5, 12.6)},
        **{"Rlead2": (10, 3.6), "Inoise2": (10, 5)},
        **{"Xmore": (16, 9.5), "Xnegative": (16, 3)},
        **{"Rpull1": (18.2, 9.5), "Rpull2": (18.2, 3)},
        **{"Rpullup": (22.9, 8.2), "Rpulldown": (26.2, 0.6)},
        **{"Xrule": (20.4, 6.5), "Xinverter": (24.2, 3.4), "Xflipflop": (28.4, 4)},
    },
    trunks={
        **{"plus": 10.4, "minus": 10.9, "noisy1": 14.6, "noisy2": 13.6, "more": 19.4},
        **{"negative": 19.4, "up": 23.4, "down": 27.2},
    },
    comparators=("LM339A",),
    gates=("SN74ALS86",),
)


def edge_drawing(setup: Setup, form: str) -> bytes:
    """Return the schematic of one edge of a form's deck as SVG."""
    block = edge_circuit(setup.constants, setup.detail, form != "cycle")
    return schematic(block, LAYOUT, Sheet("one edge", setup.constants))
