"""The library from Python: train, resume, validate and load, and the run that they return."""

from __future__ import annotations

import html
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .constants import Constants
from .errors import UsageError, nearest
from .experiment import Experiment, board_of
from .formats.waves import RAW, Waves
from .network.graph import Network
from .runs import run_file
from .runs.carry_out import begin, unheard
from .runs.carry_out import resume as resumed
from .runs.folder import MANIFEST, default_folder, read_manifest
from .runs.isolation import Listener
from .tasks.taught import TaughtRun

if TYPE_CHECKING:
    import pandas as pd


class Run:
    """Hold a run folder: its choices, its records and its results.

    Everything is read from the folder at its first use, then kept. Raises UsageError if the folder
    is not a run folder.
    """

    def __init__(self, folder: Path | str) -> None:
        self.folder = Path(folder)
        self.manifest: dict[str, Any] = read_manifest(self.folder)

    @cached_property
    def results(self) -> dict[str, Any]:
        """Return the results, the keys of ``train --json``; empty until the run is finished."""
        found: dict[str, Any] = self.manifest.get("results", {})
        return found

    @cached_property
    def cycles(self) -> pd.DataFrame:
        """Return the table of cycles: ``cycle, error, accuracy`` and one column per weight.

        Errors in V^2; the weights of a row are those before the step of its cycle. A long run keeps
        every `Experiment.record_every` cycles, and those in which a test set was measured.
        """
        from .runs.record import read_cycles  # noqa: PLC0415 - pandas is slow to import

        table, _ = read_cycles(self.folder)
        return table

    @cached_property
    def test_set(self) -> pd.DataFrame | None:
        """Return the responses to the test set, V, one row per example; None without a test set.

        Where several lessons have a test set this is the last one; `test_sets` has all.
        """
        return next(reversed(self.test_sets.values()), None)

    @cached_property
    def test_sets(self) -> dict[str, pd.DataFrame]:
        """Return the responses to every lesson's test set, by the stem of their file's name."""
        from .runs.test_set import read_test_set  # noqa: PLC0415 - pandas is slow to import

        return read_test_set(self.folder)

    @cached_property
    def network(self) -> Network:
        """Return the network with the roles of its first lesson."""
        taught = TaughtRun.of(self.manifest, str(self.folder / MANIFEST))
        return taught.network.with_roles(taught.lessons[0].inputs, taught.lessons[0].outputs)

    @cached_property
    def waves(self) -> Waves | None:
        """Return the waveforms of the run; None if none were kept."""
        return Waves.read(self.folder) if (self.folder / RAW).exists() else None

    def plot(self) -> Any:
        """Return the error against cycles, as an Altair chart, which a notebook shows."""
        from .report.run_page import run_page  # noqa: PLC0415 - slow to import

        return run_page(self.folder).figures[0].chart()

    def report(self, out: Path | str | None = None) -> Path:
        """Write the run's page and its figures, into its own folder by default; return its path.

        Raises UsageError if the folder ``out`` holds something else.
        """
        from .report.run_page import run_page  # noqa: PLC0415 - slow to import

        folder = Path(out) if out is not None else self.folder
        return run_page(self.folder).write(folder, own=folder == self.folder)

    def __repr__(self) -> str:
        return f"Run({str(self.folder)!r}): {self._summary}"

    @property
    def _summary(self) -> str:
        """Return one line: what was trained, and how far its error fell."""
        results, choices = self.results, self.manifest.get("experiment", {})
        what = f"{choices.get('task')} on {choices.get('machine')}, {choices.get('plant')}"
        if not {"cycles", "error_initial", "error_final", "decades"} <= results.keys():
            return f"{what}: {self.manifest.get('status', 'unknown')}"
        if results["decades"] is None:
            return f"{what}: {results['cycles']} cycles, {len(results['stages'])} stages"
        return (
            f"{what}: {results['cycles']} cycles, error {results['error_initial']:.3g} -> "
            f"{results['error_final']:.3g} V² ({results['decades']:.2f} decades)"
        )

    def _repr_html_(self) -> str:
        """Return what a notebook shows: the summary, the results, the last cycles."""
        rows = "".join(
            f"<tr><th style='text-align:left'>{html.escape(name)}</th>"
            f"<td style='text-align:left'>{html.escape(_shown(value))}</td></tr>"
            for name, value in self.results.items()
            if isinstance(value, int | float | str)
        )
        title = html.escape(f"{self._summary} ({self.folder})")
        return f"<p><b>{title}</b></p><table>{rows}</table>"


def _shown(value: float | str) -> str:
    """Return a result as a text, floats to four digits."""
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def experiment_of(
    task: str | Experiment, board: Constants | Path | str | None, choices: Any
) -> Experiment:
    """Return the experiment of these choices, or the one that is given.

    ``task`` may be a run file, whose choices these replace; a board may be the name of a TOML file.
    Raises UsageError for a choice that there is not, that stands beside an Experiment, or that
    cannot be carried out.
    """
    if isinstance(task, Experiment):
        if choices or board is not None:
            raise UsageError("choices beside an Experiment, expected them in the Experiment")
        return task
    unknown = sorted(set(choices) - set(Experiment.__dataclass_fields__))
    if unknown:
        expected = ", ".join(name for name in Experiment.__dataclass_fields__ if name != "task")
        near = nearest(unknown[0], Experiment.__dataclass_fields__)
        raise UsageError(f"no choice {unknown[0]!r}{near}, expected one of {expected}")
    if isinstance(board, str):
        board = Path(board)
    if run_file.is_run_file(task):
        return run_file.from_toml(Path(task), choices, board)
    if isinstance(board, Path):
        known = {name: choices[name] for name in ("machine", "plant", "seed") if name in choices}
        board = board_of(task, **known).with_file(board)
    return Experiment(task, board=board, **choices)


def train(
    task: str | Experiment,
    *,
    out: Path | str | None = None,
    board: Constants | Path | str | None = None,
    listener: Listener = unheard,
    **choices: Any,
) -> Run:
    """Train a task, by name or file, or an Experiment; return the run.

    ``choices`` are the fields of `Experiment`: cycles, network, eta, seed, plant and so on. The
    folder ``out`` is a new one, in ``runs/`` by default; ``listener`` is called with a
    `spicelearn.runs.worker.Progress` several times per second. Raises SpicelearnError if the run
    fails; what was recorded until then stays in the folder.
    """
    experiment = experiment_of(task, board, choices)
    name = experiment.curriculum.name
    folder = Path(out) if out is not None else default_folder(name, experiment.seed)
    begin(experiment, folder, listener)
    return Run(folder)


def resume(folder: Path | str, *, listener: Listener = unheard) -> Run:
    """Go on with an interrupted run; its table is then that of an undisturbed run, row for row.

    Raises SpicelearnError if the run cannot go on or fails again.
    """
    resumed(Path(folder), listener)
    return Run(folder)


def load(folder: Path | str) -> Run:
    """Return the run in a folder, finished or not; raise UsageError if there is none."""
    return Run(folder)


def validate(
    task: str | Experiment,
    *,
    out: Path | str | None = None,
    board: Constants | Path | str | None = None,
    listener: Listener = unheard,
    **choices: Any,
) -> dict[str, Any]:
    """Compare a task's circuit with the idealised model; return the keys of ``validate --json``.

    Arguments as for `train`; ``listener`` is called with the name of the step that begins. Raises
    UsageError if the machine has no theory.
    """
    from .validation.folder import write_validation  # noqa: PLC0415 - slow to import

    experiment = experiment_of(task, board, choices)
    words = (f"validate-{experiment.curriculum.name}", experiment.seed)
    folder = Path(out) if out is not None else default_folder(*words)
    return write_validation(experiment, folder, listener)
