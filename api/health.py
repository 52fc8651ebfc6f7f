"""Whether the service is there (存活) and whether it can work (可用): for whoever watches over it."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import version

from litestar import Response, get
from litestar.di import NamedDependency

from api import probes
from api.access import verbs
from api.answers import answers, problems
from api.parts import Parts


@dataclass(frozen=True, slots=True)
class Alive:
    """The process answers (存活)."""

    status: str
    version: str


@dataclass(frozen=True, slots=True)
class CheckOut:
    """One thing that was looked at (一项检查). What a stranger need not know stays in ``yichuang doctor``."""

    name: str
    title: str
    ok: bool


@dataclass(frozen=True, slots=True)
class Readiness:
    """Whether it can work (是否可用)."""

    ready: bool
    checks: list[CheckOut]


_READY = {
    "ready": True,
    "checks": [
        {"name": "database", "title": "数据库", "ok": True},
        {"name": "engines", "title": "两个规则引擎", "ok": True},
        {"name": "files", "title": "文件目录", "ok": True},
    ],
}
_NOT_READY = {"ready": False, "checks": [{"name": "database", "title": "数据库", "ok": False}]}


@get(
    "/api/health",
    opt=verbs("read_health"),
    operation_id="Health",
    summary="是否存活 Alive",
    tags=["运行 Operation"],
    responses={
        **answers(200, Alive, "在运行。", {"status": "ok", "version": "0.1.0"}),
        **problems(422),
    },
)
async def health() -> Alive:
    """The process is there and answers; nothing else is looked at."""
    return Alive("ok", version("yichuang"))


@get(
    "/api/health/ready",
    opt=verbs("read_health"),
    operation_id="Ready",
    summary="是否可用 Ready",
    tags=["运行 Operation"],
    responses={
        **answers(200, Readiness, "可以办理。", _READY),
        **answers(503, Readiness, "暂时不能办理；不是 ok 的一项是原因。", _NOT_READY),
        **problems(422),
    },
)
async def ready(parts: NamedDependency[Parts]) -> Response[Readiness]:
    """Whether it can work: the database answers, both engines decide a sample alike, files can be written."""
    checks = await probes.ready(parts)
    well = all(check.ok for check in checks)
    shown = Readiness(well, [CheckOut(check.name, check.title, check.ok) for check in checks])
    return Response(shown, status_code=200 if well else 503)
