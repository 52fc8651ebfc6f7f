"""Pages and what they are drawn with (页面): Jinja templates, and a closed list of styles that the service itself serves.

``pages.render("name.html.j2", …)`` escapes everything; there is no script and nothing comes from another address. The
styles are read once at the start and served by name from memory, so that no path can lead anywhere else.
"""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from litestar import Request, Response, get
from litestar.params import FromPath, FromQuery

from api.access import verbs
from engine.errors import NotFoundError

HERE = Path(__file__).parent
KINDS = {".css": "text/css", ".svg": "image/svg+xml"}
MENU = (("/", "首页"), ("/check", "查验证书"), ("/api/docs", "接口文档"))
A_YEAR = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class Asset:
    """A style or picture of ours (样式文件), ready to be sent."""

    name: str
    media_type: str
    raw: bytes
    packed: bytes
    etag: str


class Pages:
    """Templates and styles, read once."""

    def __init__(self, *, demo: bool = False) -> None:
        files = sorted(p for p in (HERE / "static").iterdir() if p.suffix in KINDS)
        self.assets: Mapping[str, Asset] = {p.name: _asset(p) for p in files}
        self.environment = Environment(
            loader=FileSystemLoader(HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self.environment.globals.update(asset=self.address, demo=demo, menu=MENU, here="", language="zh")

    def address(self, name: str) -> str:
        """The address of a style; it changes with its content, so a browser may keep it."""
        return f"/static/{name}?v={self.assets[name].etag[:12]}"

    def render(self, template: str, **context: Any) -> str:
        """A page as HTML."""
        return self.environment.get_template(template).render(**context)


def page(request: Request[Any, Any, Any], template: str, *, status: int = 200, **context: Any) -> Response[str]:
    """The answer with a page; ``here`` marks its place in the menu."""
    context.setdefault("here", request.scope["path"])
    drawn = request.app.state.pages.render(template, **context)
    return Response(drawn, media_type="text/html", status_code=status)


def _asset(path: Path) -> Asset:
    raw = path.read_bytes()
    packed = gzip.compress(raw, 9, mtime=0)
    return Asset(path.name, KINDS[path.suffix], raw, packed, hashlib.sha256(raw).hexdigest()[:32])


@get("/static/{name:str}", opt=verbs("read_page"), include_in_schema=False)
async def static(request: Request[Any, Any, Any], name: FromPath[str], v: FromQuery[str] = "") -> Response[bytes]:
    """A style or picture of ours."""
    asset = request.app.state.pages.assets.get(name)
    if asset is None:
        raise NotFoundError("没有这个地址。", detail_en="No such address.")
    headers = {"ETag": f'"{asset.etag}"', "Cache-Control": A_YEAR, "Vary": "Accept-Encoding"}
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(b"", status_code=304, headers=headers, media_type=asset.media_type)
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(asset.packed, headers={**headers, "Content-Encoding": "gzip"}, media_type=asset.media_type)
    return Response(asset.raw, headers=headers, media_type=asset.media_type)
