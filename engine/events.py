"""What has happened (事件): the one form of everything that a ledger holds, and its way to bytes and back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone
from enum import StrEnum
from typing import Any

from engine.dossier import DocVersion
from engine.ledger import canonical

SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")
"""Legal time (北京时间). China has had no summer time since 1992, before anything that this system decides."""


def day_of(at: datetime) -> date:
    """The legal day of an instant (Asia/Shanghai), whatever the machine's zone."""
    return at.astimezone(SHANGHAI).date()


def end_of(day: date) -> datetime:
    """The instant at which a day ends: 24:00 in Shanghai (期间届满)."""
    return datetime(day.year, day.month, day.day, tzinfo=SHANGHAI) + timedelta(days=1)


class EventKind(StrEnum):
    """Kinds of event. Commands are orders, events are facts. The first five belong to the project, the rest to a case."""

    PROJECT_REGISTERED = "project_registered"
    FACTS_STATED = "facts_stated"
    DOCUMENT_FILED = "document_filed"
    CODE_ASKED = "code_asked"
    CODE_DECIDED = "code_decided"
    CASE_OPENED = "case_opened"
    CORRECTION_ASKED = "correction_asked"
    CORRECTIONS_SUPPLIED = "corrections_supplied"
    TAKEN_IN = "taken_in"
    INTAKE_REFUSED = "intake_refused"
    ITEMS_DETERMINED = "items_determined"
    GIVEN = "given"
    UNAFFECTED_SIGNED = "unaffected_signed"
    OPINION_WITHDRAWN = "opinion_withdrawn"
    CLOCK_STOPPED = "clock_stopped"
    CLOCK_RESUMED = "clock_resumed"
    EXTENDED = "extended"
    CALLED = "called"
    HELD = "held"
    ANSWERED = "answered"
    ANSWER_LAPSED = "answer_lapsed"
    LIMIT_PASSED = "limit_passed"
    DRAFTED = "drafted"
    DRAFT_RETURNED = "draft_returned"
    ASSUMPTION_FAILED = "assumption_failed"
    VALIDITY_NEAR = "validity_near"
    CASE_TERMINATED = "case_terminated"
    RESULT_NEAR = "result_near"
    RESULT_LAPSED = "result_lapsed"
    ISSUED = "issued"
    SEALED = "sealed"
    NOT_PASSED = "not_passed"
    CASE_WITHDRAWN = "case_withdrawn"
    CERTIFICATE_WITHDRAWN = "certificate_withdrawn"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who did it (经办人): account id, name, role and, for officials, department. ``system`` acts by law or by clock."""

    id: str
    name: str
    role: str
    department: str = ""

    def as_json(self) -> dict[str, str]:
        """As the ledger keeps it."""
        return {"id": self.id, "name": self.name, "role": self.role, "department": self.department}


SYSTEM = Actor("system", "系统（依法自动记载）", "system")


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened: who, when, to which case and task, which documents it made, and its own particulars.

    ``at`` is the time of deed by this system's clock, in UTC. ``seq`` is the ledger's number, 0 until appended.
    """

    kind: EventKind
    at: datetime
    actor: Actor
    project: str
    case: str | None = None
    task: str | None = None
    docs: tuple[DocVersion, ...] = ()
    data: Mapping[str, Any] = field(default_factory=dict)
    seq: int = 0

    @property
    def on(self) -> date:
        """The legal day on which it happened."""
        return day_of(self.at)

    def body(self, **more: Any) -> bytes:
        """The canonical bytes that the ledger stores and hashes; ``more`` adds policy and calendar digests, key and so on."""
        return canonical(
            {
                "v": 1,
                "hash": "sha256",
                "kind": self.kind.value,
                "at": stamp(self.at),
                "actor": self.actor.as_json(),
                "project": self.project,
                "case": self.case,
                "task": self.task,
                "docs": [d.as_json() for d in self.docs],
                "data": self.data,
                **more,
            }
        )

    @classmethod
    def from_body(cls, body: bytes, seq: int) -> Event:
        """Back from stored bytes."""
        raw = json.loads(body)
        return cls(
            EventKind(raw["kind"]),
            datetime.fromisoformat(raw["at"]),
            Actor(**raw["actor"]),
            raw["project"],
            raw["case"],
            raw["task"],
            tuple(DocVersion.from_json(d) for d in raw["docs"]),
            raw["data"],
            seq,
        )


def stamp(at: datetime) -> str:
    """An instant as the ledger writes it: UTC, microseconds."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")
