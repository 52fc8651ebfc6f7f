"""What a scenario talks about (情景): a project's facts, a decision, a case in memory, a timeline. No database, no network."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time
from typing import Any

from engine import filing, intake, orders
from engine.case import CaseState, Law, fold, fold_project
from engine.certificate import content_of, number_of, refusal_of
from engine.clock import Judgement, judge
from engine.clock_reading import read_timeline
from engine.commands import Desk
from engine.conditions import interpret
from engine.deadlines import CaseClock, clocks, due_events
from engine.decision import Decision, conclude
from engine.errors import ApprovalError, Fault, InputError
from engine.events import SHANGHAI, Actor, Event
from engine.facts import Statement, read_statement, subject_of
from engine.policy import PolicyBook
from engine.tasks import Task
from engine.terms import Scope
from engine.values import NumberText
from engine.workdays import WorkCalendar
from rules.calendar import load_notices
from rules.compiler import Policy, compile_policy
from rules.loader import load_policy, read_sources

PROJECT, CASE = "项目", "办件"
OWNER = Actor("owner", "建设单位", "owner")
CLERK = Actor("clerk", "综合窗口", "window")

DecideWith = Callable[[PolicyBook, Statement, str], Decision]


def by_interpreter(book: PolicyBook, statement: Statement, service: str) -> Decision:
    """Decide by the plain interpreter; the tests of features pass both engines instead."""
    return conclude(book, statement, interpret(book.conditions, subject_of(statement, book.vocabulary)), service)


@dataclass
class World:
    """One scenario's world (情景). Steps state things first, then something is done, then the outcome is looked at."""

    policy: Policy
    calendar: WorkCalendar
    decide_with: DecideWith = by_interpreter
    today: date = date(2022, 9, 16)
    service: str = "joint-acceptance"
    facts: dict[str, Any] = field(default_factory=dict)
    buildings: list[dict[str, Any]] | None = None
    units: list[str] | None = None
    limit: dict[str, Any] = field(default_factory=lambda: {"days": 20, "unit": "working", "kind": "licence"})
    moments: list[dict[str, Any]] = field(default_factory=list)
    decision: Decision | None = None
    judgement: Judgement | None = None
    due: date | None = None
    events: list[Event] = field(default_factory=list)
    refusal: ApprovalError | None = None
    """What the last order met with, where it was refused."""

    @classmethod
    def packaged(cls, decide_with: DecideWith = by_interpreter) -> World:
        """A world under the policy that is shipped."""
        sources = read_sources()
        calendar = WorkCalendar.of(load_notices({p: t for p, t in sources.items() if p.startswith("calendar/")}))
        return cls(compile_policy(load_policy(sources)), calendar, decide_with)

    def fresh(self) -> World:
        """A new world under the same policy."""
        return World(self.policy, self.calendar, self.decide_with)

    # --- deciding ----------------------------------------------------------------------------------------------------

    @property
    def book(self) -> PolicyBook:
        """The policy of the scenario's day."""
        return self.policy.as_of(self.today)

    def statement(self) -> Statement:
        """The facts as stated so far."""
        raw = {"facts": self.facts, "buildings": self.buildings, "units": self.units}
        return read_statement(raw, self.book.vocabulary, self.today)

    def decide(self) -> None:
        """Decide the service on the facts as stated."""
        self.decision = self.decide_with(self.book, self.statement(), self.service)

    @property
    def decided(self) -> Decision:
        """The decision; it is made when first looked at."""
        if self.decision is None:
            self.decide()
        assert self.decision is not None
        return self.decision

    def said(self, text: str, scope: Scope, name: str) -> Any:
        """A cell or word of a feature as a fact's raw value: 是/否, numbers with their unit, titles of choices."""
        fact = self.book.vocabulary.get(scope, name) or self.book.vocabulary.get(Scope.WORKS, name)
        if fact is None:
            near = self.book.vocabulary.nearest(name, (scope, Scope.WORKS))
            raise InputError(
                [Fault(name, text, f"没有名为“{name}”的事实；最接近的是“{near or '无'}”。", "Unknown fact.")]
            )
        word = text.strip()
        if word in ("", "未知", "不详"):
            return None
        if fact.type == "yes_no":
            return {"是": True, "否": False}.get(word, word)
        if fact.numeric and fact.type != "day":
            word = (
                word.removesuffix(fact.unit)
                .removesuffix("平方米")
                .removesuffix("米")
                .removesuffix("层")
                .strip()
                .replace(",", "")
            )
            return int(word) if word.isdigit() else NumberText(word)
        return word

    # --- the clock -----------------------------------------------------------------------------------------------------

    def judge(self, asof: date) -> None:
        """Judge the timeline as of a day."""
        self.judgement = judge(read_timeline({"limit": self.limit, "events": self.moments}), self.calendar, asof)

    @property
    def judged(self) -> Judgement:
        """The judgement; as of the last event where no day was named."""
        if self.judgement is None:
            self.judge(date.fromisoformat(self.moments[-1]["on"]))
        assert self.judgement is not None
        return self.judgement

    # --- a case in memory ------------------------------------------------------------------------------------------------

    @property
    def now(self) -> datetime:
        """Ten in the morning of the scenario's day."""
        return datetime.combine(self.today, time(10), SHANGHAI).astimezone(UTC)

    def add(self, events: list[Event]) -> None:
        """Append events as the ledger would number them."""
        for event in events:
            self.events.append(replace(event, seq=len(self.events) + 1))

    @property
    def opened(self) -> bool:
        """Whether an application was handed in."""
        return any(e.case for e in self.events)

    @property
    def state(self) -> CaseState:
        """The case as it stands."""
        return fold(self.events, CASE)

    @property
    def law(self) -> Law:
        """The law that decides the case: that of its acceptance, else today's."""
        state = self.state
        day = state.law_on or self.today
        return Law(self.policy.as_of(day), self.policy.procedure(state.service, day))

    def desk(self, actor: Actor) -> Desk:
        """A desk for an order today."""
        law = self.law
        return Desk(self.state, law, actor, self.now, lambda s: self.decide_with(law.book, s, self.service))

    def task(self, name: str) -> Task:
        """The task of that id; the error lists those that there are."""
        tasks = self.state.reading(self.law.procedure).tasks()
        found = next((t for t in tasks if t.id == name), None)
        if found is None:
            raise InputError(
                [Fault(name, name, f"没有这项任务；现有：{'、'.join(t.id for t in tasks)}。", "No such task.")]
            )
        return found

    def order(self, make: Callable[[], list[Event]]) -> None:
        """Give an order; a refusal is kept for the scenario to look at."""
        self.refusal = None
        try:
            self.add(make())
        except ApprovalError as error:
            self.refusal = error

    def file_facts(self) -> None:
        """Put the facts as stated on the project's file."""
        statement = self.statement()
        rows = None if statement.buildings is None else [(b.name, b.facts) for b in statement.buildings]
        dossier = fold_project(self.events)
        self.add([filing.state_facts(PROJECT, dossier, dict(statement.project), rows, OWNER, self.now)])
        self.tell()

    def file_papers(self, names: list[str]) -> None:
        """File papers by id or title; with no names, all that the items which may apply require."""
        wanted = {
            m.id: m
            for i in self.decide_with(self.book, self.statement(), self.service).items
            if i.applies != "no"
            for m in i.materials
        }
        by_title = {m.title: m.id for i in self.book.items.values() for m in i.materials}
        for name in names or list(wanted):
            kind = by_title.get(name, name)
            self.add(
                [
                    filing.file_document(
                        PROJECT, fold_project(self.events), kind, {"version": len(self.events)}, (), OWNER, self.now
                    )
                ]
            )
        self.tell()

    def tell(self) -> None:
        """What a filing brings to the case."""
        if self.opened:
            self.add(intake.after_filing(self.desk(OWNER)))

    def open(self) -> None:
        """Hand the application in."""
        application = {"project_name": "示例项目"}
        self.add([filing.open_case(PROJECT, CASE, self.service, application, self.units, OWNER, self.now)])

    def department(self, item: str) -> str:
        """The department of an item."""
        return self.state.reading(self.law.procedure).item(item).department

    def item_id(self, name: str) -> str:
        """An item by id or title."""
        for item in self.book.items.values():
            if name in (item.id, item.title):
                return item.id
        from difflib import get_close_matches

        near = get_close_matches(name, [i.title for i in self.book.items.values()], n=1, cutoff=0.3)
        raise InputError(
            [Fault(name, name, f"没有名为“{name}”的事项；最接近的是“{near[0] if near else '无'}”。", "Unknown item.")]
        )

    def reviewer(self, item: str) -> Actor:
        """Somebody of an item's department."""
        department = self.department(item)
        return Actor(f"reviewer-{department}", "审查人员", "reviewer", department)

    @property
    def lead(self) -> Actor:
        """Somebody of the lead department."""
        return Actor("lead", "牵头部门", "lead", self.law.procedure.lead)

    def issue(self) -> list[Event]:
        """Issue what is due: the certificate, or the refusal."""
        desk, task = self.desk(CLERK), self.task("issue")
        entries = {d.id: e.seq for e in self.events for d in e.docs}
        if orders.outcome_of(desk, task) == "refusal":
            return orders.not_pass(desk, task, refusal_of(desk, task, "不予通过通知书", entries))
        form = desk.law.procedure.form(task.step.form or "")
        content = content_of(desk, task, form, number_of(form, self.today, 1), "TEST-TEST-TEST", entries)
        return orders.issue(desk, task, content)

    def until(self, day: date) -> None:
        """Let time pass to a day and put on record what it brings."""
        self.today = day
        while self.opened:
            state = self.state
            law = (
                self.law
                if state.accepted_on
                else Law(self.policy.as_of(state.received_on), self.policy.procedure(state.service, state.received_on))
            )
            brought = due_events(
                state, law, self.calendar, self.now, lambda s, book=law.book: self.decide_with(book, s, self.service)
            )  # type: ignore[misc]
            if not brought:
                return
            self.add(brought)

    def clock(self, key: str) -> CaseClock:
        """A clock of the case by its key; the error lists those that there are."""
        found = clocks(self.state, self.law, self.calendar, self.today)
        for each in found:
            if key in (each.key, each.limit, each.title):
                return each
        raise InputError(
            [Fault(key, key, f"没有这个计时；现有：{'、'.join(c.key for c in found)}。", "No such clock.")]
        )
