"""A skip is a failure: the hook in tests/conftest.py, tried on small test files."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from .tree import ROOT

SKIPS = {
    "call": "def test_it(): pytest.skip('reason of call')",
    "mark": "@pytest.mark.skip(reason='reason of mark')\ndef test_it(): pass",
    "skipif": "@pytest.mark.skipif(True, reason='reason of skipif')\ndef test_it(): pass",
    "fixture": "@pytest.fixture\ndef x(): pytest.skip('reason of fixture')\ndef test_it(x): pass",
    "module": "pytest.skip('reason of module', allow_module_level=True)",
    "importorskip": "pytest.importorskip('not_there', reason='reason of importorskip')",
    "unittest": (
        "import unittest\nclass It(unittest.TestCase):\n    def test_it(self): self.skipTest('reason of unittest')"
    ),
}
OTHERS = {
    "pass": "def test_it(): pass",
    "xfail": "@pytest.mark.xfail(strict=True, reason='known')\ndef test_it(): assert False",
}


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> subprocess.CompletedProcess[str]:
    """Run pytest on one small file for each case, with our hook."""
    folder: Path = tmp_path_factory.mktemp("skips")
    shutil.copy(ROOT / "tests" / "conftest.py", folder / "conftest.py")
    for name, source in {**SKIPS, **OTHERS}.items():
        (folder / f"test_{name}.py").write_text(f"import pytest\n{source}\n", encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-rA", "--rootdir", str(folder)]
    command += ["--continue-on-collection-errors", str(folder)]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120)


@pytest.mark.xdist_group("skips")
@pytest.mark.parametrize("name", SKIPS)
def test_a_skip_fails_and_says_why(outcome: subprocess.CompletedProcess[str], name: str):
    assert outcome.returncode != 0
    assert f"FAILED test_{name}.py" in outcome.stdout or f"ERROR test_{name}.py" in outcome.stdout
    assert any("跳过即失败" in line for line in outcome.stdout.splitlines())
    assert f"reason of {name}" in outcome.stdout


@pytest.mark.xdist_group("skips")
def test_others_are_left_alone(outcome: subprocess.CompletedProcess[str]):
    assert "PASSED test_pass.py" in outcome.stdout
    assert "XFAIL test_xfail.py" in outcome.stdout
    assert "skipped" not in outcome.stdout.splitlines()[-1]
