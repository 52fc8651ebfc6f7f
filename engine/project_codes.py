"""A project's codes through its life (项目代码沿革): what it had when and why, what is asked of the window, and the window's orders.

A project has one code (唯一标识); it may be corrected (更正), given anew after a change (变更后重新赋码), or come of a split
(拆分) or a merger (合并), and is found by every code that it ever had. An owner's first code is taken as stated where it is
nobody else's; everything else is the window's to decide. All of it is read from the ledger.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from engine.dossier import FACT, DocVersion, Dossier
from engine.errors import Fault, InputError, RefusedError
from engine.events import Actor, Event, EventKind
from engine.filing import state_facts

PROJECT_CODE = "project_code"
"""The fact that is a project's code."""


class CodeChange(StrEnum):
    """What the window orders of a code (对项目代码的处理)."""

    CORRECT = "correct"
    REFILE = "refile"
    SPLIT = "split"
    MERGE = "merge"
    KEEP = "keep"


FIRST, ASKED = "first", "asked"
CHANGE_TITLES: Mapping[str, str] = {
    FIRST: "首次填报",
    ASKED: "申请核定",
    CodeChange.CORRECT: "更正",
    CodeChange.REFILE: "变更后重新赋码",
    CodeChange.SPLIT: "拆分",
    CodeChange.MERGE: "合并",
    CodeChange.KEEP: "不予变更",
}


@dataclass(frozen=True, slots=True)
class CodeLine:
    """One line of the history (沿革一行): the code that it is about, and the other project where there is one."""

    change: str
    code: str | None
    other: str
    reasons: str
    actor: Actor
    at: datetime
    seq: int


@dataclass(frozen=True, slots=True)
class CodeHistory:
    """A project's codes (项目代码沿革)."""

    lines: tuple[CodeLine, ...] = ()
    codes: Mapping[str, tuple[str, int]] = field(default_factory=dict)
    """Every code that finds the project: how it first came by it, and with which entry."""
    stated: str | None = None
    """The code that its papers show."""
    question: CodeLine | None = None
    """What waits for the window (待窗口核定)."""
    merged_into: str = ""
    """The project that goes on in its place (并入的项目)."""

    @property
    def held(self) -> str | None:
        """The code that is this project's and no other's; a merged project shows the code of the one that goes on."""
        return None if self.merged_into else self.stated


def touches_code(event: Event) -> bool:
    """Whether an event changes anything here."""
    deciding = event.kind in (EventKind.CODE_ASKED, EventKind.CODE_DECIDED)
    return deciding or any(d.kind == FACT + PROJECT_CODE and not d.about.building for d in event.docs)


def code_history(events: Iterable[Event]) -> CodeHistory:
    """Fold a project's events into the history of its codes."""
    found = CodeHistory()
    for event in filter(touches_code, events):
        found = _after(found, event)
    return found


def _after(was: CodeHistory, event: Event) -> CodeHistory:
    data, codes = event.data, dict(was.codes)
    change = data.get("change") or (ASKED if event.kind is EventKind.CODE_ASKED else None)
    change = change or (CodeChange.CORRECT.value if codes else FIRST)
    given = [d.fields.get("value") for d in event.docs if d.kind == FACT + PROJECT_CODE]
    code = data.get("code") or (given[-1] if given else None)
    other, reasons = data.get("other", ""), data.get("reasons", "")
    line = CodeLine(change, code, other, reasons, event.actor, event.at, event.seq)
    for inherited in data.get("inherits", ()):
        codes.setdefault(inherited, (change, event.seq))
    closes = data.get("closes", False)
    if given and given[-1] and not closes:
        codes.setdefault(given[-1], (change, event.seq))
    question = None if data.get("answers") else was.question
    return CodeHistory(
        (*was.lines, line),
        codes,
        given[-1] if given else was.stated,
        line if change == ASKED else question,
        other if closes else was.merged_into,
    )


def goes_on(events: Iterable[Event]) -> None:
    """Refuse what is new to a project that was merged into another (已并入的项目不再受理新申请).

    Raises:
        RefusedError: names the project that goes on.
    """
    if into := code_history(events).merged_into:
        raise RefusedError(
            f"本项目已并入项目 {into}，已有办件照常办理；新的申请请在该项目提出。",
            detail_en=f"This project was merged into {into}; its cases go on, new ones are opened there.",
        )


# --- what an owner states ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Holder:
    """Another project that has a code or once had it (持有或曾持有该代码的项目)."""

    project: str
    held: bool


def is_first(history: CodeHistory, code: str | None, holders: Sequence[Holder]) -> bool:
    """Whether a code may be taken as its owner states it; what is stated again changes nothing."""
    if code == history.stated:
        return True
    return not (holders or history.stated or history.question)


def ask(
    project: str, history: CodeHistory, code: str | None, actor: Actor, now: datetime, reasons: str
) -> Event | None:
    """A code that is the window's to decide (申请核定项目代码); None where that is asked already.

    Raises:
        InputError: the code would be taken back, or the project has been merged into another.
    """
    at = f"/facts/{PROJECT_CODE}"
    if history.merged_into:
        says = f"本项目已并入项目 {history.merged_into}，项目代码不再变更。"
        raise InputError([Fault(at, code, says, "The project was merged into another.")])
    if code is None:
        says = "项目代码一经填报不能撤回；有误的，填报正确的代码并写明理由，由窗口核定。"
        raise InputError([Fault(at, None, says, "A code is not taken back: state the right one.")])
    if history.question is not None and history.question.code == code:
        return None
    return Event(EventKind.CODE_ASKED, now, actor, project, data={"code": code, "reasons": reasons})


# --- what the window orders -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Side:
    """A project that an order is about (一方项目)."""

    project: str
    dossier: Dossier
    history: CodeHistory


@dataclass(frozen=True, slots=True)
class CodeOrder:
    """What the window orders (窗口的处理), why and when."""

    change: CodeChange
    code: str
    reasons: str
    actor: Actor
    now: datetime


def decide(order: CodeOrder, mine: Side, other: Side | None, holders: Sequence[Holder]) -> tuple[Event, Event | None]:
    """What an order does to the project and, where it splits or merges, to the other one.

    Args:
        order: the order.
        mine: the project that it is given on: the one that takes a code, or that ends in a merger.
        other: the one that it was split from, that it goes into, or that once had the code.
        holders: the other projects that have or had the code.

    Raises:
        InputError: a code or a project too many or too few, or a former holder who isn't named.
        RefusedError: another project has the code now, a project was merged before, or there is nothing to decide.
    """
    for side in (mine, other):
        if side is not None and side.history.merged_into:
            raise RefusedError(
                f"项目 {side.project} 已并入项目 {side.history.merged_into}。",
                detail_en=f"Project {side.project} was merged into {side.history.merged_into}.",
            )
    _check_shape(order, mine, other)
    match order.change:
        case CodeChange.KEEP:
            return _keep(order, mine), None
        case CodeChange.MERGE:
            assert other is not None
            return _merge(order, mine, other)
    _check_free(order, mine, other, holders)
    inherits = list(other.history.codes) if other and order.change is CodeChange.SPLIT else []
    event = _decided(order, mine, order.code, other, inherits=inherits)
    if other is None or order.change is not CodeChange.SPLIT:
        return event, None
    return event, _decided(order, other, None, mine, answers=False, about=order.code)


_WANTS = {
    CodeChange.KEEP: (False, False),
    CodeChange.MERGE: (False, True),
    CodeChange.SPLIT: (True, True),
}


def _check_shape(order: CodeOrder, mine: Side, other: Side | None) -> None:
    """Whether the order names a code and another project where it has to, and none where it must not."""
    title = CHANGE_TITLES[order.change]
    faults: list[Fault] = []
    code, project = _WANTS.get(order.change, (True, None))
    if code != bool(order.code):
        says = f"“{title}”须写明项目代码。" if code else f"“{title}”不写项目代码。"
        faults.append(Fault("/code", order.code, says, "A code is needed here." if code else "No code belongs here."))
    if project is not None and project != (other is not None):
        says = f"“{title}”须写明另一项目。" if project else f"“{title}”不涉及另一项目。"
        says_en = "Another project is needed here." if project else "No other project belongs here."
        faults.append(Fault("/other", other.project if other else "", says, says_en))
    if other is not None and other.project == mine.project:
        faults.append(Fault("/other", other.project, "不能是本项目自己。", "It must be another project."))
    if faults:
        raise InputError(faults)


def _check_free(order: CodeOrder, mine: Side, other: Side | None, holders: Sequence[Holder]) -> None:
    """The code is nobody's now; who once had it is named in the order, so that nobody overlooks it."""
    if order.code == mine.history.stated:
        raise RefusedError(f"{order.code} 已是本项目的代码。", detail_en="It is the project's code already.")
    if now := next((h for h in holders if h.held), None):
        raise RefusedError(
            f"{order.code} 现为项目 {now.project} 的代码；确属同一项目的，合并；属另一项目填错的，先更正该项目的代码。",
            detail_en=f"It is the code of project {now.project}: merge the two, or correct that one first.",
        )
    named = other.project if other else ""
    if holders and named not in {h.project for h in holders}:
        listed = "、".join(h.project for h in holders)
        says = f"{order.code} 曾为项目 {listed} 的代码；核对无误的，在 other 写明该项目。"
        raise InputError([Fault("/other", named, says, "Another project once had this code: name it here.")])
    if named and not holders and order.change is not CodeChange.SPLIT:
        says = f"项目 {named} 没有用过 {order.code}，不必写。"
        raise InputError([Fault("/other", named, says, "That project never had this code.")])


def _keep(order: CodeOrder, mine: Side) -> Event:
    if mine.history.question is None:
        raise RefusedError("本项目没有待核定的项目代码。", detail_en="Nothing waits for a decision.")
    return _decided(order, mine, None, None, about=mine.history.question.code)


def _merge(order: CodeOrder, mine: Side, other: Side) -> tuple[Event, Event]:
    """One project ends in the other, which takes over its codes, and its present one where it has none itself."""
    had = list(mine.history.codes)
    goes_on_as = other.history.stated or mine.history.stated
    asked = other.history.question
    return (
        _decided(order, mine, goes_on_as, other, closes=True),
        _decided(order, other, goes_on_as, mine, inherits=had, answers=asked is not None and asked.code in had),
    )


def _decided(
    order: CodeOrder,
    side: Side,
    code: str | None,
    other: Side | None,
    *,
    about: str | None = None,
    inherits: Sequence[str] = (),
    answers: bool = True,
    closes: bool = False,
) -> Event:
    """The event; ``code``, where given, is from now on what the project's papers show, else it is only ``about`` one."""
    docs: tuple[DocVersion, ...] = ()
    if code is not None:
        stated = state_facts(side.project, side.dossier, {PROJECT_CODE: code}, None, order.actor, order.now)
        docs = stated.docs
    data = {
        "change": order.change.value,
        "code": code or about,
        "other": other.project if other else "",
        "inherits": list(inherits),
        "answers": answers,
        "closes": closes,
        "reasons": order.reasons,
    }
    return Event(EventKind.CODE_DECIDED, order.now, order.actor, side.project, docs=docs, data=data)


__all__ = [
    "CHANGE_TITLES",
    "PROJECT_CODE",
    "CodeChange",
    "CodeHistory",
    "CodeLine",
    "CodeOrder",
    "Holder",
    "Side",
    "ask",
    "code_history",
    "decide",
    "goes_on",
    "is_first",
    "touches_code",
]
