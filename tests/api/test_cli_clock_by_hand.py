"""CONTRACT §2 reckoned by hand from the notices of DOMAIN §6.2, as somebody at the window would with a calendar.

October 2022: the 1st to the 7th rest, Saturday the 8th and Sunday the 9th are worked.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.api.command_line import yichuang

LICENCE = {"days": 20, "unit": "working", "kind": "licence", "promised": 15, "local_stops": ["site_visit"]}
JOINT = {"days": 45, "unit": "working", "kind": "joint", "promised": 9}
OTHER = {"days": 20, "unit": "working", "kind": "other"}
RECEIVED = "2022-09-28 received"
ACCEPTED = "2022-09-30 accepted"


def event(text: str) -> dict[str, Any]:
    """``day what key=value``."""
    on, what, *more = text.split()
    pairs = dict(each.split("=") for each in more)
    words = {"true": True, "false": False}
    return {"on": on, "what": what, **{k: words.get(v, int(v) if v.isdigit() else v) for k, v in pairs.items()}}


CASES: dict[str, tuple[dict[str, Any], str, list[str], dict[str, Any]]] = {
    "the example of the contract, and nobody answered: accepted from the day it was received": (
        LICENCE,
        "2022-10-20",
        [RECEIVED],
        {
            "accepted_on": "2022-09-28", "deemed_accepted": True,
            "correction_notice_due": "2022-10-10", "correction_notice_late": True,
            "nominal_due": "2022-10-31", "statutory_due": "2022-10-31", "promised_due": "2022-10-24",
            "suspended_days": {"statutory": 0, "promised": 0}, "extension_valid": None,
            "used_days": 13, "span_days": 22, "decided_late": False, "late_since": None,
            "promised_late": False, "promised_late_since": None,
            "delivery_due": None, "delivered_late": False, "provisional": False,
        },
    ),
    "on the fifth day nobody is late yet": (
        LICENCE,
        "2022-10-10",
        [RECEIVED],
        {"accepted_on": None, "deemed_accepted": False, "correction_notice_late": False, "statutory_due": None, "used_days": None},
    ),
    "a voucher in time": (
        LICENCE,
        "2022-11-02",
        [RECEIVED, ACCEPTED],
        {
            "accepted_on": "2022-09-30", "deemed_accepted": False, "statutory_due": "2022-11-02",
            "promised_due": "2022-10-26", "late_since": None, "promised_late": False, "promised_late_since": "2022-10-27",
            "used_days": 20, "span_days": 33,
        },
    ),
    "a voucher after the fifth day changes nothing": (
        LICENCE,
        "2022-10-20",
        [RECEIVED, "2022-10-11 accepted"],
        {"accepted_on": "2022-09-28", "deemed_accepted": True, "correction_notice_late": True},
    ),
    "a notice that did not name everything counts as none": (
        LICENCE,
        "2022-10-20",
        [RECEIVED, "2022-09-30 correction_notice complete=false", "2022-10-12 corrections_supplied complete=true"],
        {"accepted_on": "2022-09-28", "deemed_accepted": True},
    ),
    "all that was asked for is supplied: accepted without a voucher": (
        LICENCE,
        "2022-10-20",
        [RECEIVED, "2022-10-10 correction_notice complete=true", "2022-10-12 corrections_supplied complete=true"],
        {"accepted_on": "2022-10-12", "deemed_accepted": False, "correction_notice_late": False, "statutory_due": "2022-11-09"},
    ),
    "a part of what was asked for is supplied: not accepted": (
        LICENCE,
        "2022-10-20",
        [RECEIVED, "2022-10-10 correction_notice complete=true", "2022-10-12 corrections_supplied complete=false"],
        {"accepted_on": None, "deemed_accepted": False, "statutory_due": None},
    ),
    "a hearing and a site visit that overlap": (
        LICENCE,
        "2022-11-08",
        [
            RECEIVED, ACCEPTED,
            "2022-10-10 suspended reason=hearing written_notice=true",
            "2022-10-13 suspended reason=site_visit",
            "2022-10-14 resumed reason=hearing",
            "2022-10-18 resumed reason=site_visit",
            "2022-11-08 decided outcome=granted",
        ],
        {
            "nominal_due": "2022-11-02", "statutory_due": "2022-11-08", "promised_due": "2022-11-03",
            "suspended_days": {"statutory": 4, "promised": 6}, "used_days": 18, "span_days": 39,
            "decided_late": False, "late_since": None, "promised_late": True, "promised_late_since": "2022-11-04",
            "delivery_due": "2022-11-22",
        },
    ),
    "a stop without its notice moves no last day, but is no time used": (
        LICENCE,
        "2022-10-20",
        [RECEIVED, ACCEPTED, "2022-10-10 suspended reason=testing", "2022-10-14 resumed"],
        {
            "statutory_due": "2022-11-02", "promised_due": "2022-10-26",
            "suspended_days": {"statutory": 0, "promised": 0}, "used_days": 7,
        },
    ),
    "a reason that is none of the eight moves no last day by law, notice or not": (
        {**LICENCE, "local_stops": []},
        "2022-10-20",
        [RECEIVED, ACCEPTED, "2022-10-10 suspended reason=public_notice written_notice=true", "2022-10-14 resumed"],
        {"statutory_due": "2022-11-02", "promised_due": "2022-10-26", "used_days": 7},
    ),
    "an open stop runs to the day that is asked about": (
        LICENCE,
        "2022-10-14",
        [RECEIVED, ACCEPTED, "2022-10-10 suspended reason=expert_review written_notice=true"],
        {"statutory_due": "2022-11-08", "suspended_days": {"statutory": 4, "promised": 4}, "used_days": 3},
    ),
    "a stop after the last day changes nothing": (
        {"days": 20, "unit": "working", "kind": "licence"},
        "2022-11-10",
        [RECEIVED, ACCEPTED, "2022-11-03 suspended reason=hearing written_notice=true"],
        {"statutory_due": "2022-11-02", "late_since": "2022-11-03", "decided_late": False, "suspended_days": {"statutory": 0, "promised": 0}},
    ),
    "decided on the day after the last": (
        LICENCE,
        "2022-11-20",
        [RECEIVED, ACCEPTED, "2022-11-03 decided outcome=granted", "2022-11-18 delivered"],
        {"decided_late": True, "late_since": "2022-11-03", "delivery_due": "2022-11-17", "delivered_late": True},
    ),
    "ten days more by the head of the agency, on the last day": (
        LICENCE,
        "2022-11-10",
        [RECEIVED, ACCEPTED, "2022-11-02 extended days=10 approved_by=agency_head"],
        {"extension_valid": True, "nominal_due": "2022-11-02", "statutory_due": "2022-11-16", "late_since": None},
    ),
    "eleven days more": (
        LICENCE,
        "2022-11-10",
        [RECEIVED, ACCEPTED, "2022-11-02 extended days=11 approved_by=agency_head"],
        {"extension_valid": False, "statutory_due": "2022-11-02"},
    ),
    "an extension after the last day": (
        LICENCE,
        "2022-11-10",
        [RECEIVED, ACCEPTED, "2022-11-03 extended days=10 approved_by=agency_head"],
        {"extension_valid": False, "statutory_due": "2022-11-02"},
    ),
    "fifteen days more of joint handling by a head of government": (
        JOINT,
        "2022-11-10",
        [RECEIVED, ACCEPTED, "2022-11-02 extended days=15 approved_by=government_head"],
        {"extension_valid": True, "nominal_due": "2022-12-07", "statutory_due": "2022-12-28"},
    ),
    "joint handling is not the lead department's to extend": (
        JOINT,
        "2022-11-10",
        [RECEIVED, ACCEPTED, "2022-11-02 extended days=15 approved_by=lead_department"],
        {"extension_valid": False, "statutory_due": "2022-12-07"},
    ),
    "other handling has no extension": (
        OTHER,
        "2022-11-10",
        [RECEIVED, ACCEPTED, "2022-10-20 extended days=5 approved_by=agency_head"],
        {"extension_valid": False, "statutory_due": "2022-11-02", "promised_due": None},
    ),
    "a refusal is a decision to be delivered, whose time is not counted": (
        LICENCE,
        "2022-11-10",
        [RECEIVED, ACCEPTED, "2022-10-28 decided outcome=refused"],
        {"used_days": None, "span_days": None, "delivery_due": "2022-11-11", "decided_late": False},
    ),
    "a withdrawal is not delivered": (
        LICENCE,
        "2022-11-10",
        [RECEIVED, ACCEPTED, "2022-10-28 decided outcome=withdrawn"],
        {"used_days": None, "span_days": None, "delivery_due": None},
    ),
    "calendar days roll over the holiday": (
        {"days": 15, "unit": "calendar", "kind": "other"},
        "2022-09-20",
        ["2022-09-16 received", "2022-09-16 accepted"],
        {"statutory_due": "2022-10-08", "nominal_due": "2022-10-08"},
    ),
    "the last days of the last published year may still be moved": (
        {"days": 5, "unit": "working", "kind": "other"},
        "2026-12-22",
        ["2026-12-21 received", "2026-12-21 accepted"],
        {"statutory_due": "2026-12-28", "provisional": True},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", list(CASES))
def test_the_clock_says_what_was_reckoned_by_hand(name):
    limit, asof, events, wanted = CASES[name]
    raw = {"limit": limit, "asof": asof, "events": [event(each) for each in events]}
    found = yichuang("clock", "-", "--json", given=json.dumps(raw)).answer
    assert {key: found[key] for key in wanted} == wanted


def test_a_stage_is_a_union_less_a_union():
    raw = {
        "items": [
            {"from": "2022-09-28", "to": "2022-10-14"},  # 9 working days, 16 calendar days
            {
                "from": "2022-10-12",
                "to": "2022-10-28",
                "stops": [{"from": "2022-10-17", "to": "2022-10-19"}, {"from": "2022-10-18", "to": "2022-10-20"}],
            },
            {"from": "2022-11-01", "to": "2022-11-03"},  # a gap before it is nobody's time
        ]
    }
    found = yichuang("clock", "-", "--stage", "--json", given=json.dumps(raw)).answer
    assert (found["used_days"], found["span_days"]) == (18, 32)
