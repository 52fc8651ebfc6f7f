"""Turning a simulated opinion formal (转正), and signing what another drafted (签发).

A conversion asks one thing: is everything as it was? The papers that were assumed are there and agree, nothing that was read
has changed, the rule is the rule that it was. Then a new formal opinion is signed; the simulated one stays what it is.
"""

from __future__ import annotations

from engine.case import Law
from engine.commands import Desk, allow_now
from engine.dossier import DocVersion, Standing, Verdict
from engine.errors import Fault, InputError, RefusedError
from engine.events import Event, EventKind
from engine.orders import Opinion, check_opinion, drafted, given
from engine.procedure import Command
from engine.tasks import Task


def convert(desk: Desk, task: Task, unchanged: bool, says: str, today: Law) -> list[Event]:
    """Turn a simulated opinion formal (转正), or hand it to another to sign where two people are wanted.

    Args:
        desk: who orders, and the case.
        task: a review with ``converts``.
        unchanged: the one question; only a plain yes converts, else a full opinion is given.
        says: a remark.
        today: the law of the day; a rule that has changed since wants a fresh review (最高法 art. 9: the law at decision).
    """
    allow_now(desk, task, Command.CONVERT)
    if not unchanged:
        fix = "转正只问“是否未变化”，须写 true；有变化的，请作正式审查并出具意见（give）。"
        raise InputError(
            [Fault("/unchanged", unchanged, fix, "Only what is unchanged converts; else give an opinion.")]
        )
    simulated = _holding(desk, task, today)
    opinion = Opinion(Verdict.PASS, says or f"与{simulated.on}出具的模拟审批意见所据一致，未变化")
    check_opinion(desk, task, opinion)
    if task.step.two_people:
        return [drafted(desk, task, opinion, simulated.id)]
    return given(desk, task, opinion, simulated.id)


def _holding(desk: Desk, task: Task, today: Law) -> DocVersion:
    """The simulated opinion, if it may still be turned formal.

    Raises:
        RefusedError: there is none, it no longer stands, a paper is still only assumed, or the rule has changed.
    """
    if task.step.converts is None:
        raise RefusedError("这个环节不是转正，请出具意见。", detail_en="This step converts nothing: give an opinion.")
    simulated = desk.reading.convertible(task)
    if simulated is None:
        raise RefusedError(
            "没有仍然成立的模拟审批意见：所据文书、事实已变化或者意见已失效，须作正式审查（give）。",
            detail_en="No simulated opinion stands: give a full opinion.",
        )
    dossier = desk.state.dossier
    for name in simulated.stands_on:
        assumed = dossier.versions[name]
        now = dossier.current(*assumed.slot)
        if now is None or now.standing is not Standing.REAL:
            paper = desk.law.procedure.assumed(assumed.kind)
            title = paper.title if paper else assumed.kind
            raise RefusedError(
                f"“{title}”仍是假设，尚未取得，不能转正。",
                detail_en="A paper is still only assumed.",
                errors=[
                    Fault("/task", task.id, f"请先提交“{title}”，与假设比对后再转正。", "Hand the paper in first.")
                ],
            )
    if any(v.converts == simulated.id for v in dossier.versions.values()):
        raise RefusedError("这份模拟审批意见已经转正，只能转正一次。", detail_en="It was converted before.")
    item = task.about.item
    if desk.law.book.items.get(item) != today.book.items.get(item):
        raise RefusedError(
            "本事项的规定在模拟审查之后已修改，不能径行转正，须按现行规定作正式审查（give）。",
            detail_en="The rule of this item has changed since: give a full opinion.",
        )
    return simulated


def sign(desk: Desk, task: Task, today: Law) -> list[Event]:
    """Sign what another person drafted (签发): it is checked again as if it were given now."""
    allow_now(desk, task, Command.SIGN)
    draft = desk.state.drafts[task.id]
    if draft["by"] == desk.actor.id:
        raise RefusedError("拟稿与签发须由两人分别办理。", detail_en="Another person must sign than drafted.")
    opinion = Opinion(Verdict(draft["verdict"]), draft["finding"], draft["article"], draft["building"])
    if draft["converts"]:
        _holding(desk, task, today)
    return given(desk, task, opinion, draft["converts"])


def return_draft(desk: Desk, task: Task, reasons: str) -> list[Event]:
    """Send a draft back (退回拟稿), with reasons: the task is open again."""
    allow_now(desk, task, Command.RETURN)
    return [desk.event(EventKind.DRAFT_RETURNED, task, reasons=reasons, says=f"退回拟稿：{reasons}")]
