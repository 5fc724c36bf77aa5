"""Decks for plain ngspice: the reference decks, the machine that trains itself, hostile names."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spicelearn.cli.main import main
from spicelearn.errors import UsageError
from spicelearn.experiment import Experiment
from spicelearn.machines.rheostat.board import Board
from spicelearn.machines.rheostat.circuit.twin import Twins, twin_deck
from spicelearn.machines.rheostat.parts import Parts
from spicelearn.network.graph import Network
from spicelearn.plant import Drive, State
from spicelearn.runs.export import deck_text

from ...conftest import ROOT, Run
from ..decks import measured, printed, table

NETLISTS = ROOT / "netlists"
README = (NETLISTS / "README.md").read_text(encoding="utf-8")
WRITTEN_BY = re.findall(r"`spicelearn (export [^`]+)`", README)
RUN_BY = re.findall(r"^\$ ngspice -b netlists/(\S+)$", README, re.MULTILINE)
ORDERS = {".title", ".param", ".subckt", ".ends", ".model", ".options", ".save", ".tran"} | {
    *(".print", ".width", ".meas", ".end", ".ic")
}
HOSTILE = [
    "a\n.control\nshell touch owned\n.endc",
    "a\r\n.include /etc/passwd",
    ".include /etc/passwd",
    "/etc/passwd",
    "shell touch owned",
    "$(touch owned)",
    "`touch owned`",
    "'; touch owned; '",
    '"quoted"',
    "{1+1}",
    "a b",
    "+ continued",
    "* comment",
    "x;y$z",
    "Brücke-Ω-橋",
    "\x1b[31mred",
    "\u2028line",
    "n" * 300,
    "",
    "..",
    "0",
]


def foreign(deck: str) -> list[str]:
    """Return the lines of a deck that none of the generators writes."""
    lines = deck.split("\n")
    own = re.compile(r"[*+RVIEFGABCDMX]", re.IGNORECASE)
    return [
        line
        for number, line in enumerate(lines)
        if not (
            line.split(maxsplit=1)[0].lower() in ORDERS - ({".title"} if number else set())
            if line.startswith(".")
            else own.match(line) or not line
        )
        or not line.isprintable()
    ]


def test_the_reference_decks_are_what_export_writes(command: Run, tmp_path: Path) -> None:
    (tmp_path / "netlists").mkdir()
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    for words in WRITTEN_BY:
        done = command(*shlex.split(words))
        assert (done.returncode, done.stdout, done.stderr) == (0, "", ""), words
    made = sorted(path.name for path in (tmp_path / "netlists").iterdir())
    assert made == sorted({path.name for path in NETLISTS.iterdir()} - {"README.md"})
    for name in made:
        expected = (NETLISTS / name).read_text(encoding="utf-8")
        assert (tmp_path / "netlists" / name).read_text(encoding="utf-8") == expected, name


def test_every_reference_deck_is_run_and_reads_by_itself() -> None:
    assert sorted(RUN_BY) == sorted(path.name for path in NETLISTS.glob("*.cir"))
    for name in RUN_BY:
        deck = (NETLISTS / name).read_text(encoding="utf-8")
        assert foreign(deck) == []
        assert not re.search(r"^\.(include|lib|control)", deck, re.MULTILINE | re.IGNORECASE)
        assert max(map(len, deck.splitlines())) < 200
        used = {word for braced in re.findall(r"\{([^{}]*)\}", deck) for word in names(braced)}
        own = set(re.findall(r"\b([a-z]\w*)=", deck)) | {"int", "max"}
        defined = set(re.findall(r"^\.param (\w+) = .*; .+", deck, re.MULTILINE))
        assert used - own <= defined <= used


def names(expression: str) -> list[str]:
    """Return the names in an expression in braces."""
    return re.findall(r"(?<![\w.])[A-Za-z_]\w*", expression)


def test_one_edge_steps_as_its_drops_say(ngspice: str, tmp_path: Path) -> None:
    for detail in ("event", "analog"):
        deck = deck_text(Experiment("divider", detail=detail), "edge")
        found = measured(printed(deck, ngspice, tmp_path))
        assert [found[f"code{count}"] for count in range(6)] == [64, 65, 64, 65, 64, 64]


@pytest.mark.parametrize("detail", ["event", "analog"])
def test_one_cycle_of_a_larger_network(ngspice: str, tmp_path: Path, detail: str) -> None:
    """More edges than ngspice allows expressions in measurements."""
    experiment = Experiment("allostery", network="lattice-6x6", detail=detail, seed=2)
    found = measured(printed(deck_text(experiment, "cycle"), ngspice, tmp_path))
    ups = []
    for edge in range(60):
        free, clamped = found[f"e{edge}_free"], found[f"e{edge}_clamped"]
        if min(abs(clamped - free), abs(free)) > 0.01:  # beyond any offset
            ups.append((float((clamped > free) != (free < 0)), found[f"e{edge}_up"]))
    assert len(ups) > 20
    assert all(up == pytest.approx(expected, abs=0.01) for expected, up in ups)


@pytest.mark.parametrize("cycles", [1, 5, 19, 20, 25, 29, 30])
def test_the_error_after_any_number_of_cycles(ngspice: str, tmp_path: Path, cycles: int) -> None:
    experiment = Experiment("divider", cycles=cycles)
    found = measured(printed(deck_text(experiment, "self-training"), ngspice, tmp_path))
    expected = np.log10(found["error_before"] / found["error_after"])
    assert found["decades"] == pytest.approx(expected, abs=1e-4)


def test_a_large_test_set(ngspice: str, tmp_path: Path) -> None:
    rows = [f"{1 + n / 50:.3f},{2 - n / 100:.3f}" for n in range(80)]
    (tmp_path / "data.csv").write_text("\n".join(["x,y", *rows]))
    (tmp_path / "task.toml").write_text(
        'name = "own"\nnetwork = "divider"\ninputs = { 0 = "x", 2 = 0.0 }\n'
        'outputs = { 1 = "y" }\ncycles = 30\n[data]\nfile = "data.csv"\ntest = 60\n'
    )
    deck = deck_text(Experiment(str(tmp_path / "task.toml")), "self-training")
    found = measured(printed(deck, ngspice, tmp_path))
    each = [found[f"before{test}"] for test in range(60)]
    assert found["error_before"] == pytest.approx(np.mean(each), rel=1e-5)


def test_one_cycle_shows_what_the_edges_decide_upon(ngspice: str, tmp_path: Path) -> None:
    text = printed((NETLISTS / "allostery.cir").read_text(encoding="utf-8"), ngspice, tmp_path)
    found = measured(text)
    for edge in range(16):
        free, clamped = found[f"e{edge}_free"], found[f"e{edge}_clamped"]
        assert found[f"e{edge}_up"] == (abs(clamped) > abs(free))
    shown = table(text)
    assert shown[0, 2:5] == pytest.approx([2.1339, 2.5670, 3], abs=1e-4)
    assert set(shown[:, 0].round()) == {0, 1}  # the latching clock


@pytest.mark.parametrize(
    ("task", "held", "decades"), [("allostery", 0, 3.0), ("regression", 20, 1.5)]
)
def test_the_machine_that_trains_itself_takes_the_steps_of_the_trainer(
    command: Run, ngspice: str, tmp_path: Path, task: str, held: int, decades: float
) -> None:
    """Bare ngspice, 400 cycles: the code of every edge after every cycle, and the error."""
    deck = (NETLISTS / f"{task}-self-training.cir").read_text(encoding="utf-8")
    text = printed(deck, ngspice, tmp_path)
    assert command("train", task, "--cycles", "400", "--out", "run").returncode == 0
    cycles = pd.read_csv(tmp_path / "run" / "cycles.csv")
    codes = cycles.filter(like="code_").to_numpy()
    shown = table(text)
    assert shown.shape == (402 + 2 * held, 17)
    assert (shown[1 + held :, 1:][: len(codes)] == codes).all()
    if held:
        assert (shown[: 2 + held, 1:] == 64).all()
        assert (shown[-held - 1 :, 1:] == codes[-1]).all()
    found = measured(text)
    assert found["decades"] >= decades
    assert found["error_before"] == pytest.approx(cycles["error"].iloc[0], rel=1e-5)
    if held:
        assert found["error_after"] == pytest.approx(cycles["error"].iloc[-1], rel=1e-4)
    else:
        late = cycles["error"].iloc[360:400]
        assert found["error_after"] == pytest.approx(np.trapezoid(late) / 39, rel=1e-4)


@pytest.mark.parametrize(
    ("task", "held", "clock"),
    [
        ("allostery", 0, ("--probability", "0.3")),
        ("allostery", 0, ("--clock", "round-robin")),
        ("allostery", 0, ("--clock", "partitions:3")),
        ("regression", 20, ("--probability", "0.25")),
        ("divider", 0, ("--probability", "0.5", "--detail", "analog")),
        ("divider", 0, ("--clock", "round-robin", "--detail", "analog")),
    ],
)
def test_registers_in_the_deck_select_the_edges_that_the_trainer_clocks(
    command: Run, ngspice: str, tmp_path: Path, task: str, held: int, clock: tuple[str, ...]
) -> None:
    """Bare ngspice: shift registers and rings gate the chip selects, Python draws nothing."""
    cycles = ("--cycles", "15" if task == "divider" else "24")
    command("export", task, *cycles, *clock, "--form", "self-training", "-o", "own.cir")
    text = printed((tmp_path / "own.cir").read_text(encoding="utf-8"), ngspice, tmp_path)
    lfsr = ("--clock", "lfsr") if clock[0] == "--probability" else ()
    assert command("train", task, *cycles, *lfsr, *clock, "--out", "run").returncode == 0
    codes = pd.read_csv(tmp_path / "run" / "cycles.csv").filter(like="code_").to_numpy()
    assert (table(text)[1 + held :, 1:][: len(codes)].round() == codes).all()
    moved = np.diff(codes, axis=0) != 0
    assert 0 < moved.mean() < 0.6


def test_it_trains_itself_with_every_pin_analog_too(
    command: Run, ngspice: str, tmp_path: Path
) -> None:
    arguments = ("divider", "--cycles", "15", "--detail", "analog")
    command("export", *arguments, "--form", "self-training", "-o", "own.cir")
    text = printed((tmp_path / "own.cir").read_text(encoding="utf-8"), ngspice, tmp_path)
    command("train", *arguments, "--out", "run")
    codes = pd.read_csv(tmp_path / "run" / "cycles.csv").filter(like="code_").to_numpy()
    assert (table(text)[1:, 1:][:16].round() == codes).all()
    assert len(np.unique(codes)) > 8


def test_a_difference_trains_itself_as_the_trainer_trains_it(
    command: Run, ngspice: str, tmp_path: Path
) -> None:
    """A bridge of four edges and a load; the error is that of the difference."""
    (tmp_path / "bridge.csv").write_text("source,target\n0,1\n1,2\n0,3\n3,2\n1,3\n")
    (tmp_path / "task.toml").write_text(
        'network = "bridge.csv"\ncycles = 30\n[inputs]\n0 = 5.0\n2 = 0.0\n'
        '[differences]\nD = "1 - 3"\n[outputs]\nD = 0.4\n'
    )
    deck = deck_text(Experiment(str(tmp_path / "task.toml")), "self-training")
    assert foreign(deck) == []
    text = printed(deck, ngspice, tmp_path)
    assert command("train", "task.toml", "--out", "run").returncode == 0
    cycles = pd.read_csv(tmp_path / "run" / "cycles.csv")
    codes = cycles.filter(like="code_").to_numpy()
    assert (table(text)[1:, 1:][: len(codes)].round() == codes).all()
    assert measured(text)["error_before"] == pytest.approx(cycles["error"].iloc[0], rel=1e-5)
    assert cycles["error"].iloc[0] == pytest.approx(0.4**2, rel=0.05)  # but for the averagers
    assert cycles["error"].iloc[-1] < 1e-3
    once = deck_text(Experiment(str(tmp_path / "task.toml")), "cycle")
    first = measured(printed(once, ngspice, tmp_path))
    steps = [int(first[f"e{edge}_up"]) for edge in range(5)]
    assert (2 * np.array(steps) - 1 == codes[1] - codes[0]).all()


FAST = Board(response_s=1e-9, gate_delay_s=1e-12, flipflop_delay_s=1e-12, clock_delay_s=2e-12)


@pytest.mark.parametrize(
    ("experiment", "form", "message"),
    [
        (
            partial(Experiment, "allostery"),
            "spiral",
            "no form 'spiral', expected cycle or self-training",
        ),
        (partial(Experiment, "seven"), "cycle", "task seven is 9 lessons in a row"),
        (
            partial(Experiment, "iris"),
            "self-training",
            "task iris measures the targets of its classes while it trains, expected volts or",
        ),
        (
            partial(Experiment, "digits", machine="rheostat"),
            "self-training",
            "task digits leaves outputs untaught, expected targets for all of them in every cycle",
        ),
        (
            partial(Experiment, "damage"),
            "self-training",
            "cut of edge 10, expected no cuts in a machine that",
        ),
        (
            partial(Experiment, "allostery", board=Board(noise_V=0.01)),
            "self-training",
            r"noise_V = 0\.01, expected 0: a cycle",
        ),
        (
            partial(Experiment, "allostery", board=Board(positions=64, start_code=32)),
            "self-training",
            "positions = 64, expected 128: .* seven bits",
        ),
        (
            partial(Experiment, "allostery", board=Board(update="continuous")),
            "edge",
            "update = 'continuous', expected 'counter'",
        ),
        (
            partial(Experiment, "divider", board=Board(decision="absolute")),
            "cycle",
            "decision = 'absolute' exists only",
        ),
        (
            partial(Experiment, "divider", board=Board(decision="absolute")),
            "edge",
            "decision = 'absolute' exists only",
        ),
        (
            partial(Experiment, "divider", board=FAST),
            "edge",
            r"clock period of 1.2\d*e-08 s, expected at least 5e-07",
        ),
        (
            partial(Experiment, "allostery", network="lattice-9x9"),
            "self-training",
            "lattice-9x9 has 144 edges, expected at most 120",
        ),
        (
            partial(Experiment, "divider", cycles=100_001),
            "self-training",
            "cycles = 100001, expected at",
        ),
        (
            partial(Experiment, "divider", probability=0.5),
            "cycle",
            r"probability = 0\.5, expected 1 with --form cycle",
        ),
        (
            partial(Experiment, "divider", clock="round-robin"),
            "edge",
            "clock = 'round-robin', expected 'syn",
        ),
        (
            partial(Experiment, "divider", waves="1:2"),
            "cycle",
            "waves = '1:2', expected None with --form",
        ),
        (
            partial(Experiment, "divider", plant="ideal"),
            "cycle",
            "plant = 'ideal', expected 'spice' for",
        ),
    ],
)
def test_a_form_that_cannot_be_is_refused(
    experiment: Callable[[], Experiment], form: str, message: str
) -> None:
    chosen = experiment()
    with pytest.raises(UsageError, match=message):
        deck_text(chosen, form)


def test_the_foreign_are_found() -> None:
    deck = deck_text(Experiment("divider"), "cycle")
    assert foreign(deck) == []
    for line in (
        ".control",
        ".include x",
        "shell x",
        "quit",
        "let x = 1",
        "print x",
        ".title twice",
    ):
        assert foreign(deck.replace("\n* ---- Supplies", f"\n{line}\n* ---- Supplies")) == [line]


def named_deck(name: str) -> str:
    """Return the deck of a divider whose network has this name."""
    network = Network(name, 3, ((0, 1), (1, 2)), (0, 2), (1,))
    drive = Drive.to_all(np.array([5.0, 0]), np.array([2.0]), 0.5, 2)
    board = Board()
    return twin_deck(
        Twins(network, board, Parts.draw(board, 2, 0), State(np.full(2, 64)), drive)
    ).text


LINES = named_deck("divider").count("\n")


@given(name=st.text(max_size=300) | st.sampled_from(HOSTILE))
def test_no_name_of_a_network_puts_a_line_into_a_deck(name: str) -> None:
    try:
        deck = named_deck(name)
    except UsageError as refused:
        assert repr(name)[1:-1][:10] in str(refused)
        return
    assert foreign(deck) == []
    assert deck.count("\n") == LINES


EDGES = """\
source,target
0,{node}
1,2
"""
GRAPH = """\
<graphml xmlns="http://graphml.graphdrawing.org/xmlns"><graph edgedefault="undirected">
<node id="n0"/><node id="n1"/><node id="{node}"/>
<edge source="n0" target="n1"/><edge id="{node}" source="n1" target="{node}"/>
</graph></graphml>
"""
TASK = """\
name = {name}
summary = {name}
network = {network}
inputs = {{ 0 = 5.0, {node} = 0.0 }}
outputs = {{ 1 = 2.0 }}
"""


def quoted(text: str) -> str:
    """Return a text as a TOML string."""
    escaped = "".join(
        f"\\U{ord(letter):08x}" if ord(letter) < 32 or letter in '"\\\x7f' else letter
        for letter in text
    )
    return f'"{escaped}"'


def write(path: Path, text: str) -> Path:
    """Write a file whatever its letters are."""
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    return path


def exported(task: str, network: str | None = None) -> None:
    """Export a deck in two forms: it is refused in one line, or has no line of others."""
    for form in ("cycle", "self-training"):
        try:
            deck = deck_text(Experiment(task, cycles=2, network=network), form)
        except UsageError as refused:
            assert len(str(refused)) < 600
            assert str(refused).isprintable(), str(refused)
        else:
            assert foreign(deck) == []


@settings(max_examples=60)
@given(text=st.text(max_size=300) | st.sampled_from(HOSTILE))
def test_no_text_in_a_file_puts_a_line_into_a_deck(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    folder = tmp_path_factory.getbasetemp() / "hostile"
    folder.mkdir(exist_ok=True)
    edges = write(folder / "edges.csv", EDGES.format(node=text))
    graph = write(folder / "graph.graphml", GRAPH.format(node=text))
    exported("divider", str(edges))
    exported("divider", str(graph))
    for name, network, node in (
        (text, "divider", "2"),
        ("own", text, "2"),
        ("own", "divider", quoted(text)),
    ):
        task = TASK.format(name=quoted(name), network=quoted(network), node=node)
        exported(str(write(folder / "task.toml", task)))


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_words_on_the_command_line_are_refused_by_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], text: str
) -> None:
    monkeypatch.chdir(tmp_path)
    for arguments in (
        ["divider", "--network", text],
        ["divider", "--board", text],
        ["divider", "--cut", text],
        ["divider", "--detail", text],
        ["divider", "--form", text],
        ["--", text],
    ):
        monkeypatch.setattr("sys.argv", ["spicelearn", "export", "-o", "deck.cir", *arguments])
        with pytest.raises(SystemExit) as left:
            main()
        told = capsys.readouterr().err
        assert left.value.code == 2, told
        assert told.count("spicelearn: ") + told.count("Error: ") == 1
        assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--form", "edge", "--network", "wheel9"], "--network is of no use with --form edge"),
        (["--form", "edge", "--eta", "0.1"], "--eta is of no use with --form edge"),
        (["--cut", "0@3"], "--cut 0@3, expected none: a deck has all of its edges"),
        (["--schematic", "deck.cir"], "--schematic deck.cir is the deck, expected another file"),
        (["--schematic", "edge.png"], "--schematic edge.png, expected a name that ends in .svg"),
    ],
)
def test_options_that_clash_are_refused(
    command: Run, tmp_path: Path, arguments: list[str], message: str
) -> None:
    done = command("export", "divider", "-o", "deck.cir", *arguments)
    assert done.returncode == 2
    assert message in done.stderr
    assert list(tmp_path.iterdir()) == []
