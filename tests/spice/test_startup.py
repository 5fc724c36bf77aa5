"""An ngspice without its digital parts."""

from __future__ import annotations

from pathlib import Path

import pytest

from ..conftest import Run

pytestmark = pytest.mark.usefixtures("ngspice")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "its start-up file {}: No such file or directory"),
        ("* nothing\n", "its start-up file {} names no code model digital.cm"),
        (
            "codemodel /no/digital.cm\n",
            "names the code model /no/digital.cm, which is not there",
        ),
        ("\x00\x01\x02 codemodel", "{} names no code model digital.cm"),
    ],
)
def test_a_broken_start_up_file_is_named(
    spicelearn: Run, tmp_path: Path, content: str | None, message: str
) -> None:
    scripts = tmp_path / "scripts"
    scripts.mkdir()
    if content is not None:
        (scripts / "spinit").write_text(content)
    done = spicelearn(
        "train", "divider", "--cycles", "3", "--out", "run", env={"SPICE_SCRIPTS": str(scripts)}
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert "ngspice has no digital parts: " in done.stderr
    assert message.format(scripts / "spinit") in done.stderr
    assert done.stderr.count("\n") == 1
