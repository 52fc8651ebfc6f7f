"""The service (服务): the one place where its parts are joined. ``create_app(settings)`` builds it, its lifespan runs it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from litestar import Litestar
from litestar.datastructures import State
from litestar.di import Provide

from api import access, files, health, pages
from api.accounts.controller import AccountController
from api.accounts.guesses import Guesses
from api.accounts.passwords import Passwords
from api.cases.controller import CaseController
from api.certificates import pages as check_page
from api.certificates.controller import CertificateController
from api.door import door, the_actor
from api.errors import HANDLERS
from api.exports.controller import ExportController
from api.issuing import seal_leftovers
from api.logs.controller import LogController
from api.middleware import Service
from api.openapi import configuration, say_what_is_so
from api.opening import claimed, keep_apart, open_parts
from api.parcels.controller import ParcelController
from api.parts import Parts
from api.plans.controller import PlanController
from api.projects.controller import ProjectController
from api.requests import LARGEST_BODY, StrictRequest, idempotency_key, if_match, queries_of
from api.schedules.controller import ScheduleController
from api.settings import Settings, from_environment
from api.start import start
from api.wakeups import sweeping
from models.database import Database

ROUTES: Sequence[Any] = (
    ProjectController,
    CaseController,
    CertificateController,
    ParcelController,
    PlanController,
    ScheduleController,
    ExportController,
    LogController,
    AccountController,
    files.put_file,
    files.get_file,
    health.health,
    health.ready,
    access.published,
    pages.static,
    start,
    check_page.check,
    check_page.check_file,
)
"""Every route there is; one that the table of access does not know stops the start."""


def create_app(settings: Settings | None = None) -> Service:
    """The service under these settings, or those of the environment.

    Raises:
        SettingsError: the environment is faulty.
        UnlistedRouteError: a route is not in the table of access.
    """
    settings = settings or from_environment()
    app = Service(
        route_handlers=ROUTES,
        lifespan=[_open],
        guards=[door],
        request_class=StrictRequest,
        request_max_body_size=LARGEST_BODY,
        exception_handlers=HANDLERS,
        openapi_config=configuration(),
        dependencies=_dependencies(),
        state=State({"settings": settings, "clock": settings.clock, "pages": pages.Pages(demo=settings.demo)}),
        logging_config=None,
        debug=False,
    )
    access.check_routes(app)
    app.state.queries = queries_of(app)
    app.strict_transport = settings.address.startswith("https:")
    say_what_is_so(app)
    return app


@asynccontextmanager
async def _open(app: Litestar) -> AsyncIterator[None]:
    """Open the house before anything is served, and close it when the last request is answered."""
    state, settings = app.state, app.state.settings
    alone = settings.database.startswith("sqlite")
    with claimed(settings, alone=alone):
        async with open_parts(settings) as parts:
            if alone:  # else another service may be in the middle of receiving something
                parts.store.clear_incoming()
            await keep_apart(parts.database, demo=settings.demo)
            state.parts, state.files = parts, parts.store
            state.passwords, state.guesses = Passwords(), Guesses()
            state.demo_accounts = await _demo(parts) if settings.demo else []
            await seal_leftovers(parts)
            async with sweeping(parts):
                yield


@asynccontextmanager
async def opened(app: Litestar) -> AsyncIterator[None]:
    """The service, open for as long as this lasts; what stops the start comes out as itself, not in a group."""
    try:
        async with app.lifespan():
            yield
    except ExceptionGroup as group:
        error: Exception = group
        while isinstance(error, ExceptionGroup) and len(error.exceptions) == 1:
            error = error.exceptions[0]
        raise error from None


async def _demo(parts: Parts) -> Sequence[Any]:
    from api.demo import ensure  # only a demo needs the example cases

    return await ensure(parts)


def _dependencies() -> dict[str, Provide]:
    async def parts(state: State) -> Parts:
        return state.parts  # type: ignore[no-any-return]

    async def database(state: State) -> Database:
        return state.parts.database  # type: ignore[no-any-return]

    async def passwords(state: State) -> Passwords:
        return state.passwords  # type: ignore[no-any-return]

    async def guesses(state: State) -> Guesses:
        return state.guesses  # type: ignore[no-any-return]

    return {
        "parts": Provide(parts),
        "database": Provide(database),
        "passwords": Provide(passwords),
        "guesses": Provide(guesses),
        "actor": Provide(the_actor),
        "key": Provide(idempotency_key),
        "etag": Provide(if_match),
    }
