"""Decks for other simulators: what is written, what is refused, and that figures stay the same."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
import spicelib

from spicelearn.errors import UsageError
from spicelearn.experiment import Experiment, board_of
from spicelearn.runs.export import deck_text
from spicelearn.spice.dialects import translated

from ..conftest import ROOT, Run

DECK = """\
.title a deck
* says e7.free
.param gate_F = 1e-09   ; a capacitance, log(x) of it
Vin in 0 pulse(0 1 0 1n 1n 1u 2u)
Bone e0.free 0
+ v={1/(gate_F*2)}*v(in)^2 + u(v(in))
Xe0 in e0.free part vos={gate_F} gain=2
.subckt part a b vos=0 gain={log(2)}
dlimit a b clamp off
ra a b {log(gain/2)}
.model clamp d(is=1e-15 n=0.1)
.ends part
.options reltol=1e-5 vntol=1e-8 abstol=1e-13 trtol=2 noinit
.save v(in)
.width out=96
.print tran v(in)
.tran 1n 1u 0 1n
.meas tran half find v(e0.free) at=0.5u
.meas tran share param='half/2'
.meas tran energy integ par('v(in)-v(e0.free)') from=0 to=1u
.end
"""
LTSPICE = """\
Vin in 0 pulse(0 1 0 1n 1n 1u 2u)
Bone e0_free 0 V={1/(gate_F*2)}*v(in)**2 + u(v(in))
Xe0 in e0_free part vos={gate_F} gain=2
.subckt part a b vos=0 gain={ln(2)}
dlimit a b clamp off
ra a b {ln(gain/2)}
.model clamp d(is=1e-15 n=0.1)
.ends part
.options reltol=1e-5 vntol=1e-8 abstol=1e-13 trtol=2 plotwinsize=0
.save v(in)
.tran 1n 1u 0 1n
.meas TRAN half FIND v(e0_free) at=0.5u
.meas TRAN share PARAM half/2
.meas TRAN energy INTEG v(in)-v(e0_free) from=0 to=1u
.end
"""
XYCE = """\
Vin in 0 pulse(0 1 0 1n 1n 1u 2u)
Bone e0_free 0 V={(1/(gate_F*2))*v(in)**2 + stp(v(in))}
Xe0 in e0_free part PARAMS: vos={gate_F} gain=2
.subckt part a b PARAMS: vos=0 gain={ln(2)}
dlimit a b clamp
ra a b {ln(gain/2)}
.model clamp d(is=1e-15 n=0.1)
.ends part
.options timeint reltol=1e-5 abstol=1e-8
.print tran v(in)
.tran 1n 1u 0 1n
.measure TRAN half FIND v(e0_free) at=0.5u
.measure TRAN share EQN {half/2}
.measure TRAN energy INTEG {v(in)-v(e0_free)} from=0 to=1u
.end
"""
LEFT = {
    "ltspice": "* Left out: .print, .width, noinit.",
    "xyce": "* Left out: .save, .width, abstol, noinit, trtol.",
}
FAST = ROOT / "examples" / "fast-gates.toml"


def exported(
    task: str, simulator: str | None = None, form: str = "", board: Path | None = None, **more: str
) -> str:
    constants = board_of(task, None, "spice", 0).with_file(board) if board else None
    experiment = Experiment(task, board=constants, **more)  # type: ignore[arg-type]
    return deck_text(experiment, form or next(iter(experiment.apparatus.forms)), None, simulator)


@pytest.mark.parametrize(("simulator", "expected"), [("ltspice", LTSPICE), ("xyce", XYCE)])
def test_every_line_is_written_as_the_simulator_wants_it(simulator: str, expected: str) -> None:
    title, *lines = translated(DECK, simulator).splitlines()
    assert title == "* a deck"
    assert "\n".join(line for line in lines if line[0] not in "*" and ";" not in line) + "\n" == (
        expected
    )
    assert ".param gate_F = 1e-09   ; a capacitance, log(x) of it" in lines
    assert LEFT[simulator] in lines
    assert "* A dot in the name of a node is an underscore here." in lines
    assert "* says e7.free" in lines


@pytest.mark.parametrize("simulator", ["ltspice", "xyce"])
def test_the_head_tells_only_what_differs(simulator: str) -> None:
    deck = translated("a deck\nVin in 0 1\n.tran 1n 1u\n.end\n", simulator)
    assert "Left out" not in deck
    assert "A dot" not in deck


@pytest.mark.parametrize(
    ("line", "what", "simulators"),
    [
        ("Ain [in] [d] level", "code models of XSPICE", ("ltspice", "xyce")),
        (".model level adc_bridge(in_low=0)", "code model adc_bridge", ("ltspice", "xyce")),
        (".model nch vdmos(vto=1)", "model type vdmos", ("xyce",)),
        ("Bx x 0 v=pwl(time,0,0,1,1)", "function pwl", ("ltspice", "xyce")),
        ("Rx x 0 {fmod(1,2)}", "function fmod", ("ltspice", "xyce")),
        (".options xmu=0", "option xmu", ("ltspice", "xyce")),
        (".options trtol=1e6", "option trtol=1e6", ("xyce",)),
        (
            ".meas tran t when v(x)=1 cross=last from=0 to=1",
            "measurement when ... from",
            ("ltspice",),
        ),
        (".noise v(x) Vin dec 1 1 10", "order .noise", ("ltspice", "xyce")),
        ("Tx x 0 y 0 z0=50", "element tx", ("ltspice", "xyce")),
    ],
)
def test_what_a_simulator_lacks_is_named(line: str, what: str, simulators: tuple[str, ...]) -> None:
    deck = DECK.replace(".end\n", f"{line}\n.end\n")
    for simulator, title in (("ltspice", "LTspice"), ("xyce", "Xyce")):
        if simulator in simulators:
            message = re.escape(f"the deck has {what}, expected none in one for {title}")
            with pytest.raises(UsageError, match=f"^{message}$"):
                translated(deck, simulator)
        else:
            assert translated(deck, simulator)


@pytest.mark.parametrize(
    ("choices", "message"),
    [
        (("allostery",), "code model adc_bridge, code model d_and"),
        (("allostery", "--detail", "analog"), "code model adc_bridge, code model d_and"),
        (("xor", "--form", "self-training"), "option xmu, expected none in one for LTspice"),
        (("and", "--form", "self-training"), "option xmu, expected none in one for LTspice"),
        (("xor", "--form", "answer"), "measurement when ... from, expected none"),
        (("divider", "--form", "bom"), "--for is of no use with --form bom, expected none"),
    ],
)
def test_decks_that_are_not_plain_spice_are_refused(
    command: Run, choices: tuple[str, ...], message: str
) -> None:
    done = command("export", *choices, "--for", "ltspice", "-o", "-")
    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr


@pytest.mark.parametrize(
    ("name", "near"), [("saber", ""), ("ltspyce", " (did you mean 'ltspice'?)")]
)
def test_an_unknown_simulator_is_refused(command: Run, name: str, near: str) -> None:
    done = command("export", "xor", "--for", name, "-o", "-")
    assert (done.returncode, done.stdout) == (2, "")
    assert f"no simulator '{name}'{near}, expected ltspice or xyce" in done.stderr


def figures(deck: str, ngspice: str, folder: Path, mode: str = "") -> dict[str, float]:
    """Return what ngspice measures in a deck, in one of its modes for decks of others."""
    (folder / "deck.cir").write_text(deck, encoding="utf-8")
    order = [ngspice, *(["-D", f"ngbehavior={mode}"] if mode else []), "-b", "deck.cir"]
    done = subprocess.run(
        order, cwd=folder, capture_output=True, text=True, timeout=120, check=False
    )
    found = re.findall(r"^(\w+)\s+=\s+(-?\d\S*)", done.stdout, re.MULTILINE)
    return {name: float(value) for name, value in found}


def without_results(deck: str) -> str:
    """Return a deck for Xyce as ngspice measures it: without expressions of measured results."""
    lines = [line for line in deck.splitlines() if " EQN " not in line]
    return re.sub(r"INTEG \{(.*)\}", r"INTEG par('\1')", "\n".join(lines)) + "\n"


@pytest.mark.parametrize(
    ("task", "board", "detail"), [("xor", FAST, None), ("xor", FAST, "parts"), ("nand", None, None)]
)
def test_figures_are_those_of_the_deck_for_ngspice(
    task: str, board: Path | None, detail: str | None, ngspice: str, tmp_path: Path
) -> None:
    """Both dialects are taken by a mode of ngspice, but for results computed from results."""
    choices: dict[str, str] = {} if detail is None else {"detail": detail}

    def shorter(deck: str) -> str:  # learning has begun
        return re.sub(r"\.tran 5e-07 \S+ 0 5e-07", ".tran 5e-07 6e-5 0 5e-07", deck)

    first = figures(shorter(exported(task, board=board, **choices)), ngspice, tmp_path)
    lt = figures(
        shorter(exported(task, "ltspice", board=board, **choices)), ngspice, tmp_path, "lt"
    )
    assert len(lt) > 90
    assert lt.items() <= first.items()
    if task == "xor":
        deck = without_results(shorter(exported(task, "xyce", board=board, **choices)))
        assert figures(deck, ngspice, tmp_path, "ps").keys() == lt.keys()
        assert figures(deck, ngspice, tmp_path, "ps").items() <= first.items()


def test_spicelib_reads_every_element_of_a_deck_for_ltspice(tmp_path: Path) -> None:
    for task, board, detail in (("xor", FAST, "parts"), ("nand", None, None)):
        deck = exported(task, "ltspice", board=board, **({"detail": detail} if detail else {}))
        path = tmp_path / "deck.cir"
        path.write_text(deck, encoding="utf-8")
        top = deck.partition("* ---- Subcircuits")[0]
        elements = re.findall(r"^[a-z]\S*", top.partition("\n")[2], re.MULTILINE | re.IGNORECASE)
        read = spicelib.SpiceEditor(str(path))
        assert sorted(map(str.upper, read.get_components())) == sorted(map(str.upper, elements))


@pytest.mark.parametrize("form", ["window", "answer"])
def test_a_deck_for_xyce_keeps_to_its_reference(form: str) -> None:
    deck = exported("xor", "xyce", form, FAST)
    lines = re.sub(r"\n\+ ?", " ", deck).splitlines()[1:]
    orders = set()
    for line in filter(None, (line.partition(";")[0] for line in lines)):
        word = line.split()[0].lower()
        if line[0] == ".":
            orders.add(word)
        if word[0] == "b":
            assert re.fullmatch(r"\S+ \S+ \S+ [VI]=\{[^{}']+\}", line), line
        elif word[0] == "x" or word == ".subckt":
            assert ("=" in line) == (" PARAMS: " in line), line
            assert "=" not in line.partition(" PARAMS: ")[0]
        elif word == ".measure":
            assert re.match(r"\.measure TRAN \w+ (FIND|EQN|INTEG|WHEN) ", line), line
        elif word[0] != "*":
            assert "'" not in line, line
    assert orders <= {
        *(".param", ".subckt", ".ends", ".model", ".ic", ".options", ".tran", ".print"),
        *(".measure", ".end"),
    }
    assert not re.search(r"\blog\(", "".join(line for line in lines if line[:1] != "*"))
