"""The tree: modules of a readable length, tests that mirror it, names every system can hold."""

from __future__ import annotations

from pathlib import Path

import pytest

from .tree import PACKAGES, ROOT, modules, settings

LONGEST_MODULE = 400
WEB_AREA_FILES = {"controller.py", "pages.py", "service.py", "schemas.py"}


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_no_module_is_too_long(path: Path):
    lines = len(path.read_text(encoding="utf-8").splitlines())
    assert lines <= LONGEST_MODULE, f"{path.relative_to(ROOT)} 有 {lines} 行，超过 {LONGEST_MODULE} 行，请拆开。"


def test_every_folder_of_tests_is_a_package():
    """Without, pytest takes tests/models for the package models."""
    folders = {path.parent for path in (ROOT / "tests").rglob("*.py")}
    assert [str(folder) for folder in sorted(folders) if not (folder / "__init__.py").is_file()] == []


def test_file_names_are_ascii_and_lower_case():
    shown = [path for top in (*PACKAGES, "features", "tests") for path in (ROOT / top).rglob("*")]
    sources = [path for path in shown if path.suffix in {".py", ".feature", ".yaml", ".html"}]
    bad = [path for path in sources if not path.name.isascii() or path.name != path.name.lower()]
    assert [str(path.relative_to(ROOT)) for path in bad] == []


def test_every_web_area_has_its_import_contract():
    contracts = {contract["id"]: contract for contract in settings()["tool"]["importlinter"]["contracts"]}
    listed = {name.strip(" ()") for layer in contracts["web-areas"]["layers"] for name in layer.split("|")}
    areas = {path.parent.name for path in (ROOT / "api").glob("*/*.py") if path.name in WEB_AREA_FILES}
    assert areas <= listed, f"在 pyproject.toml 的 web-areas 约定里补上：{areas - listed}"


def test_wheel_takes_the_four_packages():
    assert tuple(settings()["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]) == PACKAGES
