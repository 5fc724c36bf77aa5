"""Start-up of ngspice: its file ``spinit`` and the code models that it names."""

from __future__ import annotations

import os
import re
from pathlib import Path

DEFAULT = Path("/usr/share/ngspice/scripts")
NEEDED = "digital.cm"


def scripts() -> Path:
    """Return the folder in which ngspice looks for ``spinit``."""
    if chosen := os.environ.get("SPICE_SCRIPTS"):
        return Path(chosen)
    library = os.environ.get("SPICE_LIB_DIR")
    return Path(library) / "scripts" if library else DEFAULT


def without_models() -> str:
    """Return why ngspice has no digital parts, naming the file that is the cause."""
    path = scripts() / "spinit"
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError as failure:
        return f"its start-up file {path}: {failure.strerror}"
    models = re.findall(r"^[ \t]*codemodel[ \t]+(\S+)", text, re.MULTILINE)
    for model in models:
        if not Path(model).is_file():
            return f"its start-up file {path} names the code model {model}, which is not there"
    if not any(model.endswith(NEEDED) for model in models):
        return f"its start-up file {path} names no code model {NEEDED}"
    return f"the code models that its start-up file {path} names do not load"
