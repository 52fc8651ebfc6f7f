"""What is wrong with the words themselves (词汇核查): types, units, allowed values, titles that two facts share."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from engine.errors import Fault
from engine.terms import FactType, Scope
from rules.layers import Layers
from rules.loader import Placed, PolicyFiles, unknown_name
from rules.schema import FactShape, ParameterShape

NUMBERS = (FactType.WHOLE, FactType.DECIMAL)
FORMATS = ("region", "project_code", "credit_code")
TOGETHER = ({Scope.PROJECT, Scope.WORKS}, {Scope.BUILDING, Scope.WORKS})
"""Facts of these scopes are stated in one object, so that one name must mean one of them."""


def vocabulary_faults(files: PolicyFiles, layers: Layers) -> Iterator[Fault]:
    """Every fault in facts and parameters that can be seen without looking at a day."""
    facts = tuple(sorted(files.of("facts"), key=lambda p: len(layers.chain(p.layer))))
    for placed in facts:
        yield from _allowed(placed)
        yield from _fact(placed, facts, files)
    for placed in files.of("parameters"):
        yield from _allowed(placed)
    for one, other in combinations(facts, 2):
        if layers.related(one.layer, other.layer):
            yield from _alike(one, other)


def _allowed(placed: Placed[FactShape] | Placed[ParameterShape]) -> Iterator[Fault]:
    entry = placed.entry
    if (entry.type is FactType.CHOICE) != bool(entry.allowed):
        fix = "type 为 choice 的须写 allowed（可选值: 名称），其他类型不写 allowed。"
        yield Fault(placed.at("type"), entry.type.value, f"“{entry.title}”：{fix}", "A choice has allowed values.")
    if entry.unit and entry.type not in NUMBERS:
        fix = f"“{entry.title}”不是数量（type 为 {entry.type.value}），不写 unit；数量的 type 为 whole 或 decimal。"
        yield Fault(placed.at("unit"), entry.unit, fix, "Only numbers have a unit.")


def _fact(placed: Placed[FactShape], facts: tuple[Placed[FactShape], ...], files: PolicyFiles) -> Iterator[Fault]:
    fact = placed.entry
    if fact.format and (fact.type is not FactType.TEXT or fact.format not in FORMATS):
        fix = f"format 只用于 type 为 text 的事实，取值为：{'、'.join(FORMATS)}。"
        yield Fault(placed.at("format"), fact.format, fix, "Unknown format, or no text.")
    if fact.implied_by and fact.type is not FactType.YES_NO:
        fix = f"只有 yes_no 的事实可由其他事实推定（implied_by）；“{fact.title}”的 type 是 {fact.type.value}。"
        yield Fault(placed.at("implied_by"), fact.type.value, fix, "Only a yes or no is implied.")
    near = {p.entry.id: p.entry for p in facts if p.entry.scope in (fact.scope, Scope.WORKS)}
    for i, name in enumerate(fact.implied_by):
        where = placed.at("implied_by", i)
        if name not in near:
            if ("facts", name) not in files.broken:
                yield unknown_name(where, name, "事实", near)
        elif name == fact.id:
            yield Fault(where, name, "事实不能由自己推定。", "A fact does not imply itself.")


def _alike(one: Placed[FactShape], other: Placed[FactShape]) -> Iterator[Fault]:
    """Two facts of one name or title that are stated in the same place."""
    a, b = one.entry, other.entry
    if not any({a.scope, b.scope} <= both for both in TOGETHER):
        return
    if a.id == b.id and a.scope is not b.scope:
        fix = f"“{b.id}”与 {one.at('id')} 的事实写在同一处而代号相同，请另取代号。"
        yield Fault(other.at("id"), b.id, fix, "Two facts of one id are stated in one place.")
    if a.title == b.title and (a.id, a.scope) != (b.id, b.scope):
        fix = f"名称“{b.title}”与 {one.at('title')} 的事实相同，填报时无从区分；请改名。"
        yield Fault(other.at("title"), b.title, fix, "Two facts of one title are stated in one place.")
