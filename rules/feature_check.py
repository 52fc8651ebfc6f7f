"""Whether features say what can be said (示例核查): phrases that nobody knows, and facts, items and limits that the policy lacks.

Policy staff learn it from ``yichuang policy check``, with file and line, and without running a single scenario.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from engine.errors import Fault
from engine.terms import Scope
from engine.values import shorten
from rules.check import in_order
from rules.feature_reading import ReadStep, read_features
from rules.packaged import UNKNOWN, Rules, packaged_rules
from rules.phrases import find, nearest
from rules.phrases_kit import Names, Phrase, Table, listed

TITLES = {
    Names.FACT: "项目的事实",
    Names.OWN: "单体的事实",
    Names.ANY_FACT: "事实",
    Names.ITEM: "事项",
    Names.ITEMS: "事项",
    Names.LIMIT: "时限",
    Names.PARAMETER: "本地口径",
    Names.SERVICE: "服务",
    Names.MATERIALS: "材料",
    Names.PAPER: "文书",
    Names.FIELD: "文书字段",
    Names.STEP: "环节",
    Names.CAUSE: "失效情形",
}
LISTS = (Names.ITEMS, Names.MATERIALS)
"""What may name several at once."""
STATED_ANEW = "改变假设"
"""The cause where an assumption is stated anew: it is of no policy, whatever its fields say."""
BUILDING_LIST = ("单体建筑清单", "buildings")
"""What a decision misses where nobody has listed the buildings; it is no fact of the vocabulary."""


def check_features(paths: Iterable[Path], rules: Rules | None = None) -> list[Fault]:
    """Every fault of the features at ``paths`` (files, or folders of them), each as ``file:line``, in order.

    Args:
        paths: files or folders; a folder stands for every ``.feature`` below it.
        rules: the policy whose names count; by default the packaged one.
    """
    faults: list[Fault] = []
    names = _Known.of(rules or packaged_rules())
    first: dict[tuple[str, str], int] = {}
    for scenario in read_features(paths, faults):
        line = first.setdefault((scenario.file, scenario.name), scenario.line)
        if line != scenario.line:  # pytest-bdd would run the last of them alone, and say nothing
            fix = f"同一文件第 {line} 行已有同名的情景，请改成不同的名称。"
            faults.append(Fault(f"{scenario.file}:{scenario.line}", scenario.name, fix, "Two scenarios of one name."))
        for step in scenario.steps:
            faults.extend(_step_faults(scenario.file, step, names))
    return in_order(faults)


# --- names ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Known:
    """Every name that the policy has, whenever it is in force, and what choices each fact allows."""

    words: Mapping[Names, frozenset[str]]
    choices: Mapping[tuple[Names, str], frozenset[str]]

    @classmethod
    def of(cls, rules: Rules) -> _Known:
        files = rules.policy.files
        facts = [p.entry for p in files.of("facts") if not p.entry.derived]
        of_project = [f for f in facts if f.scope in (Scope.PROJECT, Scope.WORKS)]
        own = [f for f in facts if f.scope in (Scope.BUILDING, Scope.WORKS)]
        items = _both(p.entry for p in files.of("items"))
        materials = _both(m for kind in ("items", "supplements") for p in files.of(kind) for m in p.entry.materials)
        procedures = [p.entry.procedure for p in files.of("service") if p.entry.procedure is not None]
        assumed = [paper for each in procedures for paper in each.assumes.values()]
        forms = frozenset(form.title for each in procedures for form in each.forms)
        words = {
            Names.MATERIALS: materials,
            Names.PAPER: items | materials | forms | {paper.title for paper in assumed},
            Names.FIELD: frozenset(f.title for paper in assumed for f in paper.fields.values()),
            Names.STEP: frozenset(step.title for each in procedures for step in each.steps.values()),
            Names.CAUSE: frozenset(f.title for p in procedures for f in p.failures.values()) | {STATED_ANEW},
            Names.FACT: _both(of_project),
            Names.OWN: _both(own),
            Names.ANY_FACT: _both(facts) | set(BUILDING_LIST),
            Names.ITEM: items,
            Names.ITEMS: items,
            Names.LIMIT: _both(rules.limits.values()),
            Names.PARAMETER: _both(p.entry for p in files.of("parameters")),
            Names.SERVICE: _both(p.entry for p in files.of("service") if p.entry.id is not None),
        }
        choices = {
            (kind, name): frozenset({*fact.allowed, *fact.allowed.values()})
            for kind, group in ((Names.FACT, of_project), (Names.OWN, own))
            for fact in group
            for name in (fact.id, fact.title)
            if fact.allowed
        }
        return cls(words, choices)


def _both(entries: Iterable[Any]) -> frozenset[str]:
    return frozenset(word for e in entries for word in (e.id, e.title))


def _step_faults(file: str, step: ReadStep, known: _Known) -> Iterator[Fault]:
    found = find(step.text)
    if found is None:
        fix = f"不认识的语句。最接近的是“{nearest(step.text)}”。"
        yield Fault(f"{file}:{step.line}", shorten(step.text), fix, "Unknown phrase.")
        return
    phrase, words = found
    at = f"{file}:{step.row_line}"
    for kind, name in _named(words):
        yield from _name_faults(at, kind, name, known)
    for kind in (Names.FACT, Names.OWN):
        if words.get(kind) and words.get("value"):
            yield from _choice_faults(at, kind, words[kind] or "", words["value"] or "", known)
    yield from _table_faults(f"{file}:{step.line}", at, phrase, step, known)


def _named(words: Mapping[str, str | None]) -> Iterator[tuple[Names, str]]:
    for kind in Names:
        text = words.get(kind)
        if text:
            yield from ((kind, name) for name in (listed(text) if kind in LISTS else [text]))


def _name_faults(at: str, kind: Names, name: str, known: _Known) -> Iterator[Fault]:
    words = known.words[kind]
    if name not in words:
        near = get_close_matches(name, words, n=1, cutoff=0.3)
        hint = f"最接近的是“{near[0]}”。" if near else ""
        yield Fault(
            at, name, f"政策里没有名为“{name}”的{TITLES[kind]}。{hint}", f"The policy has no such {kind.value}."
        )


def _choice_faults(at: str, kind: Names, name: str, value: str, known: _Known) -> Iterator[Fault]:
    allowed = known.choices.get((kind, name))
    if allowed and value.strip() not in allowed and value.strip() not in UNKNOWN:
        near = get_close_matches(value, allowed, n=1, cutoff=0.3)
        hint = f"最接近的是“{near[0]}”。" if near else ""
        yield Fault(at, value, f"“{name}”没有“{value}”这个值。{hint}", f"Not a value of {name}.")


def _table_faults(at_step: str, at: str, phrase: Phrase, step: ReadStep, known: _Known) -> Iterator[Fault]:
    table = phrase.table
    if table is None or step.rows is None:
        if (table is None) is not (step.rows is None):
            fix = "这个语句下面要有一张表。" if table else "这个语句下面没有表。"
            yield Fault(at_step, shorten(step.text), fix, "A table is wanted." if table else "No table is wanted.")
        return
    yield from _column_faults(at_step, table, step.columns, known)
    for row in step.rows:
        for column, name in row.items():
            if column in table.names:
                yield from _name_faults(at, table.names[column], name, known)
            elif table.header is not None:
                yield from _choice_faults(at, table.header, column, name, known)
        if table.names.get("事实") is Names.FACT:
            yield from _choice_faults(at, Names.FACT, row.get("事实", ""), row.get("值", ""), known)


def _column_faults(at: str, table: Table, columns: tuple[str, ...], known: _Known) -> Iterator[Fault]:
    if table.header is not None:
        for name in columns:
            yield from _name_faults(at, table.header, name, known)
        return
    wanted = "、".join((*table.columns, *(f"{c}（可省）" for c in table.optional)))
    for name in columns:
        if name not in table.columns + table.optional:
            yield Fault(at, name, f"表里没有“{name}”这一列；可用：{wanted}。", "Unknown column.")
    for name in table.columns:
        if name not in columns:
            yield Fault(at, None, f"表里缺“{name}”这一列。", "A column is missing.")
