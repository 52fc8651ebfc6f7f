"""The holiday notices (放假安排) as policy data: one file a notice under ``policy/calendar/``, read strictly."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, ValidationError

from engine.errors import Fault, PolicyError
from engine.values import shorten
from engine.workdays import Notice
from rules.schema import Day, Shape, Text
from rules.wording import say
from rules.yamlio import Locate, read_yaml

PACKAGED = Path(__file__).parent / "policy"


class SpanShape(Shape):
    """Days off in a row (放假起止), both included."""

    first: Day
    last: Day


class FeastShape(Shape):
    """One paragraph of a notice (一个节日的安排): when it rests, and which weekend days are worked for it."""

    name: Text
    rest: SpanShape
    work: tuple[Day, ...] = ()


class NoticeShape(Shape):
    """One notice (放假安排通知); ``dated`` is the day under its text, ``issued`` the day it was made public."""

    number: Text
    title: Text
    dated: Day
    issued: Day
    year: Annotated[int, Field(strict=True, ge=2008, le=2100)]
    amends: Text | None = None
    feasts: Annotated[tuple[FeastShape, ...], Field(min_length=1)]


def read_calendar_sources(root: Path | None = None) -> dict[str, str]:
    """Read the packaged notices, path below ``rules/policy`` → text."""
    base = root or PACKAGED
    return {p.relative_to(base).as_posix(): p.read_text("utf-8") for p in sorted((base / "calendar").glob("*.yaml"))}


def load_notices(sources: Mapping[str, str]) -> tuple[Notice, ...]:
    """Read and check holiday notices (读取放假安排), path → text, in the order in which they were issued.

    Raises:
        PolicyError: with every fault in every file, each with file and line.
    """
    faults: list[Fault] = []
    read: list[tuple[Notice, str]] = []
    for path in sorted(sources):
        try:
            data, locate = read_yaml(path, sources[path])
            shape = NoticeShape.model_validate(data)
        except PolicyError as error:
            faults.extend(error.errors)
        except ValidationError as error:
            for found in error.errors(include_url=False):
                faults.append(say(found, NoticeShape, f"{path}:{locate(tuple(found['loc']))}"))
        else:
            checked = list(_check(shape, path, locate))
            faults.extend(checked)
            if not checked:
                read.append((_notice(shape), path))
    read.sort(key=lambda entry: entry[0].issued)
    faults.extend(_compare(read, complete=not faults))
    if faults:
        raise PolicyError(faults)
    return tuple(notice for notice, _ in read)


def _notice(shape: NoticeShape) -> Notice:
    rest = frozenset(d for feast in shape.feasts for d in _span(feast.rest))
    work = frozenset(d for feast in shape.feasts for d in feast.work)
    return Notice(shape.number, shape.title, shape.issued, shape.year, rest, work, shape.amends)


def _span(span: SpanShape) -> Iterator[date]:
    day = span.first
    while day <= span.last:
        yield day
        day += timedelta(days=1)


def _check(shape: NoticeShape, path: str, locate: Locate) -> Iterator[Fault]:
    """What pydantic cannot see: days out of the year, a span backward, a weekday worked, a day that rests and works."""

    def fault(at: tuple[Any, ...], value: Any, fix: str, fix_en: str) -> Fault:
        return Fault(f"{path}:{locate(at)}", shorten(str(value)), fix, fix_en)

    first, last = date(shape.year - 1, 12, 25), date(shape.year, 12, 31)
    rests: set[date] = set()
    for i, feast in enumerate(shape.feasts):
        span, at = feast.rest, ("feasts", i, "rest")
        if span.last < span.first or (span.last - span.first).days > 30:
            yield fault((*at, "last"), span.last, "放假起止颠倒或过长。", "The span is backward or too long.")
            continue
        rests.update(_span(span))
        for key, day in (("first", span.first), ("last", span.last)):
            if not first <= day <= last:
                yield fault((*at, key), day, f"不在{shape.year}年（及上年12月25日以后）之内。", "Not of that year.")
    for i, feast in enumerate(shape.feasts):
        for j, day in enumerate(feast.work):
            place = ("feasts", i, "work", j)
            if not first <= day <= last:
                yield fault(place, day, f"不在{shape.year}年（及上年12月25日以后）之内。", "Not of that year.")
            if day.weekday() < 5:
                yield fault(place, day, "调休上班日应为周六或周日。", "A make-up day is a Saturday or Sunday.")
            if day in rests:
                yield fault(place, day, "同一天既放假又上班。", "The day both rests and works.")
    if shape.issued < shape.dated:
        yield fault(("issued",), shape.issued, "公布日早于成文日。", "Made public before it was written.")


def _compare(read: list[tuple[Notice, str]], *, complete: bool) -> Iterator[Fault]:
    """One notice a year, each number once, amendments of known notices only, and no year missing between two.

    Where some file could not be read, nobody can say that its notice is missing.
    """
    whole: dict[int, str] = {}
    numbers: dict[str, tuple[Notice, str]] = {}
    for notice, path in read:
        if notice.number in numbers:
            fix = f"文号与 {numbers[notice.number][1]} 相同。"
            yield Fault(f"{path}:1", notice.number, fix, "The number stands in another file.")
        amended = numbers.get(notice.amends or "")
        if notice.amends is None:
            if notice.year in whole:
                fix = f"{notice.year}年已有 {whole[notice.year]}；调整通知请写明 amends。"
                yield Fault(f"{path}:1", notice.year, fix, "That year has a notice; an amendment says what it amends.")
            whole.setdefault(notice.year, path)
        elif amended[0].year != notice.year if amended else complete:
            fix = "所调整的通知不存在，或者晚于本通知，或者不是同一年。"
            yield Fault(f"{path}:1", notice.amends, fix, "It amends no earlier notice of that year.")
        numbers.setdefault(notice.number, (notice, path))
    for year in range(min(whole, default=0), max(whole, default=0)) if complete else ():
        if year not in whole:
            yield Fault(f"{whole[max(whole)]}:1", year, f"缺少{year}年的放假安排。", f"No notice for {year}.")
