"""What simulated opinions stand on, and how they fail (模拟意见的假设与失效).

Each way of failing is policy data and becomes one event: it names the cause, voids exactly the opinions that stood on what
failed and what was made of them, lists what is to be done again and what that costs in days, and ends the case where the
policy says so. What has failed is only what was simulated: formal opinions go stale by the one mechanism for all documents.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from itertools import takewhile
from typing import Any

from engine.assumed import Compared, FailedBy, Failure, compare
from engine.case import CaseState
from engine.commands import Desk, not_ended, withdrawal
from engine.decision import cite_json
from engine.dossier import FACT, About, DocVersion, Dossier, Standing
from engine.errors import Fault, InputError, RefusedError
from engine.events import Event, EventKind
from engine.intake import judge_now
from engine.terms import NO_FORCE, Fact, FactType, Force, Scope, Truth, Unit


def simulated_opinions(state: CaseState) -> Iterator[DocVersion]:
    """The simulated opinions of a case that have not been voided, the current version of each."""
    for version in state.dossier.versions.values():
        mine = version.about.case == state.case and version.force is Force.SIMULATED and version.verdict is not None
        if mine and state.dossier.current(*version.slot) is version:
            yield version


def converted(state: CaseState, simulated: DocVersion) -> DocVersion | None:
    """The formal opinion that took a simulated one's place, where it stands."""
    versions = state.dossier.versions.values()
    return next((v for v in versions if v.converts == simulated.id and v.standing is not Standing.VOID), None)


# --- what a filing brings ------------------------------------------------------------------------------------------------


def failed(desk: Desk) -> list[Event]:
    """What the papers and facts now on file make of the simulated opinions of a case; [] where they all hold."""
    state, procedure = desk.state, desk.law.procedure
    if state.ending is not None or state.accepted_on is None or not procedure.failures:
        return []
    opinions = list(simulated_opinions(state))
    hits = [*_by_fields(desk, opinions), *_by_facts(desk, opinions), *_by_conditions(desk, opinions)]
    hits.sort(key=lambda h: not h.failure.ends)
    out: list[Event] = []
    gone: set[str] = set()
    for hit in hits:
        void = [v for v in hit.opinions if v.id not in gone]
        if not void and not hit.failure.ends:
            continue
        gone.update(v.id for v in void)
        out.extend(_events(desk.by_law(), hit.failure, hit.says, void, hit.fields))
        if hit.failure.ends:
            break
    return out


@dataclass(frozen=True, slots=True)
class _Hit:
    failure: Failure
    says: str
    opinions: Sequence[DocVersion]
    fields: Sequence[dict[str, Any]] = ()


def _by_fields(desk: Desk, opinions: Sequence[DocVersion]) -> Iterator[_Hit]:
    """Fields of a paper that came, or was stated anew, that differ beyond tolerance: one hit a cause.

    Each opinion is held against the version that it stood on. What the paper itself says may end the case, also where
    nothing has been said yet; what is only stated anew never does.
    """
    dossier, procedure = desk.state.dossier, desk.law.procedure
    default = next(iter(procedure.failing(FailedBy.FIELDS)), None)
    for paper in procedure.assumes:
        now = dossier.current(paper.doc, About())
        if now is None:
            continue
        causes: dict[str, tuple[dict[str, Compared], list[DocVersion]]] = {}
        for older, looked_at, hit in _standing(desk, opinions, now):
            for found in compare(paper, older.fields, now.fields):
                if not found.holds and (looked_at is None or found.field.id in looked_at):
                    cause = causes.setdefault(found.field.failure or (default.id if default else ""), ({}, []))
                    cause[0].setdefault(found.field.id, found)
                    cause[1].extend(hit)
        for name, (fields, hits) in causes.items():
            failure = procedure.failure(name)
            if failure is None:
                continue
            came = now.standing is Standing.REAL
            failure = failure if came else replace(failure, ends=False, title="改变假设")
            told = "，".join(
                f"{c.field.title}假设为{c.assumed}、{'实际' if came else '现'}为{c.real}" for c in fields.values()
            )
            yield _Hit(
                failure,
                f"{failure.title}：{paper.title}{told}",
                list({v.id: v for v in hits}.values()),
                [c.as_json() for c in fields.values()],
            )


def _standing(
    desk: Desk, opinions: Sequence[DocVersion], now: DocVersion
) -> Iterator[tuple[DocVersion, tuple[str, ...] | None, list[DocVersion]]]:
    """The older versions that ``now`` is held against: the last assumption, with every field, and what opinions stood on."""
    dossier = desk.state.dossier
    last = next((v for v in reversed(dossier.history(*now.slot)) if v.standing is Standing.ASSUMED), None)
    if last is not None and now.standing is Standing.REAL:
        yield last, None, []
    for opinion in opinions:
        for name, looked_at in opinion.stands_on.items():
            older = dossier.versions[name]
            if older.slot == now.slot and older.id != now.id:
                yield older, looked_at, [opinion]


def _by_facts(desk: Desk, opinions: Sequence[DocVersion]) -> Iterator[_Hit]:
    """Facts that were corrected beyond their tolerance since an opinion was given: height, storeys, fire class."""
    dossier = desk.state.dossier
    for failure in desk.law.procedure.failing(FailedBy.FACTS):
        hit: list[DocVersion] = []
        told: dict[str, str] = {}
        for opinion in opinions:
            seen = _facts_seen(dossier, opinion, failure)
            for then in seen:
                fact, now = then.kind.removeprefix(FACT), dossier.current(*then.slot)
                known = desk.law.book.vocabulary.seen_from(Scope.BUILDING, fact)
                before, after = then.fields.get("value"), now.fields.get("value") if now is not None else None
                if apart(known, before, after, failure.facts[fact]):
                    hit.append(opinion)
                    building = f"（{then.about.building}）" if then.about.building else ""
                    told[then.id] = f"{fact_title(desk, fact)}{building}已变更"
            if opinion.about.item in failure.items:
                for building in _added(dossier, opinion):
                    hit.append(opinion)
                    told[building] = f"增加单体{building}"
        if hit:
            unique = list({v.id: v for v in hit}.values())
            yield _Hit(failure, f"{failure.title}：{'，'.join(told.values())}", unique)


def _facts_seen(dossier: Dossier, opinion: DocVersion, failure: Failure) -> list[DocVersion]:
    """The facts that an opinion stands on: those that it read, or, of the works as designed, as all stood when it was given."""
    if opinion.about.item in failure.items:
        known = list({v.slot: v for v in _before(dossier, opinion)}.values())
    else:
        known = [dossier.versions[name] for name in opinion.read]
    return [v for v in known if v.kind.startswith(FACT) and v.kind.removeprefix(FACT) in failure.facts]


def _before(dossier: Dossier, opinion: DocVersion) -> Iterator[DocVersion]:
    """What came before an opinion, the oldest first."""
    return takewhile(lambda v: v.id != opinion.id, dossier.versions.values())


def _added(dossier: Dossier, opinion: DocVersion) -> list[str]:
    """The buildings of which nothing had been stated when an opinion was given."""
    known = {v.about.building for v in _before(dossier, opinion)}
    return [name for name in dossier.buildings or () if name not in known]


def fact_title(desk: Desk, fact: str) -> str:
    """What a fact is called, wherever it is stated."""
    found = desk.law.book.vocabulary.seen_from(Scope.BUILDING, fact)
    return found.title if found else fact


def apart(fact: Fact | None, before: Any, after: Any, within: Decimal) -> bool:
    """Whether a fact differs by more than its tolerance; decimals are kept in hundredths, whole numbers as they are."""
    if not within or not all(isinstance(x, int) and not isinstance(x, bool) for x in (before, after)):
        return bool(before != after)
    kept = within * 100 if fact is not None and fact.type is FactType.DECIMAL else within
    return abs(Decimal(before) - Decimal(after)) > kept


def _by_conditions(desk: Desk, opinions: Sequence[DocVersion]) -> Iterator[_Hit]:
    """Conditions of the service that must last and certainly no longer hold: the project has left the catalogue."""
    failures = desk.law.procedure.failing(FailedBy.CONDITIONS)
    decision = judge_now(desk) if failures else None
    for failure in failures:
        broken = [c for c in failure.conditions if decision is not None and decision.truths.get(c) is Truth.NO]
        if broken:
            why = "；".join(r.says.rstrip("。") for r in decision.reasons if r.rule in broken) if decision else ""
            yield _Hit(failure, f"{failure.title}：{why or '、'.join(broken)}", opinions)


# --- what a person declares, what time brings ----------------------------------------------------------------------------


def declare(desk: Desk, cause: str, says: str, items: Sequence[str], documents: Sequence[str]) -> list[Event]:
    """Declare that simulated opinions fail (认定失效): changed law, false papers, a broken commitment.

    Raises:
        InputError: no such cause, or what it is about is not named, or named wrongly.
        RefusedError: an item that is named has been turned formal.
    """
    not_ended(desk)
    state = desk.state
    if state.accepted_on is None:
        raise RefusedError("尚未受理，没有可认定失效的意见。", detail_en="Not taken in yet.")
    known = desk.law.procedure.failing(FailedBy.DECLARED)
    failure = next((f for f in known if f.id == cause), None)
    if failure is None:
        listed = "、".join(f"{f.id}（{f.title}）" for f in known) or "无"
        raise InputError([Fault("/cause", cause, f"可认定的情形：{listed}。", "Not a cause that is declared.")])
    faults: list[Fault] = []
    if not says.strip():
        faults.append(Fault("/says", says, "请说明理由和所据材料。", "State the reasons."))
    hit = list(_declared(desk, failure, items, documents, faults))
    if faults:
        raise InputError(faults)
    return _events(desk, failure, f"{failure.title}：{says}", hit, ())


def _declared(
    desk: Desk, failure: Failure, items: Sequence[str], documents: Sequence[str], faults: list[Fault]
) -> Iterator[DocVersion]:
    opinions = list(simulated_opinions(desk.state))
    if failure.of == "items":
        mine = [i.id for i in desk.state.items if i.applies is Truth.YES]
        if not items:
            faults.append(Fault("/items", [], f"请写明涉及的事项：{'、'.join(mine)}。", "Name the items."))
        for n, name in enumerate(items):
            if name not in mine:
                faults.append(Fault(f"/items/{n}", name, f"本办件的事项有：{'、'.join(mine)}。", "No such item here."))
        if not faults:
            _none_formal(desk, failure, [v for v in opinions if v.about.item in items])
        yield from (v for v in opinions if v.about.item in items)
    elif failure.of == "documents":
        versions = desk.state.dossier.versions
        if not documents:
            faults.append(Fault("/documents", [], "请写明涉及的文书版本。", "Name the documents."))
        for n, name in enumerate(documents):
            if name not in versions:
                faults.append(Fault(f"/documents/{n}", name, "卷宗中没有这份文书。", "No such document on file."))
        yield from (v for v in opinions if _rests_on(desk, v, set(documents)))
    else:
        yield from opinions


def _none_formal(desk: Desk, failure: Failure, opinions: Sequence[DocVersion]) -> None:
    """What was turned formal fails no more by what concerns only what is simulated."""
    formal = [f"{v.about.item}（{f.id}）" for v in opinions if (f := converted(desk.state, v)) is not None]
    if formal:
        raise RefusedError(
            f"{'、'.join(formal)}已经转正，不再因“{failure.title}”失效；请从 items 中去掉。",
            detail_en=f"Formal already, and no longer void by that: {', '.join(formal)}.",
        )


def _rests_on(desk: Desk, version: DocVersion, documents: set[str]) -> bool:
    versions = desk.state.dossier.versions
    return any(n in documents or _rests_on(desk, versions[n], documents) for n in version.read)


def expired(desk: Desk, given_on: date, due: date) -> list[Event]:
    """Opinions of one day whose validity has run out (有效期届满): void, unless they were turned formal before."""
    failure = next(iter(desk.law.procedure.failing(FailedBy.TIME)), None)
    hit = [v for v in simulated_opinions(desk.state) if v.on == given_on and converted(desk.state, v) is None]
    if failure is None or not hit:
        return []
    return _events(desk, failure, f"{failure.title}：{given_on}出具的模拟审批意见有效期至{due}", hit, ())


# --- the event -----------------------------------------------------------------------------------------------------------


def _events(
    desk: Desk, failure: Failure, says: str, hit: Sequence[DocVersion], fields: Sequence[dict[str, Any]]
) -> list[Event]:
    state = desk.state
    void = {v.id for v in hit}
    void |= {v.id for v in _made_of(state, void)}
    redo, days = redo_of(desk, failure, hit)
    out = [
        desk.event(
            EventKind.ASSUMPTION_FAILED,
            None,
            (),
            cause=failure.id,
            title=failure.title,
            says=says,
            void=sorted(void),
            redo=redo,
            cost_days=days,
            fields=list(fields),
            cite=cite_json(failure.cite),
            ends=failure.ends,
        )
    ]
    said = {v.id for v in state.dossier.versions.values() if v.id in void}
    for paper in state.issued:
        about = {o["document"] for o in paper.content.get("opinions", ())}
        if paper.simulated and paper.withdrawn is None and about & said:
            out.append(withdrawal(desk, paper, f"其中的模拟审批意见已失效（{failure.title}）"))
    if failure.ends:
        out.append(desk.event(EventKind.CASE_TERMINATED, None, (), says=f"{says}，办件终止", cause=failure.id))
    return out


def _made_of(state: CaseState, void: set[str]) -> Iterable[DocVersion]:
    """What was made of the voided opinions, and is itself only simulated: such as the notice that lists them."""
    gone = set(void)
    for version in state.dossier.versions.values():
        mine = version.about.case == state.case and version.force is Force.SIMULATED
        if mine and version.standing is not Standing.VOID and gone & set(version.read):
            gone.add(version.id)
            yield version


def redo_of(desk: Desk, failure: Failure, hit: Sequence[DocVersion]) -> tuple[list[dict[str, Any]], int]:
    """What is to be done again and, as that is done side by side, the longest of its days; nothing where the case ends."""
    redo = [] if failure.ends else [_redo(desk, v) for v in hit]
    days = [r["days"] for r in redo if r["days"] is not None and r["unit"] == Unit.WORKING.value]
    return redo, max(days, default=0)


def _redo(desk: Desk, opinion: DocVersion) -> dict[str, Any]:
    """One line of what is to be done again: the item, its department, and how many days it has for it."""
    item = next((i for i in desk.state.items if i.id == opinion.about.item), None)
    limits = sorted(item.limits if item else (), key=lambda x: x["kind"] != "promised")
    limit = next((x for x in limits if x.get("binds") != "owner"), None)
    return {
        "item": opinion.about.item,
        "title": item.title if item else "",
        "department": item.department if item else opinion.maker,
        "days": limit["days"] if limit else None,
        "unit": limit["unit"] if limit else None,
        "opinion": opinion.id,
    }


__all__ = ["NO_FORCE", "converted", "declare", "expired", "fact_title", "failed", "redo_of", "simulated_opinions"]
