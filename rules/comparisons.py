"""From written comparisons to the engine's (比对项目汇编): what was permitted beside what was built, with the tolerance in force."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from engine.as_built import BuiltCheck
from engine.errors import Fault
from engine.policy import RESULT, Item
from engine.terms import FactType, Scope, Vocabulary
from rules.item_parts import Names
from rules.layers import plain_decimal
from rules.loader import Placed, unknown_name
from rules.schema_items import BuiltCheckShape
from rules.terms import assumed, cites

MOST_PERCENT = 100


def built_check(
    name: str,
    shape: BuiltCheckShape,
    placed: Placed[Any],
    names: Names,
    vocabulary: Vocabulary,
    items: Mapping[str, Item],
) -> BuiltCheck | None:
    """One comparison; None, and a fault, where it names what is not there."""
    path = ("procedure", "compares", name)
    before = len(names.faults)
    measures = sorted(f.id for f in vocabulary.facts if f.scope is Scope.BUILDING and f.type is FactType.DECIMAL)
    if shape.fact not in measures:
        names.faults.append(unknown_name(placed.at(*path, "fact"), shape.fact, "单体的数值事实", measures))
    for i, item in enumerate(shape.items):
        if item not in items and not names.view.broken("items", item):
            names.faults.append(unknown_name(placed.at(*path, "items", i), item, "事项", items))
    results = [item + RESULT for item in items]
    if shape.permission not in results and not names.view.broken("items", shape.permission.removesuffix(RESULT)):
        names.faults.append(unknown_name(placed.at(*path, "permission"), shape.permission, "办理结果", results))
    permitted, built = (
        _paper_field(getattr(shape, k), (*path, k), placed, names, items) for k in ("permitted", "built")
    )
    percent = _percent(shape.tolerance, placed, (*path, "tolerance"), names)
    if len(names.faults) > before or permitted is None or built is None or percent is None:
        return None
    return BuiltCheck(
        name,
        shape.title,
        shape.fact,
        shape.items,
        shape.permission,
        permitted,
        built,
        percent,
        cites(shape.cite),
        assumed(shape),
    )


def _paper_field(
    written: str, path: tuple[Any, ...], placed: Placed[Any], names: Names, items: Mapping[str, Item]
) -> tuple[str, str] | None:
    """``paper.field`` as some item's material declares it; the field a number."""
    known = {
        f"{material.id}.{field}": (material.id, field)
        for item in items.values()
        for material in item.materials
        for field, kind in material.fields.items()
        if kind == FactType.DECIMAL.value
    }
    if written not in known:
        names.faults.append(unknown_name(placed.at(*path), written, "材料的数值字段", known))
    return known.get(written)


def _percent(name: str, placed: Placed[Any], path: tuple[Any, ...], names: Names) -> Decimal | None:
    """The tolerance that a parameter says, in percent."""
    names.view.valued(name, names.parameters, placed.at(*path), names.faults)
    declared = next((p.entry for p in names.view.of("parameters") if p.entry.id == name), None)
    percent = plain_decimal(str(names.parameters.get(name)))
    if declared is None or name not in names.parameters:
        return None
    if declared.type not in (FactType.DECIMAL, FactType.WHOLE) or (percent is not None and percent > MOST_PERCENT):
        fix = f"参数“{declared.title}”应为0至{MOST_PERCENT}的数，才能作容差（百分之几）。"
        names.faults.append(Fault(placed.at(*path), name, fix, "The parameter is no percentage."))
        return None
    return percent
