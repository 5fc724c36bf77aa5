"""Comparison of a circuit with the theory: two plants, the same states and drives."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, replace

import numpy as np

from ..constants import Constants
from ..errors import ConvergenceError, UsageError
from ..experiment import Experiment
from ..machine import SURE_V, Theory
from ..plant import Bools, Drive, Floats, Ints, Plant, Reading, Rule, State
from ..runs.supervisor import Tick, silent
from ..runs.train import train
from .learning import Learning, Watch
from .verdict import TIE

COMPARED = 1000  # cycles, at most


def theory_of(experiment: Experiment) -> Theory:
    """Return the theory of a machine's circuit; raise UsageError if there is none."""
    if experiment.apparatus.theory is None:
        raise UsageError(f"machine {experiment.machine} has no theory to be validated against")
    return experiment.apparatus.theory


@dataclass(frozen=True)
class Comparison:
    """Hold how two plants responded to the same states and drives, in C cycles.

    There are D decisions, one per cycle and weight where both plants decided anything. ``cycle``,
    shape (D,), is that in which each was made, ``differ`` says which differ; ``margin``, shape
    (D,), is that of the second plant (see `Theory`). ``wrong`` and ``own_margin`` are the same for
    the first plant's decisions against those that the theory makes on the first plant's own
    voltages. ``moved`` and ``apart``, shape (D,), are the changes of the weights in the second
    plant and first minus second, empty where weights are whole numbers. ``volts``, V, are what the
    readings' probes show, such as node voltages, first plant minus second: by name, shape (C, N).
    ``unsolved`` is the number of further cycles for which the second plant found no voltages.
    ``learning`` is the first plant's, in all cycles.

    Ties, where the theory's margin is below `TIE`, are counted by themselves: nothing is wrong
    there.
    """

    cycle: Ints
    differ: Bools
    margin: Floats
    wrong: Bools
    own_margin: Floats
    moved: Floats
    apart: Floats
    volts: dict[str, Floats]
    unsolved: int
    learning: Learning

    @property
    def cycles(self) -> int:
        """Return the number of cycles that were compared."""
        return len(next(iter(self.volts.values())))

    @property
    def agreement(self) -> float:
        """Return the fraction of decisions on which both plants agree."""
        return _right(self.differ, self.margin, TIE)

    @property
    def learning_agreement(self) -> float:
        """Return that fraction in the cycles before the first plant has learned."""
        early = self.cycle <= self.learning.learned_cycle
        return _right(self.differ[early], self.margin[early], TIE)

    @property
    def network_agreement(self) -> float:
        """Return the fraction of the second plant's decisions that it makes on either's voltages.

        It is below 1 where the voltages are elsewhere.
        """
        return _right((self.own_margin >= 0) != (self.margin >= 0), self.margin, TIE)

    @property
    def ties(self) -> int:
        """Return the number of decisions that the theory does not make."""
        return int((np.abs(self.margin) < TIE).sum())

    @property
    def agreement_above(self) -> float:
        """Return that fraction where the second plant's margin is `SURE_V` or more."""
        return _right(self.differ, self.margin, SURE_V)

    @property
    def own_agreement(self) -> float:
        """Return the fraction of the first plant's decisions that its voltages and theory give."""
        return _right(self.wrong, self.own_margin, TIE)

    @property
    def own_agreement_above(self) -> float:
        """Return that fraction where the first plant's margin is `SURE_V` or more."""
        return _right(self.wrong, self.own_margin, SURE_V)

    @property
    def step_error(self) -> float | None:
        """Return the rms difference of the weights' changes over the rms change in the second.

        None where weights are whole numbers, and where none moves.
        """
        moved = np.sum(self.moved**2)
        return float(np.sqrt(np.sum(self.apart**2) / moved)) if moved else None

    @property
    def voltage_rms(self) -> float:
        """Return the root mean square difference of node voltages, V."""
        return float(np.sqrt(np.mean(np.hstack([*self.volts.values()]) ** 2)))


def _right(wrong: Bools, margin: Floats, least: float) -> float:
    """Return the fraction of right decisions of at least this margin, V; 1 if there are none."""
    counted = wrong[np.abs(margin) >= least]
    return 1 - float(counted.mean()) if counted.size else 1.0


def compared_cycles(length: int, seed: int) -> Bools:
    """Return in which cycles both plants are run, shape (length,).

    In all of them, or in `COMPARED` that are drawn from the seed.
    """
    rng = np.random.default_rng([seed, 0xC0FA])
    chosen = np.zeros(length, dtype=np.bool_)
    chosen[rng.choice(length, min(length, COMPARED), replace=False)] = True
    return chosen


class Comparer(Watch):
    """Record the responses of two plants to the same state and drive.

    Both get the first plant's state, so that differences do not accumulate. Per cycle the first
    plant does as much as the second one does in ``pace`` of them. A cycle in which the second one
    finds no voltages is counted: gates that the first one has brought to their lowest may cut an
    output off. Raises ConvergenceError if that is the first one to be compared.
    """

    def __init__(
        self,
        first: Plant,
        second: Plant,
        experiment: Experiment,
        rule: Rule,
        tick: Tick,
        pace: int,
    ) -> None:
        super().__init__(first, experiment, tick)
        self._second = second
        self._setup = experiment.setup(experiment.lesson)
        self._theory = theory_of(experiment)
        self._rule, self._pace = rule, pace
        self._moves = not experiment.weights.whole
        self._compared = compared_cycles(experiment.length, experiment.seed)
        self._edges: list[tuple[Floats, ...]] = []
        self._volts: dict[str, list[Floats]] = {}
        self._unsolved = 0

    def append(self, state: State, drive: Drive, reading: Reading) -> None:
        """Measure the first plant; in cycles to be compared, run the second one too."""
        if self._compared[state.cycle]:
            try:
                self._compare(state, drive, reading, self._second.cycle(state, drive))
            except ConvergenceError:
                if not self._volts:
                    raise
                self._unsolved += 1
        super().append(state, drive, reading)

    def _compare(self, state: State, drive: Drive, reading: Reading, other: Reading) -> None:
        """Compare the decisions, the moves and the voltages of a cycle."""
        both = (reading, other)
        decided, theirs = (self._theory.decided(self._setup, state, drive, each) for each in both)
        own, margin = (self._theory.margin(self._setup, drive, each) for each in both)
        cycles = np.full(len(decided), state.cycle)
        columns = [cycles, decided != theirs, margin, (decided > 0) != (own >= 0), own]
        if self._moves:
            after, there = (self._rule.advance(state, each, drive).weights for each in both)
            moved = self._pace * (there - state.weights)
            columns += [moved, after - state.weights - moved]
        counted = (decided != 0) & (theirs != 0)
        self._edges.append(tuple(column[counted] for column in columns))
        for name, volts in other.probes.items():
            self._volts.setdefault(name, []).append(reading.probes[name] - volts)

    @property
    def comparison(self) -> Comparison:
        """Return the comparison of all cycles so far."""
        columns = [np.concatenate(each) for each in zip(*self._edges, strict=True)]
        cycle, differ, margin, wrong, own, *moves = columns
        moved, apart = moves or (np.empty(0), np.empty(0))
        return Comparison(
            cycle=cycle,
            differ=differ,
            margin=margin,
            wrong=wrong,
            own_margin=own,
            moved=moved,
            apart=apart,
            volts={name: np.array(rows) for name, rows in self._volts.items()},
            unsolved=self._unsolved,
            learning=self.learning,
        )


def compare(
    first: Plant,
    second: Plant,
    experiment: Experiment,
    rule: Rule,
    tick: Tick = silent,
    pace: int = 1,
) -> Comparison:
    """Train the first plant, and run the second on the same states and drives."""
    comparer = Comparer(first, second, experiment, rule, tick, pace)
    _watched(comparer, first, experiment, rule)
    return comparer.comparison


def decades_with_same_imperfections(experiment: Experiment, tick: Tick = silent) -> float | None:
    """Return the decades by which the error falls in the idealised model of this circuit.

    None if it comes to where it finds no voltages.
    """
    setup = experiment.setup(experiment.lesson)
    with closing(theory_of(experiment).like(setup)) as model:
        try:
            return learning_of(model, experiment, experiment.rule_of(setup), tick).decades
        except ConvergenceError:
            return None


def against_same_imperfections(experiment: Experiment, tick: Tick = silent) -> Comparison:
    """Compare an experiment's plant with the idealised model that has the same imperfections."""
    setup = experiment.setup(experiment.lesson)
    with (
        closing(theory_of(experiment).like(setup)) as model,
        closing(experiment.plant_of(setup)) as plant,
    ):
        return compare(plant, model, experiment, experiment.rule_of(setup), tick)


def learning_of(plant: Plant, experiment: Experiment, rule: Rule, tick: Tick = silent) -> Learning:
    """Train a plant; return how it learns."""
    watch = Watch(plant, experiment, tick)
    _watched(watch, plant, experiment, rule)
    return watch.learning


def _watched(watch: Watch, plant: Plant, experiment: Experiment, rule: Rule) -> None:
    """Train a plant; let it be watched in every cycle and after the last step."""
    supervisor, start = watch.supervisor, experiment.start()
    watch.conclude(train(plant, supervisor, start, watch, rule, experiment.length))


def on_board(experiment: Experiment, board: Constants, pace: int = 1) -> Experiment:
    """Return the experiment on another board, with the plant that can have it.

    With a ``pace`` it has fewer cycles, by this factor, and is measured and cut as much earlier.
    """
    plant = theory_of(experiment).plant_for(board)
    kind = experiment.apparatus.plants[plant]
    detail = experiment.detail if experiment.detail in kind.details else None
    changed = replace(experiment, board=kind.fitted(board), plant=plant, detail=detail)
    if pace == 1:
        return changed
    length = max(1, experiment.length // pace)
    cuts = [replace(cut, cycle=min(cut.cycle // pace, length - 1)) for cut in changed.damage.cuts]
    return replace(
        changed,
        cycles=length,
        cuts=[str(cut) for cut in cuts],
        evaluate_every=max(1, experiment.lesson.evaluate_every // pace),
        record_every=None,
    )


def against_theory(experiment: Experiment, tick: Tick = silent, pace: int = 1) -> Comparison:
    """Compare an experiment's plant with the idealised model of its board."""
    ideal = ideal_of(experiment, theory_of(experiment).idealised(experiment.constants))
    setup = experiment.setup(experiment.lesson)
    with (
        closing(ideal.plant_of(ideal.setup(ideal.lesson))) as model,
        closing(experiment.plant_of(setup)) as plant,
    ):
        return compare(plant, model, experiment, experiment.rule_of(setup), tick, pace)


def ideal_of(experiment: Experiment, theory: Constants) -> Experiment:
    """Return the experiment with the idealised model of a board."""
    board = experiment.apparatus.plants["ideal"].fitted(theory)
    return replace(experiment, board=board, plant="ideal", detail=None)
