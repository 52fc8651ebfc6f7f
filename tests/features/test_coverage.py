"""What the features leave out: conditions, limits, items and phrases that no scenario shows from both sides."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import cache

import pytest

from engine.conditions import Conditions, Ref, interpret
from engine.decision import Decision, conclude
from engine.errors import Fault
from engine.facts import Statement, subject_of
from engine.policy import PolicyBook
from engine.terms import Truth
from rules.feature_check import check_features
from rules.feature_reading import ReadScenario, read_features
from rules.packaged import packaged_rules
from rules.phrases import PHRASES, find, perform
from rules.phrases_decision import APPLIES
from rules.phrases_kit import Phrase
from rules.world import World
from tests.architecture.tree import ROOT

FEATURES = ROOT / "features"
BOOK = World().book
LISTED = sorted({i.item for service in BOOK.services.values() for i in service.items})


@cache
def scenarios() -> tuple[ReadScenario, ...]:
    """Every scenario, outlines row by row."""
    faults: list[Fault] = []
    read = tuple(read_features([FEATURES], faults))
    assert faults == []
    return read


@cache
def said() -> tuple[tuple[Phrase, dict[str, str | None]], ...]:
    """Every step of every scenario: the phrase that it is, and its words."""
    return tuple(found for s in scenarios() for step in s.steps if (found := find(step.text)))


@cache
def outcomes() -> dict[str, set[Truth]]:
    """Condition id → what it came out as, over all decisions that the scenarios make."""
    seen: dict[str, set[Truth]] = defaultdict(set)

    def decide(book: PolicyBook, statement: Statement, service: str) -> Decision:
        firings = interpret(book.conditions, subject_of(statement, book.vocabulary))
        for (condition, _), truth in firings.items():
            seen[condition].add(truth)
        return conclude(book, statement, firings, service)

    for scenario in scenarios():
        world = World(decide_with=decide)
        for step in scenario.steps:
            perform(world, step.text, step.rows)
    return seen


def below(conditions: Conditions, *names: str) -> set[str]:
    """Some conditions and all that they read, down to the last limb."""
    found: set[str] = set()
    left = list(names)
    while left:
        name = left.pop()
        if name not in found:
            found.add(name)
            left.extend(conditions.by_id[name].refs())
    return found


def decides(conditions: Conditions, name: str) -> bool:
    """Whether a condition hangs on any fact; else it always holds, and has one side alone."""
    reads = (x for each in below(conditions, name) for x in conditions.by_id[each].literals)
    return any(not isinstance(x, Ref) for x in reads)


def decisive(book: PolicyBook) -> Iterator[str]:
    """The conditions that the answer of any service hangs on."""
    services = book.services.values()
    items = [book.items[name] for name in LISTED]
    read = [r.condition for s in services for r in s.requires] + [a.condition for s in services for a in s.alerts]
    read += [c for i in items for c in (i.applies, i.hits, *(x.when for x in i.limits)) if c]
    yield from (n for n in below(book.conditions, *read) if decides(book.conditions, n))


CONDITIONS = sorted(
    {*decisive(BOOK)}
    | {c.id for c in BOOK.conditions.ordered if c.id.startswith("fire_sum_")}  # where a place adds areas up
)
LIMBS = sorted(c for c in CONDITIONS if c.startswith("fire_limb_") and BOOK.conditions.by_id[c].title)


def test_the_features_name_nothing_that_the_policy_lacks() -> None:
    assert [f"{f.pointer} {f.fix}" for f in check_features([FEATURES])] == []


@pytest.mark.parametrize("condition", CONDITIONS)
def test_each_condition_comes_out_both_ways(condition: str) -> None:
    assert {Truth.YES, Truth.NO} <= outcomes()[condition]


def test_there_are_the_twelve_limbs() -> None:
    numbers = {limb.split("_")[2] for limb in LIMBS}
    assert numbers == {str(n) for n in range(1, 13)} - {"11"}  # the eleventh is that a building holds one of the six


@pytest.mark.parametrize("limb", LIMBS)
def test_each_limb_is_named_in_a_reason(limb: str) -> None:
    number = BOOK.conditions.by_id[limb].title.partition("：")[0]
    assert number.startswith("第")
    assert any(number in (words.get("text") or "") for phrase, words in said() if "理由" in phrase.example)


@pytest.mark.parametrize("limit", sorted(packaged_rules().limits))
def test_each_limit_is_kept_on_its_last_day_and_missed_on_the_next(limit: str) -> None:
    sides = {
        words["word"] for _, words in said() if words.get("limit") == limit and "start" in words and "word" in words
    }
    assert sides == {"未逾期", "已逾期"}
    stated = [words for _, words in said() if words.get("limit") == limit and "source" in words]
    assert stated, "哪个情景也没有写明它的天数与依据"


@pytest.mark.parametrize("item", LISTED)
def test_each_item_is_stated_each_way(item: str) -> None:
    names = (item, BOOK.items[item].title)
    found = {words["word"] for _, words in said() if words.get("item") in names and words.get("word") in APPLIES}
    always = not decides(BOOK.conditions, BOOK.items[item].applies)
    assert found == ({"适用"} if always else set(APPLIES))


def test_each_precondition_is_refused_for_in_some_scenario() -> None:
    assert {"可以受理", "不能受理", "能否受理无法判断"} <= {words.get("word") for _, words in said()}


@pytest.mark.parametrize("phrase", PHRASES, ids=lambda p: p.example)
def test_each_phrase_is_used_and_is_its_own_example(phrase: Phrase) -> None:
    own = find(phrase.example)
    assert own is not None and own[0] is phrase
    assert any(used is phrase for used, _ in said())


def test_policy_staff_wrote_enough() -> None:
    assert len(scenarios()) >= 250
