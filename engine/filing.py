"""What is filed with a project (填报与提交): facts, papers, and the application that opens a case."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from engine.assumed import AssumedPaper, beyond, compare, public_key, read_paper
from engine.conditions import interpret
from engine.dossier import FACT, About, DocVersion, Dossier, FileRef, Standing, value_to_store
from engine.errors import Fault, InputError, RefusedError
from engine.events import Actor, Event, EventKind, day_of
from engine.facts import subject_of
from engine.policy import RESULT, Item, ItemKind, Material, PolicyBook
from engine.procedure import APPLICATION
from engine.terms import Firm, Scope, Truth, Value

# --- the project ------------------------------------------------------------------------------------------------------


def state_facts(
    project: str,
    dossier: Dossier,
    facts: Mapping[str, Value | None],
    buildings: Sequence[tuple[str, Mapping[str, Value | None]]] | None,
    actor: Actor,
    now: datetime,
    reasons: str = "",
) -> Event:
    """Facts stated or corrected (填报、更正事实): a new version of each that differs; None takes a fact back."""
    docs: list[DocVersion] = []

    def put(name: str, building: str, value: Value | None) -> None:
        about = About(building=building)
        last = dossier.current(FACT + name, about)
        stored = None if value is None else value_to_store(value)
        if (last.fields.get("value") if last else None) != stored:
            docs.append(
                DocVersion(
                    dossier.next_id(FACT + name, about),
                    FACT + name,
                    about,
                    {"value": stored},
                    maker=actor.department or actor.role,
                    by=actor.name,
                    on=day_of(now),
                )
            )

    for name, value in facts.items():
        put(name, "", value)
    data: dict[str, Any] = {"reasons": reasons}
    if buildings is not None:
        data["buildings"] = [name for name, _ in buildings]
        for building, own in buildings:
            for name, value in own.items():
                put(name, building, value)
    return Event(EventKind.FACTS_STATED, now, actor, project, docs=tuple(docs), data=data)


def file_document(
    project: str,
    dossier: Dossier,
    kind: str,
    fields: Mapping[str, Any],
    files: Sequence[FileRef],
    actor: Actor,
    now: datetime,
    building: str = "",
) -> Event:
    """A paper filed, or a newer version of one (提交材料): typed fields, and name, size and hash of its bytes."""
    if building and building not in (dossier.buildings or ()):
        raise InputError([Fault("/building", building, "项目没有这栋单体。", "The project has no such building.")])
    about = About(building=building)
    doc = DocVersion(
        dossier.next_id(kind, about),
        kind,
        about,
        dict(fields),
        tuple(files),
        maker=actor.department or actor.role,
        by=actor.name,
        on=day_of(now),
    )
    return Event(EventKind.DOCUMENT_FILED, now, actor, project, docs=(doc,), data={})


def file_assumed(
    project: str,
    dossier: Dossier,
    paper: AssumedPaper,
    raw: Mapping[str, Any],
    files: Sequence[FileRef],
    actor: Actor,
    now: datetime,
    *,
    standing: Standing,
    replaces: str = "",
) -> Event:
    """A paper with declared fields: stated while it is not there (陈述假设), or the real one, compared with all before it.

    Raises:
        InputError: a field that is missing or cannot be compared; a real paper about another thing than was assumed; an
            assumption that contradicts the one that stands without saying that it replaces it, or that comes after the paper.
    """
    fields = read_paper(paper, raw)
    about = About()
    now_there = dossier.current(paper.doc, about)
    if now_there is not None:
        _check_change(paper, now_there, fields, standing, replaces)
    older = [v for v in dossier.history(paper.doc, about) if v.standing is not Standing.VOID]
    doc = DocVersion(
        dossier.next_id(paper.doc, about),
        paper.doc,
        about,
        fields,
        tuple(files),
        maker=actor.department or actor.role,
        by=actor.name,
        on=day_of(now),
        standing=standing,
        compared={v.id: beyond(compare(paper, v.fields, fields)) for v in older},
    )
    data: dict[str, Any] = {}
    key = next((f.id for f in paper.fields if f.key), None)
    public = {f.title: fields[f.id] for f in paper.fields if f.public}
    if standing is Standing.ASSUMED and key is not None and public:
        data["public"] = {"key": public_key(str(fields[key])), "fields": public}
    return Event(EventKind.DOCUMENT_FILED, now, actor, project, docs=(doc,), data=data)


def _check_change(
    paper: AssumedPaper, now_there: DocVersion, fields: Mapping[str, Any], standing: Standing, replaces: str
) -> None:
    found = compare(paper, now_there.fields, fields)
    for each in found:
        if each.field.key and not each.holds:
            says = f"卷宗中的{paper.title}是关于“{each.assumed}”的，不是“{each.real}”；请核对，另一宗请另立项目。"
            raise InputError([Fault(f"/fields/{each.field.id}", each.real, says, "It is about another thing.")])
    if standing is Standing.REAL:
        return
    if now_there.standing is Standing.REAL:
        says = f"{paper.title}已经取得（{now_there.id}），不能再陈述假设。"
        raise InputError([Fault("/standing", "assumed", says, "The real paper is there.")])
    differing = [c for c in found if c.assumed != c.real]
    if differing and replaces != now_there.id:
        faults = [
            Fault(
                f"/fields/{c.field.id}",
                c.real,
                f"已陈述的假设（{now_there.id}）中“{c.field.title}”为{c.assumed}；确需改变的，写明 replaces: {now_there.id}，"
                "立足于它的模拟意见随之失效。",
                "Contradicts what was assumed; name the version that it replaces.",
            )
            for c in differing
        ]
        raise InputError(faults)


# --- what the office has itself ------------------------------------------------------------------------------------------


def had(dossier: Dossier, material: Material, items: Mapping[str, Item]) -> DocVersion | None:
    """What the office has made itself in the place of a material (已有的文书): it is offered wherever that is needed."""
    for doc in material.offered_by(items):
        if dossier.good(doc, About()):
            return dossier.current(doc, About())
    return None


def check_not_had(dossier: Dossier, material: Material, items: Mapping[str, Item]) -> None:
    """Refuse a material that the office has made itself (一次提交、不重复收取); the refusal names what it has.

    Raises:
        RefusedError: the paper is there.
    """
    found = had(dossier, material, items)
    if found is not None:
        made = (i.title for i in items.values() if found.kind in (i.id + RESULT, *i.makes))
        named = found.fields.get("number") or next(made, found.kind)
        raise RefusedError(
            f"“{material.title}”即本项目已有的{named}（{found.id}），由系统共享，不再收取。",
            detail_en=f"The office has it already: {found.id}.",
        )


def check_not_to_come(fields: Mapping[str, Any], today: date) -> None:
    """Refuse what is said to have been made on a day that is still to come (登记别处作出的结果).

    Raises:
        InputError: the day is later than today.
    """
    if date.fromisoformat(fields["issued_on"]) > today:
        fix = f"作出日期不能晚于今日（{today}）。"
        raise InputError([Fault("/fields/issued_on", fields["issued_on"], fix, "That day is still to come.")])


def check_not_made_here(dossier: Dossier, kind: str, title: str) -> None:
    """Refuse to register a second time a result that one of this project's cases made.

    Raises:
        RefusedError: it was made here.
    """
    now = dossier.current(kind, About())
    if now is not None and now.fields.get("case"):
        raise RefusedError(
            f"“{title}”已由本系统办件作出（{now.fields.get('number') or now.id}），不再登记。",
            detail_en=f"{kind} was made by a case here ({now.id}).",
        )


def check_allowed(dossier: Dossier, item: Item, book: PolicyBook, fields: Mapping[str, Any]) -> None:
    """Refuse that the owner has done what nobody may do without a licence (先证后建), such as starting works.

    Where it is not known yet whether the licence is wanted, what was done is taken down as stated.

    Raises:
        RefusedError: a licence that it certainly needs is not there.
        InputError: it is said to have been done before the licence was given.
    """
    subject = subject_of(dossier.statement(book.vocabulary), book.vocabulary)
    (project,) = subject.rows[Scope.PROJECT] or ()
    found = interpret(book.conditions, subject)
    for need in item.needs:
        makers = [book.items.get(doc.removesuffix(RESULT)) for doc in need.one_of]
        licences = [m for m in makers if m is not None and m.kind is ItemKind.LICENCE]
        wanted = need.when is None or found[need.when, project.key] is Truth.YES
        if need.firm is not Firm.REQUIRED or not wanted or not licences or len(licences) < len(makers):
            continue
        there = [v for doc in need.one_of if dossier.good(doc, About()) and (v := dossier.current(doc, About()))]
        titles, law = "或者".join(m.title for m in licences), "；".join(f"{c.instrument}{c.article}" for c in need.cite)
        if not there:
            raise RefusedError(
                f"尚未取得“{titles}”，不得先行“{item.title}”（{law}）；请先办理，或者由窗口登记别处作出的。",
                detail_en=f"{item.id} needs {', '.join(need.one_of)} first.",
            )
        given = min(str(v.fields.get("issued_on") or v.on) for v in there)
        if fields["issued_on"] < given:
            fix = f"“{titles}”{given}才取得，“{item.title}”不能早于这一天。"
            raise InputError([Fault("/fields/issued_on", fields["issued_on"], fix, "Before the licence was given.")])


# --- opening and intake -----------------------------------------------------------------------------------------------


def open_case(
    project: str,
    case: str,
    service: str,
    application: Mapping[str, Any],
    units: Sequence[str] | None,
    actor: Actor,
    now: datetime,
) -> Event:
    """An application handed in (提出申请): the receipt day from which the five days of asking run."""
    about = About(case=case)
    doc = DocVersion(
        f"{APPLICATION}/{case}#1",
        APPLICATION,
        about,
        {**application, "units": list(units) if units is not None else None},
        maker=actor.role,
        by=actor.name,
        on=day_of(now),
    )
    data: dict[str, Any] = {"service": service, "units": list(units) if units is not None else None}
    return Event(EventKind.CASE_OPENED, now, actor, project, case, docs=(doc,), data=data)
