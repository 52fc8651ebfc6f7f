"""Code names no service (代码不写服务名): what the policy calls its services, steps, papers and forms stands in the policy alone."""

from __future__ import annotations

import ast
import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from datetime import date
from enum import Enum
from pathlib import Path

import pytest

import engine
from api.documents.document import SPECS
from engine.procedure import OPINION, Procedure
from models.tables import Base
from rules.compiler import Policy, packaged_policy

from .tree import ROOT, modules

DEFAULTS: Mapping[str, frozenset[str]] = {
    "joint-acceptance": frozenset({"api/cases/schemas.py", "api/cli/decide.py", "api/probes.py", "rules/world.py"}),
    "approval": frozenset({"api/cli/draw.py", "api/cli/plan.py", "api/plans/service.py", "rules/proofs_witness.py"}),
}
"""The services that are meant where a program or a person names none: other programs rely on that."""

Found = tuple[int, str]
"""Line and name."""


def on_all_days(policy: Policy) -> Iterator[Procedure]:
    """Every procedure that the policy ever has."""
    for year in range(2019, 2031):
        yield from policy.procedures(date(year, 12, 31)).values()


def named_in(procedures: list[Procedure]) -> set[str]:
    """What procedures call themselves, their steps, papers, forms, number series and ways to fail."""
    out: set[str] = set()
    for procedure in procedures:
        out.add(procedure.service)
        out |= {s.id for s in procedure.steps}
        out |= {d for s in procedure.steps for d in (s.makes, s.refuses, s.on_fail.answer if s.on_fail else None) if d}
        out |= {n for f in procedure.forms for n in (f.id, f.series)}
        out |= {f.id for f in procedure.failures} | {p.doc for p in procedure.assumes}
    return out


def words_of_the_kernel() -> set[str]:
    """The closed vocabularies: members of the engine's enumerations, tables, templates, the one document with a fixed name."""
    found = {OPINION, *Base.metadata.tables, *SPECS}
    for module in pkgutil.iter_modules(engine.__path__):
        for value in vars(importlib.import_module(f"engine.{module.name}")).values():
            if isinstance(value, type) and issubclass(value, Enum):
                found |= {str(member.value) for member in value}
    return found


@pytest.fixture(scope="module")
def names() -> frozenset[str]:
    """What only the policy may say."""
    policy = packaged_policy()
    services = set(policy.as_of(date(2022, 9, 1)).services)
    return frozenset((named_in(list(on_all_days(policy))) | services) - words_of_the_kernel())


def _shape_words(tree: ast.AST) -> set[ast.expr]:
    """Keys of JSON: of a mapping that is written, and of one that is read."""
    out: set[ast.expr] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Dict):
            out.update(key for key in node.keys if key is not None)
        elif isinstance(node, ast.Subscript):
            out.add(node.slice)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "get":
            out.update(node.args[:1])
    return out


def _docstrings(tree: ast.AST) -> set[ast.expr]:
    return {n.value for n in ast.walk(tree) if isinstance(n, ast.Expr) and isinstance(n.value, ast.Constant)}


def named(source: str, names: frozenset[str]) -> list[Found]:
    """Where code says one of these names: a text that is it, or is about a task of it (``visit:1``), docstrings left out.

    A single word that is also a key of our JSON is no name there; one of several words is a name anywhere.
    """
    tree = ast.parse(source)
    keys, left_out = _shape_words(tree), _docstrings(tree)
    out: list[Found] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in left_out:
            said = node.value.partition(":")[0]
            compound = "-" in said or "_" in said
            if said in names and (compound or node not in keys):
                out.append((node.lineno, said))
    return out


def _is_example(path: Path) -> bool:
    return "demo" in path.parts or "example" in path.stem or path.stem.endswith("_examples")


def test_no_module_names_a_service_of_the_policy(names: frozenset[str]) -> None:
    bad = []
    for path in modules():
        where = path.relative_to(ROOT).as_posix()
        if not _is_example(path):
            found = named(path.read_text(encoding="utf-8"), names)
            bad += [f"{where}:{line} {name}" for line, name in found if where not in DEFAULTS.get(name, ())]
    assert bad == [], "这些名称属于政策文件，代码里不写；要用的，从流程里取。"


def test_every_default_is_one(names: frozenset[str]) -> None:
    for name, files in DEFAULTS.items():
        for where in files:
            source = (ROOT / where).read_text(encoding="utf-8")
            assert name in {n for _, n in named(source, names)}, f"{where} 不再写 {name}，请从 DEFAULTS 删去。"


@pytest.mark.parametrize(
    "source",
    [
        'SERVICE = "simulated-approval"',
        'if task.step.id == "simulate":\n    pass',
        'task = world.task("visit:1号厂房")',
        'form = {"simulated_notice": 1}',
        'cause = failures["other_holder"]',
        'name = f"permit:{item}"',
    ],
)
def test_a_name_is_seen(names: frozenset[str], source: str) -> None:
    assert len(named(source, names)) == 1


@pytest.mark.parametrize(
    "source",
    [
        '"""It is not about simulated-approval alone."""',
        'out = {"notice": "无行政许可效力"}',
        'told = shown["finish"]',
        'command = "convert"',
        'says = "permit me"',
    ],
)
def test_other_words_are_free(names: frozenset[str], source: str) -> None:
    assert named(source, names) == []
