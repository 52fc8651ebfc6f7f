"""Policies by digest (政策版本库): a case is decided by its own law for ever, whatever is in force today."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

from engine.case import CaseState, Law
from engine.ledger import canonical
from engine.workdays import WorkCalendar
from models.database import Reader, Unit
from models.policies import keep_source, source_of
from rules.calendar import load_notices
from rules.compiler import Policy, compile_policy
from rules.loader import load_policy, read_sources

CALENDAR = "calendar/"
KEPT = 8
"""Compiled policies that stay in memory."""


class Shelf:
    """The policy in force, and those that cases were accepted under."""

    def __init__(self, sources: Mapping[str, str] | None = None) -> None:
        self.sources = dict(sources if sources is not None else read_sources())
        self.current = compile_policy(load_policy(self.sources))
        self.calendar = WorkCalendar.of(load_notices({p: t for p, t in self.sources.items() if p.startswith(CALENDAR)}))
        self._known: dict[str, Policy] = {self.current.digest: self.current}

    @classmethod
    def of(cls, folder: Path | None) -> Shelf:
        """The shelf whose policy in force is the folder's; the packaged one's where none is named."""
        return cls(read_sources(folder))

    def law(self, service: str, on: date) -> Law:
        """The law of a day under the policy in force."""
        return _law(self.current, service, on)

    async def law_of(self, reader: Reader, state: CaseState, today: date) -> Law:
        """The law that a case is decided by: its own once it is accepted, today's before."""
        if state.law is None or state.law_on is None:
            return self.law(state.service, today)
        policy = await self._policy(reader, state.law)
        return _law(policy, state.service, state.law_on)

    async def _policy(self, reader: Reader, digest: str) -> Policy:
        known = self._known.get(digest)
        if known is None:
            sources = json.loads(await source_of(reader, digest))
            known = compile_policy(load_policy(sources))
            while len(self._known) >= KEPT:
                self._known.pop(next(k for k in self._known if k != self.current.digest))
            self._known[digest] = known
        return known

    async def keep(self, unit: Unit, now: datetime) -> None:
        """Store the source text of the policy in force, once, before a case can rest on it."""
        await keep_source(unit, self.current.digest, canonical(self.sources), now)


def _law(policy: Policy, service: str, on: date) -> Law:
    """A policy's law of a day, with the region's name for papers that are handed out."""
    book = policy.as_of(on)
    named = {**book.parameters, "region_title": policy.regions.get(policy.default_region, "")}
    return Law(replace(book, parameters=named), policy.procedure(service, on))
