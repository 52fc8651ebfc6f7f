"""A simulated case told to its owner in plain sentences (给建设单位的说明), in Chinese and in English.

What plan it is on, what its opinions stand on and until when, what happens if that fails, what has failed and is to be done
again, and what comes next. English names items, fields and papers by their ids: their titles are policy, and Chinese.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from engine.assumed import FailedBy
from engine.case_clock import last_of
from engine.commands import Desk
from engine.deadlines import UNIT_TITLES, valid_until
from engine.dossier import About, DocVersion, Standing
from engine.events import Event, EventKind
from engine.policy import RESULT
from engine.procedure import StepKind, TaskState
from engine.prospects import Prospect, prospects
from engine.simulation import NO_FORCE, converted, simulated_opinions
from engine.tasks import Task
from engine.terms import Force, LimitInForce, Truth
from engine.workdays import WorkCalendar

Sentence = tuple[str, str]
NO_FORCE_EN = "simulated approval, without the force of a permit"
WAITING = (TaskState.OPEN, TaskState.STALE, TaskState.DRAFTED)


def plan(desk: Desk) -> dict[str, str]:
    """Which plan a case is on (所走的计划): on assumptions, or side by side on what is there."""
    simulated = desk.law.procedure.simulated
    says, says_en = _on_assumptions(desk) if simulated else _SIDE_BY_SIDE
    return {"reading": "simulated" if simulated else "parallel", "says": says, "says_en": says_en}


def _on_assumptions(desk: Desk) -> Sentence:
    papers = desk.law.procedure.assumes
    return (
        f"本办件走模拟审批：{'、'.join(p.title for p in papers)}尚未取得时先行审查，取得之后逐项比对，未变化的转为正式意见。",
        f"This case is on simulated approval: reviewed before {', '.join(p.doc for p in papers)} is there; once it is, each "
        "field is compared, and what is unchanged turns formal.",
    )


_SIDE_BY_SIDE = (
    "本办件走并联审批：各部门依据已有的材料同时审查，不立足于假设。",
    "This case is on parallel approval: departments review side by side on what is there, and nothing is assumed.",
)


def sentences(desk: Desk, calendar: WorkCalendar, events: Sequence[Event]) -> Iterator[Sentence]:
    """All of it, in the order in which an owner asks."""
    yield _on_assumptions(desk)
    yield (
        f"模拟审批意见{NO_FORCE.partition('，')[2]}，不得据以开工建设；开工须另行取得建筑工程施工许可证。",
        "A simulated opinion has no force of a permit and is no leave to start building; that takes a construction permit.",
    )
    yield from _assumptions(desk)
    yield from _validity(desk, calendar)
    yield from (told(each) for each in prospects(desk))
    yield from _failed(desk, events)
    yield from _to_mend(desk, calendar)
    yield from _next(desk)


# --- what it stands on ---------------------------------------------------------------------------------------------------


def _assumptions(desk: Desk) -> Iterator[Sentence]:
    dossier = desk.state.dossier
    for paper in desk.law.procedure.assumes:
        now = dossier.current(paper.doc, About())
        if now is None:
            yield (
                f"尚未陈述对{paper.title}的假设；模拟审查须先陈述。",
                f"Nothing is assumed of {paper.doc} yet; simulated reviews wait for it.",
            )
        elif now.standing is Standing.ASSUMED:
            stated = "、".join(f"{f.title}{now.fields.get(f.id)}" for f in paper.fields)
            yield (
                f"模拟意见立足于假设：{paper.title}尚未取得，按所陈述的内容审查（{stated}）。",
                f"Opinions stand on {paper.doc}, which is only assumed: "
                + ", ".join(f"{f.id}={now.fields.get(f.id)}" for f in paper.fields)
                + ".",
            )
        else:
            yield _came(desk, paper.title, now)


def _came(desk: Desk, title: str, now: DocVersion) -> Sentence:
    """The paper is there: whether it is as the opinions had it that were given on assumptions."""
    paper = desk.law.procedure.assumed(now.kind)
    last = [v for v in desk.state.dossier.history(now.kind, About()) if v.standing is Standing.ASSUMED][-1:]
    differing = {f for v in last for f in now.compared.get(v.id, ())}
    beyond = [(f.id, f.title) for f in (paper.fields if paper else ()) if f.id in differing]
    if not beyond and not _to_turn(desk):
        return (
            f"{title}已取得，与假设一致，模拟审批意见没有尚待转正的。",
            f"{now.kind} is there and agrees with what was assumed; nothing is left to turn formal.",
        )
    if not beyond:
        return (
            f"{title}已取得，与假设一致，各部门核对无变化后即可转正。",
            f"{now.kind} is there and agrees with what was assumed: what is unchanged may turn formal.",
        )
    return (
        f"{title}已取得，{'、'.join(t for _, t in beyond)}与假设不一致，立足于此的模拟意见已失效，须作正式审查。",
        f"{now.kind} is there and differs in {', '.join(i for i, _ in beyond)}: opinions that stood on that are void and "
        "must be given in full.",
    )


def _to_turn(desk: Desk) -> bool:
    """Whether a simulated opinion may still be turned formal."""
    return any(v.passes and converted(desk.state, v) is None for v in simulated_opinions(desk.state))


def _validity(desk: Desk, calendar: WorkCalendar) -> Iterator[Sentence]:
    waiting = _to_turn(desk)
    limit = validity(desk)
    until = valid_until(desk.state, desk.law, calendar)
    if until is not None and limit is not None and waiting and desk.state.ending is None:
        yield (
            f"模拟审批意见自出具之日起{_days(limit)}内有效，最早一份至{until}，逾期自行失效。",
            f"A simulated opinion is valid for {limit.days} {limit.unit.value}(s); the earliest runs out after {until}.",
        )


def validity(desk: Desk) -> LimitInForce | None:
    """How long a simulated opinion holds (有效期)."""
    return desk.law.book.limits.get(desk.law.procedure.valid or "")


def _days(limit: LimitInForce) -> str:
    return f"{limit.days}{UNIT_TITLES[limit.unit]}"


# --- what if it fails, and what has ----------------------------------------------------------------------------------------


def told(each: Prospect) -> Sentence:
    """One way to fail, before it happens: what is void then, and what it costs."""
    failure, fields = each.failure, each.fields
    of = f"（{'、'.join(title for _, title in fields)}）" if fields else ""
    of_en = f" ({', '.join(name for name, _ in fields)})" if fields else ""
    zh, en = f"如{failure.title}{of}：", f"If {failure.id.replace('_', ' ')}{of_en}: "
    items, cost = [v.about.item for v in each.opinions], each.cost_days
    if failure.ends:
        return f"{zh}模拟意见失效，办件终止，须重新申请。", f"{en}simulated opinions are void and the case ends."
    if failure.by is FailedBy.DECLARED and failure.of:
        return (
            f"{zh}只有所涉及的{'事项' if failure.of == 'items' else '材料对应的事项'}失效并重新审查，最多约{cost}个工作日。",
            f"{en}only what it is about is void and reviewed again, at most about {cost} working days.",
        )
    return (
        f"{zh}{'、'.join(items)}的模拟意见失效，须重新审查，约{cost}个工作日。",
        f"{en}{', '.join(items)} are void and must be reviewed again, about {cost} working days.",
    )


def _failed(desk: Desk, events: Sequence[Event]) -> Iterator[Sentence]:
    for event in events:
        if event.case == desk.state.case and event.kind is EventKind.ASSUMPTION_FAILED:
            cause = event.data["cause"].replace("_", " ")
            yield f"{event.on}已失效：{event.data['says']}。", f"Failed on {event.on}: {cause}."
            if left := to_redo(desk, event):
                listed = "、".join(f"{r['item']}{r['title']}" for r in left)
                days = event.data["cost_days"]
                yield (
                    f"须重新办理：{listed}，约{days}个工作日。",
                    f"To be done again: {', '.join(r['item'] for r in left)}, about {days} working days.",
                )
            elif event.data["redo"]:
                yield "因此失效的事项均已重新办理。", "What was void has been done again."


def to_redo(desk: Desk, event: Event) -> list[dict[str, Any]]:
    """What of a failure's list has still to be done again: no opinion about it holds."""
    if desk.state.ending is not None:
        return []
    holds = {
        v.about.item
        for v in desk.state.dossier.versions.values()
        if v.about.case == desk.state.case and v.passes and _stands(desk, v)
    }
    return [r for r in event.data["redo"] if r["item"] not in holds]


def _stands(desk: Desk, version: DocVersion) -> bool:
    """Whether it is an opinion, the last on its matter, and nothing that it read has moved."""
    now = desk.state.dossier.current(*version.slot)
    return version.standing is not Standing.VOID and now is version and not desk.reading.stale(version)


def _to_mend(desk: Desk, calendar: WorkCalendar) -> Iterator[Sentence]:
    """What departments have found, and until when the owner answers it; without an answer the case ends."""
    if desk.state.ending is not None:
        return
    titles = {i.id: i.title for i in desk.state.items}
    for wanted in desk.reading.answerable():
        found = "；".join(
            f"{f.about.item}{titles.get(f.about.item, '')}——{f.fields.get('says', '')}" for f in wanted.findings
        )
        items = ", ".join(f.about.item for f in wanted.findings)
        asked = [a for step, a, answered in desk.state.answering if step == wanted.step.id and answered is None]
        limit = desk.law.book.limits.get(wanted.rule.within or "")
        due = last_of(calendar, asked[-1], limit.days, limit.unit)[0] if asked and limit else None
        yield (
            f"请修改后提交整改{f'，最迟{due}，逾期办件终止' if due else ''}：{found}。",
            f"To be mended and answered{f' by {due}, or the case ends' if due else ''}: {items}.",
        )


# --- what comes next -------------------------------------------------------------------------------------------------------


def _next(desk: Desk) -> Iterator[Sentence]:
    if desk.state.ending is not None:
        return
    tasks = desk.reading.tasks()
    waiting = [t for t in tasks if t.state in WAITING]
    if desk.state.accepted_on is None:
        yield "下一步：窗口核对材料，予以模拟受理。", "Next: the window checks the papers and takes the case in."
    elif now := [t for t in waiting if t.step.force is Force.SIMULATED]:
        yield _by_whom(desk, now)
    elif now := [t for t in waiting if t.step.kind in (StepKind.REVIEW, StepKind.ISSUE)]:
        yield _by_whom(desk, now)
    if any(desk.state.dossier.current(p.doc, About()) is None or _only_assumed(desk, p.doc) for p in _papers(desk)):
        yield _once_there(desk, tasks)
    elif also := _made_elsewhere(desk, tasks):
        yield (
            f"发证之前，还须由窗口登记{'、'.join(also)}的办理结果。",
            f"Before permits are issued the window registers {', '.join(also.values())}.",
        )


def _papers(desk: Desk) -> Sequence[Any]:
    return desk.law.procedure.assumes


def _only_assumed(desk: Desk, doc: str) -> bool:
    now = desk.state.dossier.current(doc, About())
    return now is not None and now.standing is Standing.ASSUMED


def _by_whom(desk: Desk, tasks: Iterable[Task]) -> Sentence:
    """Who is at work now: each step with its parties and items."""
    steps: dict[str, dict[str, list[str]]] = {}
    for task in tasks:
        steps.setdefault(task.step.title or task.step.id, {}).setdefault(task.party, []).append(task.about.item)
    names = {**desk.law.book.departments, "window": "窗口"}

    def who(party: str, items: list[str]) -> str:
        of = "、".join(i for i in items if i)
        return f"{names.get(party, party)}{f'（{of}）' if of else ''}"

    zh = "；".join(f"{step}：{'、'.join(who(p, i) for p, i in by.items())}" for step, by in steps.items())
    en = ", ".join(sorted({task.id for task in tasks}))
    return f"下一步：{zh}。", f"Next: {en}."


def _made_elsewhere(desk: Desk, tasks: Sequence[Task]) -> dict[str, str]:
    """Results of other offices that permits wait for and that are not there yet: title → document."""
    state = desk.state
    permits = {t.about.item for t in tasks if t.step.kind is StepKind.ISSUE}
    own = {i.id + RESULT for i in state.items if i.applies is Truth.YES and i.part}
    results = {
        title: docs[0]
        for item in state.items
        if item.applies is Truth.YES and item.id in permits
        for docs, title, _ in item.needs
        if not any(state.dossier.good(d, About()) or d in own for d in docs)
    }
    return {t: d for t, d in results.items() if t not in {p.title for p in _papers(desk)}}


def _once_there(desk: Desk, tasks: Sequence[Task]) -> Sentence:
    """What follows when the papers come that are assumed: who hands in what, who confirms in how long, what is issued."""
    procedure, state = desk.law.procedure, desk.state
    papers = [p for p in _papers(desk) if not state.dossier.good(p.doc, About())]
    also = _made_elsewhere(desk, tasks)
    turning = next((s for s in procedure.steps if s.converts), None)
    limit = desk.law.book.limits.get(turning.limit or "") if turning else None
    permits = [t for t in tasks if t.step.kind is StepKind.ISSUE and t.about.item]
    titles = {i.id: i.title for i in state.items}
    zh = [f"提交{'、'.join(p.title for p in papers)}，与假设逐项比对"]
    en = [f"hand in {', '.join(p.doc for p in papers)}, to be compared field by field"]
    if also:
        zh.append(f"窗口登记{'、'.join(also)}的办理结果")
        en.append(f"the window registers {', '.join(also.values())}")
    if turning is not None:
        signs = "，两人分别拟稿、签发" if turning.two_people else ""
        zh.append(f"各部门{f'在{_days(limit)}内' if limit else ''}核对是否未变化并作出正式意见{signs}")
        within = f" within {limit.days} {limit.unit.value} days" if limit else ""
        en.append(f"departments confirm{within} that nothing has changed and give formal opinions")
    if permits:
        zh.append(f"条件齐备的当日依次发放{'、'.join(titles.get(t.about.item, t.about.item) for t in permits)}")
        en.append(f"{', '.join(t.about.item for t in permits)} are issued in the order of the law")
    what = "、".join(p.title for p in papers)
    return f"取得{what}之后：{'；'.join(zh)}。", f"Once {', '.join(p.doc for p in papers)} is there: {'; '.join(en)}."
