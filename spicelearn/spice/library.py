"""Part models by name, from the files of the package."""

from __future__ import annotations

from importlib.resources import files

from ..errors import SpicelearnError


def part(name: str) -> str:
    """Return the text of ``models/NAME.lib``, a self-contained subcircuit called NAME.

    Raises SpicelearnError if there is no such file.
    """
    source = files("spicelearn.models").joinpath(f"{name}.lib")
    if not source.is_file():
        raise SpicelearnError(f"no part model {name!r} in spicelearn.models")
    return source.read_text(encoding="utf-8")


def parts() -> list[str]:
    """Return the names of all part models, sorted."""
    folder = files("spicelearn.models")
    return sorted(
        entry.name.removesuffix(".lib") for entry in folder.iterdir() if entry.name.endswith(".lib")
    )


def pins(name: str) -> list[str]:
    """Return the names of the pins of the subcircuit of this name, in their order.

    It is in the file of this name, or of the name before an underscore.

    Raises SpicelearnError if there is no such subcircuit.
    """
    file = name if name in parts() else name.partition("_")[0]
    for line in part(file).splitlines():
        words = line.split()
        if words[:2] == [".subckt", name]:
            return [word for word in words[2:] if "=" not in word]
    raise SpicelearnError(f"no subcircuit {name!r} in spicelearn.models")
