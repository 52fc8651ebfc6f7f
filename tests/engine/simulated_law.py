"""A small law with a simulated step: three items of which two are licences, one assumed paper, all five kinds of failures."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from engine import converting, filing, intake, issuing, orders
from engine.assumed import AssumedField, AssumedPaper, FailedBy, Failure, FieldType
from engine.case import Law, fold_project
from engine.certificate import content_of, number_of, refusal_of
from engine.commands import Desk
from engine.conditions import Comparison, Condition, Conditions, Lift, Op, Ref, interpret
from engine.deadlines import due_events, valid_until
from engine.decision import Decision, conclude
from engine.dossier import About, DocVersion, Standing, Verdict
from engine.events import Actor
from engine.facts import Statement, subject_of
from engine.policy import Item, ItemKind, ItemLimit, Material, Need, PolicyBook, Requirement, Service, ServiceItem
from engine.procedure import Dimension, Form, Guard, GuardKind, OnFail, Party, Procedure, Step, StepKind, StepNeed
from engine.simulation import failed
from engine.tasks import Task
from engine.terms import Cite, Fact, FactType, Firm, Force, LimitInForce, LimitKind, Scope, Unit, Vocabulary
from tests.engine.law import CALENDAR, CLERK, OWNER, Life

VOCABULARY = Vocabulary(
    [
        Fact(Scope.PROJECT, "allowed", "属可模拟审批的范围", FactType.YES_NO),
        Fact(Scope.BUILDING, "height_m", "高度", FactType.DECIMAL, unit="m"),
    ]
)
ALLOWED, HEIGHT = (VOCABULARY.get(s, n) for s, n in ((Scope.PROJECT, "allowed"), (Scope.BUILDING, "height_m")))
assert ALLOWED is not None and HEIGHT is not None
CONDITIONS = Conditions.of(
    [
        Condition("always", Scope.PROJECT, Lift.ALL, (), "所有工程"),
        Condition("in_catalogue", Scope.PROJECT, Lift.ALL, (Comparison(ALLOWED, Op.EQ, True),), "属可模拟审批的范围"),
        Condition("tall_building", Scope.BUILDING, Lift.ALL, (Comparison(HEIGHT, Op.GT, 1000),), "高于10米"),
        Condition("tall", Scope.PROJECT, Lift.ANY, (Ref("tall_building", lift=Lift.ANY),), "有高于10米的单体"),
    ]
)


def _limit(name: str, title: str, kind: LimitKind, days: int, unit: Unit = Unit.WORKING) -> LimitInForce:
    return LimitInForce(name, title, kind, days, unit, (Cite("某法", "某条"),))


LIMITS = {
    x.id: x
    for x in (
        _limit("correction-notice", "补正告知", LimitKind.STATUTORY, 5),
        _limit("promised", "模拟审查承诺", LimitKind.PROMISED, 10),
        _limit("correction", "修改", LimitKind.PERIOD, 30),
        _limit("conversion", "转正", LimitKind.PROMISED, 3),
        _limit("valid", "有效期", LimitKind.PERIOD, 60, Unit.CALENDAR),
        _limit("warn", "临期提醒", LimitKind.PERIOD, 5),
        _limit("plan-days", "规划许可", LimitKind.STATUTORY, 20),
        _limit("fire-days", "消防设计审查", LimitKind.STATUTORY, 15),
    )
}
ITEMS = {
    "X1": Item(
        "X1",
        "用地规划许可",
        "planning",
        ItemKind.LICENCE,
        "always",
        materials=(Material("design", "设计方案"),),
        limits=(ItemLimit("plan-days"),),
    ),
    "X2": Item(
        "X2",
        "工程规划许可",
        "planning",
        ItemKind.LICENCE,
        "always",
        materials=(Material("survey", "测绘报告", Firm.BEFORE_ISSUE),),
        needs=(Need(("X1.result",)),),
    ),
    "X3": Item(
        "X3", "消防设计审查", "fire", ItemKind.REVIEW, "tall", "tall_building", limits=(ItemLimit("fire-days"),)
    ),
}
SERVICE = Service(
    "simulating",
    "模拟审批",
    (Requirement("always"), Requirement("in_catalogue")),
    items=tuple(ServiceItem(i, "opinion") for i in ITEMS),
)
BOOK = PolicyBook(
    "test",
    "sha256:simulated",
    date(2022, 9, 1),
    VOCABULARY,
    CONDITIONS,
    ITEMS,
    LIMITS,
    {SERVICE.id: SERVICE},
    {"planning": "自然资源局", "fire": "住房和城乡建设局"},
)
CONTRACT = AssumedPaper(
    "land-contract",
    "出让合同",
    (
        AssumedField("parcel", "宗地编号", key=True, public=True),
        AssumedField("holder", "受让人", failure="other_holder"),
        AssumedField(
            "ratio", "容积率", FieldType.DECIMAL, items=("X1", "X2"), failure="conditions_differ", public=True
        ),
        AssumedField("area", "宗地面积", FieldType.DECIMAL, percent=Decimal(1), failure="beyond_tolerance"),
        AssumedField("height", "限高", FieldType.DECIMAL, absolute=Decimal("0.5"), items=("X3",)),
        AssumedField("plots", "地块数", FieldType.WHOLE, items=("X1",)),
        AssumedField("handover", "交地日期", FieldType.DAY, items=("X2",)),
        AssumedField("fenced", "已围蔽", FieldType.YES_NO, items=("X3",)),
    ),
)
TERMS: dict[str, Any] = {
    "parcel": "JH-7",
    "holder": "甲公司",
    "ratio": "3",
    "area": "30000",
    "height": "40",
    "plots": 1,
    "handover": "2022-10-31",
    "fenced": True,
}
FAILURES = (
    Failure("conditions_differ", "规划条件不一致", FailedBy.FIELDS),
    Failure("beyond_tolerance", "超出容差", FailedBy.FIELDS),
    Failure("other_holder", "他人竞得", FailedBy.FIELDS, ends=True),
    Failure("design_changed", "方案变化", FailedBy.FACTS, facts={"height_m": Decimal("0.5")}),
    Failure("law_changed", "规定修改", FailedBy.DECLARED, of="items"),
    Failure("false_papers", "材料虚假", FailedBy.DECLARED, of="documents"),
    Failure("commitment_broken", "未履行承诺", FailedBy.DECLARED, ends=True),
    Failure("validity_over", "有效期届满", FailedBy.TIME),
    Failure("left_catalogue", "不属范围", FailedBy.CONDITIONS, ends=True, conditions=("in_catalogue",)),
)
STEPS = (
    Step("intake", StepKind.INTAKE, Party.WINDOW, "voucher", "受理", checks=("application", "item.materials")),
    Step(
        "simulate",
        StepKind.REVIEW,
        Party.ITEM_DEPARTMENT,
        "simulated_opinion",
        "模拟审查",
        (Dimension.ITEM,),
        items="opinion",
        needs=(
            StepNeed("voucher"),
            StepNeed("item.materials"),
            StepNeed("item.facts"),
            StepNeed("land-contract", Firm.ASSUMABLE),
        ),
        on_fail=OnFail("simulated_correction", 2, Party.OWNER, "correction"),
        force=Force.SIMULATED,
    ),
    Step(
        "notice",
        StepKind.ISSUE,
        Party.WINDOW,
        "simulated_notice",
        "模拟意见书",
        needs=(StepNeed("simulated_opinion"),),
        form="notice",
        refuses="simulation_not_passed",
        force=Force.SIMULATED,
    ),
    Step(
        "convert",
        StepKind.REVIEW,
        Party.ITEM_DEPARTMENT,
        "opinion",
        "转正",
        (Dimension.ITEM,),
        items="opinion",
        needs=(StepNeed("voucher"), StepNeed("land-contract"), StepNeed("item.materials"), StepNeed("item.facts")),
        on_fail=OnFail("formal_correction", 2, Party.OWNER, "correction"),
        limit="conversion",
        converts="simulated_opinion",
        two_people=True,
        results=True,
    ),
    Step(
        "permit",
        StepKind.ISSUE,
        Party.WINDOW,
        "permit",
        "发证",
        (Dimension.ITEM,),
        items="opinion",
        when=Guard(GuardKind.ITEM, "licence"),
        needs=(StepNeed("opinion"), StepNeed("item.results")),
        form="permit",
        results=True,
    ),
    Step(
        "finish",
        StepKind.ISSUE,
        Party.WINDOW,
        "conversion_notice",
        "办结",
        needs=(StepNeed("opinion"), StepNeed("permit")),
        form="finish",
        refuses="conversion_not_passed",
    ),
)
PROCEDURE = Procedure(
    SERVICE.id,
    STEPS,
    "promised",
    forms=(
        Form("notice", "模拟审批意见书", "sim", "模审〔{year}〕{serial}号", "planning", "无行政许可效力", "notice"),
        Form("permit", "{title}", "permit-{item}", "{item}〔{year}〕{serial}号", "planning", "许可", "permit"),
        Form("finish", "办结通知书", "finish", "模转〔{year}〕{serial}号", "planning", "办结", "permit"),
    ),
    lead="planning",
    assumes=(CONTRACT,),
    failures=FAILURES,
    valid="valid",
    warn="warn",
)
LAW = Law(BOOK, PROCEDURE)
ONE_PERSON = Law(
    BOOK, replace(PROCEDURE, steps=tuple(replace(s, two_people=False) if s.id == "convert" else s for s in STEPS))
)
"""The same law where nobody else signs what one person drafted."""
DRAFTER, SIGNER = (Actor(n, n, "reviewer", "planning") for n in ("drafter", "signer"))
WORKSHOP = "1号厂房"


def decide(statement: Statement) -> Decision:
    """By the plain interpreter alone."""
    return conclude(BOOK, statement, interpret(CONDITIONS, subject_of(statement, VOCABULARY)), SERVICE.id)


@dataclass
class Simulating(Life):
    """One case of simulated approval in memory."""

    law: Law = field(default=LAW)
    today: Law | None = None
    """The law of the day, where it is another than the case's."""
    serials: dict[str, int] = field(default_factory=dict)

    def desk(self, actor: Actor = CLERK) -> Desk:
        """A desk for a command now."""
        return Desk(self.state, self.law, actor, self.now, decide)

    def tasks(self) -> tuple[Task, ...]:
        """Every task as it stands."""
        return self.state.reading(self.law.procedure).tasks()

    def task(self, name: str) -> Task:
        """The task of that id."""
        return next(t for t in self.tasks() if t.id == name)

    def states(self) -> dict[str, str]:
        """Task id → state."""
        return {t.id: t.state.value for t in self.tasks()}

    def after(self) -> None:
        """What a filing brings, as the service orders it."""
        if any(e.case for e in self.events):
            self.add(*intake.after_filing(self.desk(OWNER)))
            self.add(*failed(self.desk(OWNER)))

    def open(self) -> None:
        """Hand the application in."""
        self.add(filing.open_case("p1", "c1", SERVICE.id, {"project_name": "示例"}, None, OWNER, self.now))

    def contract(self, standing: Standing, replaces: str = "", **changed: Any) -> None:
        """State or file the land contract, and tell the case."""
        dossier = self.state.dossier if any(e.case for e in self.events) else fold_project(self.events)
        raw = {**TERMS, **changed}
        self.add(
            filing.file_assumed("p1", dossier, CONTRACT, raw, (), OWNER, self.now, standing=standing, replaces=replaces)
        )
        self.after()

    def assume(self, replaces: str = "", **changed: Any) -> None:
        """State what is assumed."""
        self.contract(Standing.ASSUMED, replaces, **changed)

    def win(self, **changed: Any) -> None:
        """The contract itself."""
        self.contract(Standing.REAL, **changed)

    def say(self, step: str, item: str, verdict: Verdict = Verdict.PASS) -> None:
        """A department gives an opinion."""
        fail = verdict is Verdict.FAIL
        opinion = orders.Opinion(verdict, "有问题" if fail else "", "某条" if fail else "")
        self.do(orders.give, f"{step}:{item}", opinion, actor=DRAFTER)

    def simulate(self) -> Simulating:
        """Every department says yes on what is assumed."""
        for task in self.tasks():
            if task.step.id == "simulate" and task.state in ("open", "stale"):
                self.say("simulate", task.about.item)
        return self

    def draft(self, item: str, *, unchanged: bool = True, actor: Actor = DRAFTER) -> None:
        """One person turns a simulated opinion formal, or drafts that."""
        self.do(converting.convert, f"convert:{item}", unchanged, "", self.today or self.law, actor=actor)

    def sign(self, item: str, actor: Actor = SIGNER) -> None:
        """Another signs what was drafted."""
        self.do(converting.sign, f"convert:{item}", self.today or self.law, actor=actor)

    def convert(self, *items: str) -> Simulating:
        """Two people turn simulated opinions formal."""
        for item in items or tuple(i for i in ITEMS if f"convert:{i}" in self.states()):
            self.draft(item)
            self.sign(item)
        return self

    def content(self, name: str) -> dict[str, Any]:
        """What the paper of a task would say now."""
        task, desk = self.task(name), self.desk()
        form = self.law.procedure.form(task.step.form or "")
        item = task.about.item
        if item:
            form = form.about(item, ITEMS[item].title)
        serial = self.serials[form.series] = self.serials.get(form.series, 0) + 1
        until = valid_until(desk.state, self.law, CALENDAR)
        entries = {d.id: e.seq for e in self.events for d in e.docs}
        return content_of(desk, task, form, number_of(form, desk.today, serial), "ABCD-1234", entries, until)

    def issue(self, name: str) -> None:
        """Hand a paper out."""
        self.do(issuing.issue, name, self.content(name))

    def not_pass(self, name: str) -> None:
        """Hand the refusal out."""
        entries = {d.id: e.seq for e in self.events for d in e.docs}
        self.do(issuing.not_pass, name, refusal_of(self.desk(), self.task(name), "不予通过", entries))

    def opinion(self, item: str, kind: str = "simulated_opinion") -> DocVersion | None:
        """The opinion on an item that counts."""
        return self.state.dossier.current(kind, About(item, case="c1"))

    def tick_to(self, now: datetime) -> None:
        """Let time pass to an instant, and record what it brings."""
        self.now = now
        while events := due_events(self.state, self.law, CALENDAR, self.now, decide):
            self.add(*events)

    def tick(self, day: date) -> None:
        """Let time pass to a day."""
        self.day(day)
        self.tick_to(self.now)


def accepted(law: Law = LAW, kind: type[Simulating] = Simulating) -> Simulating:
    """A case that was accepted on 2022-09-16: its assumption stated, one building of 20 m."""
    life = kind(law=law)
    life.facts({WORKSHOP: {"height_m": 2000}}, allowed=True)
    life.file("design", sheets=3)
    life.file("survey", sheets=1)
    life.assume()
    life.open()
    life.do(intake.accept, "intake")
    return life


def noticed() -> Simulating:
    """Every simulated opinion given, and the notice handed out."""
    life = accepted().simulate()
    life.issue("notice")
    return life


def won(**changed: Any) -> Simulating:
    """After the notice, the contract has come."""
    life = noticed()
    life.day(date(2022, 9, 20))
    life.win(**changed)
    return life
