"""Who may import whom: the contracts of pyproject.toml are kept, and each bites when it is broken."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from .tree import PACKAGES, ROOT, settings

# What the contract named first must not let pass: a line put at the end of a module of a copy of the tree.
SEEDS = {
    "inward": [
        ("engine/errors.py", "import rules.schema"),
        ("rules/book.py", "import models"),
        ("rules/book.py", "import api"),
        ("models/__init__.py", "import rules.book"),
    ],
    "case-flow": [
        ("engine/terms.py", "import engine.case"),
        ("engine/dossier.py", "import engine.decision"),
        ("engine/not_in_any_layer.py", "HERE = True"),
    ],
    "kinds": [("engine/kinds/review.py", "import engine.kinds.issue")],
    "pure-core": [
        ("engine/case.py", "import os"),
        ("engine/conditions.py", "import pathlib"),
        ("engine/kinds/issue.py", "from sqlalchemy import select"),
    ],
    "one-door": [
        ("rules/book.py", "import durable_rules_engine"),
        ("api/__init__.py", "from durable_rules_engine import create_ruleset"),
    ],
    "web-areas": [("api/cases/schemas.py", "import api.certificates")],
    "web-area-inside": [
        ("api/cases/schemas.py", "import api.cases.service"),
        ("api/projects/service.py", "import api.projects.controller"),
    ],
    "services-no-http": [("api/cases/service.py", "from litestar import get")],
}


def lint(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Check the import contracts of the tree in a folder."""
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as main; main()"]
    environment = {**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1", "COLUMNS": "200"}
    return subprocess.run(
        [*command, "--no-cache", "--no-logo", *options],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Copy the Python files of the tree and its contracts."""
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for package in PACKAGES:
        for path in (ROOT / package).rglob("*.py"):
            place = tmp_path / path.relative_to(ROOT)
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, place)
    return tmp_path


def test_contracts_are_kept():
    result = lint(ROOT)
    assert result.returncode == 0, f"引用约定被打破：\n{result.stdout}{result.stderr}"


def test_every_contract_is_tried():
    assert {contract["id"] for contract in settings()["tool"]["importlinter"]["contracts"]} == set(SEEDS)


@pytest.mark.parametrize(
    ("contract", "module", "line"),
    [(contract, module, line) for contract, seeds in SEEDS.items() for module, line in seeds],
)
def test_a_seeded_violation_is_caught(copy: Path, contract: str, module: str, line: str):
    (name,) = (one["name"] for one in settings()["tool"]["importlinter"]["contracts"] if one["id"] == contract)
    path = copy / module
    path.parent.mkdir(parents=True, exist_ok=True)
    imported = line.split()[1].replace(".", "/")
    if imported.startswith("api/"):  # an area that has no such file: give it one, so that the import is real
        wanted = copy / imported
        if not wanted.is_dir() and not wanted.with_suffix(".py").exists():
            wanted.with_suffix(".py").write_text("", encoding="utf-8")
    with path.open("a", encoding="utf-8") as file:
        file.write(f"\n{line}\n")
    result = lint(copy, "--contract", contract)
    assert result.returncode == 1
    assert f"{name} BROKEN" in result.stdout, result.stdout + result.stderr
    assert module.removesuffix(".py").removesuffix("/__init__").replace("/", ".") in result.stdout


@pytest.mark.parametrize(
    ("code", "line"),
    [
        ("TID251", "from durable.lang import ruleset"),
        ("TID251", "import durable.engine"),
        ("DTZ011", "import datetime\n\nTODAY = datetime.date.today()"),
        ("DTZ005", "import datetime\n\nNOW = datetime.datetime.now()"),
    ],
)
def test_ruff_refuses(code: str, line: str):
    command = [sys.executable, "-m", "ruff", "check", "--no-cache", "--output-format", "concise"]
    result = subprocess.run(
        [*command, "--stdin-filename", "engine/seed.py", "-"],
        input=f'"""A seed."""\n\n{line}\n',
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert result.returncode == 1
    assert f" {code} " in result.stdout, result.stdout
