"""``yichuang clock`` (计时): what one file's timeline says, and the time used by a stage."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import click

from api.cli.io import Settings, answer, day_option, read_document, shared, today, with_calendar
from engine.clock import judge
from engine.clock_reading import read_timeline
from engine.clock_stage import stage

_TITLES = {
    "accepted_on": ("受理日", "Accepted on"),
    "correction_notice_due": ("补正告知最后一日", "Correction notice due"),
    "nominal_due": ("法定最后一日（不计停表、延期）", "Due by law, no stops or extension"),
    "statutory_due": ("法定最后一日", "Due by law"),
    "promised_due": ("承诺最后一日", "Due by promise"),
    "extension_valid": ("延期有效", "Extension valid"),
    "used_days": ("审批用时（工作日）", "Days used (working)"),
    "span_days": ("跨度用时（自然日）", "Days spanned (calendar)"),
    "late_since": ("法定超期始于", "Late by law since"),
    "promised_late_since": ("承诺超期始于", "Late by promise since"),
    "delivery_due": ("送达最后一日", "Delivery due"),
}
_YES = {True: ("是", "yes"), False: ("否", "no")}
_LAMPS = {"green": ("绿灯", "green"), "yellow": ("黄灯", "yellow"), "red": ("红灯", "red")}


HELP = """一件办件的计时：受理日、法定与承诺最后一日、停表、延期、超期。

TIMELINE 是 JSON 文件，或 -（标准输入）；列表则逐件作答。

\b
例：
  yichuang clock 办件.json
  yichuang clock 办件.json --asof 2022-10-20 --json
  yichuang clock - --calendar-known-on 2022-12-01 < 办件.json
  yichuang clock 阶段.json --stage
\b
办件.json：
  {"limit": {"days": 20, "unit": "working", "kind": "licence", "promised": 15},
   "asof": "2022-10-20",
   "events": [{"on": "2022-09-28", "what": "received"},
              {"on": "2022-09-30", "what": "accepted"}]}
\b
阶段.json：
  {"items": [{"from": "2022-10-10", "to": "2022-10-21",
              "stops": [{"from": "2022-10-12", "to": "2022-10-14"}]},
             {"from": "2022-10-17", "to": "2022-10-28"}]}
"""


@click.command("clock", help=HELP)
@click.argument("timeline")
@click.option("--stage", "as_stage", is_flag=True, help='改算阶段审批用时：输入为 {"items": […]}。')
@day_option("--asof", "--on", "asof", help="截至日；与输入中的 asof 须为同一天；都没有则为今日。")
@with_calendar
@shared
def command(
    timeline: str, as_stage: bool, asof: date | None, known_on: date | None, forecast: bool, settings: Settings
) -> None:
    """一件办件的计时：受理日、法定与承诺最后一日、停表、延期、超期。"""
    from api.cli.calendar import calendar, limits
    from rules.limits import clock_law

    days = calendar(known_on)

    def judged(raw: Any) -> Any:
        read = read_timeline(raw, asof)
        law = clock_law(limits(), max(read.events[0].on, days.first))
        found = judge(read, days, read.asof or today(), forecast=forecast, law=law)
        return found.as_json(english=settings.english)

    def measured(raw: Any) -> Any:
        return stage(raw, days, asof or today(), told=asof, forecast=forecast).as_json()

    answer(read_document(timeline), measured if as_stage else judged, lambda a: _show(a, settings.english), settings)


def _show(found: Mapping[str, Any], english: bool) -> str:
    """An answer in words."""
    at = 1 if english else 0
    lines = []
    for key, titles in _TITLES.items():
        value = found.get(key)
        if value is None:
            continue
        text = _YES[value][at] if isinstance(value, bool) else str(value)
        if key == "accepted_on" and found["deemed_accepted"]:
            text += ("（视为受理）", " (deemed)")[at]
        lines.append(f"{titles[at]}{('：', ': ')[at]}{text}")
    if "accepted_on" in found and found["accepted_on"] is None:
        lines.insert(0, ("尚未受理", "Not accepted")[at])
    stopped = found.get("suspended_days", {})
    if any(stopped.values()):
        lines.append(
            (
                f"停表：法定{stopped['statutory']}，承诺{stopped['promised']}",
                f"Stood still: by law {stopped['statutory']}, by promise {stopped['promised']}",
            )[at]
        )
    if found.get("lamp"):
        lines.append(
            (
                f"预警：{_LAMPS[found['lamp']][0]}，剩余{found['remaining_days']}个工作日",
                f"Lamp: {found['lamp']}, {found['remaining_days']} working days left",
            )[at]
        )
    if found.get("provisional"):
        lines.append(
            ("暂定：以上日期可能随下一年度放假安排变动", "Provisional: the next holiday notice may move these days")[at]
        )
    for note in found.get("notes", ()):
        cited = "；".join(f"《{c['instrument']}》{c['article']}" for c in note["cite"])
        lines.append(f"- {note['says']}{f'（{cited}）' if cited else ''}")
    return "\n".join(lines)
