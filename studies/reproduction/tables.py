"""Tables and figure of docs/reproduction.md, from the folders of its sweeps.

``python studies/reproduction/tables.py runs/reproduction`` writes the tables between the marks of
that page and draws ``docs/reproduction.png``. What is said to be reached is computed here.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from claims import CLAIMS, DESYNCHRONISED, Claim
from matplotlib.figure import Figure
from measures import measured

import spicelearn as sl
from spicelearn.sweep.table import load_table

DOCS = Path(__file__).parent.parent.parent / "docs"
PAGE, FIGURE = DOCS / "reproduction.md", DOCS / "reproduction.png"
BOARDS = {"clean": "clean", "default": "default", "noisy": "default, 10 mV of noise"}
TWO, FOUR = 2.0, 4.0  # decades that the paper reports, of the regression and of the allostery
ASKED = {"allostery": FOUR, "regression": TWO}
PLANTS = {
    "roles-clean": "idealised model, clean",
    "roles-circuit": "circuit, default",
}
CAUSES = {
    "board.offset_sigma_V": "offset voltages",
    "board.offset_current_sigma_A": "offset currents",
    "board.bias_A": "bias currents",
    "board.up_bias": "bias towards up",
}


def spread(values: Sequence[float] | pd.Series, form: str = ".3g") -> str:
    """Return the median of some values, and in brackets their first and ninth decile."""
    low, middle, high = np.quantile(np.asarray(values, float), [0.1, 0.5, 0.9], method="linear")
    return f"{middle:{form}} [{low:{form}}, {high:{form}}]"


@dataclass(frozen=True)
class Verdict:
    """Hold in how many of ``runs`` a claim is reached."""

    reached: int
    runs: int

    def __str__(self) -> str:
        """Say whether at least nine tenths of the runs reach it, at least half, or fewer."""
        share = self.reached / self.runs
        word = "reached" if share >= 0.9 else "mostly" if share >= 0.5 else "**short**"
        return f"{word}, {self.reached} of {self.runs}"


def verdict(claim: Claim, values: Sequence[float] | pd.Series) -> Verdict:
    """Count the values that lie within what the claim asks."""
    found = np.asarray(values, float)
    within = (found >= claim.least) & (found <= claim.most)
    return Verdict(int(within.sum()), len(found))


def cell(claim: Claim, values: pd.Series) -> str:
    """Return the cell of a claim on one board; it is empty if there are no runs."""
    return f"{spread(values)}: {verdict(claim, values)}" if len(values) else ""


def runs_of(folder: Path) -> pd.DataFrame:
    """Return the measures of every run of a sweep, with its task, board and seed."""
    table = load_table(folder)
    rows = []
    for name in table.loc[table["status"] == "finished", "run"]:
        run = sl.load(folder / name)
        rows.append({"task": run.results["task"], **measured(run)})
    found = pd.DataFrame(rows, index=table.index[table["status"] == "finished"])
    for column in table.columns.difference(found.columns):
        found[column] = table[column]
    if "run.board" in found:
        found["board"] = found["run.board"].map(lambda path: Path(path).stem)
    return found


def claims(runs: pd.DataFrame) -> list[str]:
    """Return the table of the claims on single runs."""
    lines = ["| task | the paper | measured | " + " | ".join(BOARDS.values()) + " |"]
    lines.append("|---" * (3 + len(BOARDS)) + "|")
    for claim in CLAIMS:
        cells = []
        for board in BOARDS:
            of_board = (runs["task"] == claim.task) & (runs["board"] == board)
            cells.append(cell(claim, runs.reindex(columns=[claim.key]).loc[of_board, claim.key]))
        lines.append(f"| `{claim.task}` | {claim.said} | {claim.asks} | {' | '.join(cells)} |")
    return lines


def desynchronised(runs: pd.DataFrame, clocks: pd.DataFrame) -> list[str]:
    """Return the table of the claims on clocks, at p = 1/2 against p = 1."""
    lines = ["| the paper | measured | " + " | ".join(BOARDS.values()) + " |"]
    lines.append("|---" * (2 + len(BOARDS)) + "|")
    for claim in DESYNCHRONISED:
        cells = []
        for board in BOARDS:
            if board not in set(clocks["board"]):
                cells.append("")
                continue
            at_one = runs.loc[(runs["task"] == "allostery") & (runs["board"] == board)]
            at_half = clocks.loc[clocks["board"] == board]
            pairs = at_half.set_index("run.seed"), at_one.set_index("run.seed")
            half, one = (pair[claim.key] for pair in pairs)
            found = half / one if claim.key == "hundredth" else half - one
            cells.append(cell(claim, found))
        lines.append(f"| {claim.said} | {claim.asks} | {' | '.join(cells)} |")
    return lines


def decisions(path: Path) -> list[str]:
    """Return the table of what the edges decide."""
    table = pd.read_csv(path)
    lines = [
        "| task | board | eta | one sign | drops within 10 mV | of these wrong | others wrong |"
    ]
    lines.append("|---" * 7 + "|")
    for row in table.to_dict("records"):
        near = row["near"] / row["decisions"]
        shares = (row["one_sign"], near, row["wrong_near"], row["wrong_far"])
        cells = " | ".join(f"{100 * share:.3g} %" for share in shares)
        lines.append(f"| `{row['task']}` | {BOARDS[row['board']]} | {row['eta']:g} | {cells} |")
    return lines


def causes(runs: pd.DataFrame) -> list[str]:
    """Return the table of the regression with some imperfections taken away."""
    lines = ["| without | decades | at least two | best moment |", "|---" * 4 + "|"]
    for values, rows in runs.groupby(list(CAUSES), sort=False):
        gone = [name for name, value in zip(CAUSES.values(), values, strict=True) if not value]
        said = ", ".join(gone) or "nothing: the default board"
        many = int((rows["decades"] >= TWO).sum())
        cells = f"{spread(rows['decades'])} | {many} of {len(rows)} | {spread(rows['best'])}"
        lines.append(f"| {said} | {cells} |")
    return lines


def others(positions: pd.DataFrame, tolerances: pd.DataFrame) -> list[str]:
    """Return the table of what sets the floor of the allostery, and of rheostats that differ."""
    lines = ["| `allostery` | decades | best moment |", "|---|---|---|"]
    cases = [
        (f"clean board, {count} positions, {cycles} cycles", rows)
        for (count, cycles), rows in positions.groupby(["board.positions", "run.cycles"])
    ]
    for said, rows in [*cases, ("default board, R_AB with a spread of 10 %", tolerances)]:
        lines.append(f"| {said} | {spread(rows['decades'])} | {spread(rows['best'])} |")
    return lines


def flowers(runs: pd.DataFrame, longer: pd.DataFrame) -> list[str]:
    """Return the table of accuracies for the flowers, all for the same splits."""
    iris = runs[runs["task"] == "iris"]
    clean, default = (iris[iris["board"] == board] for board in ("clean", "default"))
    cases = {
        "network, clean board, before learning": clean["first"],
        "network, clean board": clean["accuracy"],
        "network, default board": default["accuracy"],
        "network, idealised, four times as long": longer["accuracy"],
        "logistic regression": clean["logistic"],
        "nearest mean flower, all four measures": clean["centroid"],
    }
    lines = ["| classifier | accuracy | over 0.95 |", "|---|---|---|"]
    for said, found in cases.items():
        many = int((found > 0.95).sum())
        lines.append(f"| {said} | {spread(found)} | {many} of {len(found)} |")
    return lines


def role(name: str) -> tuple[str, str]:
    """Return kind and number of a task with random roles; no number for one that ships."""
    kind, _, number = Path(name).stem.partition("-")
    return kind, number


def roles(folder: Path) -> pd.DataFrame:
    """Return the median results of every choice of roles, of the three plants."""
    tables = []
    for plant in PLANTS:
        table = load_table(folder / plant)
        table[["kind", "number"]] = [role(name) for name in table["run.task"]]
        table["rms_mV"] = 1e3 * np.sqrt(table["error_final"])
        table["first_mV"] = 1e3 * np.sqrt(table["error_initial"])
        of = table.groupby(["kind", "number"])[["decades", "rms_mV", "first_mV"]]
        tables.append(of.median().reset_index().assign(plant=plant))
    return pd.concat(tables, ignore_index=True)


def role_table(table: pd.DataFrame) -> list[str]:
    """Return the table of random roles beside those that ship."""
    heads = "kind | plant | roles | decades | ours | reach | as good as ours | rms, mV | ours"
    lines = [f"| {heads} |", "|---" * (heads.count("|") + 1) + "|"]
    for both, rows in table.groupby(["kind", "plant"], sort=False):
        kind, plant = map(str, both)
        ours, drawn = rows[rows["number"] == ""].iloc[0], rows[rows["number"] != ""]
        reach = f"{ASKED[kind]:g}: {(drawn['decades'] >= ASKED[kind]).mean():.0%}"
        good = f"{(drawn['decades'] >= ours['decades']).mean():.0%}"
        lines.append(
            f"| `{kind}` | {PLANTS[plant]} | {len(drawn)} | {spread(drawn['decades'])} | "
            f"{ours['decades']:.3g} | {reach} | {good} | {spread(drawn['rms_mV'])} | "
            f"{ours['rms_mV']:.3g} |"
        )
    return lines


def draw(table: pd.DataFrame) -> None:
    """Draw the distributions over random roles, ours marked."""
    figure = Figure(figsize=(10, 6.4), dpi=130, layout="constrained")
    for column, kind in enumerate(ASKED):
        of_kind = table[table["kind"] == kind]
        for line, (key, label) in enumerate(
            (("decades", "decades of the error"), ("rms_mV", "final error, mV rms"))
        ):
            axes = figure.add_subplot(2, 2, 1 + column + 2 * line)
            for colour, plant in enumerate(PLANTS):
                rows = of_kind[of_kind["plant"] == plant]
                drawn = np.sort(rows.loc[rows["number"] != "", key])
                share = (np.arange(len(drawn)) + 0.5) / len(drawn)
                style = "o" if plant == "roles-circuit" else "-"
                axes.plot(drawn, share, style, color=f"C{colour}", label=PLANTS[plant])
                ours = rows.loc[rows["number"] == "", key].iloc[0]
                axes.axvline(ours, color=f"C{colour}", linestyle="--", linewidth=1)
            if key == "decades":
                axes.axvline(ASKED[kind], color="0.6", linewidth=3, alpha=0.5, zorder=0)
                axes.set_title(kind)
            else:
                axes.set_xscale("log")
            axes.set_xlabel(label)
            axes.set_ylabel("share of random roles at most")
            axes.legend(fontsize=8)
    figure.savefig(FIGURE)


def insert(page: str, name: str, lines: list[str]) -> str:
    """Return the page with these lines between the marks of this name."""
    begin, end = f"<!-- {name} -->", f"<!-- end of {name} -->"
    pattern = re.compile(f"{re.escape(begin)}.*?{re.escape(end)}", re.DOTALL)
    if not pattern.search(page):
        raise SystemExit(f"{PAGE}: no marks {begin} and {end}")
    body = "\n".join([begin, "", *lines, "", end])
    return pattern.sub(lambda _: body, page)


def main(folder: Path) -> None:
    """Write the tables into the page and draw the figure."""
    noisy = runs_of(folder / "noise").assign(board="noisy")
    runs = pd.concat([runs_of(folder / "tasks"), runs_of(folder / "seven"), noisy])
    drawn = roles(folder)
    tables = {
        "claims": claims(runs),
        "clocks": desynchronised(runs, runs_of(folder / "clocks")),
        "decisions": decisions(folder / "decisions.csv"),
        "causes": causes(runs_of(folder / "causes")),
        "others": others(runs_of(folder / "positions"), runs_of(folder / "tolerances")),
        "flowers": flowers(runs, runs_of(folder / "iris")),
        "roles": role_table(drawn),
    }
    page = PAGE.read_text()
    for name, lines in tables.items():
        page = insert(page, name, lines)
    PAGE.write_text(page)
    draw(drawn)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
