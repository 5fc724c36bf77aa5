"""What a run taught, read from its manifest alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np

from ..errors import UsageError
from ..network.graph import Amplifier, Network, Output, terminals
from ..plant import Bools, Floats
from ..schedules.cuts import Cut, Damage

Kept = TypeVar("Kept")


@dataclass(frozen=True)
class TaughtLesson:
    """Hold one lesson of a run: roles of nodes, and representative inputs, V, by cycle.

    The targets of these inputs, V, are None where the manifest does not tell them.
    """

    task: str
    first: int
    end: int
    inputs: tuple[int, ...]
    outputs: tuple[Output, ...]
    examples: tuple[tuple[int, Floats], ...]
    classes: tuple[str, ...] = ()  # of the representative inputs, if they have classes
    targets: tuple[tuple[int, Floats | None], ...] = ()
    targets_move: bool = False

    def inputs_at(self, cycle: int) -> Floats:
        """Return the representative inputs of a cycle, V, shape (n, inputs)."""
        return _latest(self.examples, cycle)

    def targets_at(self, cycle: int) -> Floats | None:
        """Return the targets of the representative inputs of a cycle, V, shape (n, outputs)."""
        return _latest(self.targets, cycle) if self.targets else None


def _latest(stretches: tuple[tuple[int, Kept], ...], cycle: int) -> Kept:
    """Return what stands in a cycle: that of the last stretch that has begun."""
    return next((kept for begun, kept in reversed(stretches) if begun <= cycle), stretches[0][1])


@dataclass(frozen=True)
class TaughtRun:
    """Hold a run's network, lessons and cuts, and its choices and parts as in the manifest.

    ``experiment`` and ``parts`` are not checked here, but by the machine's own code.
    """

    network: Network
    lessons: tuple[TaughtLesson, ...]
    damage: Damage
    experiment: dict[str, Any]
    parts: dict[str, Any]
    restarts: tuple[int, ...] = ()  # the cycle at which each lesson's last attempt began anew

    @classmethod
    def of(cls, manifest: dict[str, Any], where: str) -> TaughtRun:
        """Read it from a manifest; raise UsageError, naming the file ``where``, if it is wrong."""
        try:
            edges = tuple((_whole(a), _whole(b)) for a, b in manifest["edges"])
            kept = manifest.get("resistors", [])
            experiment, parts = manifest["experiment"], manifest["parts"]
            name, cuts = str(experiment["network"]), experiment["cuts"]
            fixed = tuple((_whole(a), _whole(b), float(ohm)) for a, b, ohm in kept)
            amplifiers = tuple(_amplifier(each) for each in manifest.get("amplifiers", []))
            ends = (*edges, *((a, b) for a, b, _ in fixed))
            nodes = 1 + max(max(pair) for pair in ends)
            graph = Network(name, nodes, edges, resistors=fixed, amplifiers=amplifiers)
            lessons = tuple(_taught(lesson) for lesson in manifest["lessons"])
            if not lessons or not isinstance(parts, dict):
                raise ValueError
            for lesson in lessons:
                graph.with_roles(lesson.inputs, lesson.outputs)
            damage = Damage(
                graph.with_roles(lessons[0].inputs, lessons[0].outputs),
                [Cut.parse(str(cut)) for cut in cuts],
            )
            restarts = _restarts(manifest.get("results", {}).get("stages", []))
        except (
            AttributeError,
            KeyError,
            TypeError,
            ValueError,
            OverflowError,
            UsageError,
        ) as failure:
            raise damaged(where, failure) from None
        return cls(graph, lessons, damage, experiment, parts, restarts)

    def lesson_at(self, cycle: int) -> TaughtLesson:
        """Return the lesson that a cycle belongs to, or the last one."""
        return next((lesson for lesson in self.lessons if cycle < lesson.end), self.lessons[-1])

    def intact(self, cycle: int) -> Bools:
        """Return which edges are intact in a cycle, shape (E,)."""
        return self.damage.intact(cycle)

    def roles(self, cycle: int) -> dict[int, str]:
        """Return the roles, input or output, of the nodes that have one in a cycle."""
        lesson = self.lesson_at(cycle)
        outputs = dict.fromkeys(terminals(lesson.outputs), "output")
        return {**dict.fromkeys(lesson.inputs, "input"), **outputs}


def _restarts(stages: list[dict[str, Any]]) -> tuple[int, ...]:
    """Return the cycles at which the last attempts began, of lessons that began anew."""
    begun = {_whole(stage["attempt_cycle"]) for stage in stages if stage.get("restarts")}
    return tuple(sorted(begun))


def damaged(where: str, failure: Exception) -> UsageError:
    """Return the error for a manifest that does not hold what a run writes."""
    what = f": {failure}" if isinstance(failure, UsageError) else ""
    return UsageError(
        f"{where} is damaged, expected edges, lessons, parts and experiment as a run writes "
        f"them{what}"
    )


def _taught(lesson: dict[str, Any]) -> TaughtLesson:
    """Return one lesson of a manifest."""
    inputs = tuple(_whole(node) for node in lesson["inputs"])
    outputs = tuple(_output(output) for output in lesson["outputs"])
    stretches, wanted = [], []
    for each in lesson["examples"]:
        rows = np.array(each["inputs_V"], dtype=float)
        if rows.ndim != 2 or rows.shape[1] != len(inputs) or not np.isfinite(rows).all():
            raise ValueError
        stretches.append((_whole(each["from"]), rows))
        told = each.get("targets_V")
        targets = None if told is None else np.array(told, dtype=float)
        if targets is not None and targets.shape != (len(rows), len(outputs)):
            raise ValueError
        wanted.append((_whole(each["from"]), targets))
    if not stretches:
        raise ValueError
    return TaughtLesson(
        task=str(lesson["task"]),
        first=_whole(lesson["first"]),
        end=_whole(lesson["end"]),
        inputs=inputs,
        outputs=outputs,
        examples=tuple(stretches),
        classes=tuple(map(str, lesson.get("classes", ()))),
        targets=tuple(wanted),
        targets_move=lesson.get("targets_move") is True,
    )


def _amplifier(each: dict[str, Any]) -> Amplifier:
    """Return an amplifier of a manifest."""
    return Amplifier(
        source=_output(each["source"]),
        target=_whole(each["target"]),
        gain=float(each["gain"]),
        level_V=float(each["level_V"]),
        bidirectional=each["bidirectional"] is True,
    )


def _output(value: Any) -> Output:
    """Return an output: a node, or the two nodes of a difference."""
    if isinstance(value, list):
        first, second = value
        return _whole(first), _whole(second)
    return _whole(value)


def _whole(value: Any) -> int:
    """Return a whole number from 0 to 1e9; raise ValueError for anything else."""
    if type(value) is not int or not 0 <= value <= 10**9:
        raise ValueError
    return value
