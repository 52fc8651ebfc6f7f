"""``yichuang due`` (到期日): the last day of one named limit."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import click

from api.cli.io import Settings, answer, day_option, read_document, say, shared, with_calendar
from engine.clock_reading import only
from engine.errors import Fault, InputError
from engine.limits import due, find_limit
from engine.values import read_day, shorten
from engine.workdays import WorkCalendar

_UNITS = {
    "working": ("个工作日", "working days"),
    "calendar": ("日", "calendar days"),
    "month": ("个月", "months"),
    "year": ("年", "years"),
}


HELP = """一个时限的最后一日：LIMIT 是时限代号，或者成批的 JSON 文件（- 为标准输入）。

日、月、年的期间末日为休息日的顺延到下一工作日；延期自所延时限的最后一日起算。

\b
例：
  yichuang due licence --from 2022-09-30
  yichuang due completion-filing --from 2022-09-16 --json
  yichuang due renewal-request --from 2023-03-31
  yichuang due licence --from 2022-11-02 --backward
  yichuang due 时限.json --json
\b
时限.json：
  [{"limit": "licence", "from": "2022-09-30"}, {"limit": "joint", "from": "2022-09-30"}]
"""


@click.command("due", help=HELP)
@click.argument("limit")
@day_option("--from", "start", help="起算日（当日不计）；倒数的时限则为所倒数之日。")
@click.option("--backward", is_flag=True, help="倒数：起算日之前的第几个工作日。")
@with_calendar
@shared
def command(
    limit: str, start: date | None, backward: bool, known_on: date | None, forecast: bool, settings: Settings
) -> None:
    """一个时限的最后一日：LIMIT 是时限代号，或者成批的 JSON 文件（- 为标准输入）。"""
    from api.cli.calendar import calendar, limits

    known, days = limits(), calendar(known_on)

    def show(found: Mapping[str, Any]) -> str:
        return _show(found, settings.english)

    if limit in known or not (limit == "-" or Path(limit).is_file()):
        raw = {"limit": limit, "from": start.isoformat() if start else None, "backward": backward}
        say(_due(raw, known, days, None, False, forecast), show, settings)
        return
    answer(read_document(limit), lambda raw: _due(raw, known, days, start, backward, forecast), show, settings)


def _due(
    raw: Any, known: Mapping[str, Any], days: WorkCalendar, told: date | None, backward: bool, forecast: bool
) -> dict[str, Any]:
    """One question: which limit, from which day, counted which way."""
    if not isinstance(raw, Mapping):
        fix = '应为 {"limit": …, "from": …}。'
        raise InputError([Fault("", shorten(raw), fix, "Must be an object with limit and from.")])
    faults: list[Fault] = []
    only(raw, ("limit", "from", "backward"), "", faults)
    found = None
    try:
        found = find_limit(known, raw.get("limit"))
    except InputError as error:
        faults.extend(error.errors)
    start = told
    if raw.get("from") is not None or told is None:
        start = read_day(raw.get("from"), "/from", faults, "起算日")
    if told and start and told != start:
        faults.append(
            Fault("/from", start.isoformat(), f"与 --from {told} 不一致。", f"Not the day of --from, {told}.")
        )
    flag = raw.get("backward")
    if flag is not None and not isinstance(flag, bool):
        faults.append(Fault("/backward", shorten(flag), "backward 应为 true 或 false。", "Must be true or false."))
    if faults or found is None or start is None:
        raise InputError(faults)
    return due(found, start, days, backward=backward or flag is True, forecast=forecast).as_json()


def _show(found: Mapping[str, Any], english: bool) -> str:
    unit = _UNITS[found["unit"]][1 if english else 0]
    cited = "；".join(f"《{c['instrument']}》{c['article']}" for c in found["cite"])
    if english:
        way = "before" if found["backward"] else "from"
        text = f"{found['limit']}: {found['due']} ({found['days']} {unit} {way} {found['from']})"
        text += ", provisional" if found["provisional"] else ""
    else:
        way = "倒数" if found["backward"] else "起"
        text = f"{found['title']}：最后一日 {found['due']}（自{found['from']}{way}{found['days']}{unit}）"
        text += "，暂定" if found["provisional"] else ""
    if found.get("local"):
        assumed = found["assumed"]
        source = (
            f"assumed: {assumed['says']}"
            if english
            else f"尚无文件，暂按：{assumed['says']}（例：{assumed['example']}）"
        )
        return f"{text}\n{source}"
    return f"{text}\n{'Source: ' if english else '依据：'}{cited}"
