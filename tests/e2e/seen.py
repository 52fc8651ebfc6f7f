"""Everything that anybody is shown of a case (所见一切): routes, pages, the command line, files and their check, at each stage of its life.

The routes are those of the interface's own document, so that a new one is either looked at or stops the test.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import httpx
from click.testing import CliRunner
from pypdf import PdfReader

from api.cli import main
from engine.terms import NO_FORCE
from tests.api.service import InThread, environment_of
from tests.e2e.filer import People, Shown
from tests.e2e.simulated import Simulating

SAID = NO_FORCE.partition("，")[2]
"""无行政许可效力: what has to stand wherever something simulated is shown."""

SHOWS_A_CASE = (
    "/api/cases",
    "/api/cases/{case}",
    "/api/cases/{case}/tasks",
    "/api/cases/{case}/certificate",
    "/api/projects",
    "/api/projects/{project}",
    "/api/certificates/check",
    "/api/parcels/{parcel}",
    "/api/files/{sha256}",
)
"""Readings that may show something of a case."""
FOR_ANYBODY = ("/api/certificates/check", "/api/parcels/{parcel}")
"""Of these the readings that are the same for everybody."""
SHOWS_NONE = (
    "/api/access",
    "/api/accounts",
    "/api/health",
    "/api/me",
    "/api/projects/code-questions",
    "/api/health/ready",
)
"""Readings of the house alone; codes that wait for the window are about projects, whatever their cases."""
PAGES = ("/", "/check", "/static/{name}", "/api/docs", "/api/docs/{path}", "/api/docs/openapi.json")
"""Readings that the document does not list; of these ``/check`` shows a paper."""

LOOKING = ("owner", "window", "land-lead", "natural_resources", "supervisor")


@cache
def pages_of(pdf: bytes) -> tuple[str, ...]:
    """The text of each page of a file."""
    return tuple(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


@dataclass(frozen=True, slots=True)
class Seen:
    """One thing that was shown: at which stage, to whom and where, its text, and the same as values where it has them."""

    stage: str
    where: str
    text: str
    data: Any = None
    papers: frozenset[str] = frozenset()
    """Numbers of simulated papers that it is about."""

    def __str__(self) -> str:
        return f"{self.stage}：{self.where}"


@dataclass(slots=True)
class Watcher:
    """Looks at cases as everybody may, and keeps what it saw."""

    service: InThread
    people: People
    visitor: httpx.Client
    seen: list[Seen] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    """Every simulated paper's file as it was when it was handed out, by number."""
    cases: dict[str, str] = field(default_factory=dict)
    """Every case that was looked at, and the stage at which it was first."""
    _checked: set[tuple[str, str]] = field(default_factory=set)
    """Which file was checked while its paper stood how."""

    def look(self, stage: str, filer: Simulating, *, everybody: bool = False, told: bool = False) -> Shown:
        """See what there is to see of a case now, as its owner or as ``everybody``, ``told`` by the command line too; gives the case."""
        shown = filer.look("supervisor")
        self.cases.setdefault(filer.case, stage)
        simulated = [p for p in shown["papers"] if p["force"] == "simulated"]
        formal = len(shown["papers"]) > len(simulated)
        if simulated and not formal and simulated[-1]["number"] not in self.files:
            self.files[simulated[-1]["number"]] = self._file(filer)
        for login in LOOKING if everybody else LOOKING[:1]:
            for path in [p for p in SHOWS_A_CASE if p not in FOR_ANYBODY]:
                for address, query in self._asked(path, filer, shown):
                    self._get(stage, login, path, address, query)
        self._anybody(stage, shown, simulated)
        if told:
            self._command_line(stage, filer)
        return shown

    def _file(self, filer: Simulating) -> bytes:
        answer = self.people["owner"].get(f"/api/cases/{filer.case}/certificate")
        assert answer.status_code == 200, answer.text
        return answer.content

    def _asked(self, path: str, filer: Simulating, shown: Shown) -> Iterator[tuple[str, dict[str, str]]]:
        """The addresses that a route of the document stands for here."""
        if path == "/api/files/{sha256}":
            for file in {f["sha256"]: f for h in shown["history"] for f in h["files"]}.values():
                yield f"/api/files/{file['sha256']}", {"name": file["name"]}
        else:
            yield path.format(case=filer.case, project=filer.project), {}

    def _get(self, stage: str, login: str, path: str, address: str, query: Mapping[str, str]) -> None:
        answer = self.people[login].get(address, params=dict(query))
        assert answer.status_code in (200, 404), answer.text
        if answer.status_code == 200:
            headers = answer.headers.get("content-disposition", "")
            where = f"{login} GET {path}"
            self._keep(stage, where, answer.content, answer.headers["content-type"], headers=headers)

    def _keep(
        self,
        stage: str,
        where: str,
        content: bytes,
        media: str,
        about: frozenset[str] = frozenset(),
        headers: str = "",
    ) -> None:
        if content.startswith(b"%PDF-1") and b"content.json" in content:
            for number, page in enumerate(pages_of(content), start=1):
                self.seen.append(Seen(stage, f"{where} 第{number}页", page, None, about))
        elif media.startswith("application/json"):
            text = content.decode()
            self.seen.append(Seen(stage, where, text, json.loads(text), about))
        elif media.startswith("text/"):
            self.seen.append(Seen(stage, where, content.decode(), None, about))
        if "filename*" in headers:
            self.seen.append(Seen(stage, f"{where} 文件名", httpx.URL(f"x:{headers}").path, None, about))

    def _anybody(self, stage: str, shown: Shown, simulated: list[Shown]) -> None:
        """What whoever holds a paper or its file is told, by the service; each paper once for each way it stands."""
        fields = {f["field"]: f["assumed"] for a in shown["simulated"]["assumptions"] for f in a["fields"]}
        parcel = self.visitor.get(f"/api/parcels/{fields['parcel']}")
        self._keep(stage, "访客 GET /api/parcels/{parcel}", parcel.content, parcel.headers["content-type"])
        for paper in shown["papers"]:
            number = paper["number"]
            if (number, paper["status"]) in self._checked:
                continue
            self._checked.add((number, paper["status"]))
            about = frozenset({number}) if paper in simulated else frozenset[str]()
            for path in ("/check", "/api/certificates/check"):
                answer = self.visitor.get(path, params={"number": number, "code": paper["check_code"]})
                media = answer.headers["content-type"]
                self._keep(stage, f"访客 GET {path} {number}", answer.content, media, about)
            if paper in simulated:
                self._file_checked(stage, number, about)

    def _file_checked(self, stage: str, number: str, about: frozenset[str]) -> None:
        pdf = self.files[number]
        for content, named in ((pdf, "原件"), (pdf + b"\n", "改动一字节的")):
            answer = self.visitor.post("/api/certificates/check", content=content)
            self._keep(stage, f"访客 文件核验 {named}{number}", answer.content, "application/json", about)
            page = self.visitor.post("/check", files={"file": ("证书.pdf", content, "application/pdf")})
            self._keep(stage, f"访客 网页核验 {named}{number}", page.content, "text/html", about)

    def _command_line(self, stage: str, filer: Simulating) -> None:
        settings = self.service.settings
        environment = environment_of(settings.data_dir.parent, settings.database, self.service.clock)
        shows = ("case", "show", filer.case)
        for arguments in (shows, (*shows, "--json"), ("case", "list")):
            self.keep_told(stage, *arguments, environment=environment)

    def keep_told(
        self,
        stage: str,
        *arguments: str,
        given: Any = None,
        about: frozenset[str] = frozenset(),
        environment: Mapping[str, str] | None = None,
    ) -> str:
        """What the command line says, in words or as values."""
        out = self.told(*arguments, given=given, environment=environment)
        data = json.loads(out) if "--json" in arguments else None
        self.seen.append(Seen(stage, f"yichuang {' '.join(arguments)}", out, data, about))
        return out

    def told(self, *arguments: str, given: Any = None, environment: Mapping[str, str] | None = None) -> str:
        """The same, and not kept."""
        stdin = None if given is None else json.dumps(given, ensure_ascii=False)
        found = CliRunner().invoke(main, list(arguments), input=stdin, env=dict(environment or {}))
        assert found.exit_code == 0, found.stderr
        return found.stdout


# --- values ---------------------------------------------------------------------------------------------------------------


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], str]]:
    """Every text in a value, with the mappings that it stands in, the outermost first."""
    if isinstance(value, dict):
        for each in value.values():
            yield from leaves(each, (*path, value))
    elif isinstance(value, list):
        for each in value:
            yield from leaves(each, path)
    elif isinstance(value, str):
        yield path, value


def mappings(value: Any) -> Iterator[dict[str, Any]]:
    """Every mapping in a value."""
    if isinstance(value, dict):
        yield value
        value = list(value.values())
    for each in value if isinstance(value, list) else ():
        yield from mappings(each)


def says_so(mapping: Mapping[str, Any]) -> bool:
    """Whether a mapping itself says that it has no force."""
    return any(isinstance(v, str) and SAID in v for v in mapping.values())
