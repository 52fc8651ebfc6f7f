"""From entries to the engine's terms (词汇与依据): vocabulary, citations, and what has no source."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from engine.errors import Fault
from engine.terms import Assumed, Cite, Fact, Scope, Vocabulary
from rules.layers import View
from rules.loader import Placed, PolicyFiles, unknown_name
from rules.schema import CiteShape, FactShape, Sourced
from rules.schema_items import InstanceShape, ItemShape

SPACE_TWINS = ("use", "floor_area_m2")
"""Facts of a building that a use inside it has too."""


def vocabulary_of(view: View) -> Vocabulary:
    """The vocabulary here and today; a building's use and area are had by each space in it as well."""
    facts: list[Fact] = []
    for placed in view.of("facts"):
        fact: FactShape = placed.entry
        scopes = [fact.scope]
        if fact.scope is Scope.BUILDING and fact.id in SPACE_TWINS:
            scopes.append(Scope.SPACE)
        for scope in scopes:
            facts.append(
                Fact(
                    scope,
                    fact.id,
                    fact.title,
                    fact.type,
                    fact.unit,
                    dict(fact.allowed),
                    fact.format,
                    fact.source,
                    fact.title_en,
                    fact.implied_by,
                    fact.derived,
                )
            )
    return Vocabulary(facts)


def cites(entries: Iterable[CiteShape]) -> tuple[Cite, ...]:
    """Citations as the engine has them."""
    return tuple(Cite(c.instrument, c.article) for c in entries)


def assumed(entry: Sourced) -> Assumed | None:
    """What an entry assumes, if it does."""
    return Assumed(entry.assumed.says, entry.assumed.example) if entry.assumed else None


def source_faults(files: PolicyFiles) -> Iterator[Fault]:
    """Every value that needs a source and has none, and every citation of an instrument nobody declared."""
    known = {p.entry.instrument for p in files.of("sources")}
    for placed, path, entry, what in _sourced(files):
        where = placed.at(*path)
        if not entry.cite and not entry.local:
            fix = f"{what}没有依据：请写 cite（文件与条款）；地方暂定的写 local: true 并写 assumed（says、example）。"
            yield Fault(where, None, fix, "No source: cite it, or mark it local and say what is assumed.")
        if entry.local and entry.assumed is None and not entry.cite:
            yield Fault(
                where,
                None,
                f"{what}标为 local 而无文件，须写明 assumed：暂按什么办（says）、参照哪里（example）。",
                "Local without an instrument must say what is assumed.",
            )
        for i, cite in enumerate(entry.cite):
            if known and cite.instrument not in known:
                inside = (
                    path
                    if isinstance(path[-1], int) or path[-1] in ("procedure", "days") or path[0] == "instances"
                    else ()
                )
                yield unknown_name(
                    placed.at(*inside, "cite", i, "instrument"), cite.instrument, "文件（见 sources）", known
                )


def _sourced(files: PolicyFiles) -> Iterator[tuple[Placed[Any], tuple[Any, ...], Sourced, str]]:
    for placed in files.of("conditions"):
        if placed.entry.title and (placed.entry.all or placed.entry.any):
            yield placed, ("id",), placed.entry, f"条件“{placed.entry.title}”"
    for placed in files.of("items"):
        yield placed, ("id",), placed.entry, f"事项“{placed.entry.title}”"
    for section in ("items", "supplements"):
        for placed in files.of(section):
            for i, material in enumerate(placed.entry.materials):
                yield placed, ("materials", i), material, f"材料“{material.title}”"
            for i, ahead in enumerate(placed.entry.beforehand):
                yield placed, ("beforehand", i), ahead, f"预先完成“{ahead.doc}”"
    for placed in files.of("items"):
        yield from _of_item(placed, (), placed.entry)
        for kind, way in placed.entry.instances.where.items() if placed.entry.instances else ():
            yield placed, ("instances", "where", kind), way, f"分项办理“{kind}”"
            for i, instance in enumerate(way.listed):
                yield from _of_item(placed, ("instances", "where", kind, "listed", i), instance)
    for placed in files.of("supplements"):
        yield placed, ("item",), placed.entry, f"对 {placed.entry.item} 的地方补充"
    for placed in files.of("settings"):
        yield placed, ("parameter",), placed.entry, f"参数值“{placed.entry.parameter}”"
    for placed in files.of("parameters"):
        for i, value in enumerate(placed.entry.values):
            yield placed, ("values", i), value, f"参数值“{placed.entry.id}”"
    for placed in files.of("service"):
        for i, alert in enumerate(placed.entry.alerts):
            yield placed, ("alerts", i), alert, f"提示“{alert.code}”"
        if placed.entry.procedure is not None:
            yield placed, ("procedure",), placed.entry.procedure, "流程"
            for name, failure in placed.entry.procedure.failures.items():
                yield placed, ("procedure", "failures", name), failure, f"失效情形“{failure.title}”"
            for name, paper in placed.entry.procedure.assumes.items():
                yield placed, ("procedure", "assumes", name), paper, f"可假设的文书“{paper.title}”"
            for name, check in placed.entry.procedure.compares.items():
                yield placed, ("procedure", "compares", name), check, f"比对“{check.title}”"
            for i, form in enumerate(placed.entry.procedure.forms):
                yield placed, ("procedure", "forms", i), form, f"证书样式“{form.title}”"


def _of_item(
    placed: Placed[Any], path: tuple[Any, ...], entry: ItemShape | InstanceShape
) -> Iterator[tuple[Placed[Any], tuple[Any, ...], Sourced, str]]:
    for i, need in enumerate(entry.needs):
        yield placed, (*path, "needs", i), need, f"前置“{need.doc or '/'.join(need.one_of)}”"
    for i, lapse in enumerate(entry.lapse):
        yield placed, (*path, "lapse", i), lapse, f"失效规则“{lapse.limit}”"
    if entry.days is not None:
        yield placed, (*path, "days"), entry.days, "估计用时"
