"""What is installed elsewhere: the wheel holds the policy data, templates and fonts, and no tests."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from .tree import PACKAGES, ROOT

pytestmark = pytest.mark.xdist_group("wheel")  # built once


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copy what a wheel is built from."""
    copy = tmp_path_factory.mktemp("tree")
    for package in PACKAGES:
        shutil.copytree(ROOT / package, copy / package, ignore=shutil.ignore_patterns("__pycache__"))
    for path in (*ROOT.glob("*.md"), *(ROOT / name for name in ("pyproject.toml", "LICENSE", ".gitignore"))):
        shutil.copy(path, copy)
    return copy


@pytest.fixture(scope="module")
def wheel(tree: Path) -> zipfile.Path:
    """Build the wheel."""
    result = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel"],
        cwd=tree,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert result.returncode == 0, result.stderr
    (built,) = (tree / "dist").glob("*.whl")
    return zipfile.Path(built)


@pytest.mark.parametrize("package", PACKAGES)
def test_holds_every_file_of_the_package(tree: Path, wheel: zipfile.Path, package: str):
    files = {str(path.relative_to(tree)) for path in (tree / package).rglob("*") if path.is_file()}
    assert files - set(wheel.root.namelist()) == set()


def test_holds_nothing_else(wheel: zipfile.Path):
    tops = {name.split("/")[0] for name in wheel.root.namelist()}
    assert {top for top in tops if not top.endswith(".dist-info")} == set(PACKAGES)


def test_installs_the_command(wheel: zipfile.Path):
    (name,) = (name for name in wheel.root.namelist() if name.endswith("entry_points.txt"))
    assert "yichuang = api.cli:main" in (wheel / name).read_text(encoding="utf-8")
