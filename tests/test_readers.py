"""Every reader, with what is in order and what is not: a small part of ``python -m tests.fuzz``."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from .fuzz.readers import READERS, tried

INPUTS = 60
SPLICES = (b"nan", b"-1", b"1e999", b"\0", b"\xff", b"[[[[", b'"', b",", b"\n", b"9" * 400, b"{}")


def spoilt(content: bytes, rng: random.Random) -> bytes:
    """Return content with some bytes cut out, doubled, or replaced."""
    made = bytearray(content)
    for _ in range(rng.randint(1, 4)):
        first = rng.randrange(len(made) + 1)
        last = min(len(made), first + rng.choice([0, 1, 1, 2, 8, 100]))
        made[first:last] = rng.choice([*SPLICES, bytes(made[first:last]) * 2, b""])
    return bytes(made)


@pytest.mark.parametrize("name", READERS)
def test_a_reader_takes_what_is_in_order_and_names_what_is_not(name: str, tmp_path: Path) -> None:
    reader, rng = READERS[name], random.Random(name)
    for good in reader.good:
        assert tried(reader, tmp_path, good)
    taken = sum(
        tried(reader, tmp_path, spoilt(rng.choice(reader.good), rng)) for _ in range(INPUTS)
    )
    assert taken < INPUTS
