"""``yichuang case list|show``: the cases of this machine's service, for whoever administers it (办件)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from datetime import datetime
from typing import Any

import click

from api.cli.io import Answer, say, shared
from api.cli.io import Settings as Output
from api.settings import from_environment
from engine.errors import NotFoundError
from engine.events import SHANGHAI

LIST_HELP = """列出办件，新的在前。

\b
例：
  yichuang case list
  yichuang case list --open --json
"""
SHOW_HELP = """看一件办件：状态、时限、任务、还缺什么、经过。CASE 是办件编号（如 2026-00001）或办件的 id。

\b
例：
  yichuang case show 2026-00001
  yichuang case show 2026-00001 --json
"""
STANDS = {
    "in_force": "有效",
    "simulated": "模拟",
    "withdrawn": "已撤回",
    "lapsed": "已到期失效",
}
"""How a paper stands (文书状态)."""
MARKS = {"done": "✓", "failed": "✗", "refused": "✗", "open": "●", "called": "●", "stale": "●", "drafted": "●"}


@click.group(help="办件。例见 yichuang case show --help。", short_help="办件：列出、查看。")
def command() -> None:
    """办件。"""


@command.command("list", help=LIST_HELP, short_help="列出办件。")
@click.option("--open", "open_only", is_flag=True, help="只列未办结的。")
@shared
def listed(open_only: bool, settings: Output) -> None:
    """列出办件。"""

    async def read(parts: Any) -> Answer:
        from api.cases.service import in_lists
        from models.projects import find_cases

        async with parts.database.read() as reader:
            found = await find_cases(reader, open_only=open_only)
        return {"cases": in_lists(parts, found)}

    say(_with_parts(read), _list_in_words, settings)


@command.command(help=SHOW_HELP, short_help="看一件办件。")
@click.argument("case")
@shared
def show(case: str, settings: Output) -> None:
    """看一件办件。"""

    async def read(parts: Any) -> Answer:
        from api.access import Role
        from api.cases import service
        from engine.events import Actor
        from models.projects import case_by_number, case_of

        async with parts.database.read() as reader:
            found = await case_by_number(reader, case) or await case_of(reader, case)
        if found is None:
            raise NotFoundError(f"没有编号或 id 为“{case}”的办件。", detail_en="No such case.")
        shown = await service.show(parts, Actor("", "命令行", Role.SUPERVISOR.value), found.id)
        return {"number": found.number, **shown}

    say(_with_parts(read), _case_in_words, settings)


def _with_parts(read: Callable[[Any], Awaitable[Answer]]) -> Answer:
    from api.opening import open_parts

    async def work() -> Answer:
        async with open_parts(from_environment(demo=True)) as parts:  # a demo's settings may be looked at too
            return await read(parts)

    return asyncio.run(work())


def _list_in_words(found: Answer) -> str:
    rows = [
        f"{c['number']}　{c['received_on']} 收件　{_stands(c)}　{c['project_name']}{_no_force(c)}"
        for c in found["cases"]
    ]
    return "\n".join(rows) or "还没有办件。"


def _stands(case: Answer) -> str:
    if case["ended"]:
        return f"{case['ended_on']} {case['ended_title']}"
    return (
        f"{case['accepted_on']} {'视为受理' if case['deemed_accepted'] else '受理'}"
        if case["accepted_on"]
        else "待受理"
    )


def _case_in_words(case: Answer) -> str:
    return "\n".join(_lines(case))


def _lines(case: Answer) -> Iterator[str]:
    yield f"{case['number']}　{case['project_name']}　{case['state']['says']}"
    taken = (
        f"，{case['accepted_on']} {'视为受理' if case['deemed_accepted'] else '受理'}" if case["accepted_on"] else ""
    )
    yield f"  {case['received_on']} 收件{taken}；单体：{'、'.join(case['buildings']) or '未列'}"
    yield from (f"  {each}" for each in (case["simulated"] or {"says": [case["plan"]["says"]]})["says"])
    yield from (
        f"  {p['title']} {p['number']}　校验码 {p['check_code']}　{STANDS[p['status']]}{_no_force(p)}"
        for p in case["papers"]
    )
    if case["ending"]:
        yield f"  {case['ending']['on']} 办结：{case['ending']['says']}"
    running = [c for c in case["clocks"] if c["due"] and not c["done_on"]]
    titles = {i["id"]: i["title"] for i in case["items"]}
    if running and not case["ending"]:
        yield "时限："
        yield from (f"  {_clock(c, titles)}" for c in sorted(running, key=lambda c: (c["due"], c["item"])))
    if case["simulated"]:
        yield from _simulated(case["simulated"], titles)
    if case["tasks"]:
        yield "任务："
        yield from (f"  {_task(t, titles)}" for t in case["tasks"])
    yield from (f"许可与建成：{m['says']}" for m in case["as_built"])
    for each in case["lists"]:
        yield f"等待整改（{each['step']}）：" + "；".join(f["finding"] for f in each["findings"])
    lacking = [m["title"] for kind in ("materials", "facts") for m in case["missing"][kind]]
    if lacking:
        yield f"还缺：{'、'.join(lacking)}"
    yield "经过："
    yield from (f"  {e['entry']:>5}　{_entry(e)}" for e in case["history"])


def _clock(clock: Answer, titles: Answer) -> str:
    item = f"{clock['item']}{titles[clock['item']]}　" if clock["item"] else ""
    return f"{clock['due']} 届满　{item}{clock['title']}（{clock['says']}）　{clock['lamp_says']}".rstrip("　")


def _task(task: Answer, titles: Answer) -> str:
    """A task: how it stands, what it is about, and what it waits for."""
    about = titles.get(task["about"].get("item", ""), "")
    title = f"{task['title']}·{about}" if about else task["title"]
    waits = f"：{task['blocked_by'][0]}" if task["state"] == "blocked" and task["blocked_by"] else ""
    return f"{MARKS.get(task['state'], '·')} {task['id']}　{title}　{task['says']}{waits}{_no_force(task)}"


def _entry(entry: Answer) -> str:
    """One line of what happened; of a filing, which papers."""
    says = entry["says"] or ("、".join(entry["documents"]) if entry["kind"] == "document_filed" else "")
    line = f"{_hour(entry['at'])}　{entry['title']}　{entry['actor']}　{says}"
    return line.rstrip("　") + _no_force(entry)


def _no_force(shown: Answer) -> str:
    """What is simulated says that it has no force, unless its own words do."""
    notice = shown.get("notice", "")
    return f"（{notice}）" if notice and notice not in shown.get("says", "") else ""


def _simulated(simulated: Answer, titles: Answer) -> Iterator[str]:
    """What was assumed beside what came, where it came; and every simulated opinion under what it stands on."""
    for paper in simulated["assumptions"]:
        if paper["real"] and paper["assumed"]:
            yield f"假设与实际（{paper['title']}）："
            yield from (f"  {_compared(each)}" for each in paper["fields"])
    grounds: dict[str, list[Answer]] = {}
    for each in simulated["opinions"]:
        ground = "、".join(f"{f['title']} {f['value']}" for f in each["stands_on"])
        grounds.setdefault(ground, []).append(each)
    if grounds:
        yield f"模拟意见（{simulated['notice']}）："
    for ground, opinions in grounds.items():
        yield f"  立足于 {ground}：" if ground else "  不立足于假设："
        yield from (f"    {_opinion(each, titles)}" for each in opinions)


def _compared(field: Answer) -> str:
    return f"{'✓' if field['holds'] else '✗'} {field['title']}　假设 {field['assumed']}　实际 {field['real']}"


def _opinion(opinion: Answer, titles: Answer) -> str:
    """One simulated opinion: what was said, whether it holds and until when."""
    until = f"，至 {opinion['valid_until']} 有效" if opinion["valid_until"] else ""
    about = titles.get(opinion["item"], "")
    return f"{opinion['item']}　{about}　{opinion['verdict_says']}，{opinion['says']}{until}"


def _hour(at: str) -> str:
    """An instant as people here read it (北京时间)."""
    return f"{datetime.fromisoformat(at).astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
