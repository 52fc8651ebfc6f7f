"""Commands on reviews and gatherings (审查、召集): each checks its kind's table and the law, then says what happened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from engine.commands import Desk, allow_now, result_of
from engine.dossier import VERDICT_TITLES, About, DocVersion, Verdict
from engine.errors import Fault, InputError, RefusedError
from engine.events import Event, EventKind
from engine.procedure import ARTICLE_45, Command, OnFail, Party
from engine.tasks import Reading, Task
from engine.terms import NO_FORCE, Force, Scope, Truth


@dataclass(frozen=True, slots=True)
class Opinion:
    """What a department says (意见): 合格; 不合格 with finding and article; 不适用 about one building."""

    verdict: Verdict
    says: str = ""
    article: str = ""
    building: str = ""


def _check_opinion(opinion: Opinion, at: str, faults: list[Fault]) -> None:
    if opinion.verdict is Verdict.FAIL:
        if not opinion.says:
            faults.append(
                Fault(
                    f"{at}/finding",
                    "",
                    "不合格意见须写明问题（finding）。",
                    "A failing opinion states its finding.",
                )
            )
        if not opinion.article:
            faults.append(
                Fault(
                    f"{at}/article",
                    "",
                    "不合格意见须写明所依据的条款（article）。",
                    "A failing opinion names the article.",
                )
            )
    if opinion.verdict is Verdict.NOT_APPLICABLE and not opinion.building:
        faults.append(
            Fault(
                f"{at}/building",
                "",
                "“不适用”只能针对一栋单体，请写明 building；整个事项是否适用由事实判定。",
                "Name the building.",
            )
        )


def give(desk: Desk, task: Task, opinion: Opinion) -> list[Event]:
    """Give an opinion (出具意见): it names the exact versions that it read."""
    allow_now(desk, task, Command.GIVE)
    check_opinion(desk, task, opinion)
    if task.step.two_people:
        return [drafted(desk, task, opinion)]
    return given(desk, task, opinion)


def check_opinion(desk: Desk, task: Task, opinion: Opinion) -> None:
    """Refuse an opinion that does not say what it must, or that what it rests on forbids."""
    faults: list[Fault] = []
    _check_opinion(opinion, "", faults)
    if faults:
        raise InputError(faults)
    if opinion.verdict is Verdict.PASS:
        _nothing_failed_before(desk, task, desk.reading)
        _says_why_beyond(desk, task, opinion)


def _says_why_beyond(desk: Desk, task: Task, opinion: Opinion) -> None:
    """What was built otherwise than permitted, beyond tolerance, passes only on a stated ground."""
    if not desk.law.procedure.compared_for(task.step, task.about.item) or opinion.says.strip():
        return
    beyond = [m.says for m in desk.reading.measured(task.about.item) if m.holds is Truth.NO]
    if beyond:
        fix = f"{'；'.join(beyond)}。仍出具合格意见的，须写明依据（finding），如规划变更许可或者处理决定的文号。"
        raise InputError([Fault("/finding", "", fix, "Built otherwise than permitted: state the ground for passing.")])


def drafted(desk: Desk, task: Task, opinion: Opinion, converts: str = "") -> Event:
    """What one person drafts for another to sign (拟稿): nothing is said yet; it lapses when what it read moves on."""
    return desk.event(
        EventKind.DRAFTED,
        task,
        reads=list(task.reads),
        verdict=opinion.verdict.value,
        finding=opinion.says,
        article=opinion.article,
        building=opinion.building,
        converts=converts,
        says=f"拟稿：{VERDICT_TITLES[opinion.verdict]}",
    )


def given(desk: Desk, task: Task, opinion: Opinion, converts: str = "") -> list[Event]:
    """The opinion as it is signed; ``converts`` names the simulated one whose place it takes."""
    reading = desk.reading
    if opinion.verdict is Verdict.NOT_APPLICABLE:
        return [_not_applicable(desk, task, opinion, reading)]
    about = replace(task.about, case=desk.state.case)
    doc = desk.doc(
        task.step.makes,
        task.about,
        fields={"says": opinion.says, "article": opinion.article},
        verdict=opinion.verdict,
        read=task.reads,
        round=reading.next_round(task.step.makes, about),
        force=task.step.force,
        stands_on=standing_on(desk, task),
        converts=converts,
    )
    says = VERDICT_TITLES[opinion.verdict] + (f"（{NO_FORCE}）" if doc.force is Force.SIMULATED else "")
    says = f"转正：{says}" if converts else says
    more = []
    if opinion.verdict is Verdict.PASS and reading.gives_result(task.step, task.about.item):
        more.append(result_of(desk, task, {"opinion": doc.id}))
    return [_with_list(desk, desk.event(EventKind.GIVEN, task, [doc, *more], says=says), task)]


def standing_on(desk: Desk, task: Task) -> dict[str, tuple[str, ...]]:
    """The versions of papers with declared fields that a task reads, and the fields that its item looks at."""
    out = {}
    for name in task.reads:
        paper = desk.law.procedure.assumed(desk.state.dossier.versions[name].kind)
        if paper is not None:
            out[name] = paper.looked_at(task.about.item)
    return out


def _not_applicable(desk: Desk, task: Task, opinion: Opinion, reading: Reading) -> Event:
    item = reading.item(task.about.item)
    if opinion.building not in desk.state.buildings:
        raise InputError(
            [Fault("/building", opinion.building, "本办件没有这栋单体。", "The case has no such building.")]
        )
    if item.applies is Truth.YES and opinion.building in item.buildings:
        read = (f for f, b in item.facts if b in ("", opinion.building))
        facts = {name: desk.law.book.vocabulary.seen_from(Scope.SPACE, name) for name in read}
        named = "、".join(f"{fact.title if fact else name}（{name}）" for name, fact in facts.items())
        raise RefusedError(
            f"“{item.title}”依现有事实适用于{opinion.building}，不能出具“不适用”；如事实有误，请更正：{named or '所依据的事实'}。",
            detail_en=f"{item.id} applies to that building on the facts as stated; correct the fact instead.",
        )
    doc = desk.doc(
        f"{task.step.makes}_scope",
        About(item.id, opinion.building),
        fields={"says": opinion.says},
        verdict=Verdict.NOT_APPLICABLE,
    )
    return desk.event(EventKind.GIVEN, task, [doc], says=f"不适用于{opinion.building}")


def _nothing_failed_before(desk: Desk, task: Task, reading: Reading) -> None:
    versions = desk.state.dossier.versions
    failed = [versions[v] for v in task.reads if not versions[v].passes and versions[v].kind in task.step.after]
    if failed:
        titles = {s.makes: s.title for s in reading.view.procedure.steps}
        listed = "、".join(f"{titles.get(f.kind) or f.kind}{f.about.building}" for f in failed)
        raise RefusedError(
            f"{listed}结论为不合格且未消除，不能出具合格意见。",
            detail_en="A finding that this opinion rests on failed.",
        )


def sign_unaffected(desk: Desk, task: Task, reasons: str) -> list[Event]:
    """Sign that a change does not touch an opinion (签署不受影响), with reasons; it then rests on the new versions."""
    allow_now(desk, task, Command.SIGN_UNAFFECTED)
    if not reasons.strip():
        fix = "签署“不受影响”须说明理由（reasons）。"
        raise InputError([Fault("/reasons", reasons, fix, "State the reasons.")])
    about = replace(task.about, case=desk.state.case)
    last = desk.state.dossier.current(task.step.makes, about)
    assert last is not None
    if last.passes:
        _nothing_failed_before(desk, task, desk.reading)
    doc = desk.doc(
        task.step.makes,
        task.about,
        fields=last.fields,
        files=last.files,
        verdict=last.verdict,
        read=task.reads,
        round=last.round,
        force=last.force,
        unaffected=reasons,
        stands_on=standing_on(desk, task),
    )
    return [desk.event(EventKind.UNAFFECTED_SIGNED, task, [doc], reasons=reasons)]


def withdraw_opinion(desk: Desk, task: Task, reasons: str) -> list[Event]:
    """Take an opinion back before the result is issued (撤回意见); what rests on it is to be done again."""
    allow_now(desk, task, Command.WITHDRAW_OPINION)
    last = desk.state.dossier.current(task.step.makes, replace(task.about, case=desk.state.case))
    assert last is not None
    for paper in desk.state.issued:
        if paper.withdrawn is None and any(o["document"] == last.id for o in paper.content.get("opinions", ())):
            raise RefusedError(
                f"意见已写入{paper.content['title']}（{paper.number}），须先撤回该文书，才能撤回意见。",
                detail_en=f"Paper {paper.number} rests on it: withdraw that first.",
            )
    return [desk.event(EventKind.OPINION_WITHDRAWN, task, void=[last.id], reasons=reasons)]


def stop_clock(desk: Desk, task: Task, reason: str, written_notice: bool, says: str) -> list[Event]:
    """Stop the clock of an item (停表): art. 45's reasons with a written notice count against the law's limit too."""
    allow_now(desk, task, Command.STOP_CLOCK)
    known = ARTICLE_45 + desk.law.procedure.local_stops
    if reason not in known:
        listed = "、".join(known)
        raise InputError([Fault("/reason", reason, f"停表事由应为下列之一：{listed}。", "Not a reason for a stop.")])
    return [
        desk.event(
            EventKind.CLOCK_STOPPED,
            task,
            item=task.about.item,
            reason=reason,
            written_notice=written_notice,
            says=says,
        )
    ]


def resume_clock(desk: Desk, task: Task) -> list[Event]:
    """The clock goes on (恢复计时)."""
    allow_now(desk, task, Command.RESUME_CLOCK)
    return [desk.event(EventKind.CLOCK_RESUMED, task)]


# --- gatherings --------------------------------------------------------------------------------------------------------


def call(desk: Desk, task: Task, on: date, place: str) -> list[Event]:
    """Call a gathering (召集): the departments concerned are told the day; calling again moves it."""
    allow_now(desk, task, Command.CALL)
    if on < desk.today:
        raise InputError(
            [Fault("/on", on.isoformat(), f"召集日期不能早于今天（{desk.today}）。", "The day has passed.")]
        )
    departments = sorted(departments_of(desk.reading, task))
    return [desk.event(EventKind.CALLED, task, on=on.isoformat(), place=place, departments=departments)]


def departments_of(reading: Reading, task: Task) -> set[str]:
    """The departments that a gathering is called of: those of what is to be seen, or (``with: all``) of every item."""
    concerned = _concerned(reading, task)
    if task.step.with_ is not Party.ALL:
        return concerned
    slots = (a for s in reading.answers_of(task.step) for a in reading.slots(s.makes))
    return concerned | {reading.item(a.item).department for a in slots if a.item}


def _concerned(reading: Reading, task: Task) -> set[str]:
    return {reading.item(name).department for name in task.items}


def hold(desk: Desk, task: Task, attended: Sequence[str], findings: Mapping[str, Opinion], minutes: str) -> list[Event]:
    """Minute what a gathering came to (登记勘验、会议结果): who came, and each item's finding.

    An item whose department did not come is left to be seen; a finding without its department there is refused.
    """
    allow_now(desk, task, Command.HOLD)
    reading = desk.reading
    expected = departments_of(reading, task)
    faults = [
        Fault(
            f"/attended/{i}",
            name,
            f"该部门不在召集范围；应到：{'、'.join(sorted(expected))}。",
            "Not called.",
        )
        for i, name in enumerate(attended)
        if name not in expected and name != desk.law.procedure.lead
    ]
    if not attended:
        faults.append(Fault("/attended", [], "请写明到场部门。", "State who attended."))
    if reading.answers_of(task.step):
        docs = _minutes(desk, task, attended, minutes, reading, faults)
    else:
        docs = _findings(desk, task, attended, findings, reading, faults)
    if faults:
        raise InputError(faults)
    event = desk.event(
        EventKind.HELD,
        task,
        docs,
        attended=list(attended),
        absent=sorted(expected - set(attended)),
        minutes=minutes,
    )
    return [_with_list(desk, event, task)]


def _findings(
    desk: Desk,
    task: Task,
    attended: Sequence[str],
    findings: Mapping[str, Opinion],
    reading: Reading,
    faults: list[Fault],
) -> list[DocVersion]:
    docs: list[DocVersion] = []
    for name, opinion in findings.items():
        at = f"/findings/{name}"
        if name not in task.items:
            faults.append(Fault(at, name, f"这次只看：{'、'.join(task.items)}。", "Not to be seen this time."))
            continue
        if reading.item(name).department not in attended:
            faults.append(Fault(at, name, "该事项的部门没有到场，不能登记其结论。", "Its department did not attend."))
        if opinion.verdict is Verdict.NOT_APPLICABLE:
            faults.append(
                Fault(
                    f"{at}/verdict",
                    opinion.verdict.value,
                    "勘验结论应为 pass 或 fail。",
                    "Must be pass or fail.",
                )
            )
        _check_opinion(opinion, at, faults)
        about = About(name, task.about.building, case=desk.state.case)
        docs.append(
            desk.doc(
                task.step.makes,
                about,
                fields={"says": opinion.says, "article": opinion.article},
                verdict=opinion.verdict,
                round=reading.next_round(task.step.makes, about),
                force=task.step.force,
            )
        )
    for name in task.items:
        if reading.item(name).department in attended and name not in findings:
            faults.append(Fault(f"/findings/{name}", None, "到场部门的事项须有结论。", "A finding is missing."))
    return docs


def _minutes(
    desk: Desk, task: Task, attended: Sequence[str], minutes: str, reading: Reading, faults: list[Fault]
) -> list[DocVersion]:
    if not minutes:
        faults.append(Fault("/minutes", "", "请写明会议纪要。", "Write the minutes."))
    absent = _concerned(reading, task) - set(attended)
    if absent:
        faults.append(
            Fault(
                "/attended",
                list(attended),
                f"意见不合格的部门须到会：{'、'.join(sorted(absent))}。",
                "Departments that failed must attend.",
            )
        )
    failures = [
        f.id
        for s in reading.answers_of(task.step)
        for a in reading.slots(s.makes)
        if (f := reading.open_failure(s.makes, a))
    ]
    return [desk.doc(task.step.makes, About(), fields={"says": minutes}, answers=tuple(failures))]


def _with_list(desk: Desk, event: Event, task: Task) -> Event:
    """Say in the event that the one list of failures goes out with it, where this was the last thing to be seen."""
    rule: OnFail | None = task.step.on_fail
    if rule is None or rule.by is None:
        return event
    dossier = desk.state.dossier.with_versions(event.docs)
    reading = replace(desk.state, dossier=dossier).reading(desk.law.procedure)
    if any(a.step.id == task.step.id for a in reading.answerable()):
        return replace(event, data={**event.data, "asks": task.step.id})
    return event
