"""CI runs what everybody runs: `.ci/run` calls `make test`, and `make test` runs every check."""

from __future__ import annotations

import os
import re
import subprocess

import pytest

from .tree import PACKAGES, ROOT, settings


def make(*options: str) -> str:
    """Say what `make` with these options prints."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    command = ["make", "--no-print-directory", *options]
    result = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60)
    assert result.returncode == 0, result.stderr
    return result.stdout


def recipe(target: str) -> str:
    """Say what `make target` would run, without running it."""
    return make("--dry-run", target)


def test_ci_calls_make_test_and_nothing_else():
    lines = (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    commands = [line for line in lines if line and not line.startswith("#")]
    assert commands == ["set -euo pipefail", 'cd "$(dirname "${BASH_SOURCE[0]}")/.."', "make test"]


@pytest.mark.parametrize("script", [".ci/run", "scripts/setup.sh", "scripts/lock.sh"])
def test_scripts_are_bash_and_may_be_run(script: str):
    path = ROOT / script
    assert path.read_text(encoding="utf-8").startswith("#!/usr/bin/env bash\n")
    assert os.access(path, os.X_OK)


@pytest.mark.parametrize("check", ["setup.sh test", "ruff check", "ruff format --check", "mypy", "-m pytest"])
def test_make_test_runs_every_check(check: str):
    assert check in recipe("test")


def test_pytest_comes_last_so_that_its_closing_line_does():
    assert "-m pytest" in recipe("test").splitlines()[-1]


def test_mypy_and_ruff_see_every_package():
    assert set(PACKAGES) <= set(settings()["tool"]["mypy"]["files"])
    for line in recipe("lint").splitlines():
        if "ruff" in line:
            assert set(PACKAGES) <= set(line.split())


def test_make_help_names_every_target():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    phony = re.search(r"^\.PHONY: (.+)$", makefile, re.MULTILINE)
    assert phony
    named = set(re.findall(r"^  make (\S+)", make("help"), re.MULTILINE))
    assert named == set(phony[1].split())
