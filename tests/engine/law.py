"""A small law for tests of the kernel: three items, three departments, the procedure of joint acceptance."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from engine import filing, intake, orders
from engine.case import CaseState, Law, fold, fold_project
from engine.commands import Desk
from engine.conditions import Comparison, Condition, Conditions, Lift, Op, Ref, interpret
from engine.deadlines import due_events
from engine.decision import Decision, conclude
from engine.dossier import Verdict
from engine.events import Actor, Event
from engine.facts import Statement, subject_of
from engine.policy import Item, ItemKind, ItemLimit, Material, PolicyBook, Requirement, Service, ServiceItem
from engine.procedure import (
    Dimension,
    Form,
    Guard,
    GuardKind,
    OnFail,
    Party,
    Procedure,
    Step,
    StepKind,
    StepNeed,
)
from engine.tasks import Task
from engine.terms import Cite, Fact, FactType, Firm, LimitInForce, LimitKind, Scope, Unit, Vocabulary
from engine.workdays import Notice, WorkCalendar

USES = {"workshop": "厂房", "office": "办公"}
VOCABULARY = Vocabulary(
    [
        Fact(Scope.PROJECT, "archive_scope", "档案接收范围内", FactType.YES_NO),
        Fact(Scope.WORKS, "completion_accepted", "竣工验收通过", FactType.YES_NO),
        Fact(Scope.BUILDING, "name", "名称", FactType.TEXT),
        Fact(Scope.BUILDING, "use", "用途", FactType.CHOICE, allowed=USES),
        Fact(Scope.BUILDING, "floor_area_m2", "建筑面积", FactType.DECIMAL, unit="m²"),
        Fact(Scope.BUILDING, "parts", "部分", FactType.PARTS),
        Fact(Scope.SPACE, "use", "用途", FactType.CHOICE, allowed=USES),
        Fact(Scope.SPACE, "floor_area_m2", "建筑面积", FactType.DECIMAL, unit="m²"),
    ]
)


def _fact(scope: Scope, name: str) -> Fact:
    found = VOCABULARY.get(scope, name)
    assert found is not None
    return found


FIRE = (Cite("建设工程消防设计审查验收管理暂行规定", "第十四条"),)
CONDITIONS = Conditions.of(
    [
        Condition("always", Scope.PROJECT, Lift.ALL, (), "所有工程"),
        Condition(
            "big_workshop",
            Scope.SPACE,
            Lift.ALL,
            (
                Comparison(_fact(Scope.SPACE, "use"), Op.EQ, "workshop"),
                Comparison(_fact(Scope.SPACE, "floor_area_m2"), Op.GT, 250000),
            ),
            "厂房大于2500平方米",
            cite=FIRE,
        ),
        Condition("special_building", Scope.BUILDING, Lift.ANY, (Ref("big_workshop", lift=Lift.ANY),)),
        Condition(
            "special", Scope.PROJECT, Lift.ANY, (Ref("special_building", lift=Lift.ANY),), "特殊建设工程", cite=FIRE
        ),
        Condition(
            "archive",
            Scope.PROJECT,
            Lift.ALL,
            (Comparison(_fact(Scope.PROJECT, "archive_scope"), Op.EQ, True),),
            "在档案接收范围内",
        ),
        Condition(
            "done_here", Scope.WORKS, Lift.ALL, (Comparison(_fact(Scope.WORKS, "completion_accepted"), Op.EQ, True),)
        ),
        Condition("completed", Scope.PROJECT, Lift.ALL, (Ref("done_here", lift=Lift.ALL),), "已通过竣工验收"),
    ]
)


def _limit(name: str, title: str, kind: LimitKind, days: int) -> LimitInForce:
    return LimitInForce(name, title, kind, days, Unit.WORKING, (Cite("某法", "某条"),))


LIMITS = {
    limit.id: limit
    for limit in (
        _limit("correction-notice", "补正告知", LimitKind.STATUTORY, 5),
        _limit("joint", "联合办理", LimitKind.STATUTORY, 45),
        _limit("ja-promised", "联合验收承诺", LimitKind.PROMISED, 9),
        _limit("ja-rectify", "整改", LimitKind.PERIOD, 3),
        _limit("fire-acceptance", "消防验收", LimitKind.STATUTORY, 15),
    )
}
ITEMS = {
    "D02": Item("D02", "规划条件核实", "natural_resources", ItemKind.CONFIRMATION, "always", needs_visit=True),
    "D07": Item(
        "D07",
        "特殊建设工程消防验收",
        "housing_construction",
        ItemKind.LICENCE,
        "special",
        "special_building",
        FIRE,
        (Material("fire-report", "消防竣工图纸"),),
        (ItemLimit("fire-acceptance"),),
        needs_visit=True,
    ),
    "D10": Item(
        "D10",
        "建设工程档案验收",
        "archives",
        ItemKind.CONFIRMATION,
        "archive",
        materials=(Material("archive-list", "档案目录", Firm.BEFORE_ISSUE),),
    ),
}
SERVICE = Service(
    "joint-acceptance",
    "竣工联合验收",
    (Requirement("completed"),),
    items=tuple(ServiceItem(i, "opinion") for i in ITEMS),
)
BOOK = PolicyBook(
    "test",
    "sha256:test",
    date(2022, 9, 1),
    VOCABULARY,
    CONDITIONS,
    ITEMS,
    LIMITS,
    {SERVICE.id: SERVICE},
    {"natural_resources": "自然资源局", "housing_construction": "住房和城乡建设局", "archives": "档案馆"},
)
PROCEDURE = Procedure(
    SERVICE.id,
    (
        Step("intake", StepKind.INTAKE, Party.WINDOW, "voucher", "统一受理", checks=("application", "item.materials")),
        Step(
            "review",
            StepKind.REVIEW,
            Party.ITEM_DEPARTMENT,
            "paper_finding",
            "资料审查",
            (Dimension.ITEM,),
            items="opinion",
            needs=(StepNeed("voucher"), StepNeed("item.materials"), StepNeed("item.facts")),
        ),
        Step(
            "visit",
            StepKind.GATHERING,
            Party.LEAD,
            "site_finding",
            "联合勘验",
            (Dimension.BUILDING,),
            (Dimension.ITEM,),
            Party.ITEM_DEPARTMENT,
            when=Guard(GuardKind.ITEM, "needs_visit"),
            needs=(StepNeed("voucher"),),
            on_fail=OnFail("rectification", 2, Party.OWNER, "ja-rectify"),
        ),
        Step(
            "opinion",
            StepKind.REVIEW,
            Party.ITEM_DEPARTMENT,
            "opinion",
            "出具意见",
            (Dimension.ITEM,),
            items="opinion",
            after=("paper_finding", "site_finding"),
            on_fail=OnFail("minutes", 2),
        ),
        Step(
            "meeting",
            StepKind.GATHERING,
            Party.LEAD,
            "minutes",
            "联审会议",
            with_=Party.ALL,
            when=Guard(GuardKind.ANY_VERDICT, "opinion", "failed"),
            after=("opinion",),
        ),
        Step(
            "issue",
            StepKind.ISSUE,
            Party.WINDOW,
            "certificate",
            "一窗出证",
            needs=(StepNeed("opinion"),),
            form="ja-certificate",
            refuses="decision_not_passed",
        ),
    ),
    "ja-promised",
    "joint",
    (
        Form(
            "ja-certificate",
            "竣工联合验收意见书",
            "ja",
            "江海联验〔{year}〕{serial:04d}号",
            "江海区",
            "可交付使用",
            "ja-certificate",
        ),
    ),
    "housing_construction",
    "已合格的事项在工程未变动时继续有效",
)
LAW = Law(BOOK, PROCEDURE)
CALENDAR = WorkCalendar.of(
    [
        Notice(
            "国办发明电〔2021〕11号",
            "2022年放假安排",
            date(2021, 10, 25),
            2022,
            frozenset(date(2022, 10, d) for d in range(1, 8)),
            frozenset({date(2022, 10, 8), date(2022, 10, 9)}),
        )
    ]
)
OWNER = Actor("u1", "业主", "owner")
CLERK = Actor("u2", "窗口", "window")
LEAD = Actor("u3", "牵头", "lead", "housing_construction")


def decide(statement: Statement) -> Decision:
    """By the plain interpreter alone."""
    return conclude(BOOK, statement, interpret(CONDITIONS, subject_of(statement, VOCABULARY)), SERVICE.id)


@dataclass
class Life:
    """One case of one project in memory, with a clock that the test moves."""

    now: datetime = datetime(2022, 9, 16, 2, 0, tzinfo=UTC)
    events: list[Event] = field(default_factory=list)
    _folded: tuple[int, Event, CaseState] | None = field(default=None, kw_only=True, repr=False, compare=False)
    """The fold of so many events up to that one: a test asks for the state far more often than it changes."""

    def add(self, *events: Event) -> None:
        """Append, as the ledger would number them."""
        for event in events:
            self.events.append(
                Event(
                    event.kind,
                    event.at,
                    event.actor,
                    event.project,
                    event.case,
                    event.task,
                    event.docs,
                    event.data,
                    len(self.events) + 1,
                )
            )

    def day(self, day: date) -> None:
        """Ten in the morning of a day."""
        self.now = datetime(day.year, day.month, day.day, 2, tzinfo=UTC)

    @property
    def state(self) -> CaseState:
        """The case as it stands."""
        if self._folded is None or self._folded[:2] != (len(self.events), self.events[-1]):
            self._folded = len(self.events), self.events[-1], fold(self.events, "c1")
        return self._folded[2]

    def desk(self, actor: Actor = CLERK) -> Desk:
        """A desk for a command now."""
        return Desk(self.state, LAW, actor, self.now, decide)

    def task(self, name: str) -> Task:
        """The task of that id."""
        found = self.state.reading(PROCEDURE).task(name)
        assert found is not None, [t.id for t in self.state.reading(PROCEDURE).tasks()]
        return found

    def states(self) -> dict[str, str]:
        """Task id → state."""
        return {t.id: t.state.value for t in self.state.reading(PROCEDURE).tasks()}

    def facts(self, buildings: dict[str, dict[str, Any]] | None = None, **facts: Any) -> None:
        """State facts, and tell the case."""
        dossier = self.state.dossier if any(e.case for e in self.events) else fold_project(self.events)
        rows = None if buildings is None else list(buildings.items())
        self.add(filing.state_facts("p1", dossier, facts, rows, OWNER, self.now))
        self.after()

    def file(self, kind: str, **fields: Any) -> None:
        """File a paper, and tell the case."""
        dossier = self.state.dossier if any(e.case for e in self.events) else fold_project(self.events)
        self.add(filing.file_document("p1", dossier, kind, fields, (), OWNER, self.now))
        self.after()

    def after(self) -> None:
        """What a filing brings."""
        if any(e.case for e in self.events):
            self.add(*intake.after_filing(self.desk(OWNER)))

    def open(self) -> None:
        """Hand the application in."""
        self.add(filing.open_case("p1", "c1", SERVICE.id, {"project_name": "示例"}, None, OWNER, self.now))

    def do(self, order: Any, task: str, *args: Any, actor: Actor = CLERK) -> None:
        """One command on a task."""
        self.add(*order(self.desk(actor), self.task(task), *args))

    def give(self, step: str, item: str, verdict: Verdict = Verdict.PASS) -> None:
        """A department gives its finding or opinion."""
        reviewer = Actor("r-" + item, "审查员", "reviewer", ITEMS[item].department)
        fail = verdict is Verdict.FAIL
        opinion = orders.Opinion(verdict, "有问题" if fail else "", "某条" if fail else "")
        self.do(orders.give, f"{step}:{item}", opinion, actor=reviewer)

    def visit(self, building: str, **verdicts: Verdict) -> None:
        """Call and hold a site visit."""
        self.do(orders.call, f"visit:{building}", self.state.received_on.replace(year=2099), "现场", actor=LEAD)
        findings = {
            item: orders.Opinion(v, "有问题" if v is Verdict.FAIL else "", "某条" if v is Verdict.FAIL else "")
            for item, v in verdicts.items()
        }
        attended = sorted({ITEMS[i].department for i in verdicts})
        self.do(orders.hold, f"visit:{building}", attended, findings, "", actor=LEAD)

    def tick(self, day: date) -> None:
        """Let time pass to a day, and record what it brings."""
        self.day(day)
        while events := due_events(self.state, LAW, CALENDAR, self.now, decide):
            self.add(*events)


def taken_in() -> Life:
    """A case that was accepted on 2022-09-16: a workshop of 2,600 m² and an office, archives in scope."""
    life = Life()
    life.facts(
        {"1号厂房": {"use": "workshop", "floor_area_m2": 260000}, "办公楼": {"use": "office", "floor_area_m2": 50000}},
        archive_scope=True,
        completion_accepted=True,
    )
    life.file("fire-report", drawings=3)
    life.open()
    life.do(intake.accept, "intake")
    return life
