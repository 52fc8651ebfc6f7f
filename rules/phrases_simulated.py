"""Phrases that take a case from an assumption to its permits (假设与转正): stated, filed, signed formal, declared to fail.

Steps, papers and fields are named by their titles in the policy; nothing here knows a service.
"""

from __future__ import annotations

from datetime import date

from engine import converting, filing, orders, simulation
from engine.assumed import AssumedPaper
from engine.dossier import About, Standing, Verdict
from engine.events import Actor, Event
from engine.orders import Opinion
from engine.policy import RESULT
from engine.procedure import Step, StepKind, TaskState
from rules.phrases_kit import Names, Phrases, Rows, Table, expect, listed, one_of
from rules.world import CLERK, OWNER, PROJECT, World

PHRASES = phrase = Phrases()

VERDICTS = {"合格": Verdict.PASS, "不合格": Verdict.FAIL}
FIELDS = Table(("字段", "内容"), {"字段": Names.FIELD})


# --- what is assumed, and the real paper --------------------------------------------------------------------------------


@phrase("建设单位陈述假设“国有建设用地使用权出让合同”：", "建设单位陈述假设“(?P<paper>[^”]+)”：", FIELDS)
def assume(world: World, paper: str, rows: Rows) -> None:
    _file(world, paper, {r["字段"]: r["内容"] for r in rows}, Standing.ASSUMED)


@phrase(
    "建设单位改变假设“国有建设用地使用权出让合同”，“容积率上限”为“2.5”",
    "建设单位(?P<how>改变|再次陈述)假设“(?P<paper>[^”]+)”，“(?P<field>[^”]+)”为“(?P<content>[^”]+)”",
)
def assume_anew(world: World, how: str, paper: str, field: str, content: str) -> None:
    _file(world, paper, {field: content}, Standing.ASSUMED, replacing=how == "改变")


@phrase(
    "建设单位提交“国有建设用地使用权出让合同”，与假设一致",
    "建设单位提交“(?P<paper>[^”]+)”，(?:与假设一致|“(?P<field>[^”]+)”为“(?P<content>[^”]+)”(?:，其余与假设一致)?)",
)
def file_real(world: World, paper: str, field: str | None = None, content: str | None = None) -> None:
    _file(world, paper, {field: content} if field and content else {}, Standing.REAL)


@phrase("窗口登记“企业投资项目备案”的办理结果", "(?:窗口|建设单位)登记“(?P<item>[^”]+)”的办理结果")
def result_today(world: World, item: str) -> None:
    register_result(world, item, world.today, "登记-1")


def register_result(world: World, item: str, day: date, number: str) -> None:
    """Register what was made elsewhere; what is to come, or was made by a case of the project, is refused."""
    name = world.item_id(item)
    fields = {"number": number, "issued_by": "主管部门", "issued_on": day.isoformat()}

    def act() -> None:
        filing.check_not_to_come(fields, world.today)
        filing.check_not_made_here(world.project_file, name + RESULT, world.book.items[name].title)
        world.file_paper(name + RESULT, fields, CLERK)

    world.attempt(act)


def _file(world: World, title: str, said: dict[str, str], standing: Standing, *, replacing: bool = False) -> None:
    """File a paper with declared fields, and tell the cases: what is not said of it is as it was said before."""
    paper = paper_of(world, title)
    names = {f.title: f.id for f in paper.fields}
    given = {one_of(k, names, f"{title}的字段"): v for k, v in said.items()}

    def act() -> list[Event]:
        dossier = world.project_file
        before = dossier.current(paper.doc, About())
        fields = {**(before.fields if before else {}), **given}
        replaces = before.id if before and replacing else ""
        return [
            filing.file_assumed(
                PROJECT, dossier, paper, fields, (), OWNER, world.now, standing=standing, replaces=replaces
            )
        ]

    world.order(act)
    world.tell()


def paper_of(world: World, title: str) -> AssumedPaper:
    """A paper that may be assumed, by its title."""
    known = {p.title: p for p in world.law.procedure.assumes}
    found: AssumedPaper = one_of(title, known, "可假设的文书")
    return found


# --- departments and the window ----------------------------------------------------------------------------------------


@phrase("各事项的“模拟审查”均合格", "(?:各|其余)事项的“(?P<step>[^”]+)”均合格")
def all_pass(world: World, step: str) -> None:
    wanted = _step(world, step).id
    for task in world.tasks:
        if task.step.id == wanted and task.state in (TaskState.OPEN, TaskState.STALE):
            _give(world, wanted, task.about.item, Opinion(Verdict.PASS))
            expect(world.refusal is None, world.refusal)


@phrase(
    "“设计方案联合审查”的“模拟审查”为不合格，问题“退让不足”，依据“城乡规划法第四十条”",
    "“(?P<item>[^”]+)”的“(?P<step>[^”]+)”为(?P<word>合格|不合格)"
    "(?:，问题“(?P<says>[^”]+)”)?(?:，依据“(?P<article>[^”]+)”)?",
)
def one_opinion(
    world: World, item: str, step: str, word: str, says: str | None = None, article: str | None = None
) -> None:
    _give(world, _step(world, step).id, world.item_id(item), Opinion(VERDICTS[word], says or "", article or ""))


@phrase(
    "“建设用地规划许可证”由“经办人”拟稿转正",
    "“(?P<item>[^”]+)”由“(?P<who>[^”]+)”(?P<act>拟稿转正|核对有变化|签发|退回拟稿)",
)
def turn(world: World, item: str, who: str, act: str) -> None:
    name = world.item_id(item)
    task = f"{_converting(world).id}:{name}"
    actor = _person(world, name, who)
    today = world.law_on(world.today)
    acts = {
        "拟稿转正": lambda: converting.convert(world.desk(actor), world.task(task), True, "", today),
        "核对有变化": lambda: converting.convert(world.desk(actor), world.task(task), False, "", today),
        "签发": lambda: converting.sign(world.desk(actor), world.task(task), today),
        "退回拟稿": lambda: converting.return_draft(world.desk(actor), world.task(task), "附图有误"),
    }
    world.order(acts[act])


@phrase("各事项由两人转正")
def turn_all(world: World) -> None:
    step = _converting(world).id
    for task in world.tasks:
        if task.step.id == step and task.state is TaskState.OPEN:
            for who, act in (("经办人", "拟稿转正"), ("审核人", "签发")):
                turn(world, task.about.item, who, act)
                expect(world.refusal is None, world.refusal)


@phrase("窗口发出“模拟审批意见书”", "窗口发出“(?P<paper>[^”]+)”")
def hand_out(world: World, paper: str) -> None:
    task = _issuing(world, paper)  # a misspelt one is an error, not a refusal
    world.order(lambda: world.issue(task))


@phrase(
    "认定“材料虚假”，涉及材料“水土保持方案报告书或者报告表”",
    "认定“(?P<cause>[^”]+)”(?:，涉及事项“(?P<items>[^”]+)”|，涉及材料“(?P<materials>[^”]+)”)?(?P<silent>，未说明理由)?",
)
def declare(
    world: World, cause: str, items: str | None = None, materials: str | None = None, silent: str | None = None
) -> None:
    causes = {f.title: f.id for f in world.law.procedure.failures}
    name = one_of(cause, causes, "失效情形")
    about = [world.item_id(i) for i in listed(items or "")]
    papers = [_latest(world, name) for name in listed(materials or "")]
    says = "" if silent else "经核查属实"
    world.order(lambda: simulation.declare(world.desk(world.lead), name, says, about, papers))


@phrase(
    "建设单位以同一项目申请“拿地即开工证照同发”，材料齐全",
    "建设单位以同一项目(?:就“(?P<names>[^”]+)”)?申请“(?P<service>[^”]+)”，材料齐全",
)
def another_case(world: World, service: str, names: str | None = None) -> None:
    """A further case of the project; what follows is about it."""
    world.service = world.service_id(service)
    world.units = listed(names) if names else None
    world.case = f"办件{len(world.cases) + 1}"
    world.file_facts()
    world.file_papers(())
    world.open()


@phrase("转看本项目的第1个办件", "转看本项目的第(?P<place>\\d)个办件")
def look_at(world: World, place: str) -> None:
    world.case = world.cases[int(place) - 1]
    world.service = world.state.service


def _give(world: World, step: str, item: str, opinion: Opinion) -> None:
    actor = _person(world, item, "经办人")
    world.order(lambda: orders.give(world.desk(actor), world.task(f"{step}:{item}"), opinion))


def _person(world: World, item: str, name: str) -> Actor:
    department = world.department(item)
    return Actor(f"{department}-{name}", name, "reviewer", department)


def _step(world: World, title: str) -> Step:
    steps = {s.title: s for s in world.law.procedure.steps}
    found: Step = one_of(title, steps, "环节")
    return found


def _converting(world: World) -> Step:
    return next(s for s in world.law.procedure.steps if s.converts)


def _issuing(world: World, title: str) -> str:
    """The task that makes a paper: by the title of its form, or of the item that it is of."""
    procedure = world.law.procedure
    issues = [s for s in procedure.steps if s.kind is StepKind.ISSUE]
    for step in issues:
        if procedure.form(step.form or "").title == title:
            return step.id
    return f"{next(s for s in issues if s.each).id}:{world.item_id(title)}"


def _latest(world: World, title: str) -> str:
    """The version on file of a paper that an item wants; its title where there is none."""
    found = world.project_file.current(world.material(title).id, About())
    return found.id if found else title
