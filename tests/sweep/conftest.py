"""What the tests of sweeps share."""

from __future__ import annotations

from pathlib import Path

from spicelearn.sweep.spec import Sweep

SPEC = """
seeds = 6
[run]
task = "allostery"
cycles = 400
[grid.board]
offset_sigma_V = ["0.5 mV", "1 mV"]
"""


def planned(folder: Path, text: str = SPEC) -> Sweep:
    (folder / "s.toml").write_text(text)
    return Sweep.from_toml(folder / "s.toml")
