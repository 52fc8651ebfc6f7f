"""Use case of an export (导出用例): the plan of facts that are sent along, drawn or written. Nothing is stored."""

from __future__ import annotations

from dataclasses import dataclass

from api.exports.formats import FORMATS, Format
from api.exports.schemas import ExportIn
from api.exports.sheet import key_of, sheet_of
from api.exports.text import TITLES
from api.parts import Parts
from api.plans.service import bare, question
from engine.errors import Fault, InputError
from engine.plan import Numbers
from engine.reading import COMPARED, Reading

ALL = "all"


@dataclass(frozen=True, slots=True)
class File:
    """A file that was made (导出的文件)."""

    name: str
    media_type: str
    content: bytes


def exported(parts: Parts, body: ExportIn) -> File:
    """A plan as a file.

    Raises:
        InputError: a fact, a day or a step that does not exist; several readings where the format takes one.
        NotPublishedError: the plan runs into a year whose holidays are not published, and no forecast is wanted.
    """
    form = FORMATS[body.format]
    readings = _readings(body, form)
    if body.graph is not None:
        if form.dated:
            fix = f"裸图的天数是从 0 起的数，没有日期，写不了 {body.format}；请改用项目的事实。"
            raise InputError([Fault("/format", body.format, fix, "A bare graph has no dates, which it needs.")])
        sheet = sheet_of(bare(body)[0], Numbers(), readings, until=body.until)
    else:
        asked = question(parts, body)
        sheet = sheet_of(
            asked.graph,
            asked.time,
            readings,
            stamp=parts.now(),
            conversion=asked.conversion,
            departments=asked.decision.book.departments,
            key=key_of(body.facts, body.buildings),
            until=body.until,
        )
    told = "三种读法" if len(readings) > 1 else TITLES[readings[0]]
    return File(f"{form.title}-{told}.{form.ending}", form.media_type, form.write(sheet))


def _readings(body: ExportIn, form: Format) -> tuple[Reading, ...]:
    wanted = body.reading or (ALL if form.several else Reading.PARALLEL.value)
    if wanted != ALL:
        return (Reading(wanted),)
    if not form.several:
        several = "、".join(name for name, each in FORMATS.items() if each.several)
        fix = f"{body.format} 一次只写一种读法：{'、'.join(Reading)}；能并列的格式有 {several}。"
        fix_en = f"{body.format} takes one reading: {', '.join(Reading)}."
        raise InputError([Fault("/reading", ALL, fix, fix_en)])
    return COMPARED
