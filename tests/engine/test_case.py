"""A case is its ledger: the fold depends on the events and their order alone, and events survive their bytes."""

from __future__ import annotations

import json
import unicodedata
from dataclasses import fields
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import commands, filing
from engine.case import CaseState, fold, fold_project
from engine.dossier import FACT, About, DocVersion, Dossier, FileRef, Standing, Verdict
from engine.events import SHANGHAI, Actor, Event, EventKind, day_of, end_of, stamp
from engine.ledger import canonical
from engine.procedure import APPLICATION, TaskState
from engine.records import Stop
from engine.terms import Force, Truth
from tests.engine.law import OWNER, PROCEDURE, SERVICE, Life, taken_in
from tests.engine.lives import FAIL, HALL, OFFICE, agreed, issue, reviewed, see


def whole() -> Life:
    """A life with a bit of everything, to its certificate and that one's withdrawal."""
    life = reviewed(taken_in())
    see(life, HALL, D07=FAIL)
    see(life, OFFICE)
    life.add(*commands.answer(life.desk(OWNER), "已整改", {}, ()))
    see(life, HALL)
    life.file("archive-list", rolls=1)
    for item in ("D02", "D07", "D10"):
        life.give("opinion", item)
    issue(life)
    life.add(*commands.withdraw_certificate(life.desk(), "有误"))
    return life


WHOLE = whole()
OPENED = next(i for i, e in enumerate(WHOLE.events) if e.kind is EventKind.CASE_OPENED)


def plain(state: CaseState) -> dict[str, Any]:
    """A state as values that compare; a dossier is its versions and buildings."""
    said = {f.name: getattr(state, f.name) for f in fields(state)}
    dossier: Dossier = said.pop("dossier")
    return said | {"versions": dossier.versions, "listed": dossier.buildings}


# --- fold -------------------------------------------------------------------------------------------------------------


def test_the_same_events_fold_to_the_same_case() -> None:
    assert plain(fold(WHOLE.events, "c1")) == plain(fold(iter(WHOLE.events), "c1"))


@given(st.integers(OPENED + 1, len(WHOLE.events)))
def test_a_prefix_never_looks_ahead(length: int) -> None:
    """What was known then is known from the events until then, whatever came after."""
    replayed = Life()
    for event in WHOLE.events[:length]:
        replayed.add(event)
    before = fold(WHOLE.events[:length], "c1")
    assert plain(before) == plain(replayed.state)
    assert before.seq == length
    assert all(
        v.on is not None and v.id in {d.id for e in WHOLE.events[:length] for d in e.docs}
        for v in before.dossier.versions.values()
    )


@given(st.integers(OPENED + 1, len(WHOLE.events) - 1))
def test_folding_on_changes_no_state_that_was_folded_before(length: int) -> None:
    before = fold(WHOLE.events[:length], "c1")
    said = plain(before)
    fold(WHOLE.events, "c1")
    before.reading(PROCEDURE).tasks()
    assert plain(before) == said


def test_order_matters_a_later_paper_is_the_current_one() -> None:
    life = taken_in()
    life.file("fire-report", drawings=4)
    turned = [*life.events[:1], life.events[-1], *life.events[1:-1]]
    current = fold(turned, "c1").dossier.current("fire-report", About())
    assert life.state.dossier.current("fire-report", About()) != current


def test_events_of_another_case_are_not_this_one_s() -> None:
    other = [Event(e.kind, e.at, e.actor, e.project, "c2", e.task, e.docs, e.data, e.seq) for e in WHOLE.events[5:]]
    assert plain(fold([*WHOLE.events, *other], "c1")) == plain(fold(WHOLE.events, "c1"))


def test_a_case_that_no_event_opened_is_not_there() -> None:
    with pytest.raises(LookupError):
        fold(WHOLE.events, "c9")
    with pytest.raises(LookupError):
        fold([], "c1")


def test_an_event_of_a_kind_with_nothing_of_its_own_only_files_what_it_brings() -> None:
    life = taken_in()
    before = plain(life.state)
    paper = DocVersion("note#1", "note", About(case="c1"))
    life.add(Event(EventKind.UNAFFECTED_SIGNED, life.now, OWNER, "p1", "c1", docs=(paper,)))
    after = plain(life.state)
    assert after.pop("versions") == before.pop("versions") | {"note#1": paper}
    assert {k for k in after if after[k] != before[k]} == {"seq"}


def test_an_event_kind_that_this_version_does_not_know_is_refused_and_not_guessed() -> None:
    body = canonical({**_raw(WHOLE.events[0]), "kind": "moved_to_mars"})
    with pytest.raises(ValueError, match="moved_to_mars"):
        Event.from_body(body, 1)


def _raw(event: Event) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(event.body())
    return found


def test_the_project_s_own_file_holds_nothing_that_a_case_made() -> None:
    kinds = {v.kind for v in fold_project(WHOLE.events).versions.values()}
    assert kinds == {"fire-report", "archive-list"} | {k for k in kinds if k.startswith(FACT)}
    assert APPLICATION not in kinds
    assert fold_project(WHOLE.events).buildings == (HALL, OFFICE)


def test_what_happens_to_the_project_before_the_case_is_opened_is_in_its_file() -> None:
    life = taken_in()
    assert life.state.dossier.good("fire-report", About())
    assert life.state.received_on == date(2022, 9, 16) and life.state.applicant == OWNER.id
    assert life.state.service == SERVICE.id


def test_marks_are_set_and_lifted_by_events_and_gone_at_the_end() -> None:
    life = taken_in()
    life.add(
        Event(
            EventKind.CLOCK_STOPPED,
            life.now,
            OWNER,
            "p1",
            "c1",
            "opinion:D07",
            data={"item": "D07", "reason": "testing", "written_notice": True},
        )
    )
    assert life.state.marks == {"opinion:D07": TaskState.STOPPED}
    assert life.state.stops == (Stop("opinion:D07", "D07", "testing", True, date(2022, 9, 16)),)
    life.add(*commands.withdraw(life.desk(OWNER), ""))
    assert life.state.marks == {} and life.state.ending is not None


def test_a_unit_acceptance_is_about_its_own_buildings() -> None:
    life = Life()
    life.facts({HALL: {"use": "workshop"}, OFFICE: {"use": "office"}})
    life.add(filing.open_case("p1", "c1", SERVICE.id, {}, [OFFICE], OWNER, life.now))
    assert life.state.buildings == (OFFICE,) and life.state.units == (OFFICE,)
    assert life.state.eligible is Truth.YES


# --- time -------------------------------------------------------------------------------------------------------------

START = datetime(2019, 1, 1, tzinfo=UTC)
instants = st.builds(
    lambda microseconds, zone: (START + timedelta(microseconds=microseconds)).astimezone(zone),
    st.integers(0, 10 * 365 * 86400 * 10**6),
    st.sampled_from([UTC, SHANGHAI, timezone(timedelta(hours=-5))]),
)


@given(instants)
def test_the_legal_day_is_shanghai_s_whatever_the_zone(at: datetime) -> None:
    day = day_of(at)
    assert end_of(day) - timedelta(days=1) <= at < end_of(day)
    assert datetime.fromisoformat(stamp(at)) == at and stamp(at).endswith("+00:00")


# --- bytes ------------------------------------------------------------------------------------------------------------

words = st.text(st.characters(codec="utf-8", categories=("L", "N", "P")), max_size=8).map(
    lambda s: unicodedata.normalize("NFC", s)
)
plain_values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=6,
)
docs = st.builds(
    DocVersion,
    id=words,
    kind=words,
    about=st.builds(About, words, words, words, words),
    fields=st.dictionaries(words, plain_values, max_size=3),
    files=st.lists(st.builds(FileRef, words, st.integers(0, 2**40), words), max_size=2).map(tuple),
    verdict=st.none() | st.sampled_from(Verdict),
    maker=words,
    by=words,
    on=st.none() | st.dates(date(2019, 1, 1), date(2030, 1, 1)),
    read=st.lists(words, max_size=3).map(tuple),
    answers=st.lists(words, max_size=2).map(tuple),
    standing=st.sampled_from(Standing),
    force=st.sampled_from(Force),
    round=st.integers(1, 9),
    unaffected=words,
)
events = st.builds(
    Event,
    kind=st.sampled_from(EventKind),
    at=instants,
    actor=st.builds(Actor, words, words, words, words),
    project=words,
    case=st.none() | words,
    task=st.none() | words,
    docs=st.lists(docs, max_size=2).map(tuple),
    data=st.dictionaries(words, plain_values, max_size=3),
    seq=st.integers(1, 2**40),
)


@pytest.mark.parametrize("kind", list(EventKind), ids=lambda k: k.value)
@settings(max_examples=6)
@given(event=events)
def test_an_event_comes_back_from_its_bytes_as_it_was(kind: EventKind, event: Event) -> None:
    sent = Event(kind, event.at, event.actor, event.project, event.case, event.task, event.docs, event.data, event.seq)
    assert Event.from_body(sent.body(policy="sha256:x"), event.seq) == sent
    assert Event.from_body(sent.body(), event.seq).body() == sent.body()


@settings(max_examples=40)
@given(events, st.randoms())
def test_bytes_do_not_depend_on_the_order_in_which_particulars_were_said(event: Event, random: Any) -> None:
    turned = list(event.data.items())
    random.shuffle(turned)
    other = Event(
        event.kind, event.at, event.actor, event.project, event.case, event.task, event.docs, dict(turned), event.seq
    )
    assert other.body() == event.body()


def test_a_life_comes_back_from_its_bytes() -> None:
    stored = [Event.from_body(e.body(), e.seq) for e in agreed().events]
    again = Life(events=stored)
    assert again.states() == agreed().states()
    issue(again)
    assert again.state.certificate is not None
