"""A sweep as data: a base experiment, what varies, and every point."""

from __future__ import annotations

import hashlib
import itertools
import json
import math
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from ..errors import UsageError
from ..experiment import Experiment
from ..formats.toml import Settings
from ..machines import machine_named, names
from .draws import DISTRIBUTIONS, draw_values, in_unit

RUN = tuple(item.name for item in fields(Experiment) if item.name != "seed")
TABLES = ("run", "board", "task")
KEYS = {  # and what each holds
    "seeds": "how many seeds, from 0 on, or a list of them; without it seed 0",
    "run": "a table, choices of every run: those below, but the seed; `task` is needed",
    "board": "a table, constants of every run, as in a board file",
    "task": "a table, keys of the task file that `run.task` names, like `hold` or `outputs.3`",
    "case": "a list of tables `[[case]]`, fields that vary together, like `run.cycles`",
    "grid": "tables `[grid.run]`, `[grid.board]`, `[grid.task]`: every value of a list with every "
    "other",
    "draw": "`count` and `seed` of random draws, and tables `[draw.run]`, `[draw.board]`, "
    "`[draw.task]`: values from a distribution, like `{ uniform = [0, 1] }`",
}
POINTS_LIMIT = 1_000_000


@dataclass(frozen=True)
class Point:
    """Hold one run of a sweep: the values that vary, and all choices, by ``table.key``."""

    number: int
    values: dict[str, Any]
    choices: dict[str, Any]

    @property
    def name(self) -> str:
        """Return the name of its run folder."""
        return f"{self.number:06d}"

    def table(self, name: str) -> dict[str, Any]:
        """Return its choices of one of `TABLES`, by key."""
        chosen = ((*field.partition("."), value) for field, value in self.choices.items())
        return {key: value for table, _, key, value in chosen if table == name}


@dataclass(frozen=True)
class Sweep:
    """Hold a sweep; ``swept`` are the fields that vary: cases, grid, draws, then the seed."""

    path: Path
    swept: tuple[str, ...]
    points: tuple[Point, ...]

    @cached_property
    def sha256(self) -> str:
        """Return the hash of every choice of every point."""
        text = json.dumps([asdict(point) for point in self.points], sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()

    @classmethod
    def from_toml(cls, path: Path) -> Sweep:
        """Read a specification; docs/sweeps.md describes its keys.

        Points are the cases times the grid times the draws times the seeds, in that order; the last
        varies fastest. The values of a draw depend on the draw's seed, its number and the field
        alone. Raises UsageError, naming file and key.
        """
        file = Settings.read("sweep", path)
        file.only(KEYS)
        base = _chosen(file, {key: file.table[key] for key in TABLES if key in file.table})
        cases = _cases(file)
        grid = _varied(file, "grid")
        if "run.task" not in {**base, **cases[0], **grid}:
            raise file.wrong("run.task", None, "the name of a task, or a file")
        draw = _varied(file, "draw", ("count", "seed"))
        if "run.task" not in {**base, **cases[0], **grid, **draw}:
            raise file.wrong("run.task", None, "the name of a task, or a file")
        count, seed = _draws(file, draw)
        varied = [*cases[0], *grid, *draw]
        for field in [*base, *varied]:
            _known(file, field)
            if varied.count(field) > 1:
                raise UsageError(
                    f"sweep {path}: {field} varies twice, expected it in one of case, grid and draw"
                )
        seeds = _seeds(file)
        total = math.prod(map(len, [cases, seeds, *grid.values()])) * count
        if total > POINTS_LIMIT:
            raise UsageError(f"sweep {path}: {total} points, expected at most {POINTS_LIMIT}")
        random = [draw_values(file, draw, seed, number) for number in range(count)]
        points = tuple(_points(base, [cases, _grid(grid), random, seeds]))
        return cls(path, (*varied, *(["run.seed"] if len(seeds) > 1 else [])), points)


def _points(base: dict[str, Any], varied: list[list[Any]]) -> Iterator[Point]:
    """Yield every point: every case with every place in the grid, every draw and every seed."""
    for number, (*chosen, seed) in enumerate(itertools.product(*varied)):
        values = {field: value for one in chosen for field, value in one.items()}
        values["run.seed"] = seed
        yield Point(number, values, {**base, **values})


def _grid(grid: dict[str, list[Any]]) -> list[dict[str, Any]]:
    """Return every place in the grid."""
    places = itertools.product(*grid.values())
    return [dict(zip(grid, place, strict=True)) for place in places]


def _chosen(file: Settings, tables: dict[str, Any]) -> dict[str, Any]:
    """Return the choices of these tables, by ``table.key``, in their units."""
    return {
        f"{table}.{key}": in_unit(file, f"{table}.{key}", value)
        for table, content in tables.items()
        for key, value in _leaves(file, table, content)
    }


def _cases(file: Settings) -> list[dict[str, Any]]:
    """Return the choices of each case; a single empty case if there is none."""
    if "case" not in file.table:
        return [{}]
    expected = "a list of tables with the same fields, [[case]]"
    cases = []
    for table in file.listed("case", expected):
        if not isinstance(table, dict):
            raise file.wrong("case", table, expected)
        cases.append(_chosen(file, table))
        if set(cases[-1]) != set(cases[0]) or not cases[0]:
            raise file.wrong("case", table, expected)
    return cases


def _leaves(file: Settings, table: str, content: Any) -> Iterator[tuple[str, Any]]:
    """Yield the values of a table and its inner tables by dotted key, distributions whole."""
    if not isinstance(content, dict):
        raise file.wrong(table, content, "a table")
    for key, value in content.items():
        if isinstance(value, dict) and not (len(value) == 1 and set(value) <= set(DISTRIBUTIONS)):
            yield from ((f"{key}.{inner}", leaf) for inner, leaf in _leaves(file, key, value))
        else:
            yield key, value


def _known(file: Settings, field: str) -> None:
    """Raise UsageError for a field that no run has."""
    table, _, key = field.partition(".")
    if table not in TABLES:
        raise UsageError(f"sweep {file.path}: no table {table!r}, expected {', '.join(TABLES)}")
    if field == "run.seed":
        raise UsageError(f"sweep {file.path}: run.seed, expected seeds, beside the tables")
    known = constants() if table == "board" else RUN if table == "run" else ()
    if known:
        Settings(file.what, file.path, {key: 0}).only(known, f"field of {table}")


@cache
def constants() -> tuple[str, ...]:
    """Return the names of the constants of every machine."""
    plants = (kind for name in names() for kind in machine_named(name).plants.values())
    return tuple(dict.fromkeys(key for kind in plants for key in kind.constants.names()))


def _varied(file: Settings, name: str, settings: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return the fields of ``grid`` or ``draw``, each with its list or its distribution."""
    if name not in file.table:
        return {}
    content = file.sub(name, "a table of tables run, board, task").table
    varied = {
        f"{table}.{key}": value
        for table, inner in content.items()
        if table not in settings
        for key, value in _leaves(file, f"{name}.{table}", inner)
    }
    for field, value in varied.items():
        if name == "grid":
            if not isinstance(value, list) or not value:
                raise file.wrong(f"grid.{field}", value, "a list of values")
            varied[field] = [in_unit(file, field, one) for one in value]
        elif not isinstance(value, dict):
            raise file.wrong(f"draw.{field}", value, f"one of {', '.join(DISTRIBUTIONS)}")
    return varied


def _draws(file: Settings, draw: dict[str, Any]) -> tuple[int, int]:
    """Return the number of draws of these fields, and their seed."""
    if "draw" not in file.table:
        return 1, 0
    if not draw:
        raise file.wrong("draw", file.table["draw"], f"one of {', '.join(DISTRIBUTIONS)} in it")
    content = file.sub("draw", "a table")
    return content.whole("count", 1, most=POINTS_LIMIT), content.whole("seed", 0, 0, 2**53)


def _seeds(file: Settings) -> list[int]:
    """Return the seeds: those of a list, or of a number n, 0 to n - 1."""
    seeds = file.table.get("seeds", 1)
    if type(seeds) is int and 1 <= seeds <= POINTS_LIMIT:
        return list(range(seeds))
    good = isinstance(seeds, list) and seeds
    if not good or not all(type(seed) is int and 0 <= seed < 2**63 for seed in seeds):
        raise file.wrong("seeds", seeds, "how many, or a list of whole numbers")
    if len(set(seeds)) < len(seeds):
        raise file.wrong("seeds", seeds, "every seed once")
    return list(seeds)
