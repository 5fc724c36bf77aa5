"""What the page on the papers' claims is made of."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from claims import Claim
from tables import cell, insert, verdict

from spicelearn.sweep.spec import Sweep

from ..conftest import ROOT

SWEEPS = sorted(
    path for path in (ROOT / "studies").rglob("*.toml") if "seeds = " in path.read_text()
)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ([3.0] * 9 + [1.0], "reached, 9 of 10"),
        ([3.0] * 5 + [1.0] * 5, "mostly, 5 of 10"),
        ([3.0] * 4 + [1.0] * 6, "**short**, 4 of 10"),
        ([2.0, 4.0], "reached, 2 of 2"),
        ([1.9, 4.1], "**short**, 0 of 2"),
        ([np.nan, np.nan], "**short**, 0 of 2"),
    ],
)
def test_a_verdict_counts_the_runs_within_the_bounds(values: list[float], said: str) -> None:
    claim = Claim("allostery", "it falls", "decades, 2 to 4", "decades", least=2, most=4)
    assert str(verdict(claim, values)) == said


def test_a_cell_has_median_deciles_and_verdict() -> None:
    claim = Claim("allostery", "it falls", "decades, over 2", "decades", least=2)
    assert cell(claim, pd.Series(range(11))) == "5 [1, 9]: mostly, 9 of 11"
    assert cell(claim, pd.Series(dtype=float)) == ""


def test_a_table_takes_the_place_of_the_former_one() -> None:
    page = "a\n<!-- x -->\nold\n<!-- end of x -->\nb"
    assert insert(page, "x", ["new"]) == "a\n<!-- x -->\n\nnew\n\n<!-- end of x -->\nb"
    with pytest.raises(SystemExit, match="no marks <!-- y -->"):
        insert(page, "y", ["new"])


@pytest.mark.parametrize("path", SWEEPS, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_sweep_of_the_studies_is_one(path: Path) -> None:
    assert len(Sweep.from_toml(path).points) > 1
