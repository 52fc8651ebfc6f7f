"""What goes round every request (外层): its id, the headers that protect a browser, one log line without bodies.

:class:`Service` is the Litestar application with these three round it, so that they hold for a 404 and for a failure too.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import time
from datetime import UTC, datetime
from typing import Any, cast
from uuid import uuid4

from litestar import Litestar
from litestar.types import Message, Receive, Scope, Send

logger = logging.getLogger("yichuang.requests")
REQUEST_ID = "yichuang_request_id"
ACTOR_ID = "yichuang_actor_id"
_GIVEN = re.compile(rb"[A-Za-z0-9-]{8,64}")

PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; font-src 'self'; script-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""Content-Security-Policy of pages; a file from a stranger brings its own, stricter one."""

HEADERS: tuple[tuple[bytes, bytes], ...] = (
    (b"content-security-policy", PAGE_POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
    (b"cache-control", b"no-store"),
)
"""Put on every answer that does not say otherwise itself."""
STRICT_TRANSPORT = (b"strict-transport-security", b"max-age=31536000")


def request_id(scope: Any) -> str:
    """The id of a request: given by a proxy, else made here."""
    state = scope.setdefault("state", {})
    if REQUEST_ID not in state:
        given = next((v for k, v in scope.get("headers", ()) if k == b"x-request-id"), b"")
        state[REQUEST_ID] = given.decode() if _GIVEN.fullmatch(given) else uuid4().hex
    return str(state[REQUEST_ID])


class Service(Litestar):
    """The application, with request id, protecting headers and log line round everything it answers."""

    strict_transport = False
    """Whether browsers are told to keep to https: where the base address is https."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request, or run the lifespan."""
        if scope["type"] != "http":
            await super().__call__(scope, receive, send)
            return
        seen = _Seen(cast("Scope", scope), cast("Send", send), (STRICT_TRANSPORT,) if self.strict_transport else ())
        try:
            await super().__call__(scope, cast("Receive", receive), seen.send)
        finally:
            seen.log()


class _Seen:
    """One answer on its way out."""

    def __init__(self, scope: Scope, send: Send, more: tuple[tuple[bytes, bytes], ...]) -> None:
        self._scope = scope
        self._send = send
        self._headers = (*HEADERS, *more, (b"x-request-id", request_id(scope).encode()))
        self._began = time.perf_counter()
        self._status = 0

    async def send(self, message: Message) -> None:
        """Pass it on, with the headers that it lacks."""
        if message["type"] == "http.response.start":
            self._status = message["status"]
            own = list(message.get("headers", ()))
            names = {name.lower() for name, _ in own}
            message["headers"] = [*own, *(h for h in self._headers if h[0] not in names)]
        await self._send(message)

    def log(self) -> None:
        """One line: who asked for which address, and what came of it. No query, no body, no header."""
        state = self._scope.get("state", {})
        logger.info(
            "request",
            extra={
                "request_id": request_id(self._scope),
                "method": self._scope.get("method"),
                "path": self._scope.get("path"),
                "status": self._status,
                "ms": round((time.perf_counter() - self._began) * 1000, 1),
                "actor": state.get(ACTOR_ID, ""),
            },
        )


# --- logs -------------------------------------------------------------------------------------------------------------

_PLAIN = frozenset(vars(logging.LogRecord("", 0, "", 0, "", (), None))) | {"message", "asctime", "taskName"}


class JsonFormatter(logging.Formatter):
    """One JSON object a line, so that no name with a line feed in it can forge a line."""

    def format(self, record: logging.LogRecord) -> str:
        """A record as its line."""
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "says": record.getMessage(),
        }
        line.update({k: v for k, v in vars(record).items() if k not in _PLAIN and not k.startswith("color_")})
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        text = json.dumps(line, ensure_ascii=False, default=str)
        return text.encode("utf-8", "backslashreplace").decode("utf-8")


def log_as_json(level: int = logging.INFO) -> None:
    """Send every log of this process to standard error, a JSON object a line."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
