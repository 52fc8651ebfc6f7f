"""What is filed with a project (填报与提交): facts, papers, and the application that opens a case."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from engine.dossier import FACT, About, DocVersion, Dossier, FileRef, value_to_store
from engine.errors import Fault, InputError
from engine.events import Actor, Event, EventKind, day_of
from engine.procedure import APPLICATION
from engine.terms import Value

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
