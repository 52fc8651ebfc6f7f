"""A plan as a calendar file (日历, RFC 5545): a whole-day event a step, milestones, a reminder before a legal last day.

Ids are made from project, reading and step, so that a newer file takes the place of an older one. What stands on an assumption
is tentative and says in its text that it has no force.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from uuid import NAMESPACE_URL, UUID, uuid5

from icalendar import Alarm, Calendar, Event
from icalendar.enums import STATUS, TRANSP

from api.exports import text as says
from api.exports.panels import MILESTONE_WORDS, cautions, headline
from api.exports.sheet import Sheet, bounded, one_reading
from engine.plan import Plan, Planned, milestones
from engine.terms import Truth

DAY = timedelta(days=1)
NINE_IN_SHANGHAI = time(1, tzinfo=UTC)
REMIND_BEFORE = 3
"""Working days before a legal or promised last day on which a reminder comes."""
LEGAL = ("statutory", "promised")
_NAMESPACE = uuid5(NAMESPACE_URL, "urn:yichuang:plan")


def calendar_file(sheet: Sheet) -> bytes:
    """The calendar file of one reading.

    Raises:
        InputError: several readings, or more steps than anybody could read.
    """
    bounded(sheet)
    plan = one_reading(sheet.plans, "ics")
    assert isinstance(plan.start, date) and sheet.stamp is not None, "asked for a project alone, which has dates"
    made = Calendar.new(
        prodid="-//yichuang//plan//ZH-CN",
        name=headline(plan),
        description="".join([says.NOT_LEAVE, *cautions(plan)]),  # the library takes no line breaks here
        uid=_uid(sheet, plan, ""),
        subcomponents=[*_steps(sheet, plan, sheet.stamp), *_milestones(sheet, plan, sheet.stamp)],
    )
    return bytes(made.to_ical())


def _uid(sheet: Sheet, plan: Plan, name: str) -> UUID:
    return uuid5(_NAMESPACE, "\n".join([sheet.key, plan.reading.value, name]))


def _steps(sheet: Sheet, plan: Plan, stamp: datetime) -> Iterator[Event]:
    edges = sheet.edges_to()
    for planned in plan.steps:
        step = planned.step
        unsure = bool(planned.stands_on) or step.applies is Truth.UNKNOWN
        yield Event.new(
            uid=_uid(sheet, plan, f"step {step.id}"),
            stamp=stamp,
            start=planned.earliest_start,
            end=planned.earliest_finish + DAY,
            summary=_mark(planned) + says.label(step),
            description="\n".join(says.notes(planned, edges.get(step.id, ()), sheet.departments)),
            status=STATUS.TENTATIVE if unsure else STATUS.CONFIRMED,
            transparency=TRANSP.TRANSPARENT,
            categories=[sheet.department(step.department)] if step.department else [],
            subcomponents=list(_reminders(sheet, planned)),
        )


def _mark(planned: Planned) -> str:
    if planned.stands_on:
        return f"【{says.SIMULATED}】"
    return "【是否需要未定】" if planned.step.applies is Truth.UNKNOWN else ""


def _reminders(sheet: Sheet, planned: Planned) -> Iterator[Alarm]:
    """Before the last day that law or a promise sets, as far before as there are working days for it."""
    step = planned.step
    if sheet.calendar is None or step.duration not in LEGAL or step.days <= REMIND_BEFORE:
        return
    on = sheet.calendar.before(planned.earliest_finish, REMIND_BEFORE)
    if on > planned.earliest_start:
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add(
            "description", f"{says.label(step)} 的{says.SOURCES[step.duration]}时限 {planned.earliest_finish} 届满"
        )
        alarm.add("trigger", datetime.combine(on, NINE_IN_SHANGHAI))
        yield alarm


def _milestones(sheet: Sheet, plan: Plan, stamp: datetime) -> Iterator[Event]:
    for name, when in milestones([plan]).items():
        day = when[plan.reading.value]
        if day is not None:
            sign, title = MILESTONE_WORDS[name]
            yield Event.new(
                uid=_uid(sheet, plan, f"milestone {name}"),
                stamp=stamp,
                start=day,
                end=day + DAY,
                summary=f"{sign} {title}（{says.TITLES[plan.reading]}）",
                description=says.NOT_LEAVE,
                transparency=TRANSP.TRANSPARENT,
                categories=["节点"],
            )
