"""Parts of an item that its instances have too (事项与分项共有的内容): needs, limits, assumed days, lapse rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.errors import Fault
from engine.policy import ItemLimit, Lapse, Need
from engine.terms import LimitInForce, LimitKind, Scope
from rules.layers import View
from rules.loader import Placed, unknown_name
from rules.schema_items import DaysShape, ItemLimitShape, LapseShape, NeedShape
from rules.terms import assumed, cites

Path = tuple[Any, ...]


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


@dataclass(frozen=True, slots=True)
class Makers:
    """What is made (所作文书): every document, and for those of an item that policy has in instances, their ids."""

    docs: frozenset[str]
    instances: Mapping[str, frozenset[str]]


def days_of(
    days: DaysShape | None, name: str, title: str, limited: bool, placed: Placed[Any], path: Path, names: Names
) -> LimitInForce | None:
    """The assumed time of a step; where a limit gives one, there is nothing to assume."""
    if days is None:
        return None
    if limited:
        fix = f"“{title}”已有时限（limits），不再写 days。"
        names.faults.append(Fault(placed.at(*path, "days"), days.days, fix, "A limit gives its time already."))
    source = (cites(days.cite), days.local, assumed(days))
    return LimitInForce(f"{name}.days", f"{title}估计用时", LimitKind.PERIOD, days.days, days.unit, *source)


def needs_of(
    shapes: Sequence[NeedShape], placed: Placed[Any], path: Path, makers: Makers, names: Names
) -> tuple[Need, ...]:
    """The documents that are needed; each is made somewhere, by the instance that is named."""
    needs = []
    for i, need in enumerate(shapes):
        docs = need.one_of or (need.doc or "",)
        here = (*path, "needs", i)
        for n, doc in enumerate(docs):
            if doc not in makers.docs and not names.view.broken("items", doc.removesuffix(".result")):
                where = placed.at(*here, *(("one_of", n) if need.one_of else ("doc",)))
                fault = unknown_name(where, doc, "文书", makers.docs)
                names.faults.append(
                    Fault(where, doc, f"没有哪个事项或材料作出“{doc}”；{fault.fix.partition('；')[2]}", fault.fix_en)
                )
        known = {part for doc in docs for part in makers.instances.get(doc, ())}
        if need.instance is not None and need.instance not in known:
            names.faults.append(unknown_name(placed.at(*here, "instance"), need.instance, "分项", known))
        names.condition(need.when, Scope.PROJECT, placed, *here, "when")
        source = (cites(need.cite), need.group or "", need.local, assumed(need))
        needs.append(Need(docs, need.firm, need.when, *source, need.instance or ""))
    return tuple(needs)


def lapses_of(
    shapes: Sequence[LapseShape], placed: Placed[Any], path: Path, makers: Makers, names: Names
) -> tuple[Lapse, ...]:
    """What becomes of the result when a time runs out, and until which document it may."""
    found = []
    for i, lapse in enumerate(shapes):
        here = (*path, "lapse", i)
        names.limit(lapse.limit, placed, *here, "limit")
        warn = _days_before(lapse.warn, placed, (*here, "warn"), names)
        if lapse.longer is not None:
            names.limit(lapse.longer.limit, placed, *here, "longer", "limit")
        for n, doc in enumerate(lapse.until):
            if doc not in makers.docs and not names.view.broken("items", doc.removesuffix(".result")):
                names.faults.append(unknown_name(placed.at(*here, "until", n), doc, "文书", makers.docs))
        longer = (lapse.longer.limit, lapse.longer.times) if lapse.longer else (None, 0)
        found.append(Lapse(lapse.limit, lapse.says, cites(lapse.cite), lapse.effect, lapse.until, warn, *longer))
    return tuple(found)


def _days_before(name: str | None, placed: Placed[Any], path: Path, names: Names) -> int | None:
    """The working days that a parameter says."""
    if name is None:
        return None
    days = names.parameters.get(name)
    names.view.valued(name, names.parameters, placed.at(*path), names.faults)
    if days is not None and (isinstance(days, bool) or not isinstance(days, int)):
        fix = f"参数“{name}”不是整数，不能作天数。"
        names.faults.append(Fault(placed.at(*path), name, fix, "The parameter is no number of days."))
        return None
    return days


def limits_of(
    shapes: Sequence[ItemLimitShape], placed: Placed[Any], path: Path, found: list[ItemLimit], names: Names
) -> tuple[ItemLimit, ...]:
    """The limits that are added; none promises more than the law allows among them and those ``found``."""
    before = len(found)
    for i, shape in enumerate(shapes):
        _limit(shape, placed, (*path, "limits", i), found, names)
    return tuple(found[before:])


def _limit(shape: ItemLimitShape, placed: Placed[Any], path: Path, found: list[ItemLimit], names: Names) -> None:
    names.limit(shape.limit, placed, *path, "limit")
    names.condition(shape.when, Scope.PROJECT, placed, *path, "when")
    here = names.limits.get(shape.limit)
    for other in found:
        there = names.limits.get(other.limit)
        together = shape.when is None or other.when is None or shape.when == other.when
        if here and there and together and (shape.binds or "") == other.binds:
            where = placed.at(*path, "limit")
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
