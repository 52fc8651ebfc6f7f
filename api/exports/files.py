"""Files that are there whole or as they were (写文件)."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from engine.errors import Fault, InputError
from engine.values import shorten


def write_beside(name: str, made: bytes, option: str) -> None:
    """Write a file beside its place and move it there, so that no reader meets half of it; a device or pipe is written to.

    Raises:
        InputError: it cannot be written.
    """
    try:
        path = Path(name)
        if path.exists() and not path.is_file():
            path.write_bytes(made)
        else:
            _move_there(path.resolve(), made)
    except (OSError, ValueError):
        fix = "写不了这个文件，请核对路径。"
        raise InputError([Fault(option, shorten(name), fix, "The file cannot be written.")]) from None


def _move_there(path: Path, made: bytes) -> None:
    new = path.with_name(f".{path.name}.new")
    try:
        new.write_bytes(made)
        new.replace(path)
    except OSError:
        with suppress(OSError):
            new.unlink(missing_ok=True)
        raise
