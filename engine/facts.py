"""What is stated of a project (事实陈述), read strictly, and the rows that conditions look at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from engine.errors import Fault, InputError
from engine.terms import Fact, Part, Scope, Value, Vocabulary
from engine.values import escape, read_day, read_value, read_words, shorten

MOST_BUILDINGS = 500

UNIT_ACCEPTANCE = "unit_acceptance"
"""Derived fact of the project: whether ``units`` are named (单体验收)."""

REPEATS_BUILDING = "repeats_building"
"""Derived fact of a space: whether it is a part of the same use as its building, whose area holds it already."""


@dataclass(frozen=True, slots=True)
class Building:
    """One building as stated (单体建筑): its name and the facts known of it."""

    name: str
    facts: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Statement:
    """The facts as stated on a day: a fact that is not there is unknown; ``buildings`` None means the list is unknown.

    ``units`` names the buildings of a unit acceptance (单体验收); None means all.
    """

    project: Mapping[str, Value]
    buildings: tuple[Building, ...] | None = None
    units: tuple[str, ...] | None = None
    on: date | None = None

    @property
    def in_scope(self) -> tuple[Building, ...] | None:
        """The buildings that this decision is about."""
        if self.buildings is None or self.units is None:
            return self.buildings
        return tuple(b for b in self.buildings if b.name in self.units)


@dataclass(frozen=True, slots=True)
class Row:
    """What a condition of one scope looks at: a flat set of facts, with the row that it belongs to."""

    key: str
    scope: Scope
    values: Mapping[tuple[Scope, str], Value]
    building: str | None = None
    parent: str | None = None

    @property
    def is_part(self) -> bool:
        """Whether this is a use inside a building, and not the building itself."""
        return self.scope is Scope.SPACE and not self.key.endswith(".0")


@dataclass(frozen=True, slots=True)
class Subject:
    """All rows of one statement, by scope; a scope is None where its rows are unknown."""

    rows: Mapping[Scope, tuple[Row, ...] | None]
    by_key: Mapping[str, Row] = field(default_factory=dict)
    parts: Fact | None = None
    """The fact that states the uses inside a building: what is read of a part is read of it."""
    children: Mapping[tuple[str, Scope], tuple[Row, ...]] = field(default_factory=dict)
    """Parent key and scope → the rows there, so that ``under`` looks up instead of scanning every row."""

    def under(self, row: Row, scope: Scope) -> tuple[Row, ...] | None:
        """The rows of a narrower scope below ``row``; None where nobody has said which there are."""
        rows = self.rows[scope]
        if rows is None or row.scope is Scope.PROJECT:
            return rows
        return self.children.get((row.key, scope), ())

    def above(self, row: Row, scope: Scope) -> Row:
        """The row of a wider scope that ``row`` belongs to."""
        here = row
        while here.scope is not scope and here.parent is not None:
            here = self.by_key[here.parent]
        return here


def subject_of(statement: Statement, vocabulary: Vocabulary) -> Subject:
    """Lay a statement out in rows: the project, each building, each space in them, each unit of works."""
    implied = [f for f in vocabulary.facts if f.implied_by]
    whole = {(_home(vocabulary, Scope.PROJECT, k), k): v for k, v in statement.project.items()}
    if vocabulary.get(Scope.PROJECT, UNIT_ACCEPTANCE):
        whole[Scope.PROJECT, UNIT_ACCEPTANCE] = statement.units is not None
    project = Row("p", Scope.PROJECT, _with_implied(whole, implied, (Scope.PROJECT, Scope.WORKS)))
    buildings: list[Row] = []
    spaces: list[Row] = []
    for i, building in enumerate(statement.in_scope or ()):
        said = {(_home(vocabulary, Scope.BUILDING, k), k): v for k, v in building.facts.items()}
        said = _with_implied(said, implied, (Scope.BUILDING, Scope.WORKS))
        own = _with_implied({**project.values, **said}, implied, (Scope.BUILDING, Scope.WORKS))
        key = f"b{i}"
        buildings.append(Row(key, Scope.BUILDING, own, building.name, "p"))
        spaces.append(
            _space(
                f"{key}.0",
                own,
                own.get((Scope.BUILDING, "use")),
                own.get((Scope.BUILDING, "floor_area_m2")),
                buildings[-1],
            )
        )
        parts = building.facts.get("parts", ())
        for n, part in enumerate(p for p in (parts if isinstance(parts, tuple) else ()) if isinstance(p, Part)):
            spaces.append(_space(f"{key}.{n + 1}", own, part.use, part.floor_area_m2, buildings[-1]))
    works = tuple(Row(f"w{r.key}", Scope.WORKS, r.values, r.building, "p") for r in buildings) or (
        Row("w", Scope.WORKS, _with_implied(project.values, implied, (Scope.BUILDING, Scope.WORKS)), None, "p"),
    )
    known = statement.buildings is not None
    rows: dict[Scope, tuple[Row, ...] | None] = {
        Scope.PROJECT: (project,),
        Scope.WORKS: works,
        Scope.BUILDING: tuple(buildings) if known else None,
        Scope.SPACE: tuple(spaces) if known else None,
    }
    by_key = {r.key: r for group in rows.values() for r in group or ()}
    children: dict[tuple[str, Scope], list[Row]] = {}
    for row in by_key.values():
        if row.parent is not None:
            children.setdefault((row.parent, row.scope), []).append(row)
    return Subject(
        rows,
        by_key,
        vocabulary.get(Scope.BUILDING, "parts"),
        {under: tuple(found) for under, found in children.items()},
    )


def _home(vocabulary: Vocabulary, where: Scope, name: str) -> Scope:
    fact = vocabulary.get(where, name) or vocabulary.get(Scope.WORKS, name)
    return fact.scope if fact else where


def _space(
    key: str, own: Mapping[tuple[Scope, str], Value], use: Value | None, area: Value | None, building: Row
) -> Row:
    values = dict(own)
    whole = own.get((Scope.BUILDING, "use"))
    if key.endswith(".0") or (use is not None and whole is not None):
        values[Scope.SPACE, REPEATS_BUILDING] = not key.endswith(".0") and use == whole
    for name, value in (("use", use), ("floor_area_m2", area)):
        if value is not None:
            values[Scope.SPACE, name] = value
    return Row(key, Scope.SPACE, values, building.building, building.key)


def _with_implied(
    values: Mapping[tuple[Scope, str], Value], implied: Sequence[Fact], scopes: Sequence[Scope]
) -> dict[tuple[Scope, str], Value]:
    out = dict(values)
    for fact in implied:
        if fact.scope not in scopes or (fact.scope, fact.id) in out:
            continue
        for name in fact.implied_by:
            said = next((out[s, name] for s in scopes if (s, name) in out), None)
            if said is not None and said is not False:
                out[fact.scope, fact.id] = True
    return out


def read_statement(raw: Any, vocabulary: Vocabulary, on: date | None = None) -> Statement:
    """Read ``{"on", "facts", "buildings", "units"}`` (CONTRACT §1); every fault at once as :class:`InputError`."""
    faults: list[Fault] = []
    if not isinstance(raw, Mapping):
        raise InputError(
            [
                Fault(
                    "",
                    shorten(raw),
                    "应为一个 JSON 对象，含 facts、buildings 等键。",
                    "Must be a JSON object.",
                )
            ]
        )
    for key in raw:
        if key not in ("on", "facts", "buildings", "units", "service", "durations", "capacity"):
            faults.append(
                Fault(
                    f"/{escape(key)}",
                    shorten(raw[key]),
                    "没有这个键；可用 on、facts、buildings、units，排计划另可用 durations、capacity。",
                    "Unknown key.",
                )
            )
    stated = read_day(raw["on"], "/on", faults) if raw.get("on") is not None else None
    if stated and on and stated != on:
        faults.append(
            Fault(
                "/on",
                stated.isoformat(),
                f"与另行给出的日期 {on} 不一致，请只写一个。",
                f"Differs from the day given: {on}.",
            )
        )
    project = read_facts(raw.get("facts"), "/facts", Scope.PROJECT, vocabulary, faults)
    buildings = _read_buildings(raw.get("buildings"), vocabulary, faults)
    units = _read_units(raw.get("units"), buildings, faults)
    _contradictions(project, "/facts", faults)
    for i, b in enumerate(buildings or ()):
        _contradictions(b.facts, f"/buildings/{i}", faults)
    if faults:
        raise InputError(faults)
    return Statement(project, buildings, units, stated or on)


def read_facts(raw: Any, at: str, scope: Scope, vocabulary: Vocabulary, faults: list[Fault]) -> dict[str, Value]:
    """Read facts of the project or of one building, keyed by id or by Chinese title."""
    out: dict[str, Value] = {}
    if raw is None:
        return out
    if not isinstance(raw, Mapping):
        faults.append(Fault(at, shorten(raw), "应为“事实: 值”的对象。", "Must be an object of facts."))
        return out
    for key, value in raw.items():
        pointer = f"{at}/{escape(key)}"
        fact = vocabulary.get(scope, key) or vocabulary.get(Scope.WORKS, key)
        if fact is None or fact.derived:
            faults.append(_unknown_fact(key, value, pointer, scope, vocabulary))
            continue
        if fact.id in out:
            faults.append(
                Fault(
                    pointer,
                    shorten(value),
                    f"“{fact.title}”写了两次（代码与中文名各一次），请只留一个。",
                    f"{fact.id} is given twice.",
                )
            )
            continue
        read = read_value(fact, value, pointer, faults, vocabulary)
        if read is not None:
            out[fact.id] = read
    return out


def _unknown_fact(key: Any, value: Any, pointer: str, scope: Scope, vocabulary: Vocabulary) -> Fault:
    """A fact that nobody knows, or that belongs elsewhere: of a building where the project's are stated, or the reverse."""
    other, where = (Scope.BUILDING, "单体（buildings）") if scope is Scope.PROJECT else (Scope.PROJECT, "项目（facts）")
    elsewhere = vocabulary.get(other, key)
    if elsewhere is not None and not elsewhere.derived:
        fix = f"“{elsewhere.title}”是{where}的事实，请写到那里。"
        return Fault(pointer, shorten(value), fix, f"{elsewhere.id} is a fact of the {other.value}: state it there.")
    near = vocabulary.nearest(str(key)[:80], (scope, Scope.WORKS))
    hint = f"最接近的是“{near}”。" if near else "见词汇表。"
    fix = f"没有名为“{shorten(str(key))}”的事实；{hint}"
    return Fault(pointer, shorten(value), fix, f"Unknown fact; nearest: {near or 'none'}.")


def _read_buildings(raw: Any, vocabulary: Vocabulary, faults: list[Fault]) -> tuple[Building, ...] | None:
    if raw is None:
        return None
    if not isinstance(raw, Sequence) or isinstance(raw, str) or len(raw) > MOST_BUILDINGS:
        faults.append(
            Fault(
                "/buildings",
                shorten(raw),
                f"应为单体建筑的列表，至多 {MOST_BUILDINGS} 栋。",
                "Must be a list of buildings.",
            )
        )
        return None
    out: list[Building] = []
    for i, entry in enumerate(raw):
        facts = read_facts(entry, f"/buildings/{i}", Scope.BUILDING, vocabulary, faults) if entry is not None else {}
        if not isinstance(entry, Mapping):
            if entry is None:
                faults.append(Fault(f"/buildings/{i}", None, "应为一栋单体的对象。", "Must be an object."))
            continue
        name = str(facts.pop("name", f"单体{i + 1}"))
        if any(b.name == name for b in out):
            faults.append(
                Fault(
                    f"/buildings/{i}/name",
                    name,
                    "单体名称重复，请改为各不相同。",
                    "Two buildings of one name.",
                )
            )
        out.append(Building(name, facts))
    return tuple(out)


def _read_units(raw: Any, buildings: tuple[Building, ...] | None, faults: list[Fault]) -> tuple[str, ...] | None:
    if raw is None:
        return None
    if not isinstance(raw, Sequence) or isinstance(raw, str) or not raw:
        faults.append(
            Fault(
                "/units",
                shorten(raw),
                "应为单体名称的列表，至少一个；验收全部工程时不写此键。",
                "Must be a list of building names.",
            )
        )
        return None
    names = {b.name for b in buildings or ()}
    out: list[str] = []
    for i, entry in enumerate(raw):
        name = read_words(entry, f"/units/{i}", faults, "单体名称")
        if name is None:
            continue
        if name not in names:
            listed = "、".join(sorted(names)) or "无"
            faults.append(
                Fault(
                    f"/units/{i}",
                    name,
                    f"buildings 中没有这栋单体；已列出的有：{listed}。",
                    "No such building.",
                )
            )
        elif name in out:
            faults.append(Fault(f"/units/{i}", name, "同一单体写了两次。", "Named twice."))
        else:
            out.append(name)
    return tuple(out)


def _contradictions(facts: Mapping[str, Value], at: str, faults: list[Fault]) -> None:
    if facts.get("completion_accepted") is False and "completion_accepted_on" in facts:
        day = date.fromordinal(int(str(facts["completion_accepted_on"]))).isoformat()
        faults.append(
            Fault(
                f"{at}/completion_accepted_on",
                day,
                "写明了竣工验收日期，又称未通过竣工验收，两者矛盾，请更正其一。",
                "A completion day is stated while completion_accepted is false.",
            )
        )
