"""Conditions compiled for the second engine: names, codes, ends, limits, refusals."""

from __future__ import annotations

import json
from random import Random

import pytest

from engine.conditions import Comparison, Condition, Conditions, Lift, Op, Ref, Tally
from engine.errors import InputError, PolicyError
from engine.facts import Row, Subject, subject_of
from engine.terms import LARGEST, Fact, FactType, Scope
from rules.strata import MOST_ALTERNATIVES, MOST_FIELDS, MOST_LEAVES, SCOPES, compile_strata, fnv1a

from .random_books import VOCABULARY, random_conditions, random_statement

YES = Fact(Scope.PROJECT, "yes", "是否", FactType.YES_NO)
COUNT = Fact(Scope.PROJECT, "count", "数量", FactType.WHOLE)
WORD = Fact(Scope.PROJECT, "word", "名称", FactType.TEXT)
PARTS = Fact(Scope.BUILDING, "parts", "部分", FactType.PARTS)


def condition(*literals, name="c", scope=Scope.PROJECT, junction=Lift.ALL):
    return Condition(name, scope, junction, literals, where="a.yaml:7")


def one_row(**values):
    row = Row("p", Scope.PROJECT, {(Scope.PROJECT, k): v for k, v in values.items()})
    return Subject({Scope.PROJECT: (row,), Scope.WORKS: (), Scope.BUILDING: (), Scope.SPACE: ()}, {"p": row})


def test_hash_is_the_one_by_which_the_engine_knows_its_own_names():
    assert (fnv1a("id"), fnv1a("sid")) == (926444256, 3593476751)


def test_programme_holds_no_word_that_a_person_wrote():
    conditions = Conditions.of([condition(Comparison(WORD, Op.EQ, '江海"区'), Comparison(YES, Op.NE, True))])
    programme = compile_strata(conditions)
    assert programme.text.isascii() and "c" not in json.loads(programme.text)["columns"]
    assert programme.encode(one_row(word="别处", yes=True)) == [[[-1, 0, 1]], [], [], []]
    assert programme.encode(one_row(word='江海"区')) == [[[-1, 1, None]], [], [], []]


def test_same_conditions_give_the_same_digest_and_others_another():
    first, again, other = (random_conditions(Random(seed), 40) for seed in (1, 1, 2))
    assert compile_strata(first).digest == compile_strata(again).digest != compile_strata(other).digest


@pytest.mark.parametrize("seed", range(20))
def test_every_ruleset_keeps_to_the_limits_of_the_engine(seed):
    wire = json.loads(compile_strata(random_conditions(Random(seed), 100)).text)
    names = set()
    for ruleset in (r for s in wire["strata"] for r in s["rulesets"]):
        fields = {leaf[0] for rule in ruleset for leaf in rule[2]}
        alternatives = 1 + sum(len(leaves) if junction == "any" else 1 for _, junction, leaves in ruleset)
        assert alternatives <= MOST_ALTERNATIVES and len(fields) <= MOST_FIELDS
        assert all(len(leaves) <= MOST_LEAVES for _, _, leaves in ruleset)
        names |= fields
    assert len({fnv1a(name) for name in names | {"sid", "id"}}) == len(names | {"sid", "id"})


def test_a_row_travels_with_its_parent_before_it():
    conditions = random_conditions(Random(3), 60)
    programme = compile_strata(conditions)
    for seed in range(50):
        subject = subject_of(random_statement(Random(seed)), VOCABULARY)
        keys = [row.key for scope in SCOPES for row in subject.rows[scope] or ()]
        parents = [row[0] for group in programme.encode(subject) for row in group or () if row[0] is not None]
        for place, (key, parent) in enumerate(zip(keys, parents, strict=True)):
            assert parent < place
            assert subject.by_key[key].parent == (keys[parent] if parent >= 0 else None)


@pytest.mark.parametrize(
    "values",
    [{"yes": 1}, {"yes": "true"}, {"count": True}, {"count": 1.0}, {"count": "5"}, {"count": LARGEST + 1},
     {"count": -LARGEST - 1}, {"word": 5}, {"word": "\ud800"}, {"word": "长" * 4097}],
    ids=str,
)  # fmt: skip
def test_a_value_that_both_engines_cannot_hold_alike_is_refused(values):
    literals = (Comparison(YES, Op.EQ, True), Comparison(COUNT, Op.GT, 1), Comparison(WORD, Op.EQ, "甲"))
    programme = compile_strata(Conditions.of([condition(*literals)]))
    with pytest.raises(InputError) as caught:
        programme.encode(one_row(**values))
    assert caught.value.errors[0].pointer in values


@pytest.mark.parametrize(
    "literal",
    [
        Comparison(YES, Op.EQ, 1),
        Comparison(YES, Op.LT, True),
        Comparison(COUNT, Op.EQ, True),
        Comparison(COUNT, Op.EQ, LARGEST + 1),
        Comparison(WORD, Op.GE, "甲"),
        Comparison(PARTS, Op.EQ, ()),
        Ref("below"),
        Tally(Scope.SPACE, "below", None, Op.GT, 0),
        Tally(Scope.BUILDING, None, WORD, Op.GT, 0),
        Tally(Scope.BUILDING, None, None, Op.GT, LARGEST),
    ],
    ids=str,
)
def test_a_condition_that_the_engine_cannot_hold_exactly_is_refused_by_name_and_line(literal):
    below = condition(name="below", scope=Scope.BUILDING)
    with pytest.raises(PolicyError) as caught:
        compile_strata(Conditions.of([below, condition(literal)]))
    assert caught.value.errors[0].pointer == "a.yaml:7" and "“c”" in str(caught.value)


@pytest.mark.parametrize("answer", [None, 5, "", "y", "yn", "yyx", "yyyy"])
def test_an_answer_that_does_not_fit_is_none(answer):
    conditions = Conditions.of([condition(name=n) for n in "abc"])
    with pytest.raises(ValueError, match="does not fit"):
        compile_strata(conditions).decode(one_row(), answer)
