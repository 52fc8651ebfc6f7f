"""Handing a paper out (一窗出证): the certificate, a permit of one item, or the refusal; checked once more before a number is taken."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engine.commands import REMEDIES, Desk, allow_now, result_of
from engine.dossier import About, FileRef, Standing
from engine.errors import RefusedError
from engine.events import Event, EventKind
from engine.intake import judge_now
from engine.procedure import Command, StepKind
from engine.tasks import Task
from engine.terms import NO_FORCE, Force, Truth


def issue(desk: Desk, task: Task, content: Mapping[str, Any]) -> list[Event]:
    """Issue the certificate (一窗出证). ``content`` is what it says, made by :mod:`engine.certificate`."""
    check_issue(desk, task)
    fields = {"number": content["number"], "content": content["content_hash"]}
    doc = desk.doc(task.step.makes, task.about, fields=fields, read=task.reads, force=task.step.force)
    gives = desk.reading.gives_result(task.step, task.about.item)
    more = [result_of(desk, task, {**fields, "title": content["title"]})] if gives else []
    ends = desk.law.procedure.last_issue(task.step)
    says = f"出具{content['title']}{_no_force(task)}"
    return [desk.event(EventKind.ISSUED, task, [doc, *more], says=says, content=dict(content), ends=ends)]


def _no_force(task: Task) -> str:
    return f"（{NO_FORCE}）" if task.step.force is Force.SIMULATED else ""


def check_issue(desk: Desk, task: Task) -> None:
    """Refuse what may not be issued (出证前核对), before a number is taken.

    Both engines decide once more on the facts as they stand; an item that they find and nobody reviewed stops the issue.
    """
    allow_now(desk, task, Command.ISSUE)
    reading = desk.reading
    if not reading.passing(task.step, task.about):
        raise RefusedError(
            "有事项未通过，只能出具不予通过通知。",
            detail_en="An item did not pass: only the refusal can issue.",
        )
    if task.step.force is Force.FORMAL:
        _on_real_paper(desk, task)
    decision = judge_now(desk)
    determined = {(i.id, i.part) for i in desk.state.items if i.applies is Truth.YES}
    found = {(i.item.id, i.part) for i in decision.items if i.applies is Truth.YES}
    if found != determined or decision.lasting is not Truth.YES:
        raise RefusedError(
            "按现有事实重新判定，与办件已确定的事项不一致，请先更正。",
            detail_en="The facts decide otherwise now.",
        )


def _on_real_paper(desk: Desk, task: Task) -> None:
    """Nothing formal is issued on what is only assumed (S1): whatever it read, and all that this read, is real."""
    versions = desk.state.dossier.versions
    todo, seen = list(task.reads), set[str]()
    while todo:
        name = todo.pop()
        if name in seen:
            continue
        seen.add(name)
        version = versions[name]
        if version.standing is not Standing.REAL or version.force is Force.SIMULATED:
            raise RefusedError(
                f"“{name}”不是真实有效的文书，正式文书不能立足于它。",
                detail_en="It rests on something that is not real.",
            )
        todo.extend(version.read)


def not_pass(desk: Desk, task: Task, content: Mapping[str, Any], files: Sequence[FileRef] = ()) -> list[Event]:
    """Issue the refusal (不予通过), with reasons and remedies; what passed may be kept while the works stay as they are."""
    allow_now(desk, task, Command.ISSUE)
    if desk.reading.passing(task.step, task.about):
        raise RefusedError("各事项均已通过，应当出具证书。", detail_en="Everything passed: issue the certificate.")
    assert task.step.refuses is not None
    doc = desk.doc(
        task.step.refuses,
        About(),
        fields={"content": content["content_hash"]},
        files=tuple(files),
        read=task.reads,
        force=task.step.force,
    )
    return [
        desk.event(
            EventKind.NOT_PASSED,
            task,
            [doc],
            says=("前提条件不具备，不予通过" if desk.state.eligible is Truth.NO else "有事项不合格，不予通过")
            + _no_force(task),
            content=dict(content),
            remedies=list(REMEDIES) if task.step.force is Force.FORMAL else [],
        )
    ]


def outcome_of(desk: Desk, task: Task) -> str:
    """``certificate`` or ``refusal``: what an open issue would make now."""
    assert task.step.kind is StepKind.ISSUE
    return "certificate" if desk.reading.passing(task.step, task.about) else "refusal"
