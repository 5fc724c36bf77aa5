"""Maps and tables of "Where it helps" in docs/desynchronised.md, from six sweeps.

Run ``spicelearn sweep studies/desynchronised-maps/NAME.toml --out runs/maps/NAME`` for the NAMEs
noise, offsets, positions, circuit, default and noisy, then
``python studies/desynchronised_maps.py runs/maps``.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd
from desynchronised import LAST, cycling
from matplotlib.axes import Axes
from matplotlib.colors import TwoSlopeNorm
from matplotlib.figure import Figure

import spicelearn as sl
from spicelearn.experiment import Experiment
from spicelearn.plant import State
from spicelearn.sweep.table import load_table

DOCS = Path(__file__).parent.parent / "docs"
NOISE, OFFSET, POSITIONS = "board.noise_V", "board.offset_sigma_V", "board.positions"
CLEAN = {NOISE: 0.0, OFFSET: 0.0, POSITIONS: 128}  # where a sweep does not vary it
MAPS = {
    NOISE: "noise of every node, mV rms",
    OFFSET: "comparator offsets, mV rms",
    POSITIONS: "wiper positions",
}
MEASURES = {
    "end": "at the end: the median error of the last tenth of the run",
    "mean": "at the end: the mean error of the last tenth of the run",
    "quarter": "at a quarter: the median error from 15 to 25 % of the run",
    "best": "at best: the lowest of one error per 1/p cycles",
}
DRAWN = {"end": "at the end, median", "mean": "at the end, mean", "quarter": "at a quarter, median"}
AGREED = 7 / 8  # fraction of seeds that have to do better, or worse, than at p = 1 to say so
STRONG = 1.2  # decades; text on their colour is white


def decades(errors: pd.Series, p: float) -> dict[str, float]:
    """Return the decades from the first error to each of `MEASURES`.

    The errors, V^2, are indexed by cycle. At p = 1 a window has an even number of them: in a limit
    cycle of two cycles the median is then the mean of both, whichever comes first. The best is the
    lowest of as many as a run at p = 1 has.
    """
    cycles = errors.index[-1]
    last = errors[errors.index > 0.9 * cycles]
    late = {
        "end": last.median(),
        "mean": last.mean(),
        "quarter": errors[(errors.index > 0.15 * cycles) & (errors.index <= cycles / 4)].median(),
        "best": errors[errors.index % round(1 / p) == 0].min(),
    }
    return {name: float(np.log10(errors.iloc[0] / error)) for name, error in late.items()}


def measured(folder: Path) -> pd.DataFrame:
    """Return a row per run of a sweep: what varied, its decades, its edges in a limit cycle.

    The columns "MEASURE gained" have the decades beyond those of the same seed at p = 1.
    """
    table = load_table(folder).rename(columns={"run.probability": "p", "run.seed": "seed"})
    if (table["status"] != "finished").any():
        raise SystemExit(f"{folder}: a run failed; spicelearn sweep --retry runs it again")
    found = []
    for run, p in zip(table["run"], table["p"], strict=True):
        cycles = sl.load(folder / run).cycles
        errors = cycles.set_index("cycle")["error"].dropna()
        codes = cycles.filter(like="code_").to_numpy(dtype=int)
        found.append(decades(errors, p) | {"cycling": cycling(codes)})
    table = table.join(pd.DataFrame(found))
    for field, value in CLEAN.items():
        if field not in table:
            table[field] = value
    names = table["run.board"] if "run.board" in table else pd.Series("clean", table.index)
    table["board"] = [Path(name).stem.replace("-", " ") for name in names]
    keys = [*MAPS, "board", "seed"]
    first = table.loc[table["p"] == 1, [*keys, *MEASURES]]
    both = table[keys].merge(first, on=keys, how="left", validate="m:1")
    for measure in MEASURES:
        table[f"{measure} gained"] = table[measure] - both[measure]
    return table


def agreed(gained: pd.Series) -> str:
    """Return "better" or "worse" if enough seeds are, or else an empty text."""
    for word, those in (("better", gained > 0), ("worse", gained < 0)):
        if those.mean() >= AGREED:
            return word
    return ""


def different(rows: pd.DataFrame, field: str) -> list[float]:
    """Return the values of a column, each once, ascending."""
    return sorted(float(value) for value in rows[field].unique())


def plain(field: str, value: float) -> str:
    """Write a value of what a map varies, voltages in mV, or a probability as 1/n."""
    if field == "p":
        return "1" if value == 1 else f"1/{round(1 / value)}"
    return f"{value:g}" if field == POSITIONS else f"{1000 * value:g}"


def draw(axes: Axes, rows: pd.DataFrame, by: str, measure: str, circuit: pd.DataFrame) -> None:
    """Draw the median gain for every value and p; at p = 1 write the decades themselves.

    Bold are those on which the seeds agree; in brackets is the gain of the circuit.
    """
    values, probabilities = different(rows, by), different(rows, "p")[::-1]
    gain = f"{measure} gained"
    colours = np.zeros((len(values), len(probabilities)))
    for y, value in enumerate(values):
        for x, p in enumerate(probabilities):
            those = rows[(rows[by] == value) & (rows["p"] == p)]
            checked = circuit[(circuit[by] == value) & (circuit["p"] == p)]
            colours[y, x] = middle = those[gain].median()
            text = f"{those[measure].median():.2f}" if p == 1 else f"{middle:+.2f}"
            if p < 1 and len(checked):
                text += f"\n({checked[gain].median():+.2f})"
            colour = "white" if abs(middle) > STRONG else "black"
            weight = "bold" if p < 1 and agreed(those[gain]) else "normal"
            axes.text(x, y, text, color=colour, weight=weight, ha="center", va="center", fontsize=8)
    axes.imshow(colours, cmap="RdBu", norm=TwoSlopeNorm(0, -2, 2), aspect="auto", origin="lower")
    axes.set_xticks(range(len(probabilities)), [plain("p", p) for p in probabilities])
    axes.set_yticks(range(len(values)), [plain(by, value) for value in values])
    axes.axvline(0.5, color="black", linewidth=1)
    axes.set_title(f"decades gained {DRAWN[measure]}", fontsize=9)
    axes.set_xlabel("probability p that an edge is clocked")
    axes.set_ylabel(MAPS[by])


def cell(rows: pd.DataFrame, measure: str) -> str:
    """Write a median and in brackets the first and the ninth decile, with what seeds agree on."""
    low, middle, high = rows[measure].quantile([0.1, 0.5, 0.9])
    text = f"{middle:.2f} [{low:.2f}, {high:.2f}]"
    word = agreed(rows[f"{measure} gained"])
    return f"**{text}** {word}" if word else text


def locked(rows: pd.DataFrame) -> str:
    """Write the median fraction of edges that end in a limit cycle at p = 1."""
    return f"{rows.loc[rows['p'] == 1, 'cycling'].median():.2f}"


def print_row(*cells: str) -> None:
    """Print a row of a table."""
    print("|", " | ".join(cells), "|")


def print_head(*cells: str) -> None:
    """Print the head of a table."""
    print()
    print_row(*cells)
    print("|" + "---|" * len(cells))


def print_map(rows: pd.DataFrame, by: str, measure: str) -> None:
    """Print the decades for every value and p."""
    probabilities = different(rows, "p")[::-1]
    heads = [f"p = {plain('p', p)}" for p in probabilities]
    print_head(MAPS[by], *heads, "edges in a limit cycle at p = 1")
    for value in different(rows, by):
        those = rows[rows[by] == value]
        cells = [cell(those[those["p"] == p], measure) for p in probabilities]
        print_row(plain(by, value), *cells, locked(those))


def print_circuit(circuit: pd.DataFrame, ideal: pd.DataFrame) -> None:
    """Print circuit beside idealised model, the same seeds, and how many runs differ."""
    fields = [*MAPS, "p", "seed"]
    both = circuit.merge(ideal, on=fields, suffixes=(" of circuit", " of ideal"), validate="1:1")
    if len(both) < len(circuit):
        raise SystemExit("circuit: points that are in no map, expected all in one")
    print_head("noise, mV", "offsets, mV", "positions", "p", "circuit", "idealised model")
    points = both[fields[:-1]].drop_duplicates()
    for point in points.to_dict("records"):
        those = both[(both[fields[:-1]] == pd.Series(point)).all(axis=1)]
        texts = [plain(field, point[field]) for field in fields[:-1]]
        middles = [f"{those[f'end of {name}'].median():.2f}" for name in ("circuit", "ideal")]
        print_row(*texts, *middles)
    apart = (both["end of circuit"] - both["end of ideal"]).abs()
    print(f"\n{(apart > 0.005).sum()} of {len(apart)} runs differ by more than 0.005 decades.")


def compared(run: Path) -> float:
    """Return by how much the two drops that an edge compares differ, V, late in a run: the median.

    It is that of all edges of the idealised model without noise, over the last 64 cycles.
    """
    held = sl.load(run)
    experiment = Experiment.from_dict(held.manifest["experiment"])
    lesson = experiment.lesson
    drive, plant = lesson.first_drive(), experiment.plant_of(experiment.setup(lesson))
    apart = []
    for codes in held.cycles.filter(like="code_").to_numpy(dtype=float)[-LAST - 1 : -1]:
        probes = plant.cycle(State(codes), drive).probes
        apart.append(lesson.network.drops(probes["clamped"] - probes["free"]))
    return float(np.median(np.abs(apart)))


def print_compared(folder: Path, rows: pd.DataFrame) -> None:
    """Print by how much compared drops differ, over the number of positions and p."""
    probabilities = different(rows, "p")[::-1]
    print_head(MAPS[POSITIONS], *(f"p = {plain('p', p)}, mV" for p in probabilities))
    for value in different(rows, POSITIONS):
        cells = []
        for p in probabilities:
            those = rows[(rows[POSITIONS] == value) & (rows["p"] == p)]
            cells.append(
                f"{1000 * np.median([compared(folder / run) for run in those['run']]):.2f}"
            )
        print_row(plain(POSITIONS, value), *cells)


def print_boards(rows: pd.DataFrame) -> None:
    """Print what boards reach at every p."""
    probabilities = different(rows, "p")[::-1]
    for measure, meaning in MEASURES.items():
        print(f"\nDecades {meaning}")
        heads = [f"p = {plain('p', p)}" for p in probabilities]
        print_head("board", *heads, "edges in a limit cycle at p = 1")
        for board in rows["board"].unique():
            those = rows[rows["board"] == board]
            cells = [cell(those[those["p"] == p], measure) for p in probabilities]
            print_row(board, *cells, locked(those))


def main(folder: Path) -> None:
    """Draw the maps and print the tables."""
    names = ("noise", "offsets", "positions", "circuit", "default", "noisy")
    every = (measured(folder / name) for name in names)
    noise, offsets, positions, circuit, default, noisy = every
    clean = noise[noise[NOISE] == 0]
    maps = {NOISE: noise, OFFSET: pd.concat([clean, offsets])}
    maps[POSITIONS] = pd.concat([clean, positions])
    figure = Figure(figsize=(13, 12), dpi=100, layout="constrained")
    panels = figure.subplots(len(DRAWN), len(MAPS))
    for row, measure in zip(panels, DRAWN, strict=True):
        for axes, (by, rows) in zip(row, maps.items(), strict=True):
            others = {field: value for field, value in CLEAN.items() if field != by}
            inside = (circuit[list(others)] == pd.Series(others)).all(axis=1)
            draw(axes, rows, by, measure, circuit[inside])
    figure.savefig(DOCS / "desynchronised-maps.png")
    for measure, meaning in MEASURES.items():
        print(f"\nDecades {meaning}")
        for by, rows in maps.items():
            print_map(rows, by, measure)
    print_compared(folder / "noise", clean)
    print_compared(folder / "positions", positions)
    print_circuit(circuit, pd.concat([noise, offsets, positions]))
    print_boards(default)
    for measure, meaning in MEASURES.items():
        print(f"\nThe default board with noise, decades {meaning}")
        print_map(pd.concat([default[default["board"] == "default"], noisy]), NOISE, measure)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
