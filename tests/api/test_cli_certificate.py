"""``certificate verify``: what a file says of itself, without a network."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path

import pytest

from tests.api.command_line import yichuang
from tests.api.documents import certificate, made


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "证书.pdf"
    path.write_bytes(made(certificate()))
    return path


def test_a_whole_file_says_what_it_holds(file: Path) -> None:
    answer = yichuang("certificate", "verify", str(file), "--json").answer
    assert answer["consistent"] is True
    assert answer["number"] == certificate()["number"]
    assert answer["sha256"] == sha256(file.read_bytes()).hexdigest()
    assert "联网核验" in answer["says"]
    assert certificate()["title"] in yichuang("certificate", "verify", str(file)).out


@pytest.mark.parametrize(
    "raw",
    [b"", b"no pdf", b"%PDF-1.7\nbroken", b"\0" * 5_000_000],
    ids=["empty", "text", "broken", "zeros"],
)
def test_other_files_are_told_apart(tmp_path: Path, raw: bytes) -> None:
    path = tmp_path / "x.pdf"
    path.write_bytes(raw)
    answer = yichuang("certificate", "verify", str(path), "--json").answer
    assert answer["consistent"] is None
    assert yichuang("certificate", "verify", str(path)).code == 0
    assert json.loads(json.dumps(answer))["sha256"] == sha256(raw).hexdigest()


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    assert yichuang("certificate", "verify", str(tmp_path / "none.pdf"), "--json").pointers == ["/file"]
