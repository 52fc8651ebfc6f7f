"""One case over HTTP (网上办件): what an owner, a window and departments do with it, request by request, as any client would.

Every write has an idempotency key of its own, every command on a task the ETag of the task as it was last shown::

    with staff(service) as people:
        filer = Filer(people)
        filer.register("一期厂房", FACTS, [WORKSHOP])
        filer.paper("archive_set", b"...")
        shown = filer.apply()
        filer.do("window", "intake", "accept")
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from hashlib import sha256
from itertools import count
from typing import Any
from uuid import uuid4

import httpx

from api.accounts.passwords import Passwords
from api.parts import Parts
from engine.events import day_of
from models.accounts import add_account, open_session
from models.database import Unit
from tests.api.service import PASSWORD, Running

People = Mapping[str, httpx.Client]
Shown = dict[str, Any]

ROLES = {
    "owner": ("owner", ""),
    "stranger": ("owner", ""),
    "window": ("window", "government_service"),
    "window2": ("window", "government_service"),
    "lead": ("lead", "housing_construction"),
    "housing": ("reviewer", "housing_construction"),
    "housing2": ("reviewer", "housing_construction"),
    "planning": ("reviewer", "natural_resources"),
    "planning2": ("reviewer", "natural_resources"),
    "defence": ("reviewer", "civil_defence"),
    "archives": ("reviewer", "archives"),
    "weather": ("reviewer", "meteorology"),
    "supervisor": ("supervisor", ""),
    "admin": ("admin", ""),
}
DEPARTMENTS = (
    "natural_resources",
    "housing_construction",
    "drawing_review",
    "ecology",
    "water",
    "registration",
    "development_reform",
    "emergency",
    "urban_management",
    "traffic_police",
    "industry_information",
    "meteorology",
    "civil_defence",
    "culture_tourism",
    "utility",
    "province",
)
ROLES |= {f"{name}{n}": ("reviewer", name) for name in DEPARTMENTS for n in ("", "2")}
ROLES["land-lead"] = ("lead", "natural_resources")
"""Who there is, by login: role and department; of each department two reviewers, ``water`` and ``water2``."""

REVIEWERS = {
    "D02": "planning",
    "D03": "planning",
    "D06": "housing",
    "D07": "housing",
    "D08": "housing",
    "D09": "defence",
    "D10": "archives",
    "D13": "weather",
}
"""Who reviews which item."""

SIGNED_IN_FOR = timedelta(days=1000)
"""Flows take weeks of the turned clock; how long a sign-in lasts is tested elsewhere."""

PATIENCE = 60
"""Seconds that a client waits for an answer."""


def client_of(address: str, token: str) -> httpx.Client:
    """A client that is signed in with this token."""
    return httpx.Client(
        base_url=address, headers={"Authorization": f"Bearer {token}"}, timeout=PATIENCE, trust_env=False
    )


def hire(service: Running, logins: Sequence[str] = tuple(ROLES)) -> dict[str, str]:
    """Add these accounts and sign them in, in one transaction and with one hash of their password; gives their tokens."""

    async def use(parts: Parts) -> dict[str, str]:
        hashed = await Passwords().hash(PASSWORD)

        async def command(unit: Unit) -> dict[str, str]:
            tokens = {}
            for login in logins:
                role, department = ROLES[login]
                account = await add_account(
                    unit,
                    login=login,
                    name=f"{login} 单位",
                    role=role,
                    password_hash=hashed,
                    created=parts.now(),
                    department=department,
                )
                tokens[login] = await open_session(unit, account, parts.now(), SIGNED_IN_FOR)
            await unit.commit()
            return tokens

        return await parts.database.run_command(command)

    return service.call(use)


@contextmanager
def signed_in(address: str, tokens: Mapping[str, str]) -> Iterator[People]:
    """A client for each token, closed at the end."""
    with ExitStack() as stack:
        yield {login: stack.enter_context(client_of(address, token)) for login, token in tokens.items()}


@contextmanager
def staff(service: Running, logins: Sequence[str] = tuple(ROLES)) -> Iterator[People]:
    """Everybody at work: a client for each account."""
    with signed_in(service.address, hire(service, logins)) as people:
        yield people


def find(shown: Shown, step: str, item: str | None = None, building: str | None = None) -> Shown:
    """The one task of a step about that item and building."""
    found = [
        t
        for t in shown["tasks"]
        if t["id"].partition(":")[0] == step
        and item in (None, t["about"].get("item"))
        and building in (None, t["about"].get("building"))
    ]
    assert len(found) == 1, [t["id"] for t in shown["tasks"]]
    return found[0]


def open_tasks(shown: Shown, step: str) -> list[Shown]:
    """The tasks of a step that wait for somebody's command."""
    waiting = ("open", "stale", "called")
    return [t for t in shown["tasks"] if t["id"].partition(":")[0] == step and t["state"] in waiting]


class Filer:
    """A case and everybody who has to do with it; ``shown`` is the case as it was last shown."""

    def __init__(self, people: People, owner: str = "owner") -> None:
        self.people = people
        self.owner = owner
        self.project = self.case = ""
        self.shown: Shown = {}
        self._name, self._keys = uuid4().hex, count(1)

    def new_key(self) -> str:
        """A key that nobody has used."""
        return f"{self._name}-{next(self._keys)}"

    def send(
        self, login: str, path: str, body: Any, *, method: str = "POST", key: str | None = None, etag: str | None = None
    ) -> httpx.Response:
        """One write, as it is answered."""
        headers = {"Idempotency-Key": key or self.new_key()}
        if etag is not None:
            headers["If-Match"] = etag if etag == "*" else f'"{etag}"'
        return self.people[login].request(method, f"/api{path}", json=body, headers=headers)

    def _sent(self, login: str, path: str, body: Any, method: str = "POST") -> Shown:
        answer = self.send(login, path, body, method=method)
        assert answer.status_code in (200, 201), answer.text
        return answer.json()

    # --- the owner ----------------------------------------------------------------------------------------------------

    def register(self, name: str, facts: Mapping[str, Any], buildings: Sequence[Mapping[str, Any]]) -> Shown:
        """Register the project."""
        body = {"name": name, "facts": dict(facts), "buildings": [dict(b) for b in buildings]}
        project = self._sent(self.owner, "/projects", body)
        self.project = project["id"]
        return project

    def facts(self, *, reasons: str = "", buildings: Sequence[Mapping[str, Any]] | None = None, **facts: Any) -> Shown:
        """State or correct facts."""
        body: Shown = {"facts": facts, "reasons": reasons}
        if buildings is not None:
            body["buildings"] = [dict(b) for b in buildings]
        return self._sent(self.owner, f"/projects/{self.project}/facts", body)

    def upload(self, name: str, content: bytes) -> Shown:
        """Put a file's bytes; gives what to name it by."""
        told = {"name": name, "sha256": sha256(content).hexdigest()}
        answer = self.people[self.owner].put("/api/files", params=told, content=content)
        assert answer.status_code == 200, answer.text
        stored = answer.json()
        assert (stored["sha256"], stored["size"], stored["name"]) == (told["sha256"], len(content), name)
        return stored

    def paper(self, kind: str, content: bytes | None = None, **fields: Any) -> Shown:
        """File a paper, with its bytes where there are any."""
        files = [] if content is None else [self.upload(f"{kind}.pdf", content)]
        body = {"fields": fields, "files": files}
        return self._sent(self.owner, f"/projects/{self.project}/documents/{kind}", body, "PUT")

    def apply(self, **form: Any) -> Shown:
        """Hand the application in."""
        self.shown = self._sent(self.owner, f"/projects/{self.project}/cases", {"project_name": "一期", **form})
        self.case = self.shown["id"]
        return self.shown

    def answer(self, says: str, **more: Any) -> Shown:
        """Hand the rectification in."""
        return self.on_case(self.owner, "answer", says=says, **more)

    def on_case(self, login: str, command: str, **body: Any) -> Shown:
        """A command on the whole case that is carried out."""
        self.shown = self._sent(login, f"/cases/{self.case}/{command}", body)
        return self.shown

    # --- tasks --------------------------------------------------------------------------------------------------------

    def look(self, login: str = "lead") -> Shown:
        """Look at the case as somebody may see it."""
        answer = self.people[login].get(f"/api/cases/{self.case}")
        assert answer.status_code == 200, answer.text
        self.shown = answer.json()
        return self.shown

    def order(
        self, login: str, task: str, command: str, *, etag: str, key: str | None = None, **body: Any
    ) -> httpx.Response:
        """One command on one task, as it is answered."""
        return self.send(login, f"/cases/{self.case}/tasks/{task}/{command}", body, etag=etag, key=key)

    def etag(self, task: str) -> str:
        """A task's ETag as the case was last shown."""
        return next(t["etag"] for t in self.shown["tasks"] if t["id"] == task)

    def do(self, login: str, task: str, command: str, **body: Any) -> Shown:
        """One command on one task that is carried out."""
        answer = self.order(login, task, command, etag=self.etag(task), **body)
        assert answer.status_code == 200, answer.text
        self.shown = answer.json()
        return self.shown

    def give_all(self, step: str, without: Sequence[str] = ()) -> Shown:
        """Every department passes what is its own."""
        for task in open_tasks(self.shown, step):
            item = task["about"]["item"]
            if item not in without:
                self.do(REVIEWERS[item], task["id"], "give", verdict="pass")
        return self.shown

    def call_all(self, on: str) -> Shown:
        """Call every visit or meeting that is due."""
        for step in ("visit", "meeting"):
            for task in open_tasks(self.shown, step):
                self.do("lead", task["id"], "call", on=on, place="项目现场")
        return self.shown

    def hold(self, task: Shown, failing: Mapping[str, str] | None = None) -> Shown:
        """Hold a gathering that is called; ``failing`` says of which items what was found."""
        department = {i["id"]: i["department"] for i in self.shown["items"]}
        findings: Shown = {i: {"verdict": "pass"} for i in task["items"]}
        for item, finding in (failing or {}).items():
            findings[item] = {"verdict": "fail", "finding": finding, "article": "GB 50016—2014 第6.4.11条"}
        attended = sorted({department[i] for i in task["items"]})
        return self.do("lead", task["id"], "hold", attended=attended, findings=findings, minutes="勘验记录")

    def hold_all(self, step: str = "visit") -> Shown:
        """Hold every gathering of a step, with nothing found."""
        for task in open_tasks(self.shown, step):
            self.hold(task)
        return self.shown

    def certificate(self, login: str = "owner", number: str | None = None) -> bytes:
        """The certificate's bytes: the last of the case's papers, or the one of that number."""
        named = {} if number is None else {"number": number}
        answer = self.people[login].get(f"/api/cases/{self.case}/certificate", params=named)
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-type"] == "application/pdf"
        return answer.content


def legal_day(service: Running, days: int = 0) -> str:
    """The day that it is at the service, or some days on."""
    return day_of(service.clock.now() + timedelta(days=days)).isoformat()
