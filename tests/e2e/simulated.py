"""Simulated approval over HTTP (模拟审批流程): an industrial project before its land, and the steps to its permits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from api.demo.simulated import BEFORE_LAND, HALL
from tests.e2e.filer import Filer, People, Shown, open_tasks

ASSUMED: dict[str, Any] = {
    "parcel": "JH-2022-07",
    "holder_code": "91440704MA5J00011H",
    "conditions_no": "江海规条〔2022〕7号",
    "land_use": "一类工业用地",
    "site_area_m2": "30000",
    "red_line": "红线图-07",
    "floor_area_ratio": "3.0",
    "height_limit_m": "40",
}
"""What is assumed of the land contract."""


def result(number: str, by: str, on: str) -> dict[str, str]:
    """What is registered of a result that was made elsewhere."""
    return {"number": number, "issued_by": by, "issued_on": on}


class Simulating(Filer):
    """A filer that knows who reviews in which department: two people each, ``<department>`` and ``<department>2``."""

    def assume(self, **changed: Any) -> Shown:
        """State what is assumed of the land contract."""
        body = {"fields": {**ASSUMED, **changed}, "standing": "assumed"}
        return self._sent(self.owner, f"/projects/{self.project}/documents/land-contract", body, "PUT")

    def win(self, **changed: Any) -> Shown:
        """File the land contract itself, with its bytes."""
        kept = self.upload("出让合同.pdf", b"%PDF-1.7 land contract " + str(sorted(changed.items())).encode())
        files = [{k: kept[k] for k in ("name", "size", "sha256")}]
        body = {"fields": {**ASSUMED, **changed}, "files": files}
        return self._sent(self.owner, f"/projects/{self.project}/documents/land-contract", body, "PUT")

    def register_result(self, item: str, number: str, on: str) -> Shown:
        """The window registers what another office made."""
        body = {"fields": result(number, "主管部门", on), "files": []}
        return self._sent("window", f"/projects/{self.project}/documents/{item}.result", body, "PUT")

    def departments(self) -> Mapping[str, str]:
        """Item → department."""
        return {i["id"]: i["department"] for i in self.shown["items"]}

    def each(self, step: str, command: str, second: str = "", **body: Any) -> Shown:
        """Every open task of a step gets a command from its department, and where two are wanted another signs."""
        for task in open_tasks(self.shown, step):
            who = self.departments()[task["about"]["item"]]
            self.do(who, task["id"], command, **body)
            if second:
                self.do(who + "2", task["id"], second)
        return self.shown

    def declare(self, login: str, cause: str, **body: Any) -> Shown:
        """Declare that simulated opinions fail."""
        return self.on_case(login, "declare-failure", cause=cause, says="经核查属实", **body)

    def notice(self) -> Shown:
        """Take the case in, pass every simulated review, hand the notice out."""
        self.do("window", "intake", "accept")
        self.each("simulate", "give", verdict="pass")
        self.do("window", "notice", "issue")
        return self.look()

    def turn_formal(self, on: str) -> Shown:
        """The land is won; two people of each department turn what holds formal."""
        self.win()
        self.register_result("A01", "2022-440704-01", on)
        self.look()
        return self.each("convert", "convert", second="sign", unchanged=True)

    def another_case(self, service: str, **form: Any) -> Simulating:
        """A further case of the same project, with every paper that it wants."""
        other = Simulating(self.people, self.owner)
        other.project = self.project
        other.apply(service=service, **form)
        for material in other.shown["missing"]["materials"]:
            other.paper(material["id"])
        other.look()
        return other

    def opinions(self) -> dict[str, str]:
        """Item → how its last simulated opinion stands."""
        return {o["item"]: o["state"] for o in self.look()["simulated"]["opinions"]}

    def void(self) -> set[str]:
        """The items whose simulated opinions are void."""
        return {item for item, state in self.opinions().items() if state == "void"}


def before_land(people: People, *, changed: Mapping[str, Any] | None = None, **facts: Any) -> Simulating:
    """A project before its land: registered, its assumption stated, the application handed in."""
    filer = Simulating(people)
    filer.register("智能装备厂房", {**BEFORE_LAND, **facts}, [HALL])
    filer.assume(**(changed or {}))
    filer.shown = filer.apply(service="simulated-approval", project_name="智能装备厂房")
    for material in filer.shown["missing"]["materials"]:
        filer.paper(material["id"])
    filer.look()
    return filer


def after_land(people: People, today: str) -> Simulating:
    """A project whose land is paid for, every result and paper there, its application for the permits taken in."""
    filer = Simulating(people)
    filer.register("智能装备厂房", {**BEFORE_LAND, "land_state": "paid"}, [HALL])
    filer.apply(service="start-permits", project_name="智能装备厂房")
    for item in ("A09", "A10", "B02", "C01", "C05", "C06", "O03"):
        filer.register_result(item, f"{item}-1", today)
    for material in filer.look()["missing"]["materials"]:
        filer.paper(material["id"])
    filer.look()
    filer.do("window", "intake", "accept")
    return filer
