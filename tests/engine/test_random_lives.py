"""Random lives of one case: whatever people order, and in whatever order, what must never break does not."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import event, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from engine import commands
from engine.dossier import About, DocVersion, Dossier, Verdict
from engine.errors import InputError, RefusedError
from engine.events import Event, day_of
from engine.kinds import TABLES
from engine.procedure import Command, StepKind, TaskState
from engine.tasks import Task
from engine.terms import Truth
from tests.engine.acts import How, act
from tests.engine.law import OWNER, PROCEDURE, Life, taken_in
from tests.engine.lives import FAIL, HALL, OFFICE, agreed, plain, see, seen

LAST_DAY = date(2022, 12, 20)


def _fresh_application() -> Life:
    life = Life()
    life.facts({HALL: {"use": "workshop"}, OFFICE: {"use": "office"}}, completion_accepted=True)
    life.open()
    return life


def _one_failed() -> Life:
    life = taken_in()
    see(life, HALL, D07=FAIL)
    see(life, OFFICE)
    return life


STARTS: dict[str, Callable[[], Life]] = {
    "application": _fresh_application,
    "taken in": taken_in,
    "one failed": _one_failed,
    "seen": lambda: seen(taken_in()),
    "agreed": agreed,
}

hows = st.builds(
    How,
    st.sampled_from([Verdict.PASS, Verdict.PASS, Verdict.FAIL, Verdict.NOT_APPLICABLE]),
    st.sampled_from([HALL, OFFICE, "无此楼"]),
    st.sampled_from([True, True, True, False]),
    st.booleans(),
)


def current_all_the_way(dossier: Dossier, version: DocVersion) -> bool:
    """Whether everything that a version read, and all that it read in turn, still says the same: said anew, plainly."""
    for name in version.read:
        read = dossier.versions[name]
        now = dossier.current(*read.slot)
        if now is None or now.content != read.content or not current_all_the_way(dossier, now):
            return False
    return True


class RandomLife(RuleBasedStateMachine):
    """One case, anybody's orders."""

    life: Life

    @initialize(start=st.sampled_from(sorted(STARTS)))
    def begin(self, start: str) -> None:
        built = STARTS[start]()
        self.life = Life(built.now, built.events)

    def teardown(self) -> None:
        ending = self.life.state.ending
        event(f"ended: {ending.kind.value if ending else 'not yet'}")

    def attempt(self, order: Callable[[], Iterable[Event]]) -> bool:
        """Order it; a refusal leaves everything as it was. Whether it was done."""
        before = len(self.life.events)
        try:
            events = list(order())
        except (RefusedError, InputError) as refusal:
            assert refusal.detail and refusal.detail_en
            assert len(self.life.events) == before
            return False
        self.life.add(*events)
        return True

    # --- what people do ------------------------------------------------------------------------------------------

    @rule(pick=st.integers(0, 99), command=st.sampled_from(list(Command)), how=hows)
    def order_anything(self, pick: int, command: Command, how: How) -> None:
        tasks = self.life.state.reading(PROCEDURE).tasks()
        task = tasks[pick % len(tasks)]
        self.order(task, command, how)

    @rule(pick=st.integers(0, 99), choice=st.integers(0, 9), how=hows)
    def order_what_can_be_done(self, pick: int, choice: int, how: How) -> None:
        offered = [(t, c) for t in self.life.state.reading(PROCEDURE).tasks() for c in _takes(t) if _goes_on(c)]
        if offered:
            task, command = offered[(pick * 10 + choice) % len(offered)]
            self.order(task, command, how)

    @rule(failing=st.booleans(), steps=st.integers(1, 6))
    def everybody_does_what_is_next(self, failing: bool, steps: int) -> None:
        for _ in range(steps):
            for task in self.life.state.reading(PROCEDURE).tasks():
                wanted = [c for c in _takes(task) if c in NEXT]
                if wanted:
                    fails = failing and task.about.item == "D07"
                    self.order(task, wanted[-1], How(FAIL if fails else Verdict.PASS, passing=not failing))
                    break

    def order(self, task: Task, command: Command, how: How) -> None:
        ended = self.life.state.ending is not None
        if self.life.state.accepted_on is None and command is Command.ISSUE:
            return  # there is no content to make yet
        done = self.attempt(lambda: act(self.life, task, command, how))
        if done:
            assert command in _takes(task), (task.id, task.state, command)
            assert not ended

    @rule(area=st.sampled_from([None, 240000, 260000]))
    def correct_the_area(self, area: int | None) -> None:
        self.life.facts({HALL: {"floor_area_m2": area}, OFFICE: {"floor_area_m2": 50000}})

    @rule(archives=st.sampled_from([True, True, False, None]))
    def correct_the_archives(self, archives: bool | None) -> None:
        self.life.facts(archive_scope=archives)

    @rule(done=st.sampled_from([True, True, True, False, None]))
    def correct_the_completion(self, done: bool | None) -> None:
        self.life.facts(completion_accepted=done)

    @rule(more=st.booleans())
    def list_the_buildings(self, more: bool) -> None:
        names = [HALL, OFFICE, *(["门卫室"] if more else [])]
        self.life.facts({n: {} for n in names} | ({"门卫室": {"use": "office", "floor_area_m2": 900}} if more else {}))

    @rule(kind=st.sampled_from(["fire-report", "archive-list"]), sheets=st.integers(1, 3))
    def file_a_paper(self, kind: str, sheets: int) -> None:
        self.life.file(kind, sheets=sheets)

    @rule()
    def answer_the_list(self) -> None:
        self.attempt(lambda: commands.answer(self.life.desk(OWNER), "已整改", {}, ()))

    @rule(days=st.integers(0, 15), by=st.sampled_from(["lead_department", "nobody"]), item=st.sampled_from(["", "D07"]))
    def extend(self, days: int, by: str, item: str) -> None:
        self.attempt(lambda: commands.extend(self.life.desk(), days, by, "案情复杂", item))

    @rule(days=st.sampled_from([0, 1, 2, 4, 9]))
    def let_time_pass(self, days: int) -> None:
        self.life.tick(min(LAST_DAY, day_of(self.life.now) + timedelta(days)))

    @rule(sure=st.integers(0, 9))
    def withdraw_the_application(self, sure: int) -> None:
        if sure == 0:
            self.attempt(lambda: commands.withdraw(self.life.desk(OWNER), ""))

    @precondition(lambda self: self.life.state.ending is not None)
    @rule()
    def withdraw_the_certificate(self) -> None:
        had = self.life.state.certificate is not None and self.life.state.certificate_withdrawn is None
        assert self.attempt(lambda: commands.withdraw_certificate(self.life.desk(), "以欺骗手段取得")) is had

    # --- what never breaks -----------------------------------------------------------------------------------------

    @invariant()
    def nothing_done_is_stale(self) -> None:
        state = self.life.state
        if state.ending is not None:
            return
        for task in state.reading(PROCEDURE).tasks():
            if task.step.kind is StepKind.REVIEW and task.state is TaskState.DONE:
                made = state.dossier.current(task.step.makes, replace(task.about, case=state.case))
                assert made is not None and current_all_the_way(state.dossier, made)

    @invariant()
    def every_task_has_one_id_and_its_blocks_are_said(self) -> None:
        tasks = self.life.state.reading(PROCEDURE).tasks()
        assert len({t.id for t in tasks}) == len(tasks)
        assert all(t.blocked_by for t in tasks if t.state is TaskState.BLOCKED)

    @invariant()
    def a_certificate_rests_on_a_passing_current_opinion_of_every_item(self) -> None:
        state = self.life.state
        if state.certificate is None:
            return
        applying = [i for i in state.items if i.applies is Truth.YES and i.part == "opinion"]
        assert applying and all(i.applies is not Truth.UNKNOWN for i in state.items)
        for item in applying:
            opinion = state.dossier.current("opinion", About(item.id, case=state.case))
            assert opinion is not None and opinion.verdict is Verdict.PASS
            assert current_all_the_way(state.dossier, opinion)
        assert {o["item"] for o in state.certificate["opinions"]} == {i.id for i in applying}
        assert state.eligible is Truth.YES

    @invariant()
    def an_open_case_can_always_go_on(self) -> None:
        state = self.life.state
        reading = state.reading(PROCEDURE)
        if state.ending is not None or reading.answerable():
            return
        can_do = any(_goes_on(c) for t in reading.tasks() for c in _takes(t))
        wants_filing = any("材料" in w or "无法判断" in w for t in reading.tasks() for w in t.blocked_by)
        assert can_do or wants_filing, self.life.states()

    @invariant()
    def the_stored_bytes_fold_to_the_same_case(self) -> None:
        events = [Event.from_body(e.body(), e.seq) for e in self.life.events]
        assert plain(Life(self.life.now, events).state) == plain(self.life.state)

    @invariant()
    def an_ended_case_takes_no_order(self) -> None:
        if self.life.state.ending is None:
            return
        for task in self.life.state.reading(PROCEDURE).tasks():
            for command in _takes(task):
                if command is not Command.ISSUE or self.life.state.accepted_on:
                    with pytest.raises(RefusedError):
                        act(self.life, task, command)
        for order in (commands.withdraw, lambda desk, says: commands.answer(desk, says, {}, ())):
            with pytest.raises(RefusedError):
                order(self.life.desk(OWNER), "再来")
        with pytest.raises(RefusedError):
            commands.extend(self.life.desk(), 1, "lead_department", "再来")


def _takes(task: Task) -> list[Command]:
    return [c for (at, c) in TABLES[task.step.kind] if at is task.state]


def _goes_on(command: Command) -> bool:
    return command is not Command.WITHDRAW_OPINION


NEXT = (Command.ACCEPT, Command.ASK_ONCE, Command.GIVE, Command.RESUME_CLOCK, Command.CALL, Command.HOLD, Command.ISSUE)
"""What carries a case on to its end."""

TestRandomLives = RandomLife.TestCase
TestRandomLives.settings = settings(max_examples=40, stateful_step_count=25)
