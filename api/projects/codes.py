"""Codes of projects (项目代码): what an owner states of them, what the window decides, and how both are shown."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from api.access import may
from api.transaction import Work
from engine.codes import check_project_code, plain_project_code
from engine.errors import Fault, InputError, NotFoundError
from engine.events import Actor, Event, stamp
from engine.project_codes import (
    CHANGE_TITLES,
    PROJECT_CODE,
    CodeChange,
    CodeHistory,
    CodeLine,
    CodeOrder,
    Side,
    ask,
    code_history,
    decide,
    is_first,
)
from engine.terms import Value
from models.codes import code_questions, holders_of
from models.database import Reader, Unit
from models.ledger import events_of, lock_project


def read_code(text: str, at: str) -> str:
    """A project code as it is kept.

    Raises:
        InputError: it is none; says where and why.
    """
    faults: list[Fault] = []
    code = checked_code(text, at, faults)
    if faults:
        raise InputError(faults)
    return code


def checked_code(text: str, at: str, faults: list[Fault]) -> str:
    """The same, the fault put with others."""
    code = plain_project_code(text)
    if not (found := check_project_code(code)).valid:
        faults.append(Fault(at, text, found.says, found.says_en))
    return code


# --- what an owner states ---------------------------------------------------------------------------------------------


async def claim(work: Work, facts: dict[str, Value | None], reasons: str) -> Event | None:
    """Leave a code among the facts where it may be taken as stated; else take it out, and give the question that it is.

    Who else has the code is looked up under this project's lock; where another takes it at the same moment, the database
    lets one of the two through and the other command is run again.
    """
    if PROJECT_CODE not in facts:
        return None
    stated = facts[PROJECT_CODE]
    code = None if stated is None else str(stated)
    history = code_history(work.events)
    holders = [] if code is None else await holders_of(work.reader, code, work.project)
    if is_first(history, code, holders):
        return None
    del facts[PROJECT_CODE]
    return ask(work.project, history, code, work.actor, work.now, reasons)


# --- what the window decides ------------------------------------------------------------------------------------------


def lock_both(project: str, other: str) -> Callable[[Unit], Any]:
    """Lock the projects that an order is about, in their one order, before anything is read."""

    async def before(unit: Unit) -> None:
        for each in sorted({project, other} - {""}):
            if await lock_project(unit, each):
                continue
            if each == project:
                raise NotFoundError("没有这个项目。", detail_en="No such project.")
            raise InputError([Fault("/other", other, "没有这个项目。", "No such project.")])

    return before


async def decide_code(work: Work, change: CodeChange, code: str, other: str, reasons: str, key: str | None) -> None:
    """Carry the window's order out on the project and, where it splits or merges, on the other one.

    What ends is written before what goes on, which may take its code over.
    """
    works = [work]
    if other and other != work.project:
        events = await events_of(work.unit, other)
        works.append(Work(work.parts, work.unit, other, work.actor, work.now, events))
    order = CodeOrder(change, code, reasons, work.actor, work.now)
    holders = await holders_of(work.unit, code, work.project) if code else []
    here = _side(work)
    there = here if other == work.project else _side(works[1]) if other else None
    made = decide(order, here, there, holders)
    for each, event in zip(works, made, strict=False):
        if event is None:
            continue
        for case in each.cases():
            await each.let_time_pass(case)
        each.add([event])
        await each.tell_cases()
        await each.write(key)


def _side(work: Work) -> Side:
    return Side(work.project, work.dossier, code_history(work.events))


# --- what is shown ----------------------------------------------------------------------------------------------------


def codes_json(history: CodeHistory, actor: Actor) -> dict[str, Any]:
    """A project's codes; which other project is concerned is the window's to know alone."""
    names_others = may(actor, "list_code_questions")
    asked = history.question
    return {
        "current": history.stated,
        "found_by": list(history.codes),
        "merged_into": history.merged_into or None,
        "question": None
        if asked is None
        else {
            "code": asked.code,
            "at": stamp(asked.at),
            "reasons": asked.reasons,
            "says": f"所填项目代码 {asked.code} 须经窗口核定后生效。",
        },
        "history": [_line_json(line, names_others) for line in history.lines],
    }


def _line_json(line: CodeLine, names_others: bool) -> dict[str, Any]:
    return {
        "entry": line.seq,
        "at": stamp(line.at),
        "change": line.change,
        "title": CHANGE_TITLES[line.change],
        "code": line.code,
        "actor": line.actor.name,
        "reasons": line.reasons,
        "other": (line.other or None) if names_others else None,
    }


async def questions_json(reader: Reader) -> list[dict[str, Any]]:
    """What waits for the window: each question with the projects that have or had the code (冲突)."""
    out = []
    for each in await code_questions(reader):
        history = code_history(await events_of(reader, each.project))
        holders = await holders_of(reader, each.code, each.project)
        out.append(
            {
                "project": {"id": each.project, "name": each.name, "project_code": history.stated},
                "code": each.code,
                "asked_at": stamp(each.asked),
                "asked_by": history.question.actor.name if history.question else "",
                "reasons": history.question.reasons if history.question else "",
                "clash": bool(holders),
                "others": [
                    {"id": h.project, "name": h.name, "held": h.held, "merged_into": h.merged_into} for h in holders
                ],
            }
        )
    return out
