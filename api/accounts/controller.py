"""Accounts over HTTP (账号接口)."""

from typing import Any

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from api.access import verbs
from api.accounts import service
from api.accounts.guesses import Guesses
from api.accounts.passwords import Passwords
from api.accounts.schemas import AccountOut, Accounts, SignedIn, SignIn
from api.answers import READS, Ask, answers, asks, problems
from api.door import token_of
from api.parts import Parts
from engine.events import Actor

_ACCOUNT = {
    "id": "019368f0-7a52-7c1e-9d0b-3f1f6c0a7b11",
    "login": "window1",
    "name": "区政务服务中心综合窗口",
    "role": "window",
    "role_title": "综合窗口",
    "department": "government_service",
    "credit_code": "",
    "disabled": False,
}
_SIGNED_IN = {
    "token": "k3mF0yq8rX1uVw5aTzL2cB9dEhJ7nPs4QgYoRiKtMbU",
    "expires": "2022-09-30T14:00:00+00:00",
    "account": _ACCOUNT,
}


class AccountController(Controller):
    """Sign-in and accounts (登录与账号)."""

    path = "/api"
    tags = ("账号 Accounts",)

    @post(
        "/sign-in",
        operation_class=asks(Ask("window", "登录 Sign in", {"login": "window1", "password": "口令 correct horse"})),
        operation_id="SignIn",
        opt=verbs("sign_in"),
        status_code=200,
        summary="登录 Sign in",
        responses={
            **answers(200, SignedIn, "已登录；之后的请求带 Authorization: Bearer 令牌。", _SIGNED_IN),
            **problems(400, 401, 413, 415, 422, 429, 503),
        },
    )
    async def sign_in(
        self,
        request: Request[Any, Any, Any],
        data: JSONBody[SignIn],
        parts: NamedDependency[Parts],
        passwords: NamedDependency[Passwords],
        guesses: NamedDependency[Guesses],
    ) -> SignedIn:
        """Sign in; the answer's token is good for twelve hours. After five failures in a row the next has to wait."""
        address = request.client.host if request.client else ""
        return await service.sign_in(parts.database, passwords, guesses, data, address, parts.now())

    @post(
        "/sign-out",
        operation_id="SignOut",
        opt=verbs("sign_out"),
        status_code=204,
        summary="退出登录 Sign out",
        responses=problems(*READS),
    )
    async def sign_out(self, request: Request[Any, Any, Any], parts: NamedDependency[Parts]) -> None:
        """Sign out: the token that this comes with is worth nothing from now on."""
        await service.sign_out(parts.database, token_of(request), parts.now())

    @get(
        "/me",
        operation_id="WhoAmI",
        opt=verbs("who_am_i"),
        summary="我的账号 Who am I",
        responses={**answers(200, AccountOut, "登录者的账号。", _ACCOUNT), **problems(*READS)},
    )
    async def me(self, actor: NamedDependency[Actor], parts: NamedDependency[Parts]) -> AccountOut:
        """The account that is signed in."""
        return await service.account_of(parts.database, actor.id)

    @get(
        "/accounts",
        operation_id="ListAccounts",
        opt=verbs("list_accounts"),
        summary="账号列表 All accounts",
        responses={
            **answers(200, Accounts, "全部账号，按登录名。", {"accounts": [_ACCOUNT]}),
            **problems(*READS, 403),
        },
    )
    async def listed(self, parts: NamedDependency[Parts]) -> Accounts:
        """All accounts, by login; for the administrator."""
        return Accounts(await service.every_account(parts.database))
