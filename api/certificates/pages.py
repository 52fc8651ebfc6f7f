"""The public check of a certificate as a page (查验证书): by number and check code, or by the file itself. No account."""

from datetime import datetime
from typing import Any

from litestar import Request, Response, get, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.params import FromQuery

from api.access import verbs
from api.certificates import service
from api.pages import page
from api.parts import Parts
from api.requests import content_length
from engine.errors import Fault, InputError
from engine.events import SHANGHAI

OVERHEAD = 64 * 1024
"""Bytes that a browser's form adds around a file."""


@get("/check", opt=verbs("check_certificate"), include_in_schema=False)
async def check(
    request: Request[Any, Any, Any],
    parts: NamedDependency[Parts],
    number: FromQuery[str] = "",
    code: FromQuery[str] = "",
) -> Response[str]:
    """The form, and the answer where number and code were given."""
    found = await service.check_number(parts, number, code) if number.strip() and code.strip() else None
    return _page(request, parts, found, number, code)


@post(
    "/check",
    opt=verbs("check_certificate"),
    status_code=200,
    include_in_schema=False,
    request_max_body_size=service.LARGEST_FILE + OVERHEAD,
)
async def check_file(request: Request[Any, Any, Any], parts: NamedDependency[Parts]) -> Response[str]:
    """The answer for a file that was chosen in the browser; it is not kept."""
    content_length(request, service.LARGEST_FILE + OVERHEAD)
    form = await request.form()
    file = form.get("file")
    if not isinstance(file, UploadFile):
        raise InputError([Fault("/file", None, "请选择要核对的 PDF 文件。", "Choose the PDF to check.")])
    return _page(request, parts, await service.check_file(parts, await file.read()), "", "")


def _page(
    request: Request[Any, Any, Any], parts: Parts, found: service.Check | None, number: str, code: str
) -> Response[str]:
    answer = found.as_json() if found else None
    if answer:
        answer["as_of"] = (
            f"{datetime.fromisoformat(answer['as_of']).astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}（北京时间）"
        )
    return page(request, "check.html.j2", check=answer, base_url=parts.base_url, number=number, code=code)
