"""A project's file (项目卷宗): document versions, who read which, and what a new version makes stale.

A fact is a document of one field. The current version of a document is its last that is not void; a version is stale
when something that it read has since been replaced by different content (DESIGN idea 7).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import Any

from engine.facts import Building, Statement
from engine.ledger import digest
from engine.terms import Force, Scope, Value, Vocabulary


class Standing(StrEnum):
    """What a version counts as (效力状态): real 真实, assumed 假定 (the paper is not there yet), void 作废."""

    REAL = "real"
    ASSUMED = "assumed"
    VOID = "void"


STANDING_TITLES = {Standing.REAL: "真实", Standing.ASSUMED: "假设，尚未取得", Standing.VOID: "已失效"}


class Verdict(StrEnum):
    """The closed set of opinions (意见): 合格, 不合格, 不适用 (of one building)."""

    PASS = "pass"
    FAIL = "fail"
    NOT_APPLICABLE = "not_applicable"


VERDICT_TITLES = {Verdict.PASS: "合格", Verdict.FAIL: "不合格", Verdict.NOT_APPLICABLE: "不适用"}


@dataclass(frozen=True, slots=True, order=True)
class About:
    """What a document or a task is about (对象): any of item, building, instance, case."""

    item: str = ""
    building: str = ""
    instance: str = ""
    case: str = ""

    def within(self, other: About) -> bool:
        """Whether they agree wherever both say something."""
        pairs = zip(
            (self.item, self.building, self.instance),
            (other.item, other.building, other.instance),
            strict=True,
        )
        return all(not a or not b or a == b for a, b in pairs)

    def as_json(self) -> dict[str, str]:
        """Only what is said."""
        named = (
            ("item", self.item),
            ("building", self.building),
            ("instance", self.instance),
            ("case", self.case),
        )
        return {name: value for name, value in named if value}


@dataclass(frozen=True, slots=True)
class FileRef:
    """The bytes of a paper as they are known here: name, size in bytes, SHA-256 in hex."""

    name: str
    size: int
    sha256: str


Slot = tuple[str, About]
"""A document apart from its versions: kind and what it is about."""


@dataclass(frozen=True, slots=True)
class DocVersion:
    """One version of one paper (文书版本)."""

    id: str
    kind: str
    about: About
    fields: Mapping[str, Any] = field(default_factory=dict)
    files: tuple[FileRef, ...] = ()
    verdict: Verdict | None = None
    maker: str = ""
    """Department or role that made it."""
    by: str = ""
    """Who signed it."""
    on: date | None = None
    read: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()
    standing: Standing = Standing.REAL
    force: Force = Force.FORMAL
    round: int = 1
    """A new round is opened by an answer to a failure; a stale redo stays in its round."""
    unaffected: str = ""
    """Where a department signed that a change does not touch this (不受影响): its reasons."""
    stands_on: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The assumed versions that it stands on (立足的假设), and the fields of each that it looks at."""
    compared: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Where the paper declares what is compared: per older version, the fields that differ beyond tolerance (比对结果)."""
    converts: str = ""
    """The simulated opinion that this formal one takes the place of (转正所据的模拟意见)."""

    @property
    def slot(self) -> Slot:
        """The document that this is a version of."""
        return self.kind, self.about

    @property
    def content(self) -> str:
        """Hash of what is compared when versions are: fields, files and verdict."""
        return digest(
            {
                "fields": self.fields,
                "files": [f.sha256 for f in self.files],
                "verdict": self.verdict.value if self.verdict else None,
            }
        )

    @property
    def passes(self) -> bool:
        """Whether its verdict, if it has one, is not a failure."""
        return self.verdict is not Verdict.FAIL

    def as_json(self) -> dict[str, Any]:
        """What the ledger keeps of it."""
        return {
            "id": self.id,
            "kind": self.kind,
            "about": self.about.as_json(),
            "fields": dict(self.fields),
            "files": [{"name": f.name, "size": f.size, "sha256": f.sha256} for f in self.files],
            "verdict": self.verdict.value if self.verdict else None,
            "maker": self.maker,
            "by": self.by,
            "on": self.on.isoformat() if self.on else None,
            "read": list(self.read),
            "answers": list(self.answers),
            "standing": self.standing.value,
            "force": self.force.value,
            "round": self.round,
            "unaffected": self.unaffected,
            **({"stands_on": {k: list(v) for k, v in self.stands_on.items()}} if self.stands_on else {}),
            **({"compared": {k: list(v) for k, v in self.compared.items()}} if self.compared else {}),
            **({"converts": self.converts} if self.converts else {}),
        }

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> DocVersion:
        """Back from the ledger."""
        return cls(
            id=raw["id"],
            kind=raw["kind"],
            about=About(**raw["about"]),
            fields=raw["fields"],
            files=tuple(FileRef(**f) for f in raw["files"]),
            verdict=Verdict(raw["verdict"]) if raw["verdict"] else None,
            maker=raw["maker"],
            by=raw["by"],
            on=date.fromisoformat(raw["on"]) if raw["on"] else None,
            read=tuple(raw["read"]),
            answers=tuple(raw["answers"]),
            standing=Standing(raw["standing"]),
            force=Force(raw["force"]),
            round=raw["round"],
            unaffected=raw["unaffected"],
            stands_on={k: tuple(v) for k, v in raw.get("stands_on", {}).items()},
            compared={k: tuple(v) for k, v in raw.get("compared", {}).items()},
            converts=raw.get("converts", ""),
        )


def differs(now: DocVersion, read: DocVersion, looked_at: tuple[str, ...] | None = None) -> bool:
    """Whether a newer version says something else than the one that was read, as far as it was looked at."""
    if now.id == read.id:
        return False
    beyond = now.compared.get(read.id)
    if beyond is None:
        return now.content != read.content
    return bool(beyond if looked_at is None else set(beyond) & set(looked_at))


FACT = "fact:"


class Dossier:
    """All document versions of one project, in the order in which they came; a value: changes give a new one."""

    def __init__(self, versions: Iterable[DocVersion] = (), buildings: tuple[str, ...] | None = None) -> None:
        self.versions: dict[str, DocVersion] = {v.id: v for v in versions}
        self.buildings = buildings
        """Names of the project's buildings; None while nobody has listed them."""
        self._slots: dict[Slot, list[DocVersion]] = {}
        for version in self.versions.values():
            self._slots.setdefault(version.slot, []).append(version)
        self._stale: dict[str, bool] = {}

    def with_versions(
        self, new: Iterable[DocVersion], void: Iterable[str] = (), buildings: tuple[str, ...] | None = None
    ) -> Dossier:
        """The dossier after more versions have come and some have been voided."""
        kept = dict(self.versions)
        for name in void:
            kept[name] = replace(kept[name], standing=Standing.VOID)
        for version in new:
            kept[version.id] = version
        return Dossier(kept.values(), buildings if buildings is not None else self.buildings)

    def next_id(self, kind: str, about: About) -> str:
        """The id of the next version of a document: what it is and its number."""
        words = [w for w in (kind, about.item, about.building, about.instance, about.case) if w]
        return f"{'/'.join(words)}#{len(self._slots.get((kind, about), ())) + 1}"

    def history(self, kind: str, about: About) -> tuple[DocVersion, ...]:
        """Every version of a document, void ones too, the oldest first."""
        return tuple(self._slots.get((kind, about), ()))

    def current(self, kind: str, about: About) -> DocVersion | None:
        """The last version that is not void."""
        for version in reversed(self._slots.get((kind, about), ())):
            if version.standing is not Standing.VOID:
                return version
        return None

    def kinds(self, kind: str) -> tuple[DocVersion, ...]:
        """The current version of every document of one kind."""
        found = (self.current(k, about) for k, about in self._slots if k == kind)
        return tuple(v for v in found if v is not None)

    def stale(self, version: DocVersion) -> bool:
        """Whether what it read has been replaced by something different, taken back, or is itself stale (过时)."""
        known = self._stale.get(version.id)
        if known is None:
            self._stale[version.id] = False  # a version reads only older ones, so this never answers for itself
            known = any(self._moved_on(name, version.stands_on.get(name)) for name in version.read)
            self._stale[version.id] = known
        return known

    def _moved_on(self, name: str, looked_at: tuple[str, ...] | None) -> bool:
        read = self.versions.get(name)
        if read is None:
            return True
        now = self.current(read.kind, read.about)
        if now is None or differs(now, read, looked_at):
            return True
        weaker = read.standing is Standing.VOID or (now.standing is Standing.ASSUMED and read.standing is Standing.REAL)
        return weaker or self.stale(now)  # a real paper of equal content discharges an assumption

    def good(self, kind: str, about: About, *, assumed: bool = False) -> bool:
        """Whether there is a version to build on: real (or assumed, where that may be), passing, not stale."""
        now = self.current(kind, about)
        if now is None or not now.passes or self.stale(now):
            return False
        return now.standing is Standing.REAL or assumed

    def answered(self, version: DocVersion) -> DocVersion | None:
        """The document that answers a failure, if it has come."""
        for other in reversed(self.versions.values()):
            if version.id in other.answers and other.standing is not Standing.VOID:
                return other
        return None

    def statement(
        self, vocabulary: Vocabulary, units: tuple[str, ...] | None = None, on: date | None = None
    ) -> Statement:
        """The facts as they stand, for deciding."""
        project: dict[str, Value] = {}
        buildings: dict[str, dict[str, Value]] = {name: {} for name in self.buildings or ()}
        for (kind, about), _ in self._slots.items():
            if not kind.startswith(FACT):
                continue
            now = self.current(kind, about)
            if now is None or now.fields.get("value") is None:
                continue
            name = kind.removeprefix(FACT)
            scope = Scope.BUILDING if about.building else Scope.PROJECT
            fact = vocabulary.get(scope, name) or vocabulary.get(Scope.WORKS, name)
            if fact is None:
                continue
            value = stored_value(now.fields["value"])
            if about.building:
                if about.building in buildings:
                    buildings[about.building][name] = value
            else:
                project[name] = value
        rows = None if self.buildings is None else tuple(Building(n, f) for n, f in buildings.items())
        return Statement(project, rows, units, on)


def stored_value(raw: Any) -> Value:
    """A fact's value back from its document."""
    from engine.terms import Part

    if isinstance(raw, (list, tuple)):
        return tuple(Part(p["use"], p["floor_area_m2"]) for p in raw)
    assert isinstance(raw, (bool, int, str))
    return raw


def value_to_store(value: Value) -> Any:
    """A fact's value as its document keeps it."""
    if isinstance(value, tuple):
        return [{"use": p.use, "floor_area_m2": p.floor_area_m2} for p in value]
    return value
