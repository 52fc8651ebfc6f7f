"""From entries to the engine's items and services (事项与服务编译), every mistake placed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.errors import Fault
from engine.policy import (
    BINDING,
    Alert,
    Item,
    ItemLimit,
    Lapse,
    Material,
    Need,
    Requirement,
    Service,
    ServiceItem,
)
from engine.terms import Firm, LimitInForce, LimitKind, Scope
from rules.layers import View
from rules.loader import Placed, unknown_name
from rules.schema_items import ItemLimitShape, ItemShape, MaterialShape, ServiceItemShape, SupplementShape
from rules.terms import assumed, cites

ALWAYS_MADE = ("application", "works.finished")
"""Documents that come from outside every item: the application, and the works' end."""


@dataclass(slots=True)
class Names:
    """What entries may name here and today (可引用的名称), and where mistakes go."""

    view: View
    conditions: Mapping[str, Scope]
    titles: Mapping[str, str]
    limits: Mapping[str, LimitInForce]
    declared: frozenset[str]
    departments: Mapping[str, str]
    parameters: Mapping[str, Any]
    faults: list[Fault]

    def condition(self, name: str | None, scope: Scope, placed: Placed[Any], *path: Any, titled: bool = False) -> None:
        """A condition of that scope, ``titled`` where reasons will name it; or a fault at that path of the entry."""
        if name is None or (self.conditions.get(name) is scope and (not titled or self.titles.get(name))):
            return
        where = placed.at(*path)
        if name not in self.conditions:
            if not self.view.broken("conditions", name):
                self.faults.append(self.view.unknown("conditions", where, name, "条件", self.conditions))
        elif titled and not self.titles.get(name):
            fix = f"“{name}”没有 title，理由中无从称呼；请给该条件写 title。"
            self.faults.append(Fault(where, name, fix, "The condition has no title."))
        else:
            fix = f"此处须用 scope 为 {scope.value} 的条件；“{name}”的 scope 是 {self.conditions[name].value}。"
            self.faults.append(Fault(where, name, fix, f"A condition of scope {scope.value} is wanted."))

    def department(self, name: str, placed: Placed[Any], *path: Any) -> None:
        """A department, or a fault."""
        if name not in self.departments:
            self.faults.append(unknown_name(placed.at(*path), name, "部门", self.departments))

    def limit(self, name: str | None, placed: Placed[Any], *path: Any) -> None:
        """A limit that this region has, in force today or not; or a fault."""
        if name is not None and name not in self.declared:
            self.faults.append(unknown_name(placed.at(*path), name, "时限", self.declared))


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
    _waiting_in_a_circle(items, {p.entry.id: p for p in placed}, names)
    return items


def _waiting_in_a_circle(items: Mapping[str, Item], placed: Mapping[str, Placed[ItemShape]], names: Names) -> None:
    done: set[str] = set()

    def visit(name: str, path: tuple[str, ...]) -> None:
        if name in path:
            loop = " → ".join((*path[path.index(name) :], name))
            names.faults.append(
                Fault(
                    placed[path[-1]].at("needs"),
                    loop,
                    f"事项互为前置：{loop}。请删去其中一条前置。",
                    "Items wait for each other.",
                )
            )
        elif name not in done:
            done.add(name)
            for need in items[name].needs:
                for doc in need.one_of:
                    if (maker := doc.removesuffix(".result")) in items:
                        visit(maker, (*path, name))

    for name in items:
        visit(name, ())


def _makers(placed: tuple[Placed[ItemShape], ...], names: Names) -> set[str]:
    out = set(ALWAYS_MADE)
    for each in (*placed, *names.view.of("supplements")):
        out.update(m.id for m in each.entry.materials)
    for each in placed:
        out.update((f"{each.entry.id}.result", *each.entry.makes))
    return out


def _item(
    placed: Placed[ItemShape], supplements: list[Placed[SupplementShape]], makers: set[str], names: Names
) -> Item:
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
        for i, limit in enumerate(each.entry.limits):
            _limit(limit, each, i, limits, names)
    needs = _needs(placed, makers, names)
    for i, lapse in enumerate(shape.lapse):
        names.limit(lapse.limit, placed, "lapse", i, "limit")
    return Item(
        shape.id,
        shape.title,
        shape.department,
        shape.kind,
        shape.applies,
        shape.hits,
        cites(shape.cite),
        tuple(materials.values()),
        tuple(limits),
        needs,
        shape.needs_visit or any(s.entry.needs_visit for s in supplements),
        shape.contested,
        shape.not_modelled,
        shape.makes,
        shape.kind in BINDING if shape.legal_effect is None else shape.legal_effect,
        shape.simulated,
        _days(placed, bool(limits), names),
        tuple(Lapse(x.limit, x.says, cites(x.cite)) for x in shape.lapse),
    )


def _days(placed: Placed[ItemShape], limited: bool, names: Names) -> LimitInForce | None:
    """The assumed time of a step; where a limit gives one, there is nothing to assume."""
    days = placed.entry.days
    if days is None:
        return None
    if limited:
        fix = f"“{placed.entry.title}”已有时限（limits），不再写 days。"
        names.faults.append(Fault(placed.at("days"), days.days, fix, "A limit gives its time already."))
    title = f"{placed.entry.title}估计用时"
    name = f"{placed.entry.id}.days"
    return LimitInForce(
        name, title, LimitKind.PERIOD, days.days, days.unit, cites(days.cite), days.local, assumed(days)
    )


def _needs(placed: Placed[ItemShape], makers: set[str], names: Names) -> tuple[Need, ...]:
    needs = []
    for i, need in enumerate(placed.entry.needs):
        docs = need.one_of or (need.doc or "",)
        for n, doc in enumerate(docs):
            if doc not in makers and not names.view.broken("items", doc.removesuffix(".result")):
                where = placed.at("needs", i, *(("one_of", n) if need.one_of else ("doc",)))
                fault = unknown_name(where, doc, "文书", makers)
                names.faults.append(
                    Fault(where, doc, f"没有哪个事项或材料作出“{doc}”；{fault.fix.partition('；')[2]}", fault.fix_en)
                )
        names.condition(need.when, Scope.PROJECT, placed, "needs", i, "when")
        needs.append(Need(docs, need.firm, need.when, cites(need.cite), need.group or "", need.local, assumed(need)))
    return tuple(needs)


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


def _limit(shape: ItemLimitShape, placed: Placed[Any], i: int, found: list[ItemLimit], names: Names) -> None:
    names.limit(shape.limit, placed, "limits", i, "limit")
    names.condition(shape.when, Scope.PROJECT, placed, "limits", i, "when")
    here = names.limits.get(shape.limit)
    for other in found:
        there = names.limits.get(other.limit)
        together = shape.when is None or other.when is None or shape.when == other.when
        if here and there and together and (shape.binds or "") == other.binds:
            where = placed.at("limits", i, "limit")
            longer(here, there, where, names)
            longer(there, here, where, names)
    found.append(ItemLimit(shape.limit, shape.when, shape.binds or ""))


def longer(promised: LimitInForce, law: LimitInForce, where: str, names: Names) -> None:
    """A promise longer than the law that binds the same office, or in another unit; other pairs are no matter."""
    if promised.kind is not LimitKind.PROMISED or law.kind is not LimitKind.STATUTORY:
        return
    if promised.unit is not law.unit:
        fix = f"承诺时限“{promised.title}”与法定时限“{law.title}”的计时单位不同，无从比较；请用同一单位。"
        names.faults.append(Fault(where, promised.id, fix, "Units differ."))
    elif promised.days > law.days:
        fix = f"承诺时限“{promised.title}”为 {promised.days}，长于法定的 {law.days}；承诺只能更短。"
        names.faults.append(Fault(where, promised.days, fix, "A promise longer than the law."))


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
    return Service(name, first.title, tuple(requires), first.any_item, tuple(entries), tuple(alerts), tuple(exclusive))


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
