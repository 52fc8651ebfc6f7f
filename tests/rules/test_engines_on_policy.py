"""The policy that is shipped, under both engines: the statements lie on each side of every limit that it names."""

from __future__ import annotations

from collections import Counter
from datetime import date
from random import Random

import pytest

from engine.conditions import interpret
from engine.decision import Decision
from engine.facts import subject_of
from engine.terms import Truth
from rules.compiler import packaged_policy
from rules.durable_matcher import DurableMatcher
from rules.matching import decide_many, decide_unweighted

from .random_books import near_limits, random_statement

DAYS = (date(2019, 9, 1), date(2022, 3, 24), date(2022, 9, 28), date(2024, 1, 2))


@pytest.fixture(scope="module")
def durable():
    with DurableMatcher() as matcher:
        yield matcher


def statements(book, seed, count):
    near = near_limits(book.conditions)
    random = Random(seed)
    return [random_statement(random, random.choice((0.05, 0.2, 0.5)), book.vocabulary, near) for _ in range(count)]


@pytest.mark.parametrize("on", DAYS, ids=str)
def test_both_engines_find_the_same(on, durable):
    book = packaged_policy().as_of(on)
    subjects = [subject_of(s, book.vocabulary) for s in statements(book, on.toordinal(), 400)]
    found = durable.match_many(book.conditions, subjects)
    wanted = [interpret(book.conditions, s) for s in subjects]
    assert [i for i, (a, b) in enumerate(zip(found, wanted, strict=True)) if a != b] == []
    met: dict[str, Counter[Truth]] = {}
    for (name, _), truth in (item for each in wanted for item in each.items()):
        met.setdefault(name, Counter())[truth] += 1
    assert met.keys() == book.conditions.by_id.keys()


def test_both_engines_decide_the_same(durable):
    book = packaged_policy().as_of(date(2022, 9, 28))
    stated = statements(book, 1, 100)
    for service in book.services:
        decided = decide_many(book, stated, service, durable)
        alone = [decide_unweighted(book, s, service) for s in stated]
        assert decided == alone and all(isinstance(d, Decision) for d in decided)
