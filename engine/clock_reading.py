"""Reading a timeline (读取时间线) strictly: every fault at once, each with its pointer, before any date is judged."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, TypeVar

from engine.clock_events import Approver, ClockLimit, Event, Kind, Outcome, Reason, Timeline, What
from engine.errors import Fault, InputError
from engine.terms import Unit
from engine.values import escape, read_day, shorten

LARGEST_LIMIT = 9999
"""No limit has more days, months or years than this."""

_KEYS = {
    What.RECEIVED: (),
    What.CORRECTION_NOTICE: ("complete",),
    What.CORRECTIONS_SUPPLIED: ("complete",),
    What.ACCEPTED: (),
    What.REFUSED: (),
    What.SUSPENDED: ("reason", "written_notice"),
    What.RESUMED: ("reason", "written_notice"),
    What.EXTENDED: ("days", "approved_by"),
    What.DECIDED: ("outcome",),
    What.DELIVERED: (),
}
_NEEDED = {What.SUSPENDED: "reason", What.DECIDED: "outcome"}
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,6})?)?", re.ASCII)

E = TypeVar("E", bound=StrEnum)


@dataclass(slots=True)
class _Draft:
    """An event as far as it could be read, for the checks that look at several events."""

    index: int
    what: What
    on: date | None
    at: str
    reason: Reason | None


def read_timeline(raw: Any, told: date | None = None) -> Timeline:
    """Read a timeline (读取时间线) as CONTRACT §2 has it.

    Args:
        raw: what was handed in, a JSON object.
        told: the day as of which is asked, where it was also told from outside; it must be the same day.

    Raises:
        InputError: with every fault there is: unknown keys, days that do not exist, events that contradict each other.
    """
    faults: list[Fault] = []
    if not isinstance(raw, Mapping):
        raise InputError([Fault("", shorten(raw), "时间线应为 JSON 对象。", "A timeline is a JSON object.")])
    only(raw, ("limit", "asof", "events"), "", faults)
    limit = _read_limit(raw.get("limit"), faults)
    asof = None if raw.get("asof") is None else read_day(raw["asof"], "/asof", faults, "截至日")
    if asof and told and asof != told:
        _say(
            faults,
            "/asof",
            raw["asof"],
            f"与另行给出的日期 {told} 不一致。",
            f"Not the day also given, {told}.",
        )
    asof = asof or told
    events, drafts, whole = _read_events(raw.get("events"), faults)
    _check_order(drafts, asof, faults)
    _check_course(drafts, faults, whole=whole)
    if limit and limit.kind is Kind.OTHER and isinstance(raw["limit"], Mapping) and raw["limit"].get("kind") is None:
        for draft in drafts:
            if draft.what is What.EXTENDED:
                _say(
                    faults,
                    "/limit/kind",
                    None,
                    "有延期时须写明 kind（licence、joint 或 other）。",
                    "State the kind (licence, joint or other) where there is an extension.",
                )
                break
    if faults or limit is None:
        raise InputError(faults)
    return Timeline(limit, tuple(events), asof)


def only(raw: Mapping[Any, Any], known: Sequence[str], at: str, faults: list[Fault]) -> None:
    """Every key that is not known is a fault (不认识的键)."""
    for key, value in raw.items():
        if key not in known:
            _say(
                faults,
                f"{at}/{escape(key)}",
                value,
                f"不认识的键；可用：{'、'.join(known)}。",
                f"Unknown key; known are {', '.join(known)}.",
            )


def read_whole(raw: Any, pointer: str, faults: list[Fault], title: str) -> int | None:
    """A whole number of at least 1, and not absurdly large (正整数)."""
    if isinstance(raw, int) and not isinstance(raw, bool) and 1 <= raw <= LARGEST_LIMIT:
        return raw
    _say(
        faults,
        pointer,
        raw,
        f"“{title}”应为 1 至 {LARGEST_LIMIT} 的整数。",
        f"Must be a whole number, 1 to {LARGEST_LIMIT}.",
    )
    return None


def read_word(raw: Any, words: type[E], pointer: str, faults: list[Fault], title: str) -> E | None:
    """One of a closed list of words."""
    if isinstance(raw, str) and raw in [w.value for w in words]:
        return words(raw)
    listed = [w.value for w in words]
    _say(
        faults,
        pointer,
        raw,
        f"“{title}”应为下列之一：{'、'.join(listed)}。",
        f"Must be one of {', '.join(listed)}.",
    )
    return None


def _read_limit(raw: Any, faults: list[Fault]) -> ClockLimit | None:
    if not isinstance(raw, Mapping):
        _say(
            faults,
            "/limit",
            raw,
            '请写明时限 limit：{"days": 20, "unit": "working", "kind": "licence"}。',
            'State the limit, such as {"days": 20, "unit": "working", "kind": "licence"}.',
        )
        return None
    only(raw, ("days", "unit", "kind", "promised", "local_stops"), "/limit", faults)
    days = read_whole(raw.get("days"), "/limit/days", faults, "法定时限")
    unit = read_word(raw.get("unit"), Unit, "/limit/unit", faults, "计时单位")
    kind: Kind | None = Kind.OTHER
    if raw.get("kind") is not None:
        kind = read_word(raw["kind"], Kind, "/limit/kind", faults, "办理类别")
    promised = None
    if raw.get("promised") is not None:
        promised = read_whole(raw["promised"], "/limit/promised", faults, "承诺时限")
    stops = _read_local_stops(raw.get("local_stops"), faults)
    if days is None or unit is None or kind is None:
        return None
    return ClockLimit(days, unit, kind, promised, stops)


def _read_local_stops(raw: Any, faults: list[Fault]) -> frozenset[Reason]:
    if raw is None:
        return frozenset()
    if not isinstance(raw, (list, tuple)):
        _say(
            faults,
            "/limit/local_stops",
            raw,
            "local_stops 应为停表事由的列表。",
            "local_stops is a list of reasons.",
        )
        return frozenset()
    read = [read_word(r, Reason, f"/limit/local_stops/{i}", faults, "停表事由") for i, r in enumerate(raw)]
    return frozenset(r for r in read if r is not None)


def _read_events(raw: Any, faults: list[Fault]) -> tuple[list[Event], list[_Draft], bool]:
    """The events that can be read, and whether that is every one."""
    if not isinstance(raw, (list, tuple)) or not raw:
        _say(
            faults,
            "/events",
            raw,
            "events 应为事件列表，至少有一件 received（收件）。",
            "events is a list with at least a received.",
        )
        return [], [], False
    events: list[Event] = []
    drafts: list[_Draft] = []
    for index, entry in enumerate(raw):
        at = f"/events/{index}"
        if not isinstance(entry, Mapping):
            _say(faults, at, entry, "每个事件应写明 on 与 what。", "Each event states on and what.")
            continue
        what = read_word(entry.get("what"), What, f"{at}/what", faults, "环节")
        on = read_day(entry.get("on"), f"{at}/on", faults, "日期")
        if what is None:
            continue
        only(entry, ("on", "at", "what", *_KEYS[what]), at, faults)
        event = _read_event(index, what, on or date.min, entry, faults)
        events.append(event)
        drafts.append(_Draft(index, what, on, event.at, event.reason))
    return events, drafts, len(drafts) == len(raw)


def _read_event(index: int, what: What, on: date, raw: Mapping[str, Any], faults: list[Fault]) -> Event:
    at = f"/events/{index}"

    def flag(name: str) -> bool:
        value = raw.get(name)
        if value is None or value is True or value is False or name not in _KEYS[what]:
            return value is True
        _say(faults, f"{at}/{name}", value, f"{name} 应为 true 或 false。", f"{name} must be true or false.")
        return False

    def word(name: str, words: type[E], title: str) -> E | None:
        if name not in _KEYS[what] or (
            raw.get(name) is None and name != _NEEDED.get(what) and what is not What.EXTENDED
        ):
            return None
        return read_word(raw.get(name), words, f"{at}/{name}", faults, title)

    days = read_whole(raw.get("days"), f"{at}/days", faults, "延长天数") if what is What.EXTENDED else 0
    return Event(
        index,
        on,
        what,
        _read_time(raw.get("at"), f"{at}/at", faults),
        complete=flag("complete"),
        reason=word("reason", Reason, "停表事由"),
        written_notice=flag("written_notice"),
        days=days or 0,
        approved_by=word("approved_by", Approver, "批准人"),
        outcome=word("outcome", Outcome, "办理结果"),
    )


def _read_time(raw: Any, pointer: str, faults: list[Fault]) -> str:
    if raw is None:
        return ""
    if isinstance(raw, str) and _TIME.fullmatch(raw):
        return str(raw)
    _say(faults, pointer, raw, "时刻应写作 10:05 或 23:59:59。", "A time is written 10:05 or 23:59:59.")
    return ""


def _check_order(drafts: Sequence[_Draft], asof: date | None, faults: list[Fault]) -> None:
    """Events stand in the order in which they happened, none after the day as of which is asked."""
    last: _Draft | None = None
    for draft in drafts:
        if draft.on is None:
            continue
        if last and last.on and (draft.on < last.on or (draft.on == last.on and draft.at and draft.at < last.at)):
            key, value = ("on", draft.on.isoformat()) if draft.on < last.on else ("at", draft.at)
            _say(
                faults,
                f"/events/{draft.index}/{key}",
                value,
                f"事件应按先后排列：{draft.what} 早于前面的 {last.what}（{last.on} {last.at}）。",
                f"Events must be in order: {draft.what} is before {last.what} ({last.on} {last.at}).",
            )
        if asof and draft.on > asof:
            _say(
                faults,
                f"/events/{draft.index}/on",
                draft.on.isoformat(),
                f"事件晚于截至日 {asof}。",
                f"The event is after the day as of which is asked, {asof}.",
            )
        if last is None or last.on is None or draft.on > last.on or draft.at:
            last = draft


def _check_course(drafts: Sequence[_Draft], faults: list[Fault], *, whole: bool) -> None:
    """Events must not contradict each other: nothing twice that happens once, nothing after the end.

    Where not the ``whole`` list could be read, nobody can say that an event is missing.
    """
    seen: dict[What, _Draft] = {}
    open_stops: list[Reason | None] = []
    given = {d.what for d in drafts}
    for draft in drafts:
        what, at, value = draft.what, f"/events/{draft.index}/what", draft.what.value
        problem = _out_of_course(what, seen)
        if problem is None and whole and what is not What.RECEIVED:
            problem = _without(what, seen, given)
        if problem:
            _say(faults, at, value, *problem)
        if what is What.SUSPENDED:
            if draft.reason in open_stops:
                _say(
                    faults,
                    at,
                    value,
                    f"同一事由（{draft.reason}）的停表尚未恢复。",
                    "This stop is already open.",
                )
            open_stops.append(draft.reason)
        elif what is What.RESUMED and whole:
            _close(draft, open_stops, at, faults)
        seen.setdefault(what, draft)
    if whole and What.RECEIVED not in given:
        _say(
            faults,
            "/events",
            None,
            "缺少 received（收件）：没有收件日，无法判断是否逾期未告知而视为受理。",
            "There is no received: without it nobody can say whether the file was deemed accepted.",
        )


_ONCE = (What.RECEIVED, What.ACCEPTED, What.REFUSED, What.DECIDED, What.DELIVERED)
_ENDS = (What.REFUSED, What.DECIDED)


def _out_of_course(what: What, seen: Mapping[What, _Draft]) -> tuple[str, str] | None:
    """What is wrong with an event after those seen, if anything."""
    if what in seen and what in _ONCE:
        return f"{what} 只能有一次。", f"{what} happens once."
    if what is What.RECEIVED and seen:
        return "received（收件）应为第一个事件。", "received must be the first event."
    if what is What.REFUSED and What.ACCEPTED in seen:
        return (
            "已受理的不能再不予受理；不予许可请用 decided。",
            "Accepted already; use decided for a refusal.",
        )
    for end in _ENDS:
        if end in seen and not (end is What.DECIDED and what is What.DELIVERED):
            return f"{end} 之后不能再有 {what}。", f"Nothing but a delivery follows {end}."
    return None


def _without(what: What, seen: Mapping[What, _Draft], given: set[What]) -> tuple[str, str] | None:
    """What must have come before an event and did not."""
    if What.RECEIVED in given and What.RECEIVED not in seen:
        return f"{what} 之前没有 received（收件）。", f"There is no received before {what}."
    if what is What.DELIVERED and What.DECIDED not in seen:
        return "delivered（送达）之前没有 decided（决定）。", "There is no decided before delivered."
    if what is What.CORRECTIONS_SUPPLIED and What.CORRECTION_NOTICE not in seen:
        return (
            "没有 correction_notice（补正告知）而有补正。",
            "Corrections were supplied that no notice asked for.",
        )
    return None


def _close(draft: _Draft, open_stops: list[Reason | None], at: str, faults: list[Fault]) -> None:
    if draft.reason is None and len(open_stops) > 1:
        _say(
            faults,
            at,
            draft.what.value,
            "有几处停表未恢复，请写明 reason。",
            "Several stops are open: state the reason.",
        )
    elif draft.reason is None and open_stops:
        open_stops.pop()
    elif draft.reason in open_stops:
        open_stops.remove(draft.reason)
    else:
        _say(faults, at, draft.what.value, "没有对应的 suspended（停表）。", "There is no open stop to resume.")


def _say(faults: list[Fault], pointer: str, value: Any, fix: str, fix_en: str) -> None:
    faults.append(Fault(pointer, shorten(value), fix, fix_en))
