"""The table of what is in the circuit, against the decks."""

from __future__ import annotations

import re

import pytest

from spicelearn.experiment import Experiment
from spicelearn.runs.export import deck_text

from ...conftest import ROOT

TABLE = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in (ROOT / "docs" / "circuit.md").read_text(encoding="utf-8").splitlines()
    if line.startswith("| ")
]
MODEL = re.compile(r"`((?:AD5220|LM339A|SN74ALS86|CD74HC73|MC14490)(?:_\w+)?)`")
OURS = {"edge", "clock"}  # the subcircuits in which parts are wired


def column(name: str) -> set[str]:
    """Return the models that a column of the table names."""
    place = [head.strip("`") for head in TABLE[0]].index(name)
    return {model for row in TABLE[1:] for model in MODEL.findall(row[place])}


def wired(deck: str) -> set[str]:
    """Return the models that edges and clock of a deck are made of."""
    found, inside = set(), ""
    for line in deck.replace("\n+", " ").splitlines():
        words = line.split()
        if line.lower().startswith(".subckt"):
            inside = words[1]
        elif line.lower().startswith("x") and inside in OURS:
            found |= set(MODEL.findall(" ".join(f"`{word}`" for word in words)))
    return found


@pytest.mark.parametrize("detail", ["event", "analog"])
def test_the_table_names_the_models_of_each_deck(detail: str) -> None:
    experiment = Experiment("divider", detail=detail, cycles=4)
    cycle, own = (wired(deck_text(experiment, form)) for form in ("cycle", "self-training"))
    shared = column("event") if detail == "event" else column("analog") | {"AD5220_rheostat"}
    assert cycle == shared
    counting = "AD5220_logic" if detail == "event" else "AD5220"
    assert own == shared - {"AD5220_rheostat"} | {counting}
    assert counting in column("self-training form")


def test_a_table_with_another_model_would_be_told() -> None:
    deck = deck_text(Experiment("divider"), "cycle").replace(" LM339A_logic ", " LM339A ")
    assert wired(deck) != column("event")


def test_what_is_switched_off_in_the_self_training_deck_is() -> None:
    """The ladder's capacitance, its R-DNL and the temperature coefficient."""
    deck = deck_text(Experiment("divider", detail="analog", cycles=4), "self-training")
    chips = [line for line in deck.replace("\n+", " ").splitlines() if " AD5220 " in line]
    chips = [line for line in chips if line.startswith("X")]
    assert len(chips) == 2
    for chip in chips:
        assert {"dnl=0", "cladder=0", "tc=0"} <= set(chip.split())
