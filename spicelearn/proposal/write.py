"""Begin a task file: look at the table, choose nodes by trials, write what was found."""

from __future__ import annotations

import shlex
import tempfile
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import UsageError
from ..experiment import Experiment
from ..formats import files
from ..formats.quantity import counted
from ..formats.toml import quoted
from ..machine import Machine
from .columns import ROWS_TRIED
from .draft import beside
from .kinds import KINDS, Asked, Proposal
from .trial import Trial, best

WIDTH = 98
FEWEST_TESTS = 5  # rows of a test that tells something


@dataclass(frozen=True)
class Begun:
    """Hold a task file that was written, its board file if there is one, and what was found."""

    path: Path
    board: Path | None
    proposal: Proposal
    trial: Trial
    told: tuple[str, ...]

    @property
    def command(self) -> str:
        """Return the command that trains it."""
        return training(self.path, self.board)


def training(path: Path, board: Path | None) -> str:
    """Return the command that trains a task file."""
    return shlex.join(
        ["spicelearn", "train", str(path), *(["--board", str(board)] if board else [])]
    )


def begin_task(
    kind: str,
    asked: Asked,
    out: Path,
    force: bool = False,
    heard: Callable[[int, int], object] = lambda done, total: None,
) -> Begun:
    """Write the task file ``out`` for a table, and its board file where the machine needs one.

    ``heard`` is called with the trials done and their number. Raises UsageError for a table or a
    choice that cannot be carried out, and for a file that is there already, unless ``force``.
    """
    if kind not in asked.outline.eta:
        known = " or ".join(asked.outline.eta)
        raise UsageError(f"machine {asked.machine.name} learns no {kind}, expected {known}")
    board = out.with_name(f"{out.stem}-board.toml") if asked.outline.board else None
    refuse_names(asked.path, out)
    for path in (out, *([board] if board else [])):
        if path.exists() and path.resolve() == asked.path.resolve():
            raise UsageError(f"{path} is the table itself, expected another file with --out")
        if path.exists() and not force:
            raise UsageError(f"{path} is there already, expected a new file, or --force")
    proposal = KINDS[kind](asked)
    network = asked.machine.network(proposal.draft.network)
    if proposal.draft.nodes > network.nodes:
        raise UsageError(
            f"network {proposal.draft.network} has {network.nodes} nodes, expected at least "
            f"{proposal.draft.nodes}: for {len(proposal.draft.inputs)} inputs and the outputs"
        )
    if asked.outline.roles is not None:
        given = len(asked.outline.roles(proposal.draft.network)[0])
        if given != (wanted := len(proposal.draft.inputs)):
            raise UsageError(
                f"network {proposal.draft.network} has {given} inputs, expected {wanted}: one for "
                "every column, and the constant ones; choose --network or --inputs"
            )
    columns = proposal.columns
    with tempfile.TemporaryDirectory() as folder:
        used = (*proposal.inputs, *proposal.outputs)
        table = columns.sample(Path(folder), used, proposal.draft.data.get("label"))
        trial = best(proposal.draft, asked.outline, network, table, heard)
    told = (*proposal.told, *came_of(trial, asked, columns.rows))
    notes = [
        f"{kind.capitalize()} for the {asked.machine.name} machine, begun by spicelearn new from "
        f"{quoted(asked.path.name)}, {columns.rows} rows. To train it:",
        f"  {training(Path(out.name), board and Path(board.name))}",
        "",
        "Columns:",
        *(f"  {line}" for line in listed(proposal)),
        "",
        "What can be learned:",
        *(line for text in told for line in textwrap.wrap(text, WIDTH, break_long_words=False)),
    ]
    named = proposal.draft.beside(out)
    files.replace(out, named.text(trial.roles, beside(asked.path, out), notes).encode())
    if board:
        lines = [f"{name} = {value!r}" for name, value in asked.outline.board.items()]
        text = "# Constants with which the machine learns in so many cycles.\n" + "\n".join(lines)
        files.replace(board, f"{text}\n".encode())
    Experiment(str(out))  # raises if it could not be trained
    return Begun(out, board, proposal, trial, told)


def refuse_names(table: Path, out: Path) -> None:
    """Refuse a task file that no command would take for one, and names that no text holds."""
    if out.suffix != ".toml":
        raise UsageError(f"{out} is no name of a task file, expected one that ends in .toml")
    for name in (str(table), str(out)):
        if not name.isprintable():
            raise UsageError(f"{name!r} has characters that are no text, expected another name")


def listed(proposal: Proposal) -> list[str]:
    """Return a line for every column: its name, what is in it, what it is for."""
    rows = []
    for name, column in proposal.columns.by_name.items():
        use = "not used"
        if name in proposal.inputs:
            use = "input"
        elif name in proposal.outputs:
            use = "class" if proposal.draft.data.get("label") == name else "desired"
        rows.append(f"{quoted(name)}: {column}; {use}")
    return rows


def came_of(trial: Trial, asked: Asked, rows: int) -> list[str]:
    """Say what the idealised model learned of a table of so many rows with the nodes chosen."""
    cycles = min(asked.outline.trial_cycles, asked.outline.cycles)
    tries = asked.outline.trials if asked.outline.roles is None else 1
    chosen = f"the best of {tries} choices of nodes" if tries > 1 else "these nodes"
    some = f" and {counted(ROWS_TRIED, 'row')}, drawn at random" if rows > ROWS_TRIED else ""
    with_it = f"The idealised model, trained for {cycles} cycles with {chosen}{some},"
    if trial.held_back is None:
        return [f"{with_it} ends with an error of {trial.error:.2g} V²."]
    if (tests := len(trial.held_back.desired)) < FEWEST_TESTS:
        return [f"{with_it} was tried with {counted(tests, 'test row')} only, which tells nothing."]
    if trial.held_back.labels is not None:
        return [f"{with_it} finds the class of {trial.accuracy:.0%} of the test rows."]
    return [f"{with_it} explains {trial.explained:.0%} of the variance of the test rows."]


def asked_for(machine: Machine, path: Path, **choices: Any) -> Asked:
    """Return what is asked of a machine; raise UsageError if it has no outline."""
    if machine.outline is None:
        raise UsageError(f"machine {machine.name} has no outline of a task file")
    return Asked(path, machine, machine.outline, **choices)
