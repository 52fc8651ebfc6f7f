"""The limits (时限) as policy data: ``limits.yaml`` of every layer, read strictly, none longer than the law."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, ValidationError

from engine.clock_events import Approver, Kind
from engine.clock_law import ClockLaw, Extension
from engine.errors import Fault, PolicyError
from engine.limits import Limit, LimitValue
from engine.terms import Assumed, Cite, LimitKind, Unit
from engine.values import shorten
from rules.schema import Count, Day, Name, Shape, Sourced, Text, YesNo
from rules.wording import say
from rules.yamlio import Locate, read_yaml

PACKAGED = Path(__file__).parent / "policy"
FILE = "limits.yaml"
FILES = f"*/*{FILE}"
"""The limits of a layer stand in ``limits.yaml``, those of single items in ``item_limits.yaml``."""

NATIONAL = "national"


class ValueShape(Sourced):
    """One dated value (时限取值)."""

    effective_from: Day
    days: Count


class LimitShape(Shape):
    """One limit (时限), in its file."""

    id: Name
    title: Text
    kind: LimitKind
    unit: Unit
    backward: YesNo = False
    extends: Name | None = None
    under: Name | None = None
    values: Annotated[tuple[ValueShape, ...], Field(min_length=1)]


@dataclass(frozen=True, slots=True)
class _Entry:
    """A limit as read, and where its parts stand."""

    limit: Limit
    path: str
    base: tuple[Any, ...]
    locate: Locate

    def fault(self, at: tuple[Any, ...], value: Any, fix: str, fix_en: str) -> Fault:
        return Fault(f"{self.path}:{self.locate((*self.base, *at))}", shorten(value), fix, fix_en)


def read_limit_sources(root: Path | None = None) -> dict[str, str]:
    """Read the packaged limits of every layer, also those of single items, path below ``rules/policy`` → text."""
    base = root or PACKAGED
    return {p.relative_to(base).as_posix(): p.read_text("utf-8") for p in sorted(base.glob(FILES))}


def read_limits(sources: Mapping[str, str]) -> tuple[Limit, ...]:
    """Read and check the limits of every layer (读取时限), path → text; the national ones first.

    Two regions may each have a limit of one id; a region may not write a national one again.

    Raises:
        PolicyError: with every fault in every file, each with file and line.
    """
    found = try_limits(sources)
    if found.faults:
        raise PolicyError(found.faults)
    return found.limits


@dataclass(frozen=True, slots=True)
class Found:
    """The limits that could be read, the ids of those that could not, and why."""

    limits: tuple[Limit, ...]
    broken: frozenset[str]
    faults: tuple[Fault, ...]


def try_limits(sources: Mapping[str, str]) -> Found:
    """Read what can be read, so that one mistake brings no errors about limits that are in order."""
    faults: list[Fault] = []
    broken: set[str] = set()
    entries: list[_Entry] = []
    for path in sorted(sources, key=lambda p: (not p.startswith(f"{NATIONAL}/"), p)):
        entries.extend(_read(path, sources[path], faults, broken))
    faults.extend(_check(entries, broken))
    return Found(tuple(e.limit for e in entries), frozenset(broken), tuple(faults))


def load_limits(sources: Mapping[str, str], regions: Collection[str] | None = None) -> dict[str, Limit]:
    """The limits that bind a place (某地时限), by id.

    Args:
        sources: the ``limits.yaml`` of every layer; the folder is the region that it binds.
        regions: the place's layers, the nation understood; all there are where None.

    Raises:
        PolicyError: with every fault in every file, or where two layers of one place name one limit.
    """
    found: dict[str, Limit] = {}
    faults = []
    for limit in read_limits(sources):
        if regions is not None and limit.region not in (NATIONAL, *regions):
            continue
        if limit.id in found:
            fix = f"“{limit.id}”已在 {found[limit.id].place} 写过，请删去一处或另取代号。"
            faults.append(Fault(limit.place, limit.id, fix, "Written twice."))
        found[limit.id] = limit
    if faults:
        raise PolicyError(faults)
    return found


def clock_law(limits: Mapping[str, Limit], on: date) -> ClockLaw:
    """The figures that a clock is judged by (计时依据), as the policy data have them on a day."""

    def value(name: str) -> LimitValue:
        found = limits[name].value_on(on) if name in limits else None
        if found is None:
            raise PolicyError(
                [Fault(f"{NATIONAL}/{FILE}", name, f"缺少 {on} 有效的时限 {name}。", f"No {name} on {on}.")]
            )
        return found

    def extension(name: str, approver: Approver) -> Extension:
        found = value(name)
        return Extension(approver, found.days, found.cite[0])

    return ClockLaw(
        notice_days=value("correction-notice").days,
        delivery_days=value("delivery").days,
        extensions={
            Kind.LICENCE: extension("licence-extension", Approver.AGENCY_HEAD),
            Kind.JOINT: extension("joint-extension", Approver.GOVERNMENT_HEAD),
        },
    )


def _read(path: str, text: str, faults: list[Fault], broken: set[str]) -> Iterator[_Entry]:
    try:
        data, locate = read_yaml(path, text)
    except PolicyError as error:
        faults.extend(error.errors)
        return
    raw = data.get("limits") if isinstance(data, dict) else None
    if not isinstance(raw, list) or len(data) != 1:
        fix = "文件只有 limits: 一栏，每项以“- ”开头。"
        faults.append(Fault(f"{path}:{locate(())}", None, fix, "The file holds limits: alone, a list."))
        return
    for i, entry in enumerate(raw):
        base = ("limits", i)
        try:
            shape = LimitShape.model_validate(entry)
        except ValidationError as error:
            for found in error.errors(include_url=False):
                faults.append(say(found, LimitShape, f"{path}:{locate((*base, *found['loc']))}"))
            if isinstance(entry, dict):
                broken.add(str(entry.get("id")))
            continue
        yield _Entry(_limit(shape, path, locate(base)), path, base, locate)


def _limit(shape: LimitShape, path: str, line: int) -> Limit:
    return Limit(
        shape.id,
        shape.title,
        shape.kind,
        shape.unit,
        tuple(_value(v) for v in shape.values),
        shape.backward,
        shape.extends,
        shape.under,
        path.split("/", 1)[0],
        f"{path}:{line}",
    )


def _value(shape: ValueShape) -> LimitValue:
    cite = tuple(Cite(c.instrument, c.article) for c in shape.cite)
    assumed = Assumed(shape.assumed.says, shape.assumed.example) if shape.assumed else None
    return LimitValue(shape.effective_from, shape.days, cite, shape.local, assumed)


def _check(entries: Sequence[_Entry], broken: Collection[str]) -> Iterator[Fault]:
    by_id: dict[tuple[str, str], _Entry] = {}
    for entry in entries:
        limit = entry.limit
        first = by_id.get((NATIONAL, limit.id)) or by_id.get((limit.region, limit.id))
        if first is not None:
            fix = f"“{limit.id}”已在 {first.limit.place} 写过，请删去一处或另取代号。"
            yield entry.fault(("id",), limit.id, fix, "Written twice.")
        by_id.setdefault((limit.region, limit.id), entry)
        yield from _check_values(entry)
    for entry in entries:
        for field in ("extends", "under"):
            name = getattr(entry.limit, field)
            if name is None:
                continue
            named = by_id.get((NATIONAL, name)) or by_id.get((entry.limit.region, name))
            named = named or next((e for e in entries if e.limit.id == name), None)
            if named is None and name in broken:
                continue
            if named is None:
                yield entry.fault((field,), name, f"没有时限“{name}”。", f"There is no limit {name}.")
            elif named is entry:
                yield entry.fault((field,), name, "不能指向自己。", "It cannot name itself.")
            elif _round(entry, field, by_id):
                fix = f"时限互相指向（{field}），形成循环；请改正其中一处。"
                yield entry.fault((field,), name, fix, "Limits name each other in a circle.")
            elif field == "under":
                yield from _check_under(entry, named.limit)
            elif named.limit.unit is not entry.limit.unit:
                fix = f"与所延的“{named.limit.title}”的计时单位（{named.limit.unit}）不同。"
                yield entry.fault(("unit",), entry.limit.unit.value, fix, "Its unit is not that of what it extends.")


def _round(entry: _Entry, field: str, by_id: Mapping[tuple[str, str], _Entry]) -> bool:
    """Whether following ``extends`` or ``under`` leads back to the limit."""
    seen: set[str] = set()
    name = getattr(entry.limit, field)
    while name is not None and name not in seen:
        if name == entry.limit.id:
            return True
        seen.add(name)
        here = by_id.get((NATIONAL, name)) or by_id.get((entry.limit.region, name))
        name = getattr(here.limit, field) if here else None
    return False


def _check_values(entry: _Entry) -> Iterator[Fault]:
    """Dated values in order, none twice on a day, each with its source; only a promise or period is local."""
    limit = entry.limit
    for i, value in enumerate(limit.values):
        if i and value.effective_from <= limit.values[i - 1].effective_from:
            fix = "各项取值按施行日先后排列，施行日不得相同；前一项到后一项施行之日为止。"
            at = ("values", i, "effective_from")
            yield entry.fault(at, value.effective_from.isoformat(), fix, "Values overlap or are out of order.")
        if not value.cite and not (value.local and value.assumed):
            fix = "缺少依据：请写 cite，或者 local: true 与 assumed（says、example）。"
            yield entry.fault(("values", i), value.days, fix, "No source: cite, or local and assumed.")
        if value.cite and value.assumed:
            yield entry.fault(
                ("values", i, "assumed"), None, "有 cite 就不再写 assumed。", "Both a cite and an assumption."
            )
        if value.local and limit.kind is LimitKind.STATUTORY:
            yield entry.fault(
                ("values", i, "local"), True, "法定时限不能是暂定的。", "A statutory limit is not assumed."
            )
        if value.local and limit.region == NATIONAL:
            yield entry.fault(
                ("values", i, "local"), True, "暂定值写在地方文件里。", "Local values stand in a region's file."
            )


def _check_under(entry: _Entry, law: Limit) -> Iterator[Fault]:
    """A region may be stricter, never longer than the law."""
    limit = entry.limit
    if law.unit is not limit.unit:
        fix = f"与“{law.title}”的计时单位（{law.unit}）不同，无法比较。"
        yield entry.fault(("unit",), limit.unit.value, fix, "Its unit is not that of the law.")
        return
    for i, value in enumerate(limit.values):
        until = limit.values[i + 1].effective_from if i + 1 < len(limit.values) else date.max
        starts = [
            law.value_on(value.effective_from),
            *(v for v in law.values if value.effective_from < v.effective_from < until),
        ]
        shortest = min((v.days for v in starts if v), default=None)
        if shortest is not None and value.days > shortest:
            fix = f"长于法定的{shortest}（{law.title}，{law.values[-1].cite[0] if law.values[-1].cite else ''}）。"
            yield entry.fault(("values", i, "days"), value.days, fix, f"Longer than the law's {shortest}.")
