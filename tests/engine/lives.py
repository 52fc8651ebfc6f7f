"""What many tests of the kernel do with a life: issue, refuse, and see that a refused order changed nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from datetime import date
from typing import Any

import pytest

from engine import filing, issuing, orders
from engine.case import CaseState
from engine.certificate import content_of, number_of, refusal_of
from engine.dossier import Verdict
from engine.errors import RefusedError
from engine.events import Actor, Event
from engine.ledger import canonical
from tests.engine.law import CLERK, ITEMS, LEAD, OWNER, PROCEDURE, Life, taken_in

FORM = PROCEDURE.form("ja-certificate")
PASS, FAIL = Verdict.PASS, Verdict.FAIL
HALL, OFFICE = "1号厂房", "办公楼"


def reviewer(item: str) -> Actor:
    """Somebody of the department that an item belongs to."""
    return Actor(f"r-{item}", "审查员", "reviewer", ITEMS[item].department)


def entries(life: Life) -> dict[str, int]:
    """Document id → number of the ledger entry that made it."""
    return {d.id: e.seq for e in life.events for d in e.docs}


def certificate(life: Life, serial: int = 1) -> dict[str, Any]:
    """What the certificate would say now."""
    desk = life.desk(CLERK)
    return content_of(desk, life.task("issue"), FORM, number_of(FORM, desk.today, serial), "ABCD-1234", entries(life))


def refusal(life: Life) -> dict[str, Any]:
    """What the refusal would say now."""
    return refusal_of(life.desk(CLERK), life.task("issue"), "不予通过通知书", entries(life))


def issue(life: Life) -> None:
    """Issue the certificate."""
    life.do(issuing.issue, "issue", certificate(life))


def not_pass(life: Life) -> None:
    """Issue the refusal."""
    life.do(issuing.not_pass, "issue", refusal(life))


def refused(life: Life, order: Callable[[], Any], *words: str) -> None:
    """The order is refused with these words in its text, and nothing has happened."""
    before: list[Event] = list(life.events)
    with pytest.raises(RefusedError) as caught:
        order()
    for word in words:
        assert word in caught.value.detail
    assert caught.value.detail_en
    assert life.events == before


def filed(life: Life, kind: str) -> Event:
    """A paper that the owner files; nobody has looked yet at what it brings."""
    return filing.file_document("p1", life.state.dossier, kind, {"sheets": 3}, (), OWNER, life.now)


def reviewed(life: Life) -> Life:
    """Every paper is found good."""
    for item in ("D02", "D07", "D10"):
        if f"review:{item}" in life.states():
            life.give("review", item)
    return life


def see(life: Life, building: str, **verdicts: Verdict) -> None:
    """A visit where the departments of what is to be seen all come; what is not named passes."""
    items = life.task(f"visit:{building}").items
    life.visit(building, **{i: verdicts.get(i, PASS) for i in items})


def seen(life: Life) -> Life:
    """Papers and every building are found good."""
    reviewed(life)
    see(life, HALL)
    see(life, OFFICE)
    return life


def agreed(life: Life | None = None) -> Life:
    """Every department says yes; what may follow before issue is there too."""
    life = seen(life or taken_in())
    life.file("archive-list", rolls=12)
    for item in ("D02", "D07", "D10"):
        if f"opinion:{item}" in life.states():
            life.give("opinion", item)
    return life


def meet(life: Life, *departments: str) -> None:
    """Call and hold the meeting."""
    everyone = departments or ("archives", "housing_construction", "natural_resources")
    life.do(orders.call, "meeting", date(2099, 1, 1), "会议室", actor=LEAD)
    life.do(orders.hold, "meeting", everyone, {}, "逐项研究，形成一致意见", actor=LEAD)


def plain(state: CaseState) -> Any:
    """Everything that a case adds up to, in a form that can be compared."""
    versions = [v.as_json() for v in state.dossier.versions.values()]
    data = [[p.task, dict(p.content), dict(p.sealed or {}), dict(p.withdrawn or {}), p.seq] for p in state.issued]
    ending = state.ending and [state.ending.kind, state.ending.on.isoformat(), state.ending.says, state.ending.data]
    apart = ("dossier", "issued", "ending")
    rest = {f.name: getattr(state, f.name) for f in fields(state) if f.name not in apart}
    return canonical([versions, list(state.dossier.buildings or ()), data, ending]), rest
