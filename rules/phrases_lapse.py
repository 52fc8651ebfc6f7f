"""Phrases about results that run out (效力期限与失效): registered, extended, kept by what was begun; warned of, and over."""

from __future__ import annotations

from datetime import date
from typing import Any

from engine import filing
from engine.dossier import About
from engine.events import Event, EventKind, end_of, stamp
from engine.lapsing import PaperClock, check_extension, paper_clocks
from engine.policy import EXTENSION, RESULT, LapseEffect
from rules.phrases_kit import DAY, Phrases, expect
from rules.phrases_simulated import register_result
from rules.world import CLERK, PROJECT, World

PHRASES = phrase = Phrases()

ISSUER = "主管部门"
EFFECTS = {"自次日起失效": LapseEffect.VOID, "自次日起须重新审核": LapseEffect.RECHECK}


# --- what is registered ------------------------------------------------------------------------------------------------


@phrase(
    "窗口登记“建筑工程施工许可证”的办理结果，文号“440704202206160101”，2022-06-16作出",
    f"(?:窗口|建设单位)登记“(?P<item>[^”]+)”的办理结果(?:，文号“(?P<number>[^”]+)”)?，{DAY}作出",
)
def register(world: World, item: str, day: str, number: str | None = None) -> None:
    register_result(world, item, date.fromisoformat(day), number or "登记-1")


@phrase(
    "窗口登记“建筑工程施工许可证”延期至2022-12-16，2022-09-16准予",
    f"窗口登记“(?P<item>[^”]+)”延期至{DAY}，(?P<granted>\\d{{4}}-\\d{{2}}-\\d{{2}})准予",
)
def extend(world: World, item: str, day: str, granted: str) -> None:
    """An extension that a department has granted; one that the law does not give is refused."""
    name = world.item_id(item)
    fields = {"number": "延期-1", "issued_by": ISSUER, "issued_on": granted, "until": day}

    def act() -> list[Event]:
        dossier, policy = world.project_file, world.rules.policy
        filing.check_not_to_come(fields, world.today)
        check_extension(world.book.items[name], fields, dossier, policy.as_of, world.calendar, world.today)
        return [filing.file_document(PROJECT, dossier, name + EXTENSION, fields, (), CLERK, world.now)]

    world.order(act)


# --- how it stands -----------------------------------------------------------------------------------------------------


@phrase("“建筑工程施工许可证”的效力最后一日为2022-09-16", f"“(?P<item>[^”]+)”的效力最后一日为{DAY}(?P<word>，暂定)?")
def last_day(world: World, item: str, day: str, word: str | None = None) -> None:
    clock = _clock(world, item)
    found = (clock.due, clock.provisional)
    expect(found == (date.fromisoformat(day), word is not None), found, day)


@phrase("“建筑工程施工许可证”已延期1次", "“(?P<item>[^”]+)”(?:已延期(?P<times>\\d+)次|没有延期)")
def extended(world: World, item: str, times: str | None = None) -> None:
    found = _clock(world, item).extended
    expect(found == int(times or 0), found, times or 0)


@phrase("“建筑工程施工许可证”因“施工”不再届满", "“(?P<item>[^”]+)”(?:因“(?P<done>[^”]+)”不再届满|仍在计算期限)")
def kept(world: World, item: str, done: str | None = None) -> None:
    found = _clock(world, item).kept_by
    wanted = None if done is None else world.item_id(done) + RESULT
    expect((found and found.kind) == wanted, found and found.id, wanted)


@phrase("“建筑工程施工许可证”的办理结果有效", "“(?P<item>[^”]+)”的办理结果(?P<word>有效|不再有效)")
def stands(world: World, item: str, word: str) -> None:
    kind = world.item_id(item) + RESULT
    dossier = world.project_file
    expect(bool(dossier.history(kind, About())), f"卷宗中没有{kind}", word)
    expect(dossier.good(kind, About()) is (word == "有效"), "不再有效" if word == "有效" else "有效", word)


@phrase(
    "“建筑工程施工许可证”于2022-09-01提醒即将届满，提醒一次",
    f"“(?P<item>[^”]+)”(?:没有提醒即将届满|于{DAY}提醒即将届满，提醒一次)",
)
def warned(world: World, item: str, day: str | None = None) -> None:
    found = [e.data["legal_instant"] for e in _told(world, EventKind.RESULT_NEAR, item)]
    wanted = [] if day is None else [stamp(end_of(date.fromisoformat(day)))]
    expect(found == wanted, found, wanted)


@phrase(
    "“建筑工程施工许可证”于2022-09-16届满，自次日起失效，记载一次",
    f"“(?P<item>[^”]+)”(?:没有记载届满|于{DAY}届满，(?P<effect>{'|'.join(EFFECTS)})，记载一次)",
)
def lapsed(world: World, item: str, day: str | None = None, effect: str | None = None) -> None:
    found = [
        (e.data["last_day"], e.data["legal_instant"], e.data["effect"])
        for e in _told(world, EventKind.RESULT_LAPSED, item)
    ]
    wanted = [] if day is None else [(day, stamp(end_of(date.fromisoformat(day))), EFFECTS[effect or ""])]
    expect(found == wanted, found, wanted)


@phrase(
    "“建筑工程施工许可证”届满的说明提到“自行废止”", "“(?P<item>[^”]+)”(?P<what>届满|提醒)的说明提到“(?P<text>[^”]+)”"
)
def says(world: World, item: str, what: str, text: str) -> None:
    kind = EventKind.RESULT_LAPSED if what == "届满" else EventKind.RESULT_NEAR
    found = "；".join(str(e.data["says"]) for e in _told(world, kind, item))
    expect(text in found, found, text)


@phrase(
    "事项“建筑工程施工许可证”的逾期后果提到“自中止之日起一个月内向发证机关报告”，依据“中华人民共和国建筑法第十条第一款”，不自行记载",
    "事项“(?P<item>[^”]+)”的逾期后果提到“(?P<text>[^”]+)”，依据“(?P<cite>[^”]+)”，(?P<word>届满自行记载|不自行记载)",
)
def rule(world: World, item: str, text: str, cite: str, word: str) -> None:
    """What the policy says of a time that runs out; one that nothing on file tells of only says what the law says."""
    rules: Any = world.book.items[world.item_id(item)].lapse
    hits = [r for r in rules if text in r.says]
    expect(bool(hits), [r.says for r in rules], text)
    sources = ["；".join(f"{c.instrument}{c.article}" for c in r.cite) for r in hits]
    expect(any(cite in s for s in sources), sources, cite)
    expect(all((r.effect is not None) is (word == "届满自行记载") for r in hits), [r.effect for r in hits], word)


def _clock(world: World, item: str) -> PaperClock:
    """How long an item's result stands, by itself."""
    found = paper_clocks(world.project_file, world.rules.policy.as_of, world.calendar, world.today)
    hits = [c for c in found if c.item.id == world.item_id(item)]
    expect(bool(hits), f"没有会届满的有效结果；会届满的有：{'、'.join(c.item.title for c in found) or '无'}", item)
    return hits[0]


def _told(world: World, kind: EventKind, item: str) -> list[Event]:
    """What is on record of an item's result."""
    name = world.item_id(item)
    return [e for e in world.events if e.kind is kind and e.data["item"] == name]
