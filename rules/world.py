"""What a scenario talks about (情景): a project's facts, a decision, a case in memory, a timeline. No database, no network."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time
from difflib import get_close_matches
from typing import Any

from engine import filing, intake, issuing, orders
from engine.case import CaseState, Law, fold, fold_project
from engine.case_clock import CaseClock
from engine.certificate import content_of, number_of, refusal_of
from engine.clock import Judgement, judge
from engine.clock_reading import read_timeline
from engine.commands import Decide, Desk
from engine.conditions import interpret
from engine.deadlines import clocks, due_events, valid_until
from engine.decision import Decision, conclude
from engine.dossier import Dossier
from engine.errors import ApprovalError, Fault, InputError
from engine.events import SHANGHAI, Actor, Event, EventKind
from engine.facts import Statement, read_statement, subject_of
from engine.graph import StepGraph
from engine.lapsing import lapse_events
from engine.limits import Due, Limit, due, find_limit
from engine.orders import Opinion
from engine.plan import Plan, Savings
from engine.policy import Material, PolicyBook
from engine.reading import Reading
from engine.simulation import failed
from engine.tasks import Task
from engine.terms import Firm, Force, LimitInForce, Scope, Truth
from engine.values import NumberText
from engine.workdays import WorkCalendar
from rules.packaged import UNKNOWN, YES_NO, Rules, calendar_known, packaged_rules, rules_with
from rules.tried import Tried

PROJECT, CASE = "项目", "办件"
OWNER = Actor("owner", "建设单位", "owner")
CLERK = Actor("clerk", "综合窗口", "window")

DecideWith = Callable[[PolicyBook, Statement, str], Decision]


def by_interpreter(book: PolicyBook, statement: Statement, service: str) -> Decision:
    """Decide by the plain interpreter; that both engines agree is shown elsewhere."""
    return conclude(book, statement, interpret(book.conditions, subject_of(statement, book.vocabulary)), service)


@dataclass
class World:
    """One scenario's world (情景). Steps state things first, then something is done, then the outcome is looked at."""

    rules: Rules = field(default_factory=packaged_rules)
    calendar: WorkCalendar = field(default_factory=calendar_known)
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
    due: Due | None = None
    events: list[Event] = field(default_factory=list)
    durations: dict[str, int] = field(default_factory=dict)
    graph: StepGraph | None = None
    plans: dict[Reading, Plan] = field(default_factory=dict)
    savings: Savings | None = None
    tried: Tried = field(default_factory=Tried)
    refusal: ApprovalError | None = None
    """What the last thing tried met with, where it was refused."""
    case: str = CASE
    """Which case of the project the steps are about."""
    serials: Counter[str] = field(default_factory=Counter)
    """The last number given in each series (文号)."""
    _folded: dict[str, tuple[int, CaseState]] = field(default_factory=dict)
    """A case after that many events: it is folded anew only when another was added."""

    def attempt(self, act: Callable[[], object]) -> None:
        """Try something; a refusal is kept for the scenario to look at."""
        self.refusal = None
        try:
            act()
        except ApprovalError as error:
            self.refusal = error

    # --- stating -----------------------------------------------------------------------------------------------------

    @property
    def book(self) -> PolicyBook:
        """The policy of the scenario's day."""
        return self.rules.policy.as_of(self.today)

    def set_parameter(self, parameter: str, value: str) -> None:
        """Work under another value of a local parameter."""
        self.rules = rules_with(parameter, value)

    def know_notices_until(self, day: date) -> None:
        """Know only the holiday notices that were public by a day."""
        self.calendar = calendar_known(day)

    def say(self, name: str, text: str) -> None:
        """State a fact of the project, by id or title; 未知 takes it back."""
        key, value = self._said(text, Scope.PROJECT, name)
        self.facts[key] = value

    def said_of_building(self, row: Mapping[str, str]) -> dict[str, Any]:
        """Facts of one building or part as raw values, by id; an empty cell says nothing."""
        return dict(self._said(text, Scope.BUILDING, name) for name, text in row.items() if text.strip())

    def building(self, name: str) -> dict[str, Any]:
        """A building as stated so far."""
        for each in self.buildings or ():
            if each.get("name") == name:
                return each
        raise InputError([Fault(name, name, "项目没有列出这栋单体。", "No such building was listed.")])

    def _said(self, text: str, scope: Scope, name: str) -> tuple[str, Any]:
        vocabulary = self.book.vocabulary
        fact = vocabulary.get(scope, name) or vocabulary.get(Scope.WORKS, name)
        if fact is None:
            near = vocabulary.nearest(name, (scope, Scope.WORKS))
            fix = f"没有名为“{name}”的事实；最接近的是“{near or '无'}”。"
            raise InputError([Fault(name, text, fix, "Unknown fact.")])
        word = text.strip()
        if word in UNKNOWN:
            return fact.id, None
        if fact.type == "yes_no":
            return fact.id, YES_NO.get(word, word)
        if fact.numeric and fact.type != "day":
            word = word.removesuffix(fact.unit).strip()
            return fact.id, int(word) if word.isdecimal() and word.isascii() else NumberText(word)
        return fact.id, word

    # --- deciding ----------------------------------------------------------------------------------------------------

    def statement(self) -> Statement:
        """The facts as stated so far."""
        raw = {"facts": self.facts, "buildings": self.buildings, "units": self.units}
        return read_statement(raw, self.book.vocabulary, self.today)

    def decide(self) -> None:
        """Decide the service on the facts as stated."""
        self.decision = None
        self.decision = self.decide_with(self.book, self.statement(), self.service)

    @property
    def decided(self) -> Decision:
        """The decision; it is made when first looked at."""
        if self.decision is None:
            if self.refusal is not None:
                raise self.refusal
            self.decide()
        assert self.decision is not None
        return self.decision

    def service_id(self, name: str) -> str:
        """A service by id or title."""
        known = {word: s.id for s in self.book.services.values() for word in (s.id, s.title)}
        if name not in known:
            fix = f"没有名为“{name}”的服务；现有：{'、'.join(s.title for s in self.book.services.values())}。"
            raise InputError([Fault(name, name, fix, "Unknown service.")])
        return known[name]

    def item_id(self, name: str) -> str:
        """An item by id or title; the error names the nearest."""
        for item in self.book.items.values():
            if name in (item.id, item.title):
                return item.id
        near = get_close_matches(name, [i.title for i in self.book.items.values()], n=1, cutoff=0.3)
        fix = f"没有名为“{name}”的事项；最接近的是“{near[0] if near else '无'}”。"
        raise InputError([Fault(name, name, fix, "Unknown item.")])

    def material(self, name: str) -> Material:
        """A paper that an item wants, by id or title; the error names the nearest."""
        known = {word: m for i in self.book.items.values() for m in i.materials for word in (m.title, m.id)}
        if name not in known:
            near = get_close_matches(name, known, n=1, cutoff=0.3)
            fix = f"没有名为“{name}”的材料；最接近的是“{near[0] if near else '无'}”。"
            raise InputError([Fault(name, name, fix, "Unknown material.")])
        return known[name]

    # --- the clock -----------------------------------------------------------------------------------------------------

    def judge(self, asof: date, *, forecast: bool = False) -> None:
        """Judge the timeline as of a day."""
        raw = {"limit": self.limit, "events": self.moments}
        self.judgement = judge(read_timeline(raw, asof), self.calendar, asof, forecast=forecast)

    @property
    def judged(self) -> Judgement:
        """The judgement; as of the last event where no day was named."""
        if self.judgement is None:
            if self.refusal is not None:
                raise self.refusal
            self.judge(date.fromisoformat(self.moments[-1]["on"]))
        assert self.judgement is not None
        return self.judgement

    def _limit(self, name: str) -> Limit:
        titles = {limit.title: limit.id for limit in self.rules.limits.values()}
        return find_limit(self.rules.limits, titles.get(name, name))

    def run_limit(self, name: str, start: date, *, backward: bool = False, forecast: bool = False) -> Due:
        """The last day of a named limit."""
        self.due = due(self._limit(name), start, self.calendar, backward=backward, forecast=forecast)
        return self.due

    def limit_on(self, name: str) -> LimitInForce:
        """A limit as it stands on the scenario's day."""
        found = self._limit(name).in_force(self.today)
        if found is None:
            raise InputError([Fault(name, str(self.today), "这一时限当日尚未施行。", "Not in force yet.")])
        return found

    # --- a case in memory ------------------------------------------------------------------------------------------------

    @property
    def now(self) -> datetime:
        """Ten in the morning of the scenario's day."""
        return datetime.combine(self.today, time(10), SHANGHAI).astimezone(UTC)

    def add(self, events: Iterable[Event]) -> None:
        """Append events as the ledger would number them."""
        for event in events:
            self.events.append(replace(event, seq=len(self.events) + 1))

    @property
    def cases(self) -> list[str]:
        """The project's cases, in the order in which they were opened."""
        return [e.case for e in self.events if e.kind is EventKind.CASE_OPENED and e.case]

    @property
    def project_file(self) -> Dossier:
        """What is on the project's own file."""
        return fold_project(self.events)

    @property
    def state(self) -> CaseState:
        """The case as it stands."""
        return self.state_of(self.case)

    def state_of(self, case: str) -> CaseState:
        """Any case of the project as it stands."""
        at = len(self.events)
        if case not in self._folded or self._folded[case][0] != at:
            self._folded[case] = at, fold(self.events, case)
        return self._folded[case][1]

    @property
    def law(self) -> Law:
        """The law that decides the case: that of its acceptance; before, that of the day."""
        opened = self.case in self.cases
        return self.law_on((self.state.law_on if opened else None) or self.today)

    def law_on(self, day: date, service: str = "") -> Law:
        """The law of a day on the scenario's service, or on another."""
        policy = self.rules.policy
        return Law(policy.as_of(day), policy.procedure(service or self.service, day))

    def decide_by(self, law: Law) -> Decide:
        """How a desk decides under a law."""
        return lambda statement: self.decide_with(law.book, statement, law.procedure.service)

    def desk(self, actor: Actor, case: str = "") -> Desk:
        """A desk for an order today, on the scenario's case or on another."""
        state = self.state_of(case or self.case)
        law = self.law_on(state.law_on or self.today, state.service)
        return Desk(state, law, actor, self.now, self.decide_by(law))

    @property
    def tasks(self) -> tuple[Task, ...]:
        """Every task as it stands."""
        return self.state.reading(self.law.procedure).tasks()

    def task(self, name: str) -> Task:
        """The task of that id; the error lists those that there are."""
        found = next((t for t in self.tasks if t.id == name), None)
        if found is None:
            fix = f"没有这项任务；现有：{'、'.join(t.id for t in self.tasks)}。"
            raise InputError([Fault(name, name, fix, "No such task.")])
        return found

    def order(self, make: Callable[[], Iterable[Event]]) -> None:
        """Give an order; a refusal is kept for the scenario to look at."""
        self.attempt(lambda: self.add(make()))

    def file_facts(self) -> None:
        """Put the facts as stated on the project's file; what became unknown is taken back."""
        statement = self.statement()
        rows = None if statement.buildings is None else [(b.name, b.facts) for b in statement.buildings]
        facts = {**dict.fromkeys(self.facts), **statement.project}
        self.add([filing.state_facts(PROJECT, self.project_file, facts, rows, OWNER, self.now)])
        self.tell()

    def file_papers(self, names: Iterable[str]) -> None:
        """File papers by title or id; with no names, all that the items which may apply require and the office has not."""
        decided = self.decide_with(self.book, self.statement(), self.service)
        later = (Firm.ASSUMABLE,) if self.law.procedure.simulated else ()
        items, file = self.book.items, self.project_file
        materials = (m for i in decided.items if i.applies is not Truth.NO for m in i.materials)
        wanted = [m.id for m in materials if m.firm not in later and not filing.had(file, m, items)]
        named = [self.material(name) for name in names]
        for material in named:
            filing.check_not_had(file, material, items)
        for kind in [m.id for m in named] or dict.fromkeys(wanted):
            self.file_paper(kind, {"version": len(self.events)})

    def file_paper(self, kind: str, fields: Mapping[str, Any], actor: Actor = OWNER) -> None:
        """File one paper of the project, and tell its cases."""
        self.add([filing.file_document(PROJECT, self.project_file, kind, fields, (), actor, self.now)])
        self.tell()

    def tell(self) -> None:
        """What a filing brings to every case of the project: items determined anew, assumptions that fail."""
        for case in self.cases:
            self.add(intake.after_filing(self.desk(OWNER, case)))
            self.add(failed(self.desk(OWNER, case)))

    def open(self) -> None:
        """Hand the application in."""
        application = {"project_name": "示例项目"}
        self.add([filing.open_case(PROJECT, self.case, self.service, application, self.units, OWNER, self.now)])

    def department(self, item: str) -> str:
        """The department of an item."""
        return self.book.items[item].department

    def reviewer(self, item: str) -> Actor:
        """Somebody of an item's department."""
        department = self.department(item)
        return Actor(f"reviewer-{department}", "审查人员", "reviewer", department)

    @property
    def lead(self) -> Actor:
        """Somebody of the lead department."""
        return Actor("lead", "牵头部门", "lead", self.law.procedure.lead)

    def hold(self, task: str, findings: Mapping[str, Opinion], minutes: str = "", away: Iterable[str] = ()) -> None:
        """Call a gathering for today and minute it; who is concerned comes, but for the departments of some items."""
        self.order(lambda: orders.call(self.desk(self.lead), self.task(task), self.today, "现场"))
        if self.refusal is None:
            absent = {self.department(i) for i in away}
            came = sorted({self.department(i) for i in findings or self.task(task).items} - absent)
            self.order(lambda: orders.hold(self.desk(self.lead), self.task(task), came, findings, minutes))

    def issue(self, name: str = "issue") -> list[Event]:
        """Issue what is due of a task: the paper, or the refusal."""
        desk, task = self.desk(CLERK), self.task(name)
        entries = {d.id: e.seq for e in self.events for d in e.docs}
        if issuing.outcome_of(desk, task) == "refusal":
            return issuing.not_pass(desk, task, refusal_of(desk, task, "不予通过通知书", entries))
        issuing.check_issue(desk, task)
        form = desk.law.procedure.form(task.step.form or "")
        if task.about.item:
            form = form.about(task.about.item, desk.reading.item(task.about.item).title)
        until = valid_until(desk.state, desk.law, self.calendar) if task.step.force is Force.SIMULATED else None
        self.serials[form.series] += 1
        number = number_of(form, self.today, self.serials[form.series])
        return issuing.issue(desk, task, content_of(desk, task, form, number, "TEST-TEST-TEST", entries, until))

    def until(self, day: date) -> None:
        """Let time pass to a day and put on record what it brings to the project's results, and then to each case."""
        self.today = day
        lapsed = False
        while brought := lapse_events(
            PROJECT, self.events, self.project_file, self.rules.policy.as_of, self.calendar, self.now
        ):
            self.add(brought)
            lapsed = lapsed or any(e.kind is EventKind.RESULT_LAPSED for e in brought)
        if lapsed:
            self.tell()
        for case in self.cases:
            while brought := self._brought(case):
                self.add(brought)

    def _brought(self, case: str) -> list[Event]:
        state = self.state_of(case)
        law = self.law_on(state.law_on or state.received_on, state.service)
        return due_events(state, law, self.calendar, self.now, self.decide_by(law))

    def clock(self, limit: str, item: str = "") -> CaseClock:
        """The case's latest clock of a limit, by id or title; the error lists those that there are."""
        found = clocks(self.state, self.law, self.calendar, self.today)
        hits = [c for c in found if limit in (c.limit, c.title) and c.item == item]
        if not hits:
            fix = f"没有这个计时；现有：{'、'.join(c.key for c in found)}。"
            raise InputError([Fault(limit, limit, fix, "No such clock.")])
        return hits[-1]
