"""A service's steps as data (流程): what each needs, waits for and makes. Order is derived from that, never drawn.

How a procedure is read stands in DESIGN, "A service, as it could read"; :mod:`engine.tasks` reads it so.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from engine.as_built import BuiltCheck
from engine.assumed import AssumedPaper, FailedBy, Failure
from engine.policy import RESULT
from engine.terms import Assumed, Cite, Firm, Force

ARTICLE_45 = (
    "hearing",
    "tender",
    "auction",
    "inspection",
    "testing",
    "quarantine",
    "appraisal",
    "expert_review",
)
"""听证、招标、拍卖、检验、检测、检疫、鉴定、专家评审: the stops that the law itself names (行政许可法第四十五条)."""

LOCAL_STOPS = ("site_visit", "public_notice", "consultation")
"""Stops of the promised clock alone, where a local rule says so."""


class StepKind(StrEnum):
    """The four kinds of step (环节类型). A fifth needs a decision record."""

    INTAKE = "intake"
    REVIEW = "review"
    GATHERING = "gathering"
    ISSUE = "issue"


class TaskState(StrEnum):
    """State of a task (任务状态), derived and never stored. ``STALE``: done, but what it read has changed (需复核)."""

    BLOCKED = "blocked"
    OPEN = "open"
    STALE = "stale"
    STOPPED = "stopped"
    CALLED = "called"
    DRAFTED = "drafted"
    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"
    REFUSED = "refused"


class Command(StrEnum):
    """What a person may order done with a task (指令). Events say the same in the past."""

    ACCEPT = "accept"
    ASK_ONCE = "ask_once"
    REFUSE = "refuse"
    GIVE = "give"
    CONVERT = "convert"
    SIGN = "sign"
    RETURN = "return"
    SIGN_UNAFFECTED = "sign_unaffected"
    WITHDRAW_OPINION = "withdraw_opinion"
    STOP_CLOCK = "stop_clock"
    RESUME_CLOCK = "resume_clock"
    CALL = "call"
    HOLD = "hold"
    ISSUE = "issue"


class Party(StrEnum):
    """Who does a step (办理主体): a closed list. ``ITEM_DEPARTMENT`` is the department of the item at hand."""

    WINDOW = "window"
    LEAD = "lead"
    OWNER = "owner"
    ITEM_DEPARTMENT = "item.department"
    ALL = "all"


class Dimension(StrEnum):
    """What a step is done once for each of (按…分)."""

    ITEM = "item"
    BUILDING = "building"
    INSTANCE = "instance"


class GuardKind(StrEnum):
    """What a guard looks at: a property of the item, verdicts of one document, or a named condition."""

    ITEM = "item"
    ANY_VERDICT = "any"
    ALL_VERDICTS = "all"
    CONDITION = "condition"


@dataclass(frozen=True, slots=True)
class Guard:
    """When a step is there at all (适用条件): ``item.needs_visit``, ``any: opinion.failed``, or a condition's id."""

    kind: GuardKind
    name: str
    """The item's property, the document's kind, or the condition."""
    verdict: str = ""
    """``failed`` or ``passed`` for verdicts."""


ITEM_MATERIALS = "item.materials"
ITEM_FACTS = "item.facts"
ITEM_RESULTS = "item.results"
"""What the item needs of other items, by the catalogue: the same needs that the plan is made of."""
APPLICATION = "application"
OPINION = "opinion"
"""What items with that part in a service must have (各事项的意见): papers with legal effect rest on it, and are checked by it."""


@dataclass(frozen=True, slots=True)
class StepNeed:
    """A document that must be good before a step opens (所需文书)."""

    doc: str
    firm: Firm = Firm.REQUIRED
    cite: tuple[Cite, ...] = ()


@dataclass(frozen=True, slots=True)
class OnFail:
    """What answers a failure (不合格的处理): which document, by whom, within which limit, and how many failures there may be."""

    answer: str
    failures: int
    by: Party | None = None
    within: str | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a procedure (环节)."""

    id: str
    kind: StepKind
    by: Party
    makes: str
    title: str = ""
    each: tuple[Dimension, ...] = ()
    per: tuple[Dimension, ...] = ()
    with_: Party | None = None
    items: str | None = None
    """The part whose items this is about."""
    when: Guard | None = None
    needs: tuple[StepNeed, ...] = ()
    after: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()
    on_fail: OnFail | None = None
    refuses: str | None = None
    form: str | None = None
    limit: str | None = None
    force: Force = Force.FORMAL
    cite: tuple[Cite, ...] = ()
    converts: str | None = None
    """The simulated opinion whose place it takes (转正), where nothing has changed since."""
    two_people: bool = False
    """Whether one person drafts and another signs (拟稿、签发分设)."""
    results: bool = False
    """Whether what it makes is the item's result, which the project keeps (办理结果)."""

    @property
    def by_item(self) -> bool:
        """Whether what it makes is about one item."""
        return Dimension.ITEM in self.each or Dimension.ITEM in self.per

    @property
    def by_building(self) -> bool:
        """Whether what it makes is about one building."""
        return Dimension.BUILDING in self.each or Dimension.BUILDING in self.per


@dataclass(frozen=True, slots=True)
class Form:
    """A paper that is handed out (证书样式): title, number series, who issues it and what effect it has.

    ``number`` has ``{year}`` and ``{serial}``; serials run by series and year.
    """

    id: str
    title: str
    series: str
    number: str
    issuer: str
    effect: str
    template: str
    cite: tuple[Cite, ...] = ()
    assumed: Assumed | None = None

    def about(self, item: str, title: str) -> Form:
        """The form of one item's paper: ``{item}`` and ``{title}`` stand for it in title, series and number."""

        def put(text: str) -> str:
            return text.replace("{item}", item).replace("{title}", title)

        return replace(self, title=put(self.title), series=put(self.series), number=put(self.number))


@dataclass(frozen=True, slots=True)
class Procedure:
    """A service's procedure (服务流程): its steps, the promise for the bundle, and the cap that the law sets."""

    service: str
    steps: tuple[Step, ...]
    limit: str | None = None
    """Promised limit of the whole bundle."""
    cap: str | None = None
    """Statutory limit of the bundle where it holds a licence (行政许可法第四十二条第二款)."""
    forms: tuple[Form, ...] = ()
    lead: str = ""
    """Department that leads (牵头部门)."""
    kept_after_lapse: str = ""
    """What may be kept where the case ends for want of rectification, in Chinese, for the notice."""
    local_stops: tuple[str, ...] = ()
    """Stops that a local rule takes out of the promise, and of nothing else: site_visit, public_notice, consultation."""
    assumes: tuple[AssumedPaper, ...] = ()
    """Papers that may be assumed until they exist (可假设的文书)."""
    failures: tuple[Failure, ...] = ()
    """The ways in which simulated opinions fail (模拟意见失效的情形)."""
    valid: str | None = None
    """Limit that says for how long a simulated opinion holds (有效期)."""
    warn: str | None = None
    """Limit, counted backward from the last day of validity, that says when to warn (临期提醒)."""

    compares: tuple[BuiltCheck, ...] = ()
    """What was permitted and what was built, compared before an opinion is given (许可与建成比对)."""

    def compared_for(self, step: Step, item: str) -> tuple[BuiltCheck, ...]:
        """What a review of an item compares: its opinion with legal effect, and no earlier finding."""
        here = step.makes == OPINION and step.force is Force.FORMAL
        return tuple(c for c in self.compares if here and item in c.items)

    @property
    def simulated(self) -> bool:
        """Whether something in it is only simulated (模拟审批)."""
        return any(s.force is Force.SIMULATED for s in self.steps)

    def assumed(self, doc: str) -> AssumedPaper | None:
        """The declaration of a paper that may be assumed."""
        return next((p for p in self.assumes if p.doc == doc), None)

    def failure(self, name: str) -> Failure | None:
        """The way of failing of that id."""
        return next((f for f in self.failures if f.id == name), None)

    def failing(self, by: FailedBy) -> tuple[Failure, ...]:
        """The ways of failing that come about so."""
        return tuple(f for f in self.failures if f.by is by)

    def last_issue(self, step: Step) -> bool:
        """Whether a case ends with this step's paper: no other step that issues stands behind it."""
        return [s for s in self.steps if s.kind is StepKind.ISSUE][-1] is step

    def step(self, name: str) -> Step:
        """The step of that id; KeyError where there is none."""
        for step in self.steps:
            if step.id == name:
                return step
        raise KeyError(name)

    def maker(self, doc: str) -> Step | None:
        """The step that makes a kind of document."""
        for step in self.steps:
            if doc in (step.makes, step.refuses):
                return step
        return None

    def form(self, name: str) -> Form:
        """The form of that id; KeyError where there is none."""
        for form in self.forms:
            if form.id == name:
                return form
        raise KeyError(name)

    @property
    def intake(self) -> Step:
        """The one step that takes the case in."""
        return next(s for s in self.steps if s.kind is StepKind.INTAKE)

    def faults(self) -> Iterator[tuple[str, str]]:
        """What is wrong with it: step id and, in Chinese, why. The compiler adds file and line."""
        yield from self._maker_faults()
        made = {s.makes for s in self.steps} | {s.refuses for s in self.steps if s.refuses}
        answers = {s.on_fail.answer for s in self.steps if s.on_fail}
        given = {APPLICATION, ITEM_MATERIALS, ITEM_FACTS, ITEM_RESULTS, *(p.doc for p in self.assumes)} | {
            s.on_fail.answer for s in self.steps if s.on_fail and s.on_fail.by
        }
        for step in self.steps:
            for doc in (*(n.doc for n in step.needs), *step.after, *step.checks):
                if doc not in made | given and not doc.endswith(RESULT):
                    yield step.id, f"所需的“{doc}”没有哪个环节作出"
            if step.on_fail and step.on_fail.answer not in made and step.on_fail.by is None:
                yield step.id, f"“{step.on_fail.answer}”没有哪个环节作出，也没有写明由谁提交（by）"
            if step.on_fail and step.on_fail.failures < 1:
                yield step.id, "failures 至少为 1"
            if step.kind is StepKind.ISSUE and step.form is not None and all(f.id != step.form for f in self.forms):
                yield step.id, f"没有名为“{step.form}”的证书样式"
            if step.by is Party.ITEM_DEPARTMENT and not step.by_item:
                yield step.id, "由 item.department 办理的环节须按事项分（each: [item]）"
        yield from self._force_faults()
        yield from self._assumed_faults()
        yield from self._opinion_faults()
        yield from self._cycle_faults(answers)

    def _force_faults(self) -> Iterator[tuple[str, str]]:
        """Nothing formal is made of what is simulated (S1)."""
        simulated = {s.makes for s in self.steps if s.force is Force.SIMULATED}
        for step in self.steps:
            for doc in (*(n.doc for n in step.needs), *step.after):
                if step.force is Force.FORMAL and doc in simulated:
                    yield step.id, f"正式的环节不能立足于模拟作出的“{doc}”"

    def _assumed_faults(self) -> Iterator[tuple[str, str]]:
        """What is assumed, converted or may fail is declared, and only what is simulated stands on it."""
        simulated = {s.makes for s in self.steps if s.force is Force.SIMULATED}
        known = {f.id for f in self.failures}
        for step in self.steps:
            if step.converts and (step.converts not in simulated or step.force is Force.SIMULATED):
                yield step.id, f"converts 只能由正式环节写明一种模拟作出的文书，“{step.converts}”不是"
            if step.kind is StepKind.ISSUE and step.by_item and step.refuses:
                yield step.id, "按事项逐件出证的环节不能写 refuses；不通过的由其意见环节处理"
            for need in step.needs:
                if need.firm is Firm.ASSUMABLE and need.doc not in {p.doc for p in self.assumes}:
                    yield step.id, f"“{need.doc}”写作可假设，但 assumes 没有声明它的字段"
        for paper in self.assumes:
            for each in paper.fields:
                if each.failure and each.failure not in known:
                    yield "", f"{paper.doc}.{each.id} 的 failure“{each.failure}”没有在 failures 中写明"
        if simulated and not self.valid:
            yield "", "有模拟环节的流程须写明有效期（valid）"

    def _opinion_faults(self) -> Iterator[tuple[str, str]]:
        """Whatever is handed out with legal effect rests on the items' opinions: the database looks for them by that name."""
        for step in self.steps:
            formal = step.kind is StepKind.ISSUE and step.force is Force.FORMAL
            if formal and all(need.doc != OPINION for need in step.needs):
                yield (
                    step.id,
                    f"正式出证须以各事项的意见为所需文书：needs 写明 {OPINION}，并由作出意见的环节写 makes: {OPINION}",
                )

    def _maker_faults(self) -> Iterator[tuple[str, str]]:
        seen: dict[str, str] = {}
        for step in self.steps:
            for doc in (step.makes, step.refuses):
                if doc and doc in seen:
                    yield step.id, f"“{doc}”有两个环节作出：{seen[doc]} 与 {step.id}"
                elif doc:
                    seen[doc] = step.id
        if sum(s.kind is StepKind.INTAKE for s in self.steps) != 1:
            yield "", "一项服务须恰有一个 intake 环节"

    def _cycle_faults(self, answers: set[str]) -> Iterator[tuple[str, str]]:
        makers = {s.makes: s for s in self.steps}
        done: set[str] = set()

        def visit(step: Step, path: tuple[str, ...]) -> Iterator[tuple[str, str]]:
            if step.id in path:
                yield step.id, "环节互相等待：" + " → ".join((*path[path.index(step.id) :], step.id))
                return
            if step.id in done:
                return
            done.add(step.id)
            for doc in (*(n.doc for n in step.needs), *step.after):
                if doc in makers and doc not in answers:
                    yield from visit(makers[doc], (*path, step.id))

        for step in self.steps:
            yield from visit(step, ())
