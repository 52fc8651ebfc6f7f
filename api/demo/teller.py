"""One example case in the telling (示例办件的讲述): every deed goes through the use case that a person's request would."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from pydantic import BaseModel

from api.cases import schemas
from api.cases import service as cases
from api.parts import Parts
from api.projects import service as projects
from api.projects.schemas import DocumentIn, FactsIn, ProjectIn
from api.requests import read_model
from api.transaction import Order
from engine.events import Actor, day_of
from engine.procedure import Command

Answer = tuple[int, dict[str, Any]]


class Teller:
    """Does what people do in one example case, each deed under its own idempotency key, at the hour of the story."""

    def __init__(self, parts: Parts, actors: Mapping[str, Actor], name: str) -> None:
        self.now = parts.now()
        self.parts = replace(parts, now=lambda: self.now)
        self.actors, self.name = actors, name
        self.project = self.case = ""
        self._told = 0

    @property
    def today(self) -> date:
        """The legal day of the story."""
        return day_of(self.now)

    async def _do(self, login: str, body: BaseModel, use: Callable[[Order], Awaitable[Answer]]) -> dict[str, Any]:
        self._told += 1
        key = f"demo-{self.name}-{self._told}"
        order = Order(self.actors[login], f"demo {self.name}", key, body.model_dump(mode="json"))
        return (await use(order))[1]

    async def register(self, name: str, facts: dict[str, Any], buildings: list[dict[str, Any]]) -> None:
        """The owner registers the project."""
        body = ProjectIn(name=name, facts=facts, buildings=buildings)
        done = await self._do("owner", body, lambda o: projects.register(self.parts, o, body))
        self.project = done["id"]

    async def facts(self, buildings: list[dict[str, Any]] | None = None, reasons: str = "", **facts: Any) -> None:
        """The owner states or corrects facts."""
        body = FactsIn(facts=facts, buildings=buildings, reasons=reasons)
        await self._do("owner", body, lambda o: projects.state_facts(self.parts, o, self.project, body))

    async def file(self, **papers: dict[str, Any]) -> None:
        """The owner files papers: kind and fields."""
        for kind, fields in papers.items():
            await self._file("owner", kind, DocumentIn(fields=fields))

    async def assume(self, kind: str, **fields: str) -> None:
        """The owner states what a paper will say that is not there yet."""
        await self._file("owner", kind, DocumentIn(fields=fields, standing="assumed"))

    async def register_result(self, item: str, **fields: str) -> None:
        """The window registers a result that another office made."""
        await self._file("window", f"{item}.result", DocumentIn(fields=fields))

    async def _file(self, login: str, kind: str, body: DocumentIn) -> None:
        use = projects.file_document
        await self._do(login, body, lambda o: use(self.parts, o, self.project, kind, body))

    async def apply(self, **application: Any) -> dict[str, Any]:
        """The owner hands the application in; gives the case as it is shown then."""
        body = read_model(schemas.Application, application)
        done = await self._do("owner", body, lambda o: cases.open_case(self.parts, o, self.project, body))
        self.case = done["id"]
        return done

    async def look(self) -> dict[str, Any]:
        """The case as the lead department sees it now."""
        return await cases.show(self.parts, self.actors["lead"], self.case)

    async def do(self, login: str, task: str, command: str, **particulars: Any) -> dict[str, Any]:
        """Somebody gives a command on a task."""
        verb = Command(command)
        body = read_model(cases.BODIES[verb], particulars)
        use = cases.command
        return await self._do(login, body, lambda o: use(self.parts, o, self.case, task, verb, body, None))

    async def answer(self, says: str) -> None:
        """The owner hands the rectification in."""
        body = schemas.Answer(says=says)
        await self._do("owner", body, lambda o: cases.answer(self.parts, o, self.case, body))

    async def withdraw_certificate(self, reasons: str) -> None:
        """The lead department withdraws the certificate."""
        body = schemas.Revoke(reasons=reasons)
        await self._do("lead", body, lambda o: cases.withdraw_certificate(self.parts, o, self.case, body))
