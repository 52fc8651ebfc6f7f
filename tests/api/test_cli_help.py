"""Every command explains itself with examples, and the examples run as they stand."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from api.cli import COMMANDS
from tests.api.command_line import yichuang

ROOT = Path(__file__).parents[2]
RUN = (["check"], ["clock"], ["decide"], ["draw"], ["due"], ["policy"], ["policy", "check"])
"""Commands whose examples need nothing but the files that their help shows."""

_FILE = re.compile(r"^  (?:  )?(\S+\.json)：\n((?:[ ]{4,}.*\n?)+)", re.MULTILINE)
_EXAMPLE = re.compile(r"^ +yichuang (.+)$", re.MULTILINE)


@pytest.mark.parametrize("args", [["--help"], ["-h"], [], *([name, "--help"] for name in COMMANDS)], ids=" ".join)
def test_help_is_no_error_and_shows_how(args):
    told = yichuang(*args)
    assert (told.code, told.err) == (0, "")
    assert "例" in told.out or "命令" in told.out


@pytest.mark.parametrize("command", RUN, ids=" ".join)
def test_the_examples_in_help_run_as_they_stand(command, tmp_path, monkeypatch):
    text = yichuang(*command, "--help").out
    monkeypatch.chdir(tmp_path)
    for folder in ("rules", "features"):
        (tmp_path / folder).symlink_to(ROOT / folder)
    for name, body in _FILE.findall(text):
        (tmp_path / name).write_text(body, "utf-8")
    examples = _EXAMPLE.findall(text)
    assert examples
    for example in examples:
        line, _, source = example.partition(" < ")
        given = (tmp_path / source.strip()).read_bytes() if source else None
        told = yichuang(*shlex.split(line), given=given)
        assert (told.code, told.err) == (0, ""), example
        assert told.out.strip(), example
