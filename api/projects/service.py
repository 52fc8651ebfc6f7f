"""Use cases of a project (项目用例): register it, state and correct facts, file papers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from api.access import may
from api.parts import Parts
from api.projects import codes, papers
from api.projects.schemas import CodeIn, DocumentIn, FactsIn, ProjectIn
from api.sight import seen_project, seen_projects
from api.transaction import Order, Work, carry_out
from engine import filing
from engine.codes import check_credit_code
from engine.dossier import STANDING_TITLES, FileRef
from engine.errors import Fault, ForbiddenError, InputError
from engine.events import Actor, Event, EventKind, day_of, stamp
from engine.facts import MOST_BUILDINGS, read_facts
from engine.lapsing import PaperClock
from engine.project_codes import PROJECT_CODE, CodeChange, code_history
from engine.terms import Scope, Value, Vocabulary
from engine.values import show
from models.database import Unit
from models.files import require_files
from models.ledger import events_of
from models.projects import ProjectRecord, add_project
from models.tables import new_id


async def register(parts: Parts, order: Order, body: ProjectIn) -> tuple[int, dict[str, Any]]:
    """Register a project (登记项目) with what is known of it so far."""
    if not may(order.actor, "register_project", None):
        raise ForbiddenError("登记项目须由建设单位办理。", detail_en="Owners register projects.")
    project = new_id()

    async def before(unit: Unit) -> None:
        await add_project(unit, project, body.name, order.actor.id, parts.now())

    async def step(work: Work) -> tuple[int, dict[str, Any]]:
        work.add([Event(EventKind.PROJECT_REGISTERED, work.now, work.actor, project, data={"name": body.name})])
        await _state(work, body.facts, body.buildings, "")
        return 201, _project_json(work)

    return await carry_out(parts, order, project, step, before)


async def state_facts(parts: Parts, order: Order, project: str, body: FactsIn) -> tuple[int, dict[str, Any]]:
    """State or correct facts (填报、更正事实): every open case is decided anew where that changes something."""
    await _mine(parts, order.actor, project, "state_facts")

    async def step(work: Work) -> tuple[int, dict[str, Any]]:
        for case in work.cases():
            await work.let_time_pass(case)
        await _state(work, body.facts, body.buildings, body.reasons)
        await work.tell_cases()
        return 200, _project_json(work)

    return await carry_out(parts, order, project, step)


async def _state(
    work: Work, facts: Mapping[str, Any] | None, buildings: list[dict[str, Any]] | None, reasons: str
) -> None:
    vocabulary = work.parts.shelf.current.as_of(day_of(work.now)).vocabulary
    faults: list[Fault] = []
    read = _read_stated(facts, "/facts", Scope.PROJECT, vocabulary, faults)
    _check_codes(read, faults)
    rows = _read_buildings(buildings, vocabulary, faults)
    if faults:
        raise InputError(faults)
    question = await codes.claim(work, read, reasons)
    if read or rows is not None:
        work.add([filing.state_facts(work.project, work.dossier, read, rows, work.actor, work.now, reasons)])
    if question is not None:
        work.add([question])


def _read_stated(
    raw: Mapping[str, Any] | None, at: str, scope: Scope, vocabulary: Vocabulary, faults: list[Fault]
) -> dict[str, Value | None]:
    """Facts as stated, where an explicit null takes a fact back."""
    out: dict[str, Value | None] = dict(read_facts(raw, at, scope, vocabulary, faults))
    for key, value in (raw or {}).items():
        fact = vocabulary.get(scope, key) or vocabulary.get(Scope.WORKS, key)
        if value is None and fact is not None:
            out[fact.id] = None
    return out


def _read_buildings(
    raw: list[dict[str, Any]] | None, vocabulary: Vocabulary, faults: list[Fault]
) -> list[tuple[str, dict[str, Value | None]]] | None:
    if raw is None:
        return None
    if len(raw) > MOST_BUILDINGS:
        faults.append(Fault("/buildings", len(raw), f"至多 {MOST_BUILDINGS} 栋单体。", "Too many buildings."))
        return None
    rows: list[tuple[str, dict[str, Value | None]]] = []
    for i, entry in enumerate(raw):
        own = _read_stated(entry, f"/buildings/{i}", Scope.BUILDING, vocabulary, faults)
        name = own.pop("name", None)
        if name is None:
            faults.append(
                Fault(f"/buildings/{i}/name", None, "每栋单体须有名称（name）。", "Each building needs a name.")
            )
        elif any(name == known for known, _ in rows):
            faults.append(Fault(f"/buildings/{i}/name", name, "单体名称重复。", "Two buildings of one name."))
        else:
            rows.append((str(name), own))
    return rows


def _check_codes(facts: dict[str, Value | None], faults: list[Fault]) -> None:
    code, credit = facts.get(PROJECT_CODE), facts.get("credit_code")
    if isinstance(code, str):
        facts[PROJECT_CODE] = codes.checked_code(code, f"/facts/{PROJECT_CODE}", faults)
    if isinstance(credit, str) and not (found := check_credit_code(credit)).valid:
        faults.append(Fault("/facts/credit_code", credit, found.says, "Not a valid code."))


async def decide_code(parts: Parts, order: Order, project: str, body: CodeIn) -> tuple[int, dict[str, Any]]:
    """Decide on a project's code (核定项目代码): the window corrects, gives anew, splits, merges, or leaves it as it is."""
    async with parts.database.read() as reader:
        owner = (await seen_project(reader, order.actor, project)).owner
    if not may(order.actor, "decide_code", applicant=owner):
        raise ForbiddenError("项目代码由窗口核定。", detail_en="The window decides on codes.")
    code = codes.read_code(body.code, "/code") if body.code else ""

    async def step(work: Work) -> tuple[int, dict[str, Any]]:
        await codes.decide_code(work, CodeChange(body.change), code, body.other, body.reasons, order.key)
        return 200, _project_json(work)

    return await carry_out(parts, order, project, step, codes.lock_both(project, body.other))


async def file_document(
    parts: Parts, order: Order, project: str, kind: str, body: DocumentIn
) -> tuple[int, dict[str, Any]]:
    """File a paper, or a newer version of it (提交材料); departments whose opinion read the older one must look again.

    A paper with declared fields may be stated before it is there, and is compared field by field when it comes.
    """
    async with parts.database.read() as reader:
        owner = (await seen_project(reader, order.actor, project)).owner

    async def step(work: Work) -> tuple[int, dict[str, Any]]:
        for case in work.cases():
            await work.let_time_pass(case)
        files = [FileRef(f.name, f.size, f.sha256) for f in body.files]
        await papers.check_not_under_way(work, kind)
        event = papers.filed(work, kind, body, files, owner)
        await require_files(work.unit, files)
        work.add([event])
        await work.tell_cases()
        return 201, _project_json(work)

    return await carry_out(parts, order, project, step)


async def shown(parts: Parts, actor: Actor, project: str) -> dict[str, Any]:
    """A project as this person may see it (查看项目)."""
    async with parts.database.read() as reader:
        await seen_project(reader, actor, project)
        return _project_json(Work(parts, reader, project, actor, parts.now(), await events_of(reader, project)))


async def listed(parts: Parts, actor: Actor, code: str | None = None) -> list[dict[str, Any]]:
    """The projects that this person may see (项目列表), or those of them that have or ever had a code."""
    wanted = None if code is None else codes.read_code(code, "?code")
    async with parts.database.read() as reader:
        return [_listed(p) for p in await seen_projects(reader, actor, wanted)]


async def code_questions(parts: Parts) -> list[dict[str, Any]]:
    """The codes that wait for the window (待核定的项目代码)."""
    async with parts.database.read() as reader:
        return await codes.questions_json(reader)


def _listed(project: ProjectRecord) -> dict[str, Any]:
    return {
        "id": project.id,
        "name": project.name,
        "project_code": project.project_code,
        "merged_into": project.merged_into,
        "registered_at": stamp(project.created),
    }


async def _mine(parts: Parts, actor: Actor, project: str, verb: str) -> None:
    async with parts.database.read() as reader:
        owner = (await seen_project(reader, actor, project)).owner
    if not may(actor, verb, applicant=owner):
        raise ForbiddenError("须由建设单位办理。", detail_en="The owner does this.")


def _project_json(work: Work) -> dict[str, Any]:
    vocabulary = work.parts.shelf.current.as_of(day_of(work.now)).vocabulary
    dossier = work.dossier
    stated = dossier.statement(vocabulary)
    return {
        "id": work.project,
        "name": next((e.data["name"] for e in work.events if e.kind is EventKind.PROJECT_REGISTERED), ""),
        "codes": codes.codes_json(code_history(work.events), work.actor),
        "facts": _facts_json(stated.project, Scope.PROJECT, vocabulary),
        "buildings": None
        if stated.buildings is None
        else [{"name": b.name, **_facts_json(b.facts, Scope.BUILDING, vocabulary)} for b in stated.buildings],
        "documents": [
            {
                "id": v.id,
                "kind": v.kind,
                "on": v.on.isoformat() if v.on else None,
                "by": v.by,
                "fields": dict(v.fields),
                "files": [{"name": f.name, "size": f.size, "sha256": f.sha256} for f in v.files],
                "standing": v.standing.value,
                "standing_says": STANDING_TITLES[v.standing],
            }
            for v in dossier.versions.values()
            if not v.kind.startswith("fact:")
        ],
        "running": [_running(clock, work) for clock in work.paper_clocks() if clock.due is not None],
        "cases": work.cases(),
    }


def _running(clock: PaperClock, work: Work) -> dict[str, Any]:
    """How long a result still stands, and what keeps it."""
    lamp = clock.lamp(day_of(work.now), work.parts.shelf.calendar)
    return {
        "document": clock.paper.id,
        "item": clock.item.id,
        "title": clock.name,
        "limit": clock.rule.limit,
        "from": clock.start.isoformat(),
        "last_day": clock.due.isoformat() if clock.due else None,
        "provisional": clock.provisional,
        "extended": clock.extended,
        "kept_by": clock.kept_by.id if clock.kept_by else None,
        "lamp": lamp.value if lamp else None,
        "says": clock.rule.says,
    }


def _facts_json(facts: Mapping[str, Value], scope: Scope, vocabulary: Vocabulary) -> dict[str, Any]:
    out = {}
    for name, value in facts.items():
        fact = vocabulary.get(scope, name) or vocabulary.get(Scope.WORKS, name)
        if fact is not None:
            out[name] = show(fact, value)
    return out
