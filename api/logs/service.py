"""Use cases of logs (日志用例): what they show, and real cases held against a plan. Nothing is stored."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO

import numpy as np

from api.cli.strict_json import LARGEST_INPUT, parse
from api.logs.reader import read_log
from api.parts import Parts
from engine.conformance import conform
from engine.errors import Fault, InputError, NotFoundError
from engine.eventlog import EventLog, Ruler, Steps, steps_of
from engine.mining import Rule, always, mine, order_of
from engine.values import shorten
from engine.workdays import WorkCalendar
from engine.yardstick import Yardstick, mined_yardstick, read_yardstick

MOST_EVENTS_SENT = 1_000_000
MOST_BYTES_SENT = 2**30
"""What is read of a log that is sent to the service; the command line takes more."""


@dataclass(frozen=True)
class Asked:
    """How a log is to be read (所问)."""

    calendar: WorkCalendar | None
    """None: Monday to Friday (周一至周五)."""
    plan: Yardstick | None = None
    share: float | None = None
    support: int | None = None
    names: Mapping[str, str] = field(default_factory=dict)
    """Steps by the names that the log has for them."""

    def named(self, log: EventLog) -> EventLog:
        """The log in the words of the plan."""
        if not self.names and self.plan is None:
            return log
        return log.renamed(self._name)

    def _name(self, activity: str) -> str:
        mapped = self.names.get(activity, activity)
        return mapped if self.plan is None else self.plan.name_of(mapped)


def mined(log: EventLog, asked: Asked) -> dict[str, Any]:
    """What a log shows.

    Raises:
        NotPublishedError: it has a year whose holidays are not held.
    """
    steps = steps_of(asked.named(log))
    rule = Rule.of(len(log.cases), asked.share, asked.support)
    return mine(steps, Ruler.of(steps, asked.calendar), rule, asked.plan)


def conformed(log: EventLog, asked: Asked, progress: Callable[[int], None] | None = None) -> dict[str, Any]:
    """Each case of a log against the plan; without one the later half against the order of the earlier half.

    Raises:
        InputError: there is no plan, and only one case; or the plan knows none of the log's activities.
        NotPublishedError: the log has a year whose holidays are not held.
    """
    if asked.plan is not None:
        steps = steps_of(asked.named(log))
        _comparable(steps.log, asked.plan)
        return conform(steps, asked.plan, Ruler.of(steps, asked.calendar), progress)
    named = asked.named(log)
    first, second = _halves(steps_of(named))
    learned = steps_of(named.only(first))
    yardstick = _learned(learned, Rule.of(len(first), asked.share, asked.support))
    tested = steps_of(named.only(second))
    found = conform(tested, yardstick, Ruler.of(tested, asked.calendar), progress)
    found["plan"] |= {
        "learned_from": len(first),
        "tested_on": len(second),
        "says": f"没有给计划：以较早开始的 {len(first)} 件挖掘出的次序为准，检查其余 {len(second)} 件；挖掘的次序只是做法，不是法律",
    }
    return found


def _comparable(log: EventLog, plan: Yardstick) -> None:
    """That there is something to compare: names all strange to the plan would make every case a clean one."""
    if log.activities and not any(name in plan.index for name in log.activities):
        some = "、".join(shorten(name) for name in log.activities[:3])
        fix = f"日志里的环节（{some} 等）没有一个在计划里，无从对照；请用 --names 把日志里的名称对应到环节代码，或换一份计划。"
        raise InputError([Fault("--plan", None, fix, "The plan knows no activity of the log: map them with --names.")])


def _halves(steps: Steps) -> tuple[Any, Any]:
    """The cases by when they began, the earlier half and the later."""
    cases = np.argsort(steps.opened, kind="stable")
    if len(cases) < 2:
        fix = "日志只有一个办件，分不成两半；请用 --plan 给出计划。"
        raise InputError([Fault("--plan", None, fix, "One case cannot be halved: give a plan.")])
    half = len(cases) // 2
    return np.sort(cases[:half]), np.sort(cases[half:])


def _learned(steps: Steps, rule: Rule) -> Yardstick:
    order = order_of(steps, rule)
    edges, _ = order.reduced()
    names = order.names
    return mined_yardstick(names, [(names[a], names[b]) for a, b in np.argwhere(edges).tolist()], always(steps))


@dataclass(frozen=True, slots=True)
class Query:
    """What a request asks of the log that it sends (请求参数); the plan by the hash of its file."""

    plan: str | None
    share: float | None
    support: int | None
    calendar: WorkCalendar | None


Work = Callable[[Parts, BinaryIO, Query], dict[str, Any]]


def mined_sent(parts: Parts, file: BinaryIO, query: Query) -> dict[str, Any]:
    """What a log that was sent shows."""
    asked = _asked(parts, query)
    return mined(_read_sent(file), asked)


def conformed_sent(parts: Parts, file: BinaryIO, query: Query) -> dict[str, Any]:
    """The cases of a log that was sent against a plan that was sent before."""
    asked = _asked(parts, query)
    return conformed(_read_sent(file), asked)


def _asked(parts: Parts, query: Query) -> Asked:
    plan = None if query.plan is None else read_plan(_stored(parts, query.plan))
    return Asked(query.calendar, plan, query.share, query.support)


def _stored(parts: Parts, sha256: str) -> bytes:
    """The plan's file; who may ask this may read every project's papers."""
    if not parts.store.path(sha256).is_file():
        raise NotFoundError(
            "没有这个文件，请先用 PUT /api/files 上传计划。", detail_en="No such file: upload the plan first."
        )
    with parts.store.open(sha256) as file:
        return file.read(LARGEST_INPUT + 1)


def _read_sent(file: BinaryIO) -> EventLog:
    return read_log(file, "log", most_events=MOST_EVENTS_SENT, most_bytes=MOST_BYTES_SENT)


def read_plan(data: bytes) -> Yardstick:
    """A plan from its JSON.

    Raises:
        InputError: every fault.
    """
    document = parse(data)
    document.refuse()
    return read_yardstick(document.value)
