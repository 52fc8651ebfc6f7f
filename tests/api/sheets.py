"""What pictures and exports are tested on: the worked project of the READMEs, a general one, and a hostile bare graph."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from api.cli.calendar import calendar
from api.cli.decide import Desk
from api.exports.sheet import Sheet, key_of, sheet_of
from engine.decision import Decision
from engine.deriving import conversion_of, graph_of
from engine.graph_reading import read_graph
from engine.plan import Calendar, Numbers
from engine.reading import COMPARED, Reading
from rules.compiler import packaged_policy
from rules.durable_matcher import DurableMatcher
from rules.matching import decide

DOCS = Path(__file__).parents[2] / "docs"
WORKED: dict[str, Any] = json.loads((DOCS / "plan.json").read_text("utf-8"))
"""DOMAIN §4.6's base project, every fact stated."""
OPEN: dict[str, Any] = {
    "on": "2022-03-01",
    "facts": {name: WORKED["facts"][name] for name in ("investment", "approval_regime", "category", "land_supply")},
}
"""The same with hardly a fact known: every item that may apply is planned."""
STAMP = datetime(2022, 3, 1, 1, tzinfo=UTC)
SCRIPT, FORMULA, LONG = "<script>alert(1)</script>", "=cmd|'/C calc'!A0", "很" * 10_000
HOSTILE: dict[str, Any] = {
    "steps": [
        {"id": SCRIPT, "title": "]]> & \" ' <b> \u202e\u0007\ufffe坏", "days": 3},
        {"id": FORMULA, "title": "＝1+1", "days": 2, "needs": [{"step": SCRIPT, "firm": "assumable"}]},
        {"id": "长", "title": LONG, "days": 1, "legal_effect": True, "needs": [{"step": FORMULA}]},
    ]
}


@lru_cache(maxsize=4)
def _decided(stated: str) -> Decision:
    with DurableMatcher() as durable:
        question = Desk(packaged_policy(), "approval", None, None, None).read(json.loads(stated))
        return decide(question.book, question.statement, question.service, durable)


def sheet(
    stated: dict[str, Any] = WORKED, readings: Iterable[Reading] = COMPARED, *, until: str | None = None
) -> Sheet:
    """Some readings of a project from 2022-03-01."""
    decision = _decided(json.dumps(stated))
    return sheet_of(
        graph_of(decision),
        Calendar(calendar(), date(2022, 3, 1)),
        readings,
        stamp=STAMP,
        conversion=conversion_of(decision),
        departments=decision.book.departments,
        key=key_of(stated["facts"]),
        until=until,
    )


def bare(raw: dict[str, Any] = HOSTILE, readings: Iterable[Reading] = (Reading.SIMULATED,)) -> Sheet:
    """Some readings of a bare graph."""
    return sheet_of(read_graph(raw), Numbers(), readings, stamp=STAMP)


def parsed(picture: bytes) -> ElementTree.Element:
    """A picture as a tree, its elements' names without their namespace."""
    root = ElementTree.fromstring(picture)
    for each in root.iter():
        each.tag = each.tag.rpartition("}")[2]
    return root
