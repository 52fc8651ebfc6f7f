from __future__ import annotations

import pytest

from engine.errors import InputError
from tests.engine.timelines import ACCEPTED, COMPLETE, RECEIVED, codes, day, judged


def test_the_voucher_is_the_acceptance_and_starts_the_clock_the_day_after():
    found = judged(RECEIVED, ACCEPTED, asof="2022-10-20")
    assert (found.accepted_on, found.deemed_accepted) == (day("2022-09-30"), False)
    assert found.correction_notice_due == day("2022-10-10")
    assert (found.nominal_due, found.statutory_due) == (day("2022-11-02"), day("2022-11-02"))
    assert found.promised_due == day("2022-10-26")
    assert (found.used_days, found.span_days) == (11, 20)


def test_on_the_fifth_day_nothing_is_deemed_yet():
    found = judged(RECEIVED, asof="2022-10-10")
    assert (found.accepted_on, found.deemed_accepted, found.correction_notice_late) == (None, False, False)
    assert (found.statutory_due, found.used_days) == (None, None)


def test_after_five_days_of_silence_the_file_is_accepted_from_the_day_it_was_received():
    found = judged(RECEIVED, asof="2022-10-11")
    assert (found.accepted_on, found.deemed_accepted, found.correction_notice_late) == (
        day("2022-09-28"),
        True,
        True,
    )
    assert found.statutory_due == day("2022-10-31")
    assert codes(found) == ["deemed-accepted"]


@pytest.mark.parametrize("late", [("2022-10-11", "accepted"), ("2022-10-11", "correction_notice", COMPLETE)])
def test_a_voucher_or_notice_after_the_fifth_day_does_not_move_the_acceptance(late):
    found = judged(RECEIVED, late, asof="2022-10-20")
    assert (found.accepted_on, found.deemed_accepted, found.correction_notice_late) == (
        day("2022-09-28"),
        True,
        True,
    )


@pytest.mark.parametrize("timely", [("2022-10-10", "accepted"), ("2022-10-10", "correction_notice", COMPLETE)])
def test_a_voucher_or_notice_on_the_fifth_day_is_in_time(timely):
    found = judged(RECEIVED, timely, asof="2022-10-20")
    assert not found.deemed_accepted
    assert not found.correction_notice_late


def test_a_notice_that_does_not_name_everything_counts_as_none():
    found = judged(RECEIVED, ("2022-09-29", "correction_notice", {"complete": False}), asof="2022-10-20")
    assert (found.accepted_on, found.deemed_accepted) == (day("2022-09-28"), True)
    assert codes(found)[:2] == ["deemed-accepted", "notice-incomplete"]


def test_a_second_notice_in_time_that_names_everything_saves_the_first():
    found = judged(
        RECEIVED,
        ("2022-09-29", "correction_notice"),
        ("2022-10-09", "correction_notice", COMPLETE),
        asof="2022-10-20",
    )
    assert (found.accepted_on, found.deemed_accepted) == (None, False)


def test_all_corrections_supplied_is_acceptance_without_a_voucher():
    found = judged(
        RECEIVED,
        ("2022-09-29", "correction_notice", COMPLETE),
        ("2022-10-12", "corrections_supplied", {"complete": False}),
        ("2022-10-14", "corrections_supplied", COMPLETE),
        ("2022-10-21", "accepted"),
    )
    assert (found.accepted_on, found.deemed_accepted) == (day("2022-10-14"), False)
    assert "accepted-by-corrections" in codes(found)


def test_a_voucher_before_the_last_correction_is_the_acceptance():
    found = judged(
        RECEIVED,
        ("2022-09-29", "correction_notice", COMPLETE),
        ("2022-10-08", "accepted"),
        ("2022-10-14", "corrections_supplied", COMPLETE),
    )
    assert found.accepted_on == day("2022-10-08")


def test_asking_again_changes_nothing():
    found = judged(
        RECEIVED,
        ("2022-09-29", "correction_notice", COMPLETE),
        ("2022-10-14", "corrections_supplied", COMPLETE),
        ("2022-10-17", "correction_notice", COMPLETE),
    )
    assert found.accepted_on == day("2022-10-14")
    assert "asked-again" in codes(found)


def test_a_refusal_to_take_in_within_five_days_leaves_no_clock():
    found = judged(RECEIVED, ("2022-10-08", "refused"))
    assert (found.accepted_on, found.deemed_accepted, found.statutory_due) == (None, False, None)
    assert (found.used_days, found.span_days, found.delivery_due) == (None, None, None)


def test_a_refusal_to_take_in_after_a_deemed_acceptance_does_not_undo_it():
    found = judged(RECEIVED, ("2022-10-11", "refused"), asof="2022-10-20")
    assert (found.accepted_on, found.deemed_accepted) == (day("2022-09-28"), True)
    assert (found.used_days, found.span_days) == (None, None)
    assert "refusal-after-acceptance" in codes(found)


def test_a_withdrawal_before_acceptance_leaves_no_clock():
    found = judged(RECEIVED, ("2022-09-30", "decided", {"outcome": "withdrawn"}))
    assert (found.accepted_on, found.delivery_due, found.used_days) == (None, None, None)


def test_a_decision_before_any_acceptance_is_wrong_input():
    with pytest.raises(InputError) as caught:
        judged(RECEIVED, ("2022-09-30", "decided", {"outcome": "granted"}))
    assert [f.pointer for f in caught.value.errors] == ["/events/1/on"]


def test_a_file_received_on_a_rest_day_counts_from_the_next_working_day():
    found = judged(("2022-10-01", "received"), asof="2022-10-12")
    assert found.correction_notice_due == day("2022-10-12")
