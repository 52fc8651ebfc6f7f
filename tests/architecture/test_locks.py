"""The lock files: names, versions and hashes alone, and enough for what pyproject.toml asks for."""

from __future__ import annotations

import re

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from .tree import ROOT, settings

LOCKS = ("requirements-build.lock", "requirements.lock", "requirements-test.lock")
PIN = re.compile(r"(?P<name>[a-z0-9-]+)==(?P<version>[0-9a-z.!+]+)(?P<marker> ; .+)? \\")
HASH = re.compile(r"    --hash=sha256:[0-9a-f]{64}( \\)?")


def pins(lock: str) -> dict[str, Version]:
    """Read which version of each package a lock file names."""
    lines = (ROOT / lock).read_text(encoding="utf-8").splitlines()
    matches = (PIN.fullmatch(line) for line in lines)
    return {match["name"]: Version(match["version"]) for match in matches if match}


def missing(lock: str, requirements: list[str]) -> list[str]:
    """List the requirements that a lock file does not meet."""
    locked = pins(lock)
    wanted = [Requirement(line) for line in requirements]
    return [
        str(requirement)
        for requirement in wanted
        if canonicalize_name(requirement.name) not in locked
        or locked[canonicalize_name(requirement.name)] not in requirement.specifier
    ]


@pytest.mark.parametrize("lock", LOCKS)
def test_holds_names_versions_and_hashes_alone(lock: str):
    lines = (ROOT / lock).read_text(encoding="utf-8").splitlines()
    assert lines
    assert [line for line in lines if not PIN.fullmatch(line) and not HASH.fullmatch(line)] == []


def test_meets_pyproject():
    project = settings()["project"]
    assert missing("requirements.lock", project["dependencies"]) == []
    everything = project["dependencies"] + project["optional-dependencies"]["test"]
    assert missing("requirements-test.lock", everything) == []
    assert missing("requirements-build.lock", settings()["build-system"]["requires"]) == []


def test_all_locks_agree():
    build, run, test = (pins(lock) for lock in LOCKS)
    assert run.items() <= test.items()
    assert {name: version for name, version in build.items() if name in test} == {
        name: version for name, version in test.items() if name in build
    }
