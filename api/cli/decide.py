"""``yichuang decide`` (判定): what applies to a project, why, by when, and what is still missing."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import Any

import click

from api.cli.decide_text import Wording
from api.cli.io import (
    Settings,
    day_option,
    problem,
    problem_text,
    read_document,
    say,
    shared,
    sound,
    today,
    write,
)
from api.cli.strict_json import Document
from engine.codes import check_credit_code, check_project_code
from engine.decision import Decision
from engine.errors import ApprovalError, Fault, InputError
from engine.facts import Statement, read_statement
from engine.policy import PolicyBook
from engine.terms import Fact, Scope
from engine.values import escape, read_day, shorten
from rules.compiler import Policy, packaged_policy
from rules.durable_matcher import DurableMatcher
from rules.matching import INTERPRETER, decide, decide_many

_CODES = {"project_code": check_project_code, "credit_code": check_credit_code}

HELP = """一个项目需要办什么、为什么、什么时候办完，还缺哪些事实：FACTS 是 JSON 文件（- 为标准输入）。

列表就成批判定，逐个作答。没有写的事实是“未知”，不是“否”；不写 buildings 是单体未知，写 [] 是没有单体。
每次判定都由两个引擎各算一遍，结论一致才作答。

\b
例：
  yichuang decide 项目.json
  yichuang decide 项目.json --on 2022-09-16 --json
  yichuang decide - --service approval < 项目.json
\b
项目.json：
  {"on": "2022-09-16",
   "facts": {"investment": "social", "planning_check": "passed", "竣工验收合格日期": "2022-09-01"},
   "buildings": [{"name": "1号厂房", "use": "workshop", "floor_area_m2": 2600.5, "labour_intensive": true}],
   "units": ["1号厂房"]}
"""


@click.command("decide", help=HELP)
@click.argument("facts")
@click.option(
    "--service",
    default=None,
    help="服务代号：joint-acceptance 竣工联合验收（默认）、approval 全流程审批、simulated-approval 模拟审批、start-permits 拿地即开工证照同发。",
)
@day_option("--on", "on", help="适用哪一日的规定；默认今日。")
@click.option("--region", default=None, help="地区代号，默认按政策集所定（江海区 jianghai）。")
@day_option("--calendar-known-on", "known_on", help="只用该日以前公布的放假安排；默认用已收录的全部。")
@shared
def command(
    facts: str, service: str | None, on: date | None, region: str | None, known_on: date | None, settings: Settings
) -> None:
    """一个项目需要办什么、为什么、什么时候办完，还缺哪些事实：FACTS 是 JSON 文件（- 为标准输入）。"""
    document = read_document(facts)
    desk = Desk(packaged_policy(), service, on, region, known_on)
    wording = Wording(desk.policy.as_of(on or today(), region), settings.english)
    with DurableMatcher() as durable:
        if isinstance(document.value, list):
            _batch(document, desk, durable, wording, settings)
            return
        question = sound(document.all_faults(), lambda: desk.read(document.value))
        found = decide(question.book, question.statement, question.service, durable)
        say(_answer(found, durable), wording.show, settings)


@dataclass(frozen=True, slots=True)
class Question:
    """One project, and by which book and service it is decided."""

    statement: Statement
    service: str
    book: PolicyBook


@dataclass(frozen=True, slots=True)
class Desk:
    """What the command line said for every project."""

    policy: Policy
    service: str | None
    on: date | None
    region: str | None
    known_on: date | None

    def read(self, raw: Any) -> Question:
        """Read one project strictly; every fault at once."""
        faults: list[Fault] = []
        service, day = self.service or "joint-acceptance", self.on
        if isinstance(raw, Mapping):
            service = self._service(raw.get("service"), faults)
            if raw.get("on") is not None:
                day = read_day(raw["on"], "/on", []) or day
        book = self.policy.as_of(day or today(), self.region, self.known_on)
        if service not in book.services and not faults:
            fix = f"没有这项服务；现有：{'、'.join(book.services)}。"
            known = ", ".join(book.services)
            faults.append(Fault("/service", shorten(service), fix, f"No such service; there are {known}."))
        statement = None
        try:
            statement = read_statement(raw, book.vocabulary, today() if day is None else self.on)
        except InputError as error:
            faults.extend(error.errors)
        told = {fault.pointer for fault in faults}
        faults.extend(fault for fault in _codes(raw, book) if fault.pointer not in told)
        if faults or statement is None:
            raise InputError(faults)
        return Question(statement, service, book)

    def _service(self, stated: Any, faults: list[Fault]) -> str:
        told = self.service
        if stated is not None and not isinstance(stated, str):
            faults.append(Fault("/service", shorten(stated), "service 应为服务代号的文本。", "Must be a text."))
        elif stated is not None and told is not None and stated != told:
            faults.append(
                Fault("/service", shorten(stated), f"与 --service {told} 不一致，请只写一个。", f"Differs from {told}.")
            )
        elif stated is not None:
            return stated
        return told or "joint-acceptance"


def _codes(raw: Any, book: PolicyBook) -> list[Fault]:
    """Codes that cannot be codes; whether such a code was ever given out is another matter."""
    facts = raw.get("facts") if isinstance(raw, Mapping) else None
    out: list[Fault] = []
    for key, value in facts.items() if isinstance(facts, Mapping) else ():
        fact: Fact | None = book.vocabulary.get(Scope.PROJECT, str(key))
        if fact is not None and fact.id in _CODES and isinstance(value, str):
            checked = _CODES[fact.id](value)
            if not checked.valid:
                out.append(Fault(f"/facts/{escape(key)}", shorten(value), checked.says, checked.says_en))
    return out


def _batch(document: Document, desk: Desk, durable: DurableMatcher, wording: Wording, settings: Settings) -> None:
    """Decide a list: those under one book together, each failure in its own place."""
    answers: list[Decision | ApprovalError | None] = []
    groups: dict[tuple[int, str], list[tuple[int, Question]]] = {}
    for i, raw in enumerate(document.value):
        answers.append(None)
        try:
            question = sound(document.within(i), partial(desk.read, raw))
        except ApprovalError as error:
            answers[i] = error
        else:
            groups.setdefault((id(question.book.items), question.service), []).append((i, question))
    for (_, service), group in groups.items():
        first = group[0][1].book
        found = decide_many(first, [q.statement for _, q in group], service, durable)
        for (i, question), each in zip(group, found, strict=True):
            answers[i] = _under(question.book, each)
    _write(answers, durable, wording, settings)


def _under(book: PolicyBook, found: Decision | ApprovalError) -> Decision | ApprovalError:
    return found if isinstance(found, ApprovalError) else replace(found, on=book.on, book=book)


def _answer(found: Decision, durable: DurableMatcher) -> dict[str, Any]:
    """The answer of CONTRACT §1, and which engines agreed on it."""
    return {**found.as_json(), "engines": [INTERPRETER.name, durable.name]}


def _write(
    answers: Sequence[Decision | ApprovalError | None], durable: DurableMatcher, wording: Wording, settings: Settings
) -> None:
    out: list[dict[str, Any]] = []
    for each in answers:
        if isinstance(each, ApprovalError):
            out.append(problem(each, settings.lang))
        elif each is not None:
            out.append(_answer(each, durable))
    if settings.as_json:
        write(json.dumps(out, ensure_ascii=False))
        return
    for i, answer in enumerate(out, 1):
        write(f"[{i}]\n{problem_text(answer) if 'errors' in answer else wording.show(answer)}")
