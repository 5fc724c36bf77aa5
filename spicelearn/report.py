"""From a run folder to figures and one self-contained HTML page."""

from __future__ import annotations

import base64
import html
from collections.abc import Callable
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from . import record
from .answers import confusion, read_answers
from .errors import SpicelearnError
from .oscilloscope import draw_cycle
from .waves import RAW, Waves

PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>{title}</title>
<style>
body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto }}
td {{ padding: .1rem 1rem .1rem 0 }} td + td {{ font-variant-numeric: tabular-nums }}
img {{ width: 100% }} .failed {{ color: #a00 }}
</style>
<h1>{title}</h1>
{note}<table>{rows}</table>
{figures}</html>
"""


def write_report(folder: Path) -> Path:
    """Write ``error.png``, ``codes.png`` and ``report.html`` into the run folder.

    And a figure of each test set: ``test.png``, desired against free volts, or the confusion
    matrix; and where there are waveforms ``cycle.png``. Returns the page's path. Raises UsageError
    if this is not a run folder.
    """
    manifest = record.read_manifest(folder)
    table = record.read_cycles(folder)
    if table["error"].isna().all():
        raise SpicelearnError(f"{folder} holds no measured cycle yet: nothing to report")
    figures = ""
    try:
        drawn = drawings(table, manifest, read_answers(folder))
        if (folder / RAW).exists() and "edges" in manifest:
            drawn.append(("cycle", partial(draw_waves, folder=folder, manifest=manifest)))
        for name, draw in drawn:
            picture = _picture(draw)
            (folder / f"{name}.png").write_bytes(picture)
            data = base64.b64encode(picture).decode()
            figures += f'<img alt="{name}" src="data:image/png;base64,{data}">\n'
        page = folder / "report.html"
        page.write_text(_page(manifest, table, figures), encoding="utf-8")
    except OSError as failure:
        raise SpicelearnError(f"cannot write the report in {folder}: {failure.strerror}") from None
    return page


Draw = Callable[[Figure], None]


def drawings(
    table: pd.DataFrame, manifest: dict[str, Any], tests: dict[str, pd.DataFrame]
) -> list[tuple[str, Draw]]:
    """Return the figures of a run by name."""
    found: list[tuple[str, Draw]] = [
        ("error", alone(partial(draw_error, table=table, manifest=manifest))),
        ("codes", alone(partial(draw_codes, table=table, manifest=manifest))),
    ]
    for name, answers in tests.items():
        if "class" in answers:
            found.append((name, alone(partial(draw_confusion, answers=answers))))
        else:
            found.append((name, alone(partial(draw_predicted, answers=answers))))
    return found


def alone(draw: Callable[[Axes], None]) -> Draw:
    """Return what draws on the only axes of a figure."""
    return lambda figure: draw(figure.subplots())


def draw_waves(figure: Figure, folder: Path, manifest: dict[str, Any]) -> None:
    """Draw the first clock cycle of the waveforms in a run folder."""
    draw_cycle(figure, Waves.read(folder), manifest["edges"])


def draw_predicted(axes: Axes, answers: pd.DataFrame) -> None:
    """Plot a test set's free output voltages against the desired ones."""
    columns = answers.filter(regex=r"^desired_\d+$").columns
    nodes = [str(name).removeprefix("desired_") for name in columns]
    for node in nodes:
        desired, free = answers[f"desired_{node}"], answers[f"free_{node}"]
        axes.plot(desired, free, "o", markersize=5, alpha=0.8, label=f"output {node}")
    axes.axline((0, 0), slope=1, color="0.5", linewidth=0.8, zorder=0)
    every = answers.filter(regex=r"^(desired|free)_\d+$").to_numpy()
    margin = 0.05 * (np.ptp(every) or 1)
    ends = (every.min() - margin, every.max() + margin)
    axes.set(xlim=ends, ylim=ends, aspect="equal")
    axes.set_xlabel("desired voltage (V)")
    axes.set_ylabel("voltage of the free network (V)")
    axes.set_title(f"test set after training: {len(answers)} examples")
    axes.legend()


def draw_confusion(axes: Axes, answers: pd.DataFrame) -> None:
    """Draw the confusion matrix of a test set."""
    names = sorted({*answers["class"], *answers["found"]})
    counts = confusion(answers, names).to_numpy()
    axes.imshow(counts, cmap="Blues")
    for (row, column), count in np.ndenumerate(counts):
        colour = "white" if count > counts.max() / 2 else "black"
        axes.text(column, row, str(count), ha="center", va="center", color=colour)
    short = [name if len(name) <= 20 else f"{name[:19]}…" for name in names]
    axes.set_xticks(range(len(names)), short, parse_math=False)
    axes.set_yticks(range(len(names)), short, parse_math=False)
    axes.set_xlabel("taken for")
    axes.set_ylabel("class")
    right = np.trace(counts) / counts.sum()
    axes.set_title(f"test set after training: {100 * right:.1f} % of {counts.sum()} right")


def draw_error(axes: Axes, table: pd.DataFrame, manifest: dict[str, Any]) -> None:
    """Plot the error against cycles, and the median over the last tenth."""
    measured = table.dropna(subset="error")
    marker = "." if len(measured) < 100 else ""
    error = measured["error"].clip(lower=1e-12)
    axes.semilogy(measured["cycle"], error, marker=marker, linewidth=0.8)
    final = manifest.get("results", {}).get("error_final")
    if final:
        axes.axhline(final, color="0.4", linestyle="--", linewidth=0.8)
        axes.annotate(
            "median of the last tenth",
            (0, final),
            xytext=(2, 3),
            textcoords="offset points",
            fontsize=8,
            color="0.3",
        )
    axes.set_xlabel("clock cycle")
    axes.set_ylabel("mean squared error of the outputs (V²)")


def draw_codes(axes: Axes, table: pd.DataFrame, manifest: dict[str, Any]) -> None:
    """Plot every edge's wiper code against cycles."""
    codes = table.filter(regex=r"^code_\d+$")
    colours = np.linspace(0, 1, codes.shape[1])
    for name, colour in zip(codes.columns, colours, strict=True):
        axes.plot(table["cycle"], codes[name], linewidth=0.8, color=(colour, 0.3, 1 - colour))
    positions = manifest.get("experiment", {}).get("board", {}).get("positions", 128)
    axes.set_ylim(-2, positions + 1)
    axes.set_xlabel("clock cycle")
    axes.set_ylabel("wiper code (first edge blue, last red)")


def _picture(draw: Draw) -> bytes:
    """Return the drawing as a PNG."""
    figure = Figure(figsize=(8, 4), dpi=130, layout="constrained")
    draw(figure)
    buffer = BytesIO()
    figure.savefig(buffer, format="png")
    return buffer.getvalue()


def _page(manifest: dict[str, Any], table: pd.DataFrame, figures: str) -> str:
    """Return the page: what ran, what came out, the figures."""
    results = manifest.get("results", record.summary(table["error"].dropna().tolist()))
    experiment = manifest.get("experiment", {})
    rows = {
        key: experiment[key] for key in ("network", "cycles", "eta", "seed") if key in experiment
    }
    rows |= {key: value for key, value in results.items() if isinstance(value, int | float | str)}
    status = str(manifest.get("status", "unknown"))
    note = ""
    if status != "finished":
        reason = str(manifest.get("reason", "it may still be going on, or was killed"))
        note = f'<p class="failed">This run is {html.escape(status)}: {html.escape(reason)}</p>\n'
    cells = "".join(
        f"<tr><td>{html.escape(key)}</td><td>{html.escape(_number(value))}</td></tr>"
        for key, value in rows.items()
    )
    title = html.escape(f"spicelearn: {experiment.get('task', 'a run')}")
    return PAGE.format(title=title, note=note, rows=cells, figures=figures)


def _number(value: float | str) -> str:
    """Return a number to four digits, a text as it is."""
    return f"{value:.4g}" if isinstance(value, float) else str(value)
