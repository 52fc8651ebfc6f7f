"""A skip is a failure: the hook in tests/conftest.py, tried on small test files."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from .tree import ROOT


def run_pytest(folder: Path, source: str) -> subprocess.CompletedProcess[str]:
    shutil.copy(ROOT / "tests" / "conftest.py", folder / "conftest.py")
    (folder / "test_it.py").write_text("import pytest\n" + source, encoding="utf-8")
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-p",
        "no:cacheprovider",
        "--rootdir",
        str(folder),
        str(folder),
    ]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60)


@pytest.mark.parametrize(
    "source",
    [
        "def test_it(): pytest.skip('no server here')",
        "@pytest.mark.skip(reason='no server here')\ndef test_it(): pass",
        "@pytest.mark.skipif(True, reason='no server here')\ndef test_it(): pass",
        "@pytest.fixture\ndef server(): pytest.skip('no server here')\ndef test_it(server): pass",
        "pytest.skip('no server here', allow_module_level=True)",
        "pytest.importorskip('a_module_that_is_not_there', reason='no server here')",
        "import unittest\nclass It(unittest.TestCase):\n    def test_it(self): self.skipTest('no server here')",
    ],
    ids=["call", "mark", "skipif", "fixture", "module", "importorskip", "unittest"],
)
def test_a_skip_fails_and_says_why(tmp_path: Path, source: str):
    result = run_pytest(tmp_path, source)
    assert result.returncode != 0
    assert "跳过即失败" in result.stdout
    assert "no server here" in result.stdout


@pytest.mark.parametrize(
    "source",
    [
        "def test_it(): pass",
        "@pytest.mark.xfail(strict=True, reason='known')\ndef test_it(): assert False",
    ],
    ids=["pass", "xfail"],
)
def test_others_are_left_alone(tmp_path: Path, source: str):
    result = run_pytest(tmp_path, source)
    assert result.returncode == 0, result.stdout
