"""Both engines or none: what they agree on is decided, what they differ on stops and names both."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random

import pytest

from engine.conditions import interpret
from engine.decision import Decision
from engine.errors import DisagreementError, InputError
from engine.facts import Statement, subject_of
from engine.terms import Truth
from rules.durable_matcher import DurableMatcher, MatcherDownError
from rules.matching import INTERPRETER, decide, decide_many, decide_unweighted, match_twice

from .random_books import VOCABULARY, random_book, random_statement


@pytest.fixture(scope="module")
def durable():
    with DurableMatcher() as matcher:
        yield matcher


class Liar:
    """A planted disagreement: answers as the interpreter does, but for what it was told to change."""

    name = "liar"

    def __init__(self, lies: Mapping[tuple[str, str], Truth | None]):
        self.lies = lies

    def match(self, conditions, subject):
        found = {**interpret(conditions, subject), **self.lies}
        return {key: truth for key, truth in found.items() if truth is not None}

    def match_many(self, conditions, subjects):
        return [self.match(conditions, subject) for subject in subjects]


def book_and_statement(seed):
    random = Random(seed)
    return random_book(random, 60), random_statement(random)


@pytest.mark.parametrize("seed", range(10))
def test_what_both_engines_find_is_the_decision_that_the_interpreter_alone_would_draw(seed, durable):
    book, statement = book_and_statement(seed)
    assert decide(book, statement, "service", durable) == decide_unweighted(book, statement, "service")


def test_a_lie_about_any_finding_stops_the_decision_and_names_both_engines():
    book, statement = book_and_statement(1)
    subject = subject_of(statement, VOCABULARY)
    truths = interpret(book.conditions, subject)
    for key, truth in truths.items():
        lie = Truth.NO if truth is Truth.YES else Truth.YES
        with pytest.raises(DisagreementError) as caught:
            decide(book, statement, "service", Liar({key: lie}))
        (fault,) = caught.value.errors
        assert (fault.value["condition"], fault.value["row"]) == key
        assert fault.value["interpreter"]["truth"] == truth.value
        assert fault.value["liar"]["truth"] == lie.value
        assert key[0] in fault.value["interpreter"]["trace"][0] and key[0] in fault.value["liar"]["trace"][0]
        assert fault.pointer == book.conditions.by_id[key[0]].where
        assert "interpreter" in str(caught.value) and "liar" in str(caught.value)
    assert len(truths) >= 60


def test_a_lie_about_unknown_is_a_lie_too():
    book, statement = book_and_statement(2)
    truths = interpret(book.conditions, subject_of(statement, VOCABULARY))
    unknown = [key for key, truth in truths.items() if truth is Truth.UNKNOWN]
    decided = [key for key, truth in truths.items() if truth is not Truth.UNKNOWN]
    assert unknown and decided
    lies = [*({key: Truth.NO} for key in unknown), *({key: Truth.UNKNOWN} for key in decided)]
    for each in lies:
        with pytest.raises(DisagreementError):
            decide(book, statement, "service", Liar(each))


def test_the_first_difference_named_rests_on_no_other():
    book, statement = book_and_statement(3)
    order = [c.id for c in book.conditions.ordered]
    truths = interpret(book.conditions, subject_of(statement, VOCABULARY))
    lies = {key: Truth.NO if truth is Truth.YES else Truth.YES for key, truth in truths.items()}
    with pytest.raises(DisagreementError) as caught:
        decide(book, statement, "service", Liar(lies))
    assert caught.value.errors[0].value["condition"] == next(n for n in order if any(k[0] == n for k in truths))
    assert len(caught.value.errors) == 5
    assert f"另有 {len(truths) - 1} 处" in str(caught.value)


def test_a_finding_left_out_or_made_up_is_a_disagreement():
    book, statement = book_and_statement(4)
    key = next(iter(interpret(book.conditions, subject_of(statement, VOCABULARY))))
    with pytest.raises(DisagreementError, match="未作答"):
        decide(book, statement, "service", Liar({key: None}))
    with pytest.raises(DisagreementError, match="并不存在"):
        decide(book, statement, "service", Liar({("nowhere", "p"): Truth.YES}))


def test_one_engine_alone_never_decides():
    book, statement = book_and_statement(5)
    with DurableMatcher(command=("/nonexistent/python",)) as down, pytest.raises(MatcherDownError) as caught:
        decide(book, statement, "service", down)
    assert isinstance(caught.value, DisagreementError) and caught.value.code == "engines-disagree"


def test_many_are_decided_as_they_are_one_by_one(durable):
    book, _ = book_and_statement(6)
    statements = [random_statement(Random(seed)) for seed in range(300)]
    decided = decide_many(book, statements, "service", durable)
    assert decided == [decide_unweighted(book, s, "service") for s in statements]
    assert all(isinstance(each, Decision) for each in decided)


def test_among_many_a_faulty_one_stops_itself_alone(durable):
    book, _ = book_and_statement(7)
    statements = [random_statement(Random(seed), unknown=0) for seed in range(5)]
    statements[2] = Statement({**statements[2].project, "project_count_0": 2**53, "project_count_1": 2**53})
    decided = decide_many(book, statements, "service", durable)
    assert [type(each) for each in decided] == [Decision, Decision, InputError, Decision, Decision]


def test_among_many_a_disagreement_stands_in_its_place_and_a_dead_engine_in_all():
    book, statement = book_and_statement(8)
    key = next(iter(interpret(book.conditions, subject_of(statement, VOCABULARY))))
    (found,) = decide_many(book, [statement], "service", Liar({key: None}))
    assert isinstance(found, DisagreementError)
    with DurableMatcher(command=("/nonexistent/python",)) as down:
        assert [type(e) for e in decide_many(book, [statement] * 3, "service", down)] == [MatcherDownError] * 3


def test_an_unknown_service_is_wrong_input(durable):
    book, statement = book_and_statement(9)
    with pytest.raises(InputError):
        decide(book, statement, "nothing", durable)


def test_matching_twice_returns_what_both_found(durable):
    book, statement = book_and_statement(10)
    subject = subject_of(statement, VOCABULARY)
    assert match_twice(book.conditions, subject, durable) == INTERPRETER.match(book.conditions, subject)
