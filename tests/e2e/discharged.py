"""What the ledger says of formal results and assumptions (假设的解除), read entry by entry and by none of the service's own code.

Nothing formal stands on a paper that is only assumed, on a simulated opinion, or on anything void at that moment; what was
turned formal was turned once, while it held and the papers that it stood on were there; no simulated notice in force names
an opinion that is void.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from engine.dossier import DocVersion, Standing
from engine.events import Event, EventKind
from engine.terms import Force


@dataclass(slots=True)
class _Project:
    """What is on file of one project, up to some entry; documents of a case are kept under its id."""

    versions: dict[tuple[str, str], DocVersion] = field(default_factory=dict)
    void: set[tuple[str, str]] = field(default_factory=set)
    turned: set[tuple[str, str]] = field(default_factory=set)
    notices: dict[str, set[tuple[str, str]]] = field(default_factory=dict)
    """Simulated notices in force, by number: the opinions that they name."""

    def key(self, case: str, name: str) -> tuple[str, str]:
        """Where a document that a case names is kept: with the case, or with the project."""
        return (case, name) if (case, name) in self.versions else ("", name)

    def rests_on(self, case: str, doc: DocVersion) -> Iterator[DocVersion]:
        """All that it read, and all that this read."""
        todo, seen = list(doc.read), set[str]()
        while todo:
            name = todo.pop()
            if name not in seen:
                seen.add(name)
                version = self.versions[self.key(case, name)]
                todo.extend(version.read)
                yield version


def undischarged(events: Iterable[Event]) -> list[str]:
    """Every breach in a ledger, in order."""
    projects: dict[str, _Project] = {}
    out: list[str] = []
    for event in events:
        project = projects.setdefault(event.project, _Project())
        out.extend(f"台账第 {event.seq} 条：{says}" for says in _breaches(project, event))
        _note(project, event)
    for project in projects.values():
        for number, named in project.notices.items():
            out.extend(f"{number} 有效而所列 {name} 已失效" for _, name in sorted(named & project.void))
    return out


def _breaches(project: _Project, event: Event) -> Iterator[str]:
    case = event.case or ""
    for doc in event.docs if event.kind in (EventKind.GIVEN, EventKind.ISSUED) else ():
        if doc.force is Force.SIMULATED:
            continue
        for version in project.rests_on(case, doc):
            if version.standing is not Standing.REAL or version.force is Force.SIMULATED:
                yield f"{doc.id} 立足于 {version.id}，它不是真实的"
            if project.key(case, version.id) in project.void:
                yield f"{doc.id} 立足于已失效的 {version.id}"
        if doc.converts:
            yield from _turned(project, case, doc)


def _turned(project: _Project, case: str, doc: DocVersion) -> Iterator[str]:
    key = project.key(case, doc.converts)
    if key in project.turned:
        yield f"{doc.converts} 转正了第二次"
    if key in project.void:
        yield f"{doc.converts} 已失效而转正"
    for name, looked_at in project.versions[key].stands_on.items():
        assumed = project.versions["", name]
        latest = [v for v in project.versions.values() if v.slot == assumed.slot][-1]
        if latest.standing is not Standing.REAL or set(latest.compared.get(name, ())) & set(looked_at):
            yield f"{doc.converts} 转正时 {name} 还没有解除"


def _note(project: _Project, event: Event) -> None:
    case = event.case or ""
    for doc in event.docs:
        project.versions[doc.about.case, doc.id] = doc
        if doc.converts:
            project.turned.add((doc.about.case, doc.converts))
    voided = (*event.data.get("void", ()), *event.data.get("void_results", ()))
    if event.kind is EventKind.OPINION_WITHDRAWN:
        assert voided, "a withdrawn opinion is void"
    project.void |= {project.key(case, name) for name in voided}
    if event.kind is EventKind.ISSUED and event.data["content"]["force"] == Force.SIMULATED.value:
        content = event.data["content"]
        project.notices[content["number"]] = {(case, o["document"]) for o in content["opinions"]}
    if event.kind is EventKind.CERTIFICATE_WITHDRAWN:
        project.notices.pop(event.data["number"], None)
