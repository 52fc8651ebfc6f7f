"""Races over cases of simulated approval (模拟审批的并发竞争): turn formal, sign, correct the contract, void, issue, leave.

What may happen is said with each race. An act that voids always comes about; what it voids was either done before it, and
is then void or stale, or it is refused: nothing formal stands on what is void, and no notice in force names it. Afterwards
the ledger is read once more from its first entry (:mod:`tests.e2e.discharged`).
"""

from __future__ import annotations

from typing import Any

from tests.e2e.filer import ROLES, Filer, Shown, find, legal_day, open_tasks
from tests.e2e.racing import ONE, SECOND_ALWAYS, Lane, Side, on_case, on_task
from tests.e2e.simulated import ASSUMED, Simulating, before_land

NOTICES = 3
"""Times that the notice races with what voids an opinion in it, before the land is won."""
FALSE = "soil_plan#1"
"""The paper that turns out to be false, where one does."""
VOIDING = {"A10": {"floor_area_ratio": "2.5"}, "B01": {"height_limit_m": "32"}}
"""Corrections of the contract that differ beyond tolerance, while this item is signed: no later item has been signed yet."""


class SimulatedLane(Lane):
    """Races over cases of simulated approval (模拟审批)."""

    def life(self, number: int) -> None:
        """One case from its notice on: what voids it, every conversion and signature, the permits, the end."""
        filer = before_land(self.people)
        filer.do("window", "intake", "accept")
        filer.each("simulate", "give", verdict="pass")
        contract = dict(ASSUMED)
        for _ in range(NOTICES):
            self._notice_or_void(filer, contract)
        if number % 4 == 0:
            return self._notice_or_leave(filer)
        self._notice_or_contract(filer, contract, differing=number % 4 == 2)
        filer.register_result("A01", "2022-440704-01", legal_day(self.service))
        filer.look()
        for task in open_tasks(filer.shown, "convert"):
            drafter = self._drafts(filer, task)
            self._signs(filer, contract, task, drafter)
        for item in self.random.sample(("A17", "B02"), 2) if self._permits_open(filer) else ():
            self._permits(filer, item)
        if number % 2:
            self._permits(filer, "A10")
            return self._finish(filer)
        return self._permit_or_end(filer, contract)

    # --- the notice, and what voids an opinion that it names ----------------------------------------------------------

    def _notice_or_void(self, filer: Simulating, contract: dict[str, str]) -> None:
        """The window hands the notice out while a rule is declared changed, or the assumption is restated."""
        notice, before = on_task(filer, "出具意见书", "window", "notice", "issue"), filer.shown
        if self.random.random() < 0.5:
            item = self.random.choice(sorted(filer.opinions()))
            void = _declared(filer, "law_changed", items=[item])
            runs = self.race(filer, "意见书×认定失效", [notice, void], SECOND_ALWAYS)
        else:
            contract["height_limit_m"] = "36" if contract["height_limit_m"] == "40" else "40"
            body = {"fields": dict(contract), "standing": "assumed", "replaces": _contract_id(before)}
            void = _filing(filer, "改变假设", body)
            runs = self.race(filer, "意见书×改变假设", [notice, void], SECOND_ALWAYS)
        self._notice_is_right(filer)
        self.in_turn(filer, before, "issued", "assumption_failed", runs)
        filer.each("simulate", "give", verdict="pass")

    def _notice_or_contract(self, filer: Simulating, contract: dict[str, str], *, differing: bool) -> None:
        """The window hands the notice out while the contract itself is filed, as it was assumed or otherwise."""
        contract["floor_area_ratio"] = "2.8" if differing else contract["floor_area_ratio"]
        before = filer.shown
        sides = [
            on_task(filer, "出具意见书", "window", "notice", "issue"),
            _filing(filer, "提交合同", {"fields": dict(contract)}),
        ]
        kind = "意见书×合同不符" if differing else "意见书×合同相符"
        runs = self.race(filer, kind, sides, SECOND_ALWAYS)
        self._notice_is_right(filer)
        if differing:
            self.in_turn(filer, before, "issued", "assumption_failed", runs)

    def _notice_or_leave(self, filer: Simulating) -> None:
        """The window hands the notice out while the owner withdraws the application."""
        before = filer.shown
        sides = [on_task(filer, "出具意见书", "window", "notice", "issue"), _leave(filer)]
        runs = self.race(filer, "意见书×撤回申请", sides, SECOND_ALWAYS)
        filer.look()
        self.in_turn(filer, before, "issued", "case_withdrawn", runs)

    def _notice_is_right(self, filer: Simulating) -> None:
        """No notice in force while an opinion that was voided has not been given anew."""
        void = filer.void()
        in_force = [p["number"] for p in filer.shown["papers"] if p["status"] == "simulated"]
        self.check(filer, not (void and in_force), f"意见书 {in_force} 有效，而 {sorted(void)} 已失效")

    # --- turning formal: two draft, two sign --------------------------------------------------------------------------

    def _drafts(self, filer: Simulating, task: Shown) -> str:
        """Two of one department draft, or one does so twice with one key; may be sent back once. Gives who drafted."""
        item = task["about"]["item"]
        holds = filer.opinions()[item] == "holds"
        command, body = ("convert", {"unchanged": True}) if holds else ("give", {"verdict": "pass"})
        if holds and self.random.random() < 0.2:
            self._draft_or_void(filer, task)
            return self._drafts(filer, task)
        kind = "转正×转正" if holds else "正式意见×正式意见"
        for last in (False, True) if self.random.random() < 0.5 else (True,):
            before, again = filer.shown, self.random.random() < 0.25
            logins = self.random.sample(_people(filer, item), 2)
            logins = [logins[0]] * 2 if again else logins
            sides = [on_task(filer, "拟稿", login, task["id"], command, **body) for login in logins]
            runs = self.race(filer, kind, sides, ONE, again=again)
            filer.look()
            kinds = _new(filer, before)
            state = find(filer.shown, "convert", item)["state"]
            self.check(filer, kinds == ["drafted"] and state == "drafted", f"{kind}：台账 {kinds}，任务 {state}")
            drafter = next((s.login for s, run in zip(sides, runs, strict=True) if run.won), "")
            if not last:
                filer.do(logins[0], task["id"], "return", reasons="补充说明")
        return drafter

    def _draft_or_void(self, filer: Simulating, task: Shown) -> None:
        """One drafts the conversion while the rule is declared changed: a draft of before can no longer be signed."""
        item, before = task["about"]["item"], filer.shown
        drafter, signer, *_ = _people(filer, item)
        draft = on_task(filer, "拟稿", drafter, task["id"], "convert", unchanged=True)
        runs = self.race(filer, "转正×认定失效", [draft, _declared(filer, "law_changed", items=[item])], SECOND_ALWAYS)
        self.check(filer, filer.opinions()[item] == "void", f"转正×认定失效：模拟意见为 {filer.opinions()[item]}")
        self.in_turn(filer, before, "drafted", "assumption_failed", runs)
        signed = filer.order(signer, task["id"], "sign", etag="*")
        self.check(filer, signed.status_code == 409, f"转正×认定失效：失效后签发得到 {signed.status_code}")
        self._sent_back(filer, item, signer)

    def _sent_back(self, filer: Simulating, item: str, login: str) -> None:
        """A draft that cannot be signed is sent back, where there is one."""
        task = find(filer.look(), "convert", item)
        if task["state"] == "drafted":
            filer.do(login, task["id"], "return", reasons="模拟意见已失效")

    def _signs(self, filer: Simulating, contract: dict[str, str], task: Shown, drafter: str) -> None:
        """Another signs while one signs too, sends the draft back, or the contract is corrected; then it is signed."""
        item, before = task["about"]["item"], filer.shown
        others = [login for login in _people(filer, item) if login != drafter]
        sign = on_task(filer, "签发", others[0], task["id"], "sign")
        match self.random.choice(("sign", "return", "void", "contract", "contract")):
            case "sign":
                sides = [sign, on_task(filer, "签发", others[-1], task["id"], "sign")]
                self.race(filer, "签发×签发", sides, ONE)
                filer.look()
                self.check(filer, _new(filer, before) == ["given"], f"签发×签发：台账 {_new(filer, before)}")
            case "return":
                back = on_task(filer, "退回", others[-1], task["id"], "return", reasons="补充说明")
                runs = self.race(filer, "签发×退回", [sign, back], ONE)
                filer.look()
                said = ["given" if runs[0].won else "draft_returned"]
                self.check(filer, _new(filer, before) == said, f"签发×退回：台账 {_new(filer, before)}")
            case "void" if filer.opinions()[item] == "holds":
                self._sign_or_void(filer, item, sign)
            case _:
                self._sign_or_correct(filer, contract, item, sign)
        self._signed_at_last(filer, item)

    def _sign_or_void(self, filer: Simulating, item: str, sign: Side) -> None:
        """One signs the conversion while the rule is declared changed: what was turned formal before fails no more."""
        kind = "签发×认定失效"
        runs = self.race(filer, kind, [sign, _declared(filer, "law_changed", items=[item])], ONE)
        state = filer.opinions()[item]
        said = "converted" if runs[0].won else "void"
        self.check(filer, state == said, f"{kind}：签发 {runs[0].status}，模拟意见为 {state}")
        self._sent_back(filer, item, sign.login)

    def _sign_or_correct(self, filer: Simulating, contract: dict[str, str], item: str, sign: Side) -> None:
        """One signs while the contract is corrected, within tolerance or beyond it."""
        before = filer.shown
        more = VOIDING.get(item, {})
        contract |= more or {"site_area_m2": str(self.random.randint(29900, 30100))}
        kind = "签发×合同更正失效" if more else "签发×合同更正"
        runs = self.race(filer, kind, [sign, _filing(filer, "更正合同", {"fields": dict(contract)})], SECOND_ALWAYS)
        opinions = filer.opinions()
        self.in_turn(filer, before, "given", "document_filed", runs)
        task = find(filer.shown, "convert", item)
        if more:
            self.check(filer, opinions[item] == "void", f"{kind}：模拟意见为 {opinions[item]}")
            self.check(filer, task["state"] in ("open", "stale"), f"{kind}：任务为 {task['state']}")
        else:
            said = "done" if runs[0].won else "open"
            self.check(filer, task["state"] == said, f"{kind}：签发 {runs[0].status}，任务为 {task['state']}")

    def _signed_at_last(self, filer: Simulating, item: str) -> None:
        """Whatever the race came to, the item has its formal opinion in the end, converted where that may still be."""
        first, second, *_ = _people(filer, item)
        task = find(filer.shown, "convert", item)
        if task["state"] == "done":
            return
        if filer.opinions()[item] == "holds":
            filer.do(first, task["id"], "convert", unchanged=True)
        else:
            filer.do(first, task["id"], "give", verdict="pass")
        filer.do(second, task["id"], "sign")

    # --- permits and the end ------------------------------------------------------------------------------------------

    def _permits_open(self, filer: Simulating) -> bool:
        """Every opinion is formal: the permits can be handed out."""
        states = {t["id"]: t["state"] for t in filer.look()["tasks"] if t["id"].startswith("permit:")}
        self.check(filer, set(states.values()) == {"open"}, f"发证任务为 {states}")
        return set(states.values()) == {"open"}

    def _permits(self, filer: Simulating, item: str) -> None:
        """Two windows hand one permit out, or one does so twice with one key."""
        permit, before = f"permit:{item}", filer.shown
        again = self.random.random() < 0.3
        sides = [
            on_task(filer, "发证", login, permit, "issue") for login in ("window", "window" if again else "window2")
        ]
        self.race(filer, "发证×发证", sides, ONE, again=again)
        filer.look()
        self.check(filer, _new(filer, before).count("issued") == 1, f"发证：台账 {_new(filer, before)}")

    def _permit_or_end(self, filer: Simulating, contract: dict[str, str]) -> None:
        """The last permit races with what ends the case, or with a contract that makes its opinion stale."""
        before, issue = filer.shown, on_task(filer, "发证", "window", "permit:A10", "issue")
        match self.random.choice(("contract", "false", "leave")):
            case "contract":
                fields = {**contract, "red_line": "红线图-08"}
                other, kind, second = (
                    _filing(filer, "更正合同", {"fields": fields}),
                    "发证×合同更正失效",
                    "document_filed",
                )
            case "false":
                other = _declared(filer, "false_papers", documents=[FALSE])
                kind, second = "发证×认定终止", "assumption_failed"
            case _:
                other, kind, second = _leave(filer), "发证×撤回申请", "case_withdrawn"
        runs = self.race(filer, kind, [issue, other], SECOND_ALWAYS)
        filer.look()
        self.in_turn(filer, before, "issued", second, runs)

    def _finish(self, filer: Simulating) -> None:
        """The window finishes the case while it does so twice, the owner leaves, or a commitment is found broken."""
        finish, before = on_task(filer, "办结", "window", "finish", "issue"), filer.shown
        match self.random.choice(("finish", "leave", "broken")):
            case "finish":
                sides = [finish, on_task(filer, "办结", "window2", "finish", "issue")]
                runs = self.race(filer, "办结×办结", sides, ONE)
            case "leave":
                runs = self.race(filer, "办结×撤回申请", [finish, _leave(filer)], ONE)
            case _:
                runs = self.race(filer, "办结×认定终止", [finish, _declared(filer, "commitment_broken")], ONE)
        filer.look()
        issued = runs[0].won or (runs[1].name == "办结" and runs[1].won)
        self.check(filer, ("issued" in _new(filer, before)) == issued, f"办结：台账 {_new(filer, before)}")


# --- what is sent ---------------------------------------------------------------------------------------------------------


def _people(filer: Simulating, item: str) -> list[str]:
    """Everybody who reviews in the department of an item; two at least."""
    department = filer.departments()[item]
    return [login for login, (role, of) in ROLES.items() if role == "reviewer" and of == department]


def _declared(filer: Filer, cause: str, **body: Any) -> Side:
    return on_case(filer, "认定失效", "land-lead", "declare-failure", cause=cause, says="经核查属实", **body)


def _leave(filer: Filer) -> Side:
    return on_case(filer, "撤回申请", filer.owner, "withdraw", says="另行申请")


def _filing(filer: Filer, name: str, body: dict[str, Any]) -> Side:
    return Side(name, filer.owner, f"/projects/{filer.project}/documents/land-contract", body, method="PUT")


def _contract_id(shown: Shown) -> str:
    return str(shown["simulated"]["assumptions"][0]["assumed"])


def _new(filer: Filer, before: Shown) -> list[str]:
    """The kinds of the entries since, but for what is written once a file is made."""
    lines = filer.shown["history"][len(before["history"]) :]
    return [line["kind"] for line in lines if line["kind"] != "sealed"]
