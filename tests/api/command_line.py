"""Runs the command line in this process, and reads what it tells: an answer on stdout, or one problem on stderr."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from click.testing import CliRunner

from api.cli import main


@dataclass
class Told:
    code: int
    out: str
    err: str

    @property
    def answer(self) -> Any:
        assert self.code == 0, self.err
        assert self.err == ""
        return json.loads(self.out)

    @property
    def problem(self) -> dict[str, Any]:
        assert self.code in (1, 2, 3)
        assert self.out == ""
        found: dict[str, Any] = json.loads(self.err)
        assert {"type", "title", "detail", "errors"} <= set(found)
        assert all(set(e) == {"pointer", "value", "fix"} for e in found["errors"])
        return found

    @property
    def pointers(self) -> list[str]:
        return [e["pointer"] for e in self.problem["errors"]]


def yichuang(*args: str, given: Any = None) -> Told:
    """Run a command line; ``given`` is standard input: bytes, text, or something to write as JSON."""
    text = given if isinstance(given, (str, bytes)) or given is None else json.dumps(given)
    found = CliRunner().invoke(main, list(args), input=text)
    return Told(found.exit_code, found.stdout, found.stderr)
