"""From entries to the engine's items and services (事项与服务编译), every mistake placed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.errors import Fault
from engine.policy import (
    BINDING,
    Alert,
    Item,
    ItemLimit,
    Material,
    Requirement,
    Service,
    ServiceItem,
)
from engine.terms import Firm, Force, Scope
from rules.instances import finished_beforehand, instances_of, waiting_in_a_circle
from rules.item_parts import Makers, Names, days_of, lapses_of, limits_of, needs_of
from rules.layers import View
from rules.loader import Placed, unknown_name
from rules.schema_items import ItemShape, MaterialShape, ServiceItemShape, SupplementShape
from rules.terms import assumed, cites

ALWAYS_MADE = ("application", "works.finished")
"""Documents that come from outside every item: the application, and the works' end."""


def departments_of(view: View) -> dict[str, str]:
    """Department id → Chinese name."""
    return {p.entry.id: p.entry.title for p in view.of("departments")}


def items_of(names: Names) -> dict[str, Item]:
    """Every item here and today, with what lower layers add."""
    supplements: dict[str, list[Placed[SupplementShape]]] = {}
    placed = names.view.of("items")
    known = {p.entry.id for p in placed}
    for each in names.view.of("supplements"):
        if each.entry.item not in known and not names.view.broken("items", each.entry.item):
            names.faults.append(unknown_name(each.at("item"), each.entry.item, "事项", known))
        supplements.setdefault(each.entry.item, []).append(each)
    makers = _makers(placed, names)
    items = {p.entry.id: _item(p, supplements.get(p.entry.id, []), makers, names) for p in placed}
    waiting_in_a_circle(items, {p.entry.id: p for p in placed}, names)
    return items


def _makers(placed: tuple[Placed[ItemShape], ...], names: Names) -> Makers:
    docs = set(ALWAYS_MADE)
    instances: dict[str, frozenset[str]] = {}
    for each in (*placed, *names.view.of("supplements")):
        docs.update(m.id for m in each.entry.materials)
    for each in placed:
        made, said = (f"{each.entry.id}.result", *each.entry.makes), each.entry.instances
        docs.update(made)
        if said is not None:
            parts = frozenset(i.id for way in said.where.values() for i in way.listed)
            instances.update(dict.fromkeys(made, parts))
    return Makers(frozenset(docs), instances)


def _item(placed: Placed[ItemShape], supplements: list[Placed[SupplementShape]], makers: Makers, names: Names) -> Item:
    shape = placed.entry
    names.department(shape.department, placed, "department")
    names.condition(shape.applies, Scope.PROJECT, placed, "applies", titled=True)
    names.condition(shape.hits, Scope.BUILDING, placed, "hits")
    materials: dict[str, Material] = {}
    limits: list[ItemLimit] = []
    written: list[Placed[Any]] = [placed, *supplements]
    for each in written:
        for i, material in enumerate(each.entry.materials):
            _material(material, each, i, materials, names)
        limits_of(each.entry.limits, each, (), limits, names)
    made = Item(
        shape.id,
        shape.title,
        shape.department,
        shape.kind,
        shape.applies,
        shape.hits,
        cites(shape.cite),
        tuple(materials.values()),
        tuple(limits),
        needs_of(shape.needs, placed, (), makers, names),
        shape.needs_visit or any(s.entry.needs_visit for s in supplements),
        shape.contested,
        shape.not_modelled,
        shape.makes,
        shape.kind in BINDING if shape.legal_effect is None else shape.legal_effect,
        shape.simulated,
        days_of(shape.days, shape.id, shape.title, bool(limits), placed, (), names),
        lapses_of(shape.lapse, placed, (), makers, names),
        instances_of(placed, limits, makers, names),
    )
    return finished_beforehand(made, written, names)


def _material(shape: MaterialShape, placed: Placed[Any], i: int, found: dict[str, Material], names: Names) -> None:
    names.condition(shape.when, Scope.PROJECT, placed, "materials", i, "when")
    if shape.firm is Firm.REQUIRED and not shape.cite:
        fix = f"材料“{shape.title}”没有文件依据，不能写 required；地方清单上的材料写 customary。"
        names.faults.append(
            Fault(placed.at("materials", i, "firm"), "required", fix, "Only a paper with a source is required.")
        )
    if shape.id in found:
        fix = f"同一事项的材料“{shape.id}”写了两次，请删去一处。"
        names.faults.append(Fault(placed.at("materials", i, "id"), shape.id, fix, "Written twice."))
    fields = {name: kind.value for name, kind in shape.fields.items()}
    found[shape.id] = Material(
        shape.id,
        shape.title,
        shape.firm,
        shape.when,
        cites(shape.cite),
        fields,
        shape.local,
        assumed(shape),
        shape.made_by or "",
    )


def services_of(names: Names, items: Mapping[str, Item]) -> dict[str, Service]:
    """Every service here and today; a lower layer adds requirements, items and warnings, and takes nothing away."""
    groups: dict[str, list[Placed[Any]]] = {}
    for placed in names.view.of("service"):
        if placed.entry.id is not None:
            if placed.entry.id in groups:
                fix = f"服务“{placed.entry.id}”已在上文写过；补充请写 extends: {placed.entry.id}。"
                names.faults.append(Fault(placed.at("id"), placed.entry.id, fix, "Written twice."))
            groups.setdefault(placed.entry.id, []).append(placed)
    for placed in names.view.of("service"):
        base = placed.entry.extends
        if base is not None and base not in groups:
            if not names.view.broken("service", base):
                names.faults.append(unknown_name(placed.at("extends"), base, "服务", groups))
        elif base is not None:
            groups[base].append(placed)
    return {name: _service(name, group, names, items) for name, group in groups.items()}


def _service(name: str, group: list[Placed[Any]], names: Names, items: Mapping[str, Item]) -> Service:
    requires: list[Requirement] = []
    entries: list[ServiceItem] = []
    alerts: list[Alert] = []
    exclusive: list[tuple[str, ...]] = []
    for placed in group:
        shape = placed.entry
        for i, r in enumerate(shape.requires):
            names.condition(r.condition, Scope.PROJECT, placed, "requires", i, "condition", titled=True)
            requires.append(Requirement(r.condition, r.example, r.local, r.at_intake))
        for i, entry in enumerate(shape.items):
            if entry.item not in items:
                if not names.view.broken("items", entry.item):
                    where = placed.at("items", i, "item")
                    names.faults.append(names.view.unknown("items", where, entry.item, "事项", items))
                continue
            if any(e.item == entry.item for e in entries):
                names.faults.append(
                    Fault(placed.at("items", i, "item"), entry.item, "同一事项列了两次，请删去一处。", "Listed twice.")
                )
                continue
            entries.append(ServiceItem(entry.item, _part(entry, placed, i, names)))
        for i, a in enumerate(shape.alerts):
            names.condition(a.condition, Scope.PROJECT, placed, "alerts", i, "condition")
            alerts.append(Alert(a.code, a.condition, a.says, cites(a.cite)))
        for i, both in enumerate(shape.exclusive):
            for n, item in enumerate(both):
                if item not in items:
                    names.faults.append(unknown_name(placed.at("exclusive", i, n), item, "事项", items))
            exclusive.append(both)
    first = group[0].entry
    steps = (step for placed in group if placed.entry.procedure for step in placed.entry.procedure.steps.values())
    simulated = any(step.force is Force.SIMULATED for step in steps)
    return Service(
        name, first.title, tuple(requires), first.any_item, tuple(entries), tuple(alerts), tuple(exclusive), simulated
    )


def _part(entry: ServiceItemShape, placed: Placed[Any], i: int, names: Names) -> str | None:
    test = entry.part_when
    if test is None:
        return entry.part
    if test.parameter not in {p.entry.id for p in names.view.of("parameters")}:
        known = [p.entry.id for p in names.view.of("parameters")]
        names.faults.append(
            unknown_name(placed.at("items", i, "part_when", "parameter"), test.parameter, "参数", known)
        )
    else:
        names.view.valued(test.parameter, names.parameters, placed.at("items", i, "part_when"), names.faults)
    return entry.part if names.parameters.get(test.parameter) == test.is_ else None
