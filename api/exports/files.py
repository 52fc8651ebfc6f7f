"""Files that are there whole or as they were (写文件)."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from engine.errors import Fault, InputError
from engine.values import shorten


def write_beside(path: Path, made: bytes, option: str) -> None:
    """Write a file beside its place and move it there, so that no reader meets half of it.

    Raises:
        InputError: it cannot be written.
    """
    new = path.with_name(f".{path.name}.new")
    try:
        new.write_bytes(made)
        new.replace(path)
    except (OSError, ValueError):
        with suppress(OSError, ValueError):
            new.unlink(missing_ok=True)
        fix = "写不了这个文件，请核对路径。"
        raise InputError([Fault(option, shorten(str(path)), fix, "The file cannot be written.")]) from None
