"""The table of access: what each role may do, whose task it is, and no route without a row."""

from __future__ import annotations

from itertools import product

import pytest
from litestar import Litestar, get, websocket
from litestar.connection import WebSocket

from api.access import (
    ACCOUNT_ROLES,
    CONDITION_TITLES,
    DEPARTMENT_ROLES,
    NOBODY,
    ROLE_TITLES,
    TABLE,
    VERB_TITLES,
    Condition,
    Role,
    UnlistedRouteError,
    check_routes,
    may,
    may_ever,
    verbs,
)
from engine.dossier import About
from engine.events import SYSTEM, Actor
from engine.procedure import Command, Party, Step, StepKind, TaskState
from engine.tasks import Task

OWNER = Actor("o", "建设单位", "owner")
WINDOW = Actor("w", "窗口", "window", "government_service")
REVIEWER = Actor("r", "审批", "reviewer", "civil_defence")
LEAD = Actor("l", "牵头", "lead", "housing_construction")
SUPERVISOR = Actor("s", "督办", "supervisor")
ADMIN = Actor("a", "管理", "admin")
EVERYBODY = (NOBODY, OWNER, WINDOW, REVIEWER, LEAD, SUPERVISOR, ADMIN, SYSTEM)


def task(by: Party, party: str) -> Task:
    return Task(Step("step", StepKind.REVIEW, by, "opinion"), About(), TaskState.OPEN, party)


OF_WINDOW = task(Party.WINDOW, "window")
OF_CIVIL_DEFENCE = task(Party.ITEM_DEPARTMENT, "civil_defence")
OF_ARCHIVES = task(Party.ITEM_DEPARTMENT, "archives")
OF_LEAD = task(Party.LEAD, "housing_construction")
TASKS = (OF_WINDOW, OF_CIVIL_DEFENCE, OF_ARCHIVES, OF_LEAD)


def who_may(verb: str, about: Task | None = None, applicant: str = "o", lead: str = "") -> set[str]:
    return {actor.id for actor in EVERYBODY if may(actor, verb, about, applicant=applicant, lead=lead)}


def test_every_verb_has_a_title_and_a_row_and_every_row_is_known():
    assert {grant.verb for grant in TABLE} == set(VERB_TITLES)
    assert len(set(TABLE)) == len(TABLE)
    assert set(ROLE_TITLES) == set(Role)
    assert set(CONDITION_TITLES) == set(Condition)
    assert DEPARTMENT_ROLES < set(ACCOUNT_ROLES)
    assert {command.value for command in Command} <= set(VERB_TITLES)


@pytest.mark.parametrize("command", ["give", "sign_unaffected", "withdraw_opinion"])
def test_only_the_items_own_department_reviews(command: str):
    allowed = {(a.id, t.party) for a, t in product(EVERYBODY, TASKS) if may(a, command, t, applicant="o")}
    assert allowed == {("r", "civil_defence")}


@pytest.mark.parametrize("command", ["accept", "ask_once", "refuse"])
def test_only_the_window_takes_in(command: str):
    allowed = {(a.id, t.party) for a, t in product(EVERYBODY, TASKS) if may(a, command, t, applicant="o")}
    assert allowed == {("w", "window")}


@pytest.mark.parametrize("command", ["call", "hold"])
def test_only_the_lead_gathers(command: str):
    allowed = {(a.id, t.party) for a, t in product(EVERYBODY, TASKS) if may(a, command, t, applicant="o")}
    assert allowed == {("l", "housing_construction")}


def test_nobody_handles_what_he_applied_for():
    assert who_may("give", OF_CIVIL_DEFENCE, applicant="r") == set()
    assert who_may("accept", OF_WINDOW, applicant="w") == set()
    assert who_may("hold", OF_LEAD, applicant="l") == set()
    assert who_may("extend", applicant="l", lead="housing_construction") == set()


@pytest.mark.parametrize("verb", ["extend", "withdraw_certificate", "declare_failure"])
def test_only_the_lead_of_a_case_decides_of_the_whole(verb: str):
    assert who_may(verb, lead="housing_construction") == {"l"}
    assert who_may(verb, lead="natural_resources") == set()
    assert who_may(verb) == set()


def test_the_owner_acts_for_his_own_alone():
    for verb in ("state_facts", "file_document", "open_case", "answer", "withdraw"):
        assert who_may(verb, applicant="o") == {"o"}
        assert who_may(verb, applicant="another") == set()
        assert who_may(verb, applicant="") == set()


def test_whoever_has_not_signed_in():
    public = {verb for verb in VERB_TITLES if may(NOBODY, verb)}
    assert public == {
        "read_page",
        "read_docs",
        "read_access",
        "read_health",
        "check_certificate",
        "read_parcel",
        "sign_in",
    }
    assert all(may(actor, verb) for actor in EVERYBODY for verb in public)


def test_a_department_without_a_name_has_no_tasks():
    nameless = Actor("n", "无部门", "reviewer", "")
    assert not may(nameless, "give", task(Party.ITEM_DEPARTMENT, ""))


def test_what_no_row_grants_is_refused():
    assert who_may("drop_tables") == set()
    assert not may_ever(ADMIN, ("drop_tables",))
    assert not may_ever(ADMIN, ())


def test_at_the_door_a_condition_is_not_asked_for():
    assert may_ever(REVIEWER, ("give", "accept"))
    assert not may_ever(OWNER, ("give", "accept"))


def test_a_route_that_no_row_knows_stops_the_start():
    @get("/listed", opt=verbs("read_page"), sync_to_thread=False)
    def listed() -> str:
        return ""

    @get("/silent", sync_to_thread=False)
    def silent() -> str:
        return ""

    @get("/strange", opt=verbs("read_page", "fly"), sync_to_thread=False)
    def strange() -> str:
        return ""

    @websocket("/socket", opt=verbs("read_page"))
    async def socket(socket: WebSocket) -> None: ...

    check_routes(Litestar([listed], openapi_config=None, logging_config=None))
    with pytest.raises(UnlistedRouteError) as found:
        check_routes(Litestar([listed, silent, strange, socket], openapi_config=None, logging_config=None))
    said = str(found.value)
    assert "/silent：未写明" in said and "/strange：read_page、fly" in said and "/socket" in said
    assert "/listed" not in said
