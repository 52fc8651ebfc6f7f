"""Random lives of a simulated approval: whatever comes in whatever order, what must never break does not."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import event, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from engine import commands, simulation
from engine.case import CaseState
from engine.dossier import About, Standing, Verdict
from engine.errors import InputError, RefusedError
from engine.events import Event, EventKind, day_of
from engine.procedure import Command, TaskState
from engine.terms import Force
from tests.engine.law import OWNER
from tests.engine.lives import plain
from tests.engine.simulated_law import DRAFTER, WORKSHOP
from tests.engine.watched import (
    CHANGES,
    LAST_DAY,
    LOOKED_AT,
    STARTS,
    Watched,
    all_read,
    order,
    standing,
    takes,
)


class RandomSimulated(RuleBasedStateMachine):
    """One case of simulated approval, anybody's orders."""

    life: Watched

    @initialize(start=st.sampled_from(sorted(STARTS)))
    def begin(self, start: str) -> None:
        built = STARTS[start]()
        self.life = Watched(built.now, built.events, built.law, built.today, built.serials)

    def teardown(self) -> None:
        if hasattr(self, "life"):
            for kind in {e.kind for e in self.life.events}:
                event(f"reached: {kind.value}")
            carry_on(self.life)

    def attempt(self, ordered: Callable[[], Iterable[Event]]) -> bool:
        """Order it; a refusal leaves everything as it was."""
        before = len(self.life.events)
        try:
            events = list(ordered())
        except (RefusedError, InputError) as refusal:
            assert refusal.detail and refusal.detail_en
            assert len(self.life.events) == before
            return False
        self.life.add(*events)
        return True

    # --- what people do ------------------------------------------------------------------------------------------

    @rule(pick=st.integers(0, 99), command=st.sampled_from(list(Command)), second=st.booleans())
    def order_anything(self, pick: int, command: Command, second: bool) -> None:
        tasks = self.life.tasks()
        task = tasks[pick % len(tasks)]
        ended = self.life.state.ending is not None
        if self.attempt(lambda: order(self.life, task, command, Verdict.PASS, second)):
            assert command in takes(task) and not ended

    @rule(pick=st.integers(0, 999), fails=st.integers(0, 3), second=st.booleans())
    def order_what_can_be_done(self, pick: int, fails: int, second: bool) -> None:
        offered = [(t, c) for t in self.life.tasks() for c in takes(t)]
        if offered and self.life.state.ending is None:
            task, command = offered[pick % len(offered)]
            verdict = Verdict.FAIL if fails == 0 else Verdict.PASS
            self.attempt(lambda: order(self.life, task, command, verdict, second))

    @rule(steps=st.integers(1, 8))
    def everybody_does_what_is_next(self, steps: int) -> None:
        for _ in range(steps):
            if not go_on(self.life):
                break

    @rule(changed=CHANGES)
    def state_the_assumption_anew(self, changed: dict[str, Any]) -> None:
        now = self.life.state.dossier.current("land-contract", About())
        assert now is not None
        self.file(lambda: self.life.assume(replaces=now.id, **changed))

    @rule(changed=CHANGES, equal=st.booleans())
    def the_contract_comes_or_is_corrected(self, changed: dict[str, Any], equal: bool) -> None:
        now = self.life.state.dossier.current("land-contract", About())
        assert now is not None
        self.file(lambda: self.life.win(**(now.fields if equal else {**now.fields, **changed})))

    def file(self, filed: Callable[[], None]) -> None:
        before = list(self.life.events)
        try:
            filed()
        except InputError:
            assert self.life.events == before

    @rule(height=st.sampled_from([2000, 2000, 2040, 2100, 900]))
    def correct_the_height(self, height: int) -> None:
        self.life.facts({WORKSHOP: {"height_m": height}})

    @rule(allowed=st.sampled_from([True] * 7 + [False]))
    def correct_the_scope(self, allowed: bool) -> None:
        self.life.facts(allowed=allowed)

    @rule(kind=st.sampled_from(["design", "survey"]), sheets=st.integers(1, 3))
    def file_a_paper(self, kind: str, sheets: int) -> None:
        self.life.file(kind, sheets=sheets)

    @rule()
    def answer_the_list(self) -> None:
        self.attempt(lambda: commands.answer(self.life.desk(OWNER), "已修改", {}, ()))

    @rule(items=st.lists(st.sampled_from([*LOOKED_AT, "X9"]), max_size=2, unique=True))
    def declare_that_the_law_changed(self, items: list[str]) -> None:
        state = self.life.state
        named = [v for v in standing(state) if v.about.item in items]
        formal = {v.converts for v in state.dossier.versions.values() if v.standing is not Standing.VOID}
        told = self.attempt(lambda: self.declared("law_changed", items, [], {v.id for v in named}, False))
        assert not (told and formal & {v.id for v in named}), (
            "what is formal already does not fail by a rule changed since"
        )

    @rule(name=st.sampled_from(["design#1", "design#2", "land-contract#1", "survey#1", "没有"]))
    def declare_that_papers_are_false(self, name: str) -> None:
        state = self.life.state
        wanted = {v.id for v in standing(state) if name in all_read(state, v)}
        self.attempt(lambda: self.declared("false_papers", [], [name], wanted, False))

    @rule(sure=st.integers(0, 9))
    def declare_that_a_commitment_was_broken(self, sure: int) -> None:
        wanted = {v.id for v in standing(self.life.state)}
        if sure == 0:
            self.attempt(lambda: self.declared("commitment_broken", [], [], wanted, True))

    def declared(self, cause: str, items: list[str], names: list[str], wanted: set[str], ends: bool) -> list[Event]:
        events = simulation.declare(self.life.desk(), cause, "查实", items, names)
        return self.life.watch(events, wanted, ends)

    @rule(days=st.sampled_from([0, 1, 3, 10, 40]))
    def let_time_pass(self, days: int) -> None:
        before = len(self.life.events)
        self.life.tick(min(LAST_DAY, day_of(self.life.now) + timedelta(days)))
        for brought in self.life.events[before:]:
            if brought.kind is EventKind.ASSUMPTION_FAILED:
                void = [self.life.state.dossier.versions[v] for v in brought.data["void"]]
                assert all(v.on is not None and v.on + timedelta(60) < brought.on for v in void if v.verdict)

    @rule(pick=st.integers(0, 9))
    def take_a_paper_back(self, pick: int) -> None:
        in_force = [p for p in self.life.state.issued if p.withdrawn is None]
        if in_force:
            number = in_force[pick % len(in_force)].number
            assert self.attempt(lambda: commands.withdraw_certificate(self.life.desk(), "以欺骗手段取得", number))

    @rule(sure=st.integers(0, 19))
    def withdraw_the_application(self, sure: int) -> None:
        if sure == 0:
            self.attempt(lambda: commands.withdraw(self.life.desk(OWNER), ""))

    # --- what never breaks -----------------------------------------------------------------------------------------

    @invariant()
    def nothing_formal_stands_on_what_is_assumed_or_simulated(self) -> None:
        state = self.life.state
        made = {d.id: d for e in self.life.events for d in e.docs}
        opinions = {d.id for d in made.values() if d.kind == "opinion"}
        numbers = {p.number for p in state.issued if not p.simulated}
        for version in made.values():
            if version.force is Force.FORMAL:
                for name in all_read(state, version):
                    assert made[name].standing is Standing.REAL and made[name].force is Force.FORMAL, (version.id, name)
            if version.kind.endswith(".result"):
                assert version.fields.get("opinion") in opinions or version.fields.get("number") in numbers

    @invariant()
    def nothing_simulated_counts_as_formal(self) -> None:
        state = self.life.state
        for version in state.dossier.versions.values():
            assert (version.force is Force.SIMULATED) == version.kind.startswith("simul") or not version.about.case
        for paper in state.issued:
            assert paper.simulated == paper.number.startswith("模审") == paper.task.startswith("notice")
        numbers = [p.number for p in state.issued]
        assert len(set(numbers)) == len(numbers)

    @invariant()
    def a_result_stands_only_while_its_paper_does(self) -> None:
        state = self.life.state
        in_force = {p.number for p in state.issued if p.withdrawn is None}
        for version in state.dossier.versions.values():
            if version.kind.endswith(".result") and "number" in version.fields and version.standing is Standing.REAL:
                assert version.fields["number"] in in_force

    @invariant()
    def no_paper_in_force_says_what_is_void(self) -> None:
        state = self.life.state
        for paper in state.issued:
            if paper.withdrawn is None and state.ending is None:
                said = (state.dossier.versions[o["document"]] for o in paper.content["opinions"])
                assert all(v.standing is not Standing.VOID for v in said if v.about.item in applying(state))

    @invariant()
    def one_conversion_an_opinion_and_the_simulated_one_stays(self) -> None:
        versions = self.life.state.dossier.versions
        named = [v.converts for v in versions.values() if v.converts]
        assert len(set(named)) == len(named)
        assert all(versions[n].force is Force.SIMULATED for n in named)
        assert all(v.force is Force.FORMAL for v in versions.values() if v.converts)

    @invariant()
    def no_unconverted_opinion_outlives_its_validity(self) -> None:
        state = self.life.state
        if state.ending is None:
            for version in standing(state):
                kept = any(v.converts == version.id for v in state.dossier.versions.values())
                assert kept or version.on is None or version.on + timedelta(67) > day_of(self.life.now)

    @invariant()
    def the_stored_bytes_fold_to_the_same_case(self) -> None:
        events = [Event.from_body(e.body(), e.seq) for e in self.life.events]
        assert plain(replace(self.life, events=events, _folded=None).state) == plain(self.life.state)

    @invariant()
    def every_blocked_task_says_why(self) -> None:
        tasks = self.life.tasks()
        assert len({t.id for t in tasks}) == len(tasks)
        assert all(t.blocked_by for t in tasks if t.state is TaskState.BLOCKED)


def applying(state: CaseState) -> set[str]:
    """The items that apply."""
    return {i.id for i in state.items if i.applies == "yes"}


NEXT = (
    Command.ACCEPT,
    Command.RESUME_CLOCK,
    Command.SIGN,
    Command.RETURN,
    Command.CONVERT,
    Command.GIVE,
    Command.ISSUE,
)


def go_on(life: Watched) -> bool:
    """Somebody does the next thing; whether there was one."""
    if life.state.ending is not None:
        return False
    for task in life.tasks():
        for command in (c for c in NEXT if c in takes(task)):
            drafted_by = life.state.drafts.get(task.id, {}).get("by")
            try:
                events = order(life, task, command, Verdict.PASS, drafted_by == DRAFTER.id)
            except RefusedError:
                continue
            life.add(*events)
            return True
    if life.state.reading(life.law.procedure).answerable():
        life.add(*commands.answer(life.desk(OWNER), "已修改", {}, ()))
        return True
    return False


def carry_on(life: Watched) -> None:
    """A case never gets stuck: whatever happened, people who do what is next come to its end."""
    for _ in range(80):
        if life.state.ending is not None:
            return
        if go_on(life):
            continue
        contract = life.state.dossier.current("land-contract", About())
        assert contract is not None
        if contract.standing is Standing.ASSUMED:
            life.win(**contract.fields)
            continue
        reading = life.state.reading(life.law.procedure)
        stale = [
            p
            for p in life.state.issued
            if p.withdrawn is None
            for v in life.state.dossier.versions.values()
            if v.fields.get("number") == p.number and v.about.case and reading.stale(v)
        ]
        assert stale, {t.id: (t.state.value, t.blocked_by) for t in life.tasks()}
        life.add(*commands.withdraw_certificate(life.desk(), "所据已变化", stale[0].number))
    raise AssertionError(life.states())


def test_a_notice_is_taken_back_when_an_item_that_was_dropped_applies_again() -> None:
    """Found by a random life: the notice still listed the opinion that had been voided when the item was dropped."""
    lived = RandomSimulated()
    lived.begin(start="converted")
    lived.correct_the_height(height=900)
    (notice,) = lived.life.state.issued
    assert notice.withdrawn is None
    lived.correct_the_height(height=2000)
    (notice,) = lived.life.state.issued
    assert notice.withdrawn is not None and "X3重新适用" in notice.withdrawn["says"]
    carry_on(lived.life)


TestRandomSimulated = RandomSimulated.TestCase
TestRandomSimulated.settings = settings(max_examples=40, stateful_step_count=25)
