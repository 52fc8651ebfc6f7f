"""The door (门禁): before a body is read, whose token it is, whether that role may do this at all, whether the query is known.

What anyone may do asks for no token and looks at none, so that an old one is in nobody's way. Everything else needs one in
force at this instant: it is looked up at every request, so that a sign-out holds from the next one on (A3).
"""

from __future__ import annotations

import re
from typing import Any

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler

from api.access import NOBODY, VERBS, may_ever
from api.errors import SignedOutError
from api.middleware import ACTOR_ID
from api.parts import Parts
from api.requests import CLEANED, check_query
from engine.errors import ForbiddenError
from engine.events import Actor
from models.accounts import session_account

ACTOR = "yichuang_actor"
TOKEN = "yichuang_token"  # noqa: S105 (a name, no token)
_BEARER = re.compile(r"[Bb]earer +([A-Za-z0-9_-]{20,200}) *")


async def door(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """The guard of every route.

    Raises:
        SignedOutError: this needs a token, and there is none in force.
        ForbiddenError: the account's role may never do this.
        InputError: a query key is unknown or repeated.
    """
    if connection.scope.get("method") == "OPTIONS":
        return
    names: tuple[str, ...] = handler.opt.get(VERBS, ())
    actor = NOBODY if may_ever(NOBODY, names) else await _signed_in(connection)
    if not may_ever(actor, names):
        raise ForbiddenError("您的角色不能办理这件事。", detail_en="Your role may not do this.")
    connection.scope["state"][ACTOR] = actor
    known = connection.app.state.queries.get((connection.scope["path_template"], connection.scope.get("method")))
    check_query(connection.scope.get("query_string", b""), known, handler.opt.get(CLEANED, ()))


async def _signed_in(connection: ASGIConnection[Any, Any, Any, Any]) -> Actor:
    given = _BEARER.fullmatch(connection.headers.get("authorization", ""))
    if given is None:
        raise SignedOutError(
            "请先登录，并带请求头 Authorization: Bearer 令牌。",
            detail_en="Sign in first and send Authorization: Bearer with the token.",
        )
    parts: Parts = connection.app.state.parts
    async with parts.database.read() as reader:
        account = await session_account(reader, given[1], parts.now())
    if account is None:
        raise SignedOutError("登录已失效，请重新登录。", detail_en="The sign-in is no longer in force; sign in again.")
    connection.scope["state"].update({TOKEN: given[1], ACTOR_ID: account.id})
    return Actor(account.id, account.name, account.role, account.department)


async def the_actor(request: Request[Any, Any, Any]) -> Actor:
    """The dependency ``actor``: who asks, as the door found; ``NOBODY`` where nobody had to sign in."""
    actor: Actor = request.scope["state"][ACTOR]
    return actor


def token_of(request: Request[Any, Any, Any]) -> str:
    """The token that this request came with, on a route that needs one."""
    token: str = request.scope["state"][TOKEN]
    return token
