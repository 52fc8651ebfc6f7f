"""What a certificate and a refusal say: closed, hashed, and about exactly what the departments signed."""

from __future__ import annotations

from datetime import date

import pytest

from engine import issuing, orders
from engine.certificate import body_of, kept_after, number_of
from engine.dossier import About
from engine.events import EventKind
from engine.ledger import canonical, digest
from tests.engine.law import Life, taken_in
from tests.engine.lives import (
    FAIL,
    FORM,
    HALL,
    OFFICE,
    PASS,
    agreed,
    certificate,
    meet,
    not_pass,
    refusal,
    reviewed,
    reviewer,
    see,
    seen,
)

SAID = {
    "form",
    "title",
    "force",
    "issuer",
    "case",
    "region",
    "project",
    "parties",
    "contact",
    "policy",
    "cite",
    "number",
    "check_code",
    "issued_on",
    "opinions",
    "conclusion",
    "effect",
    "buildings",
    "scope",
    "content_hash",
}


def failed_twice() -> Life:
    """Fire failed, met, and failed again; the others passed."""
    life = seen(taken_in())
    life.file("archive-list", rolls=1)
    for item, verdict in (("D02", PASS), ("D07", FAIL), ("D10", PASS)):
        life.give("opinion", item, verdict)
    meet(life)
    life.give("opinion", "D07", FAIL)
    return life


def test_the_content_is_a_closed_record() -> None:
    content = certificate(agreed())
    assert set(content) == SAID
    assert canonical(content)  # nothing in it that the ledger could not hold
    assert (content["conclusion"], content["force"], content["effect"]) == ("合格", "formal", "可交付使用")
    assert content["policy"] == {"version": "test", "digest": "sha256:test"}
    assert content["number"] == "江海联验〔2022〕0001号" and content["issued_on"] == "2022-09-16"


def test_its_hash_is_over_everything_else_in_it() -> None:
    content = certificate(agreed())
    rest = {k: v for k, v in content.items() if k != "content_hash"}
    assert content["content_hash"] == digest(rest)
    assert body_of(content) == canonical(rest)


@pytest.mark.parametrize("field", sorted(SAID - {"content_hash"}))
def test_nothing_in_it_can_be_changed_without_the_hash_showing_it(field: str) -> None:
    content = certificate(agreed())
    changed = {**content, field: "改动"}
    assert digest({k: v for k, v in changed.items() if k != "content_hash"}) != content["content_hash"]


def test_the_same_case_says_the_same_and_another_number_hashes_otherwise() -> None:
    life = agreed()
    assert certificate(life) == certificate(life)
    assert certificate(life)["content_hash"] != certificate(life, serial=2)["content_hash"]


def test_it_holds_each_department_s_opinion_with_its_signer_and_ledger_entry() -> None:
    life = agreed()
    opinions = certificate(life)["opinions"]
    assert [o["item"] for o in opinions] == ["D02", "D07", "D10"]
    assert {o["department"] for o in opinions} == {"自然资源局", "住房和城乡建设局", "档案馆"}
    for opinion in opinions:
        made = next(e for e in life.events if e.seq == opinion["entry"])
        assert made.kind is EventKind.GIVEN and made.docs[0].id == opinion["document"]
        assert opinion["signed_by"] == made.actor.name and opinion["signed_on"] == made.on.isoformat()
        assert opinion["verdict"] == "合格"


def test_it_holds_the_opinion_that_stands_and_not_the_one_taken_back() -> None:
    life = agreed()
    life.do(orders.withdraw_opinion, "opinion:D02", "误签", actor=reviewer("D02"))
    life.day(date(2022, 9, 20))
    life.give("opinion", "D02")
    (opinion,) = [o for o in certificate(life)["opinions"] if o["item"] == "D02"]
    assert opinion["document"] == "opinion/D02/c1#2" and opinion["signed_on"] == "2022-09-20"


def test_it_says_which_buildings_it_is_about_and_how_large_they_are() -> None:
    content = certificate(agreed())
    assert [(b["name"], b["use"], b["floor_area_m2"]) for b in content["buildings"]] == [
        (HALL, "厂房", 2600),
        (OFFICE, "办公", 500),
    ]
    assert content["scope"] == "全部工程" and content["project"]["floor_area_m2"] == 3100
    assert content["project"]["name"] == "示例"


def test_what_was_issued_is_what_the_ledger_keeps_and_its_document_names_the_hash() -> None:
    life = agreed()
    content = certificate(life)
    life.do(issuing.issue, "issue", content)
    assert life.state.certificate == content
    paper = life.state.dossier.current("certificate", About(case="c1"))
    assert paper is not None
    assert paper.fields == {"number": content["number"], "content": content["content_hash"]}
    assert {life.state.dossier.versions[v].kind for v in paper.read} == {"opinion"} and len(paper.read) == 3


@pytest.mark.parametrize(
    ("day", "serial", "number"),
    [
        (date(2022, 9, 16), 1, "江海联验〔2022〕0001号"),
        (date(2023, 1, 1), 42, "江海联验〔2023〕0042号"),
        (date(2022, 12, 31), 12345, "江海联验〔2022〕12345号"),
    ],
)
def test_a_number_is_of_its_year_and_series(day: date, serial: int, number: str) -> None:
    assert number_of(FORM, day, serial) == number


def test_a_refusal_says_which_items_failed_on_what_and_what_can_be_done() -> None:
    life = failed_twice()
    content = refusal(life)
    assert (content["conclusion"], content["number"], content["form"]) == ("不予通过", None, "refusal")
    (reason,) = content["reasons"]
    assert reason["item"] == "D07" and "有问题（某条）" in reason["says"]
    assert reason["cite"] == [{"instrument": "建设工程消防设计审查验收管理暂行规定", "article": "第十四条"}]
    assert [w[:2] for w in content["remedies"]] == ["如不", "也可"]
    assert content["kept"] == ["规划条件核实", "建设工程档案验收"]
    assert content["kept_says"] == "已合格的事项在工程未变动时继续有效"
    assert content["content_hash"] == digest({k: v for k, v in content.items() if k != "content_hash"})
    not_pass(life)
    assert life.state.certificate is None


def test_a_refusal_names_the_precondition_that_does_not_hold() -> None:
    life = agreed()
    life.facts(completion_accepted=False)
    said = [r["says"] for r in refusal(life)["reasons"]]
    assert any("已通过竣工验收" in s for s in said)


def kept(life: Life) -> set[tuple[str, str, str]]:
    """Kind of document, item and building of everything that may be kept."""
    versions = life.state.dossier.versions
    return {(versions[k["doc"]].kind, k["item"], k["building"]) for k in kept_after(life.desk())}


def test_what_passed_may_be_kept_and_neither_what_failed_nor_what_went_stale() -> None:
    life = reviewed(taken_in())
    see(life, HALL, D07=FAIL)
    see(life, OFFICE)
    life.file("fire-report", drawings=9)
    assert kept(life) == {
        ("paper_finding", "D02", ""),
        ("paper_finding", "D10", ""),
        ("site_finding", "D02", HALL),
        ("site_finding", "D02", OFFICE),
    }


def test_what_may_be_kept_is_named_once_and_a_failed_opinion_is_not() -> None:
    life = failed_twice()
    assert ("opinion", "D07", "") not in kept(life)
    assert {("opinion", "D02", ""), ("site_finding", "D07", HALL)} <= kept(life)
    assert len(kept_after(life.desk())) == len(kept(life))
