"""Which entries bind a region on a day (层级与施行日期): national first, each layer adding to those above it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import combinations
from typing import Any

from engine.errors import Fault
from engine.terms import FactType
from rules.loader import Placed, PolicyFiles, unknown_name
from rules.schema import Dated, ParameterShape

NATIONAL = "national"
WORDS_FOR = {"yes_no": "true 或 false", "whole": "整数", "decimal": "数，有小数的加引号"}
"""What a parameter of a type may be, for people."""
LISTED_ONCE = ("departments", "facts", "parameters", "conditions", "items", "sources")


@dataclass(frozen=True, slots=True)
class Layers:
    """The regions there are, each within another (地区层级)."""

    within: Mapping[str, str | None]
    titles: Mapping[str, str]
    codes: Mapping[str, str]

    def chain(self, region: str) -> tuple[str, ...]:
        """The layers that bind a region, the widest first."""
        out: list[str] = []
        here: str | None = region
        while here is not None and here not in out:
            out.append(here)
            here = self.within.get(here)
        return tuple(reversed(out))

    def related(self, one: str, other: str) -> bool:
        """Whether both layers bind some region together."""
        return one in self.chain(other) or other in self.chain(one)

    def innermost(self) -> tuple[str, ...]:
        """Regions that no other lies in: checking these checks all."""
        outer = {w for w in self.within.values() if w}
        return tuple(r for r in self.within if r not in outer) or (NATIONAL,)


def layers_of(files: PolicyFiles, faults: list[Fault]) -> Layers:
    """Read the regions; a folder without its region, or a region within one unknown, is a fault."""
    within: dict[str, str | None] = {NATIONAL: None}
    titles, codes = {NATIONAL: "全国"}, {}
    named: dict[str, str] = {}
    placed = files.of("region")
    for each in placed:
        region = each.entry
        if region.id != each.layer:
            fix = f"地区代号应与文件夹同名，写作“{each.layer}”。"
            faults.append(Fault(each.at("id"), region.id, fix, "A region is named as its folder."))
        elif region.id in named:
            fix = f"地区“{region.id}”写了两次，另一处在 {named[region.id]}；请删去一处。"
            faults.append(Fault(each.at("id"), region.id, fix, "Written twice."))
            continue
        named[region.id] = each.at("id")
        within[region.id] = region.within or (None if region.id == NATIONAL else NATIONAL)
        titles[region.id] = region.title
        if region.code:
            codes[region.id] = region.code
    for each in placed:
        if each.entry.within and each.entry.within not in within:
            faults.append(unknown_name(each.at("within"), each.entry.within, "地区", within))
        elif NATIONAL not in Layers(within, titles, codes).chain(each.entry.id):
            loop = f"{each.entry.id} → {each.entry.within}"
            fix = f"地区的上级绕成了圈（{loop}），到不了 {NATIONAL}；请改正 within。"
            faults.append(Fault(each.at("within"), each.entry.within, fix, "Regions lie within each other."))
    for each in (e for name in files.sections for e in files.of(name)):
        if each.layer not in within and "/" in each.file:
            within[each.layer] = NATIONAL
            titles[each.layer] = each.layer
            fix = f"文件夹“{each.layer}”没有 region.yaml，请写明地区名称与上级（within）。"
            faults.append(Fault(f"{each.file}:1", each.layer, fix, "The folder has no region.yaml."))
    return Layers(within, titles, codes)


@dataclass(frozen=True, slots=True)
class View:
    """What stands for a region on a day (某地某日有效的条目)."""

    files: PolicyFiles
    layers: Layers
    on: date
    region: str
    _kept: dict[str, tuple[Placed[Any], ...]] = field(default_factory=dict, repr=False, compare=False)

    def of(self, section: str) -> tuple[Placed[Any], ...]:
        """Entries of a section in force here, national first; of two with one id, which is a fault, the first."""
        if section not in self._kept:
            self._kept[section] = self._of(section)
        return self._kept[section]

    def _of(self, section: str) -> tuple[Placed[Any], ...]:
        chain = self.layers.chain(self.region)
        found = [e for e in self.files.of(section) if e.layer in chain or "/" not in e.file]
        found = [e for e in found if not isinstance(e.entry, Dated) or e.entry.stands_on(self.on)]
        found.sort(key=lambda e: chain.index(e.layer) if e.layer in chain else -1)
        if section not in LISTED_ONCE:
            return tuple(found)
        first: dict[Any, Placed[Any]] = {}
        for each in found:
            first.setdefault(_key(section, each.entry), each)
        return tuple(first.values())

    def unknown(self, section: str, where: str, name: str, what: str, known: Collection[str]) -> Fault:
        """The fault of a name that is not known here and today; where it stands on other days or elsewhere, that."""
        there = next((p for p in self.files.of(section) if p.entry.id == name), None)
        if there is None:
            return unknown_name(where, name, what, known)
        fix = f"{what}“{name}”（{there.at('id')}）在 {self.region} 于 {since(self.on)} 无效；请核对两处的施行日期与所在地区。"
        return Fault(where, name, fix, f"{name} is not in force in {self.region} {since(self.on, english=True)}.")

    def valued(self, name: str, values: Mapping[str, Any], where: str, faults: list[Fault]) -> None:
        """A parameter that something reads must have a value here and today: none is no “no”."""
        if name not in values and not self.broken("settings", ""):
            fix = f"这里要用参数“{name}”，它在 {self.region} 有时没有取值；请在 settings 中补写（effective_from 不晚于所用之日）。"
            faults.append(Fault(where, name, fix, f"{name} has no value in {self.region} at some time."))

    def broken(self, section: str, name: str) -> bool:
        """Whether an entry of that id exists that could not be read, so that missing it is no news."""
        return (section, name) in self.files.broken

    def parameters(self, faults: list[Fault]) -> dict[str, Any]:
        """Every parameter's value here and today; a lower layer may value what is left open, and no more."""
        out: dict[str, Any] = {}
        valued: dict[str, str] = {}
        for placed in self.of("parameters"):
            shape: ParameterShape = placed.entry
            for i, value in enumerate(shape.values):
                if value.stands_on(self.on):
                    out[shape.id] = self._value(shape, value.value, placed.at("values", i, "value"), faults)
                    valued[shape.id] = placed.layer
        for placed in self.of("settings"):
            name = placed.entry.parameter
            declared = next((p.entry for p in self.of("parameters") if p.entry.id == name), None)
            if declared is None:
                if not self.broken("parameters", name):
                    known = [p.entry.id for p in self.of("parameters")]
                    faults.append(unknown_name(placed.at("parameter"), name, "参数", known))
            elif valued.get(name, placed.layer) != placed.layer:
                fix = f"参数“{declared.title}”上级已有取值，下级不得另定。"
                faults.append(Fault(placed.at("parameter"), name, fix, "A wider layer has valued this parameter."))
            else:
                out[name] = self._value(declared, placed.entry.value, placed.at("value"), faults)
                valued[name] = placed.layer
        return out

    def _value(self, shape: ParameterShape, value: Any, where: str, faults: list[Fault]) -> Any:
        kinds = {"yes_no": bool, "whole": int, "decimal": int | str}
        wanted = kinds.get(shape.type.value, str)
        right = isinstance(value, wanted) and (wanted is bool or not isinstance(value, bool))
        right = right and (shape.type is not FactType.DECIMAL or plain_decimal(str(value)) is not None)
        if not right or (shape.allowed and value not in shape.allowed):
            listed = "、".join(shape.allowed) or WORDS_FOR.get(shape.type.value, "文字")
            faults.append(Fault(where, value, f"参数“{shape.title}”应为：{listed}。", "Not a value of this parameter."))
        return value


def plain_decimal(text: str) -> Decimal | None:
    """A number as people write it, without sign or exponent; None for anything else."""
    return Decimal(text) if re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,4})?", text, re.ASCII) else None


def since(on: date, *, english: bool = False) -> str:
    """The first day of a stretch of days, in words."""
    if on == date.min:
        return "from the beginning" if english else "最早的一段时间"
    return f"from {on}" if english else f"{on}起"


def turning_days(files: PolicyFiles, more: Iterable[date] = ()) -> tuple[date, ...]:
    """The days on which something begins or ends to stand, after the very first: between two of them nothing changes."""
    days = {date.min, *more}
    for dated in _dated(files):
        days.update(d for d in (dated.effective_from, dated.effective_to) if d)
    return tuple(sorted(days))


def _dated(files: PolicyFiles) -> Iterator[Dated]:
    for name in files.sections:
        for placed in files.of(name):
            entry = placed.entry
            if isinstance(entry, Dated):
                yield entry
            if isinstance(entry, ParameterShape):
                yield from entry.values
            if name == "service" and entry.procedure is not None:
                yield entry.procedure


def duplicate_faults(files: PolicyFiles, layers: Layers) -> Iterator[Fault]:
    """One id twice: in one layer the dates must not overlap, and a lower layer never redefines what stands above."""
    for section in LISTED_ONCE:
        groups: dict[Any, list[Placed[Any]]] = {}
        for placed in files.of(section):
            groups.setdefault(_key(section, placed.entry), []).append(placed)
        for key, group in groups.items():
            group.sort(key=lambda p: len(layers.chain(p.layer)))
            for one, other in combinations(group, 2):
                if layers.related(one.layer, other.layer) and (fault := _clash(key, one, other)):
                    yield fault
    for placed in files.of("parameters"):
        for (i, a), (j, b) in combinations(enumerate(placed.entry.values), 2):
            if overlap(a, b):
                yield _overlapping(placed.at("values", j), placed.entry.id, placed.at("values", i))
    for one, other in combinations(files.of("settings"), 2):
        if one.entry.parameter == other.entry.parameter and layers.related(one.layer, other.layer):
            if overlap(one.entry, other.entry):
                yield _overlapping(other.at("parameter"), other.entry.parameter, one.at("parameter"))


def _key(section: str, entry: Any) -> Any:
    if section == "facts":
        return entry.scope.value, entry.id
    return entry.instrument if section == "sources" else entry.id


def _clash(key: Any, one: Placed[Any], other: Placed[Any]) -> Fault | None:
    name = key[1] if isinstance(key, tuple) else key
    field = "instrument" if hasattr(other.entry, "instrument") else "id"
    if one.layer != other.layer:
        fix = f"“{name}”在上级（{one.at(field)}）已有规定，下级不得改写；请另取代号。"
        return Fault(other.at(field), name, fix, "A wider layer has this id.")
    if not isinstance(one.entry, Dated):
        return Fault(
            other.at(field), name, f"“{name}”写了两次，另一处在 {one.at(field)}；请删去一处。", "Written twice."
        )
    return _overlapping(other.at(field), name, one.at(field)) if overlap(one.entry, other.entry) else None


def _overlapping(where: str, name: str, other: str) -> Fault:
    fix = f"“{name}”与 {other} 的施行期间重叠；请写明 effective_from / effective_to，使前者的止日不晚于后者的起日。"
    return Fault(where, name, fix, "The periods of two entries of one id overlap.")


def overlap(one: Dated, other: Dated) -> bool:
    """Whether two half-open periods share a day."""
    starts = max(one.effective_from or date.min, other.effective_from or date.min)
    ends = min(one.effective_to or date.max, other.effective_to or date.max)
    return starts < ends
