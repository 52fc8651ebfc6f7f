"""Conditions in three values: unknown is not no, and what is certain stays certain whatever the unknown turn out to be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice, product
from typing import Any

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from engine.conditions import (
    Comparison,
    Condition,
    Conditions,
    Lift,
    Literal,
    Op,
    Ref,
    Tally,
    Tracer,
    compare,
    interpret,
)
from engine.errors import PolicyError
from engine.facts import Building, Row, Statement, Subject, subject_of
from engine.terms import Fact, Part, Scope, Truth, Value
from tests.engine.law import VOCABULARY

YES, NO, UNKNOWN = Truth.YES, Truth.NO, Truth.UNKNOWN
PROJECT, BUILDING, SPACE, WORKS = Scope.PROJECT, Scope.BUILDING, Scope.SPACE, Scope.WORKS


def fact(scope: Scope, name: str) -> Fact:
    """A fact of the small law."""
    found = VOCABULARY.get(scope, name)
    assert found is not None
    return found


ARCHIVES = fact(PROJECT, "archive_scope")
DONE = fact(WORKS, "completion_accepted")
USE, AREA = fact(BUILDING, "use"), fact(BUILDING, "floor_area_m2")
SPACE_USE, SPACE_AREA = fact(SPACE, "use"), fact(SPACE, "floor_area_m2")


def truth(conditions: list[Condition], statement: Statement, name: str, row: str = "p") -> Truth:
    """What one condition comes to on one row."""
    return interpret(Conditions.of(conditions), subject_of(statement, VOCABULARY))[name, row]


# --- Kleene's tables --------------------------------------------------------------------------------------------------

VALUES = {YES: {"archive_scope": True}, NO: {"archive_scope": False}, UNKNOWN: {}}
DONE_VALUES = {YES: {"completion_accepted": True}, NO: {"completion_accepted": False}, UNKNOWN: {}}
PAIR = (Comparison(ARCHIVES, Op.EQ, True), Ref("done"))
DONE_HERE = Condition("done", PROJECT, Lift.ALL, (Comparison(DONE, Op.EQ, True),))


@pytest.mark.parametrize(("a", "b"), list(product(Truth, Truth)))
def test_all_and_any_are_kleene_s(a: Truth, b: Truth) -> None:
    statement = Statement({**VALUES[a], **DONE_VALUES[b]}, ())
    both = Condition("c", PROJECT, Lift.ALL, PAIR)
    expected = NO if NO in (a, b) else UNKNOWN if UNKNOWN in (a, b) else YES
    assert truth([DONE_HERE, both], statement, "c") is expected
    either = replace(both, junction=Lift.ANY)
    expected = YES if YES in (a, b) else UNKNOWN if UNKNOWN in (a, b) else NO
    assert truth([DONE_HERE, either], statement, "c") is expected


@pytest.mark.parametrize(("of", "expected"), [(YES, NO), (NO, YES), (UNKNOWN, UNKNOWN)])
def test_not_unknown_is_unknown(of: Truth, expected: Truth) -> None:
    negated = Condition("c", PROJECT, Lift.ALL, (Ref("done", negated=True),))
    assert truth([DONE_HERE, negated], Statement(DONE_VALUES[of], ()), "c") is expected


def test_of_nothing_all_hold_and_none_does() -> None:
    empty = Condition("c", PROJECT, Lift.ALL, ())
    assert truth([empty], Statement({}), "c") is YES
    assert truth([replace(empty, junction=Lift.ANY)], Statement({}), "c") is NO


@pytest.mark.parametrize(
    ("area", "op", "expected"),
    [
        (250000, Op.GT, NO),
        (250001, Op.GT, YES),
        (250000, Op.GE, YES),
        (249999, Op.GE, NO),
        (250000, Op.LT, NO),
        (249999, Op.LT, YES),
        (250000, Op.LE, YES),
        (250001, Op.LE, NO),
        (250000, Op.EQ, YES),
        (250000, Op.NE, NO),
    ],
)
def test_more_than_is_strict_to_the_hundredth(area: int, op: Op, expected: Truth) -> None:
    large = Condition("c", BUILDING, Lift.ALL, (Comparison(AREA, op, 250000),))
    assert truth([large], Statement({}, (Building("A", {"floor_area_m2": area}),)), "c", "b0") is expected


# --- lifts, tallies, parts --------------------------------------------------------------------------------------------

LARGE = Condition("large", BUILDING, Lift.ALL, (Comparison(AREA, Op.GT, 100),))


def sized(*areas: int | None) -> Statement:
    """Buildings of these areas in hundredths."""
    named = [Building(f"B{i}", {} if a is None else {"floor_area_m2": a}) for i, a in enumerate(areas)]
    return Statement({}, tuple(named))


@pytest.mark.parametrize(
    ("statement", "any_", "all_"),
    [
        (sized(), NO, YES),
        (Statement({}, None), UNKNOWN, UNKNOWN),
        (sized(50, None), UNKNOWN, NO),
        (sized(150, None), YES, UNKNOWN),
        (sized(50, 60), NO, NO),
        (sized(150, 160), YES, YES),
    ],
)
def test_a_lift_over_buildings_is_kleene_s_and_an_unknown_list_is_unknown(
    statement: Statement, any_: Truth, all_: Truth
) -> None:
    for lift, expected in ((Lift.ANY, any_), (Lift.ALL, all_)):
        lifted = Condition("c", PROJECT, Lift.ALL, (Ref("large", lift=lift),))
        assert truth([LARGE, lifted], statement, "c") is expected


@pytest.mark.parametrize(
    ("statement", "op", "value", "expected"),
    [
        (sized(100, 200), Op.GT, 300, NO),
        (sized(100, 201), Op.GT, 300, YES),
        (sized(100, None), Op.GT, 99, YES),
        (sized(100, None), Op.GT, 300, UNKNOWN),
        (sized(400, None), Op.LE, 300, NO),
        (sized(100, None), Op.LE, 300, UNKNOWN),
        (sized(100, 200), Op.EQ, 300, YES),
        (sized(400, None), Op.EQ, 300, NO),
        (sized(100, None), Op.NE, 300, UNKNOWN),
        (Statement({}, None), Op.GE, 0, YES),
        (Statement({}, None), Op.GE, 1, UNKNOWN),
        (sized(), Op.GE, 1, NO),
    ],
)
def test_a_sum_with_an_unknown_part_is_a_range(statement: Statement, op: Op, value: int, expected: Truth) -> None:
    total = Condition("c", PROJECT, Lift.ALL, (Tally(BUILDING, None, AREA, op, value),))
    assert truth([total], statement, "c") is expected


def test_a_count_takes_in_what_certainly_belongs_and_leaves_room_for_what_may() -> None:
    for least, expected in ((1, YES), (2, UNKNOWN), (3, NO)):
        counted = Condition("c", PROJECT, Lift.ALL, (Tally(BUILDING, "large", None, Op.GE, least),))
        assert truth([LARGE, counted], sized(150, None, 50), "c") is expected


def test_a_use_inside_a_building_counts_as_a_space_of_its_own() -> None:
    office = Condition("office", SPACE, Lift.ALL, (Comparison(SPACE_USE, Op.EQ, "office"),))
    here = Condition("here", BUILDING, Lift.ALL, (Ref("office", lift=Lift.ANY),))
    hall = Building("A", {"use": "workshop", "parts": (Part("office", 100),)})
    other = Building("B", {"use": "workshop", "parts": (Part(None, 100),)})
    found = interpret(Conditions.of([office, here]), subject_of(Statement({}, (hall, other)), VOCABULARY))
    assert [found["here", f"b{i}"] for i in range(2)] == [YES, UNKNOWN]
    assert [found["office", k] for k in ("b0.0", "b0.1", "b1.0", "b1.1")] == [NO, YES, NO, UNKNOWN]


def test_what_is_said_of_the_works_holds_of_a_building_that_does_not_say_otherwise() -> None:
    here = Condition("here", WORKS, Lift.ALL, (Comparison(DONE, Op.EQ, True),))
    every = Condition("c", PROJECT, Lift.ALL, (Ref("here", lift=Lift.ALL),))
    for own, expected in (({}, YES), ({"completion_accepted": False}, NO)):
        said = Statement({"completion_accepted": True}, (Building("A", own), Building("B", {})))
        assert truth([here, every], said, "c") is expected


def test_conditions_that_read_each_other_in_a_circle_are_refused_and_named() -> None:
    a = Condition("a", PROJECT, Lift.ALL, (Ref("b"),), where="fire.yaml:3")
    b = Condition("b", PROJECT, Lift.ALL, (Ref("a"),), where="fire.yaml:9")
    with pytest.raises(PolicyError) as caught:
        Conditions.of([a, b])
    assert caught.value.errors[0].pointer == "fire.yaml:3" and caught.value.errors[0].value == "a → b → a"


def test_each_condition_comes_after_those_that_it_reads() -> None:
    lifted = Condition("c", PROJECT, Lift.ALL, (Ref("large", lift=Lift.ANY), Tally(BUILDING, "large", None, Op.GE, 1)))
    assert [c.id for c in Conditions.of([lifted, LARGE]).ordered] == ["large", "c"]


# --- random policies against plain evaluation -------------------------------------------------------------------------

OWN: Mapping[Scope, tuple[Fact, ...]] = {
    PROJECT: (ARCHIVES, DONE),
    WORKS: (DONE, ARCHIVES),
    BUILDING: (USE, AREA, DONE, ARCHIVES),
    SPACE: (SPACE_USE, SPACE_AREA, DONE),
}
NARROWER = {PROJECT: (WORKS, BUILDING, SPACE), BUILDING: (SPACE,), WORKS: (), SPACE: ()}
WIDER = {PROJECT: (PROJECT,), WORKS: (WORKS, PROJECT), BUILDING: (BUILDING, PROJECT), SPACE: (SPACE, BUILDING, PROJECT)}
AREAS = (100, 200, 300)
DOMAIN: Mapping[str, tuple[Value, ...]] = {
    "archive_scope": (True, False),
    "completion_accepted": (True, False),
    "use": ("workshop", "office"),
    "floor_area_m2": AREAS,
}


@st.composite
def comparisons(draw: st.DrawFn, scope: Scope) -> Comparison:
    about = draw(st.sampled_from(OWN[scope]))
    op = draw(st.sampled_from(list(Op) if about.numeric else [Op.EQ, Op.NE]))
    return Comparison(about, op, draw(st.sampled_from(DOMAIN[about.id])))


@st.composite
def literals(draw: st.DrawFn, scope: Scope, before: list[Condition]) -> Literal:
    choices: list[Any] = ["compare"]
    choices += [c for c in before if c.scope in WIDER[scope] or c.scope in NARROWER[scope]]
    choices += [s for s in NARROWER[scope] if s is not WORKS]
    choice = draw(st.sampled_from(choices))
    if isinstance(choice, Condition):
        lift = None if choice.scope in WIDER[scope] else draw(st.sampled_from(Lift))
        return Ref(choice.id, draw(st.booleans()), lift)
    if isinstance(choice, Scope):
        where = draw(st.sampled_from([None, *(c.id for c in before if c.scope is choice)]))
        summed = draw(st.sampled_from([None, *(f for f in OWN[choice] if f.numeric)]))
        value = draw(st.sampled_from([0, 100, 200, 400] if summed else [0, 1, 2]))
        return Tally(choice, where, summed, draw(st.sampled_from(Op)), value)
    return draw(comparisons(scope))


@st.composite
def policies(draw: st.DrawFn) -> Conditions:
    made: list[Condition] = []
    for i in range(draw(st.integers(1, 7))):
        scope = draw(st.sampled_from([PROJECT, PROJECT, BUILDING, SPACE, WORKS]))
        body = draw(st.lists(literals(scope, made), max_size=3))
        made.append(Condition(f"c{i}", scope, draw(st.sampled_from(Lift)), tuple(body)))
    return Conditions.of(made)


@st.composite
def statements(draw: st.DrawFn) -> Statement:
    """At most two buildings, each of at most one part; anything may be unknown, the list of buildings too."""

    def known(*names: str) -> dict[str, Value]:
        said = {n: draw(st.none() | st.sampled_from(DOMAIN[n])) for n in names}
        return {n: v for n, v in said.items() if v is not None}

    project = known("archive_scope", "completion_accepted")
    if draw(st.integers(0, 5)) == 0:
        return Statement(project, None)
    buildings = []
    for i in range(draw(st.integers(0, 2))):
        own = known("use", "floor_area_m2")
        if draw(st.booleans()):
            own |= known("completion_accepted")
        if draw(st.booleans()):
            part = Part(draw(st.sampled_from([None, "office"])), draw(st.sampled_from([None, *AREAS])))
            own["parts"] = (part,)
        buildings.append(Building(f"B{i}", own))
    return Statement(project, tuple(buildings))


def completed(said: Mapping[str, Value], names: tuple[str, ...]) -> Iterator[dict[str, Value]]:
    """Every way in which the unknown among these facts, and in the parts, may turn out."""
    unknown = [n for n in names if n not in said]
    parts = said.get("parts", ())
    assert isinstance(parts, tuple)
    whole = [
        [Part(u, a) for u in ((p.use,) if p.use else ("workshop", "office")) for a in _areas(p.floor_area_m2)]
        for p in parts
    ]
    for values in product(*(DOMAIN[n] for n in unknown)):
        for chosen in product(*whole):
            yield {**said, **dict(zip(unknown, values, strict=True)), **({"parts": chosen} if parts else {})}


def _areas(area: int | None) -> tuple[int, ...]:
    return AREAS if area is None else (area,)


def completions(statement: Statement) -> Iterator[Statement]:
    """Every way in which a statement's unknowns may turn out, over the small domain."""
    lists = (
        [tuple(Building(f"N{i}", {}) for i in range(n)) for n in (0, 1, 2)]
        if statement.buildings is None
        else [statement.buildings]
    )
    for project in completed(statement.project, ("archive_scope", "completion_accepted")):
        for buildings in lists:
            ways = [list(completed(b.facts, ("use", "floor_area_m2"))) for b in buildings]
            for chosen in product(*ways):
                rows = tuple(Building(b.name, f) for b, f in zip(buildings, chosen, strict=True))
                yield Statement(project, rows)


@dataclass(frozen=True)
class Plainly:
    """Evaluation with nothing unknown, by Python's own ``all``, ``any`` and ``sum``."""

    conditions: Conditions
    subject: Subject

    def holds(self, name: str, row: Row) -> bool:
        """Whether a condition holds of a row."""
        condition = self.conditions.by_id[name]
        found = (self._literal(x, row) for x in condition.literals)
        return all(found) if condition.junction is Lift.ALL else any(found)

    def _literal(self, literal: Literal, row: Row) -> bool:
        if isinstance(literal, Comparison):
            return compare(row.values[literal.fact.scope, literal.fact.id], literal.op, literal.value)
        if isinstance(literal, Ref):
            scope = self.conditions.by_id[literal.condition].scope
            if literal.lift is None:
                held = self.holds(literal.condition, self._up(row, scope))
            else:
                each = [self.holds(literal.condition, r) for r in self._below(row, scope)]
                held = all(each) if literal.lift is Lift.ALL else any(each)
            return held is not literal.negated
        rows = [r for r in self._below(row, literal.scope) if literal.where is None or self.holds(literal.where, r)]
        if literal.fact is None:
            return compare(len(rows), literal.op, literal.value)
        amounts = (r.values[literal.fact.scope, literal.fact.id] for r in rows)
        return compare(sum(a for a in amounts if isinstance(a, int)), literal.op, literal.value)

    def _up(self, row: Row, scope: Scope) -> Row:
        return row if row.scope is scope else self._up(self.subject.by_key[row.parent or ""], scope)

    def _below(self, row: Row, scope: Scope) -> list[Row]:
        rows = self.subject.rows[scope] or ()
        return [r for r in rows if row.scope is PROJECT or r.parent == row.key]


@settings(max_examples=150)
@given(policies(), statements())
def test_what_is_certain_stays_so_however_the_unknown_turn_out(conditions: Conditions, statement: Statement) -> None:
    found = interpret(conditions, subject_of(statement, VOCABULARY))
    event(f"something unknown: {UNKNOWN in found.values()}")
    for whole in islice(completions(statement), 60):
        subject = subject_of(whole, VOCABULARY)
        plainly = Plainly(conditions, subject)
        told = interpret(conditions, subject)
        for (name, key), said in told.items():
            assert said is (YES if plainly.holds(name, subject.by_key[key]) else NO)
            before = found.get((name, key), UNKNOWN)
            assert before in (UNKNOWN, said), (name, key, whole)


@settings(max_examples=150)
@given(policies(), statements())
def test_every_answer_is_explained_and_an_unknown_names_what_is_missing(
    conditions: Conditions, statement: Statement
) -> None:
    subject = subject_of(statement, VOCABULARY)
    found = interpret(conditions, subject)
    tracer = Tracer(conditions, subject, found)
    for (name, key), said in found.items():
        row = subject.by_key[key]
        why = tracer.why(name, row)
        assert why.truth is said and why.condition.id == name
        missing = tracer.missing(name, row)
        assert bool(missing) is (said is UNKNOWN)
        for (fact_id, building), about in missing.items():
            if about is None:
                assert (fact_id, building) == ("buildings", None) and statement.buildings is None


def test_only_the_facts_that_decided_are_read_out() -> None:
    either = Condition(
        "c", BUILDING, Lift.ANY, (Comparison(USE, Op.EQ, "workshop"), Comparison(AREA, Op.GT, 100)), "大或厂房"
    )
    subject = subject_of(Statement({}, (Building("A", {"use": "office", "floor_area_m2": 200}),)), VOCABULARY)
    conditions = Conditions.of([either])
    why = Tracer(conditions, subject, interpret(conditions, subject)).why("c", subject.by_key["b0"])
    assert [(r.fact.id, r.building, r.value) for r in why.all_reads()] == [("floor_area_m2", "A", 200)]
