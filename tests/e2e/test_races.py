"""Two clients at once (并发竞争，RELIABILITY T2), a share of the programme of :mod:`tests.e2e.races`."""

from __future__ import annotations

import os

from tests.e2e.conftest import House
from tests.e2e.races import race

SHARE = "YICHUANG_TEST_RACES"
"""Races over cases of joint acceptance in this run, and as many over simulated approval; the whole programme has 2,000."""
REACHED = ("意见×意见·一方", "意见×意见·同键同答", "出证×", "意见书×", "转正×转正·一方", "签发×", "发证×", "同时在途")
"""What every run must have come to at least once, as the beginning of its name."""


def test_of_two_at_once_one_wins_and_nothing_acknowledged_is_lost(house: House) -> None:
    races = int(os.environ.get(SHARE, "20"))
    score = race(house.service, house.people, (races, races), seed=20220901, lanes=1)
    assert (score.lost, score.wrong, score.unknown) == ([], [], 0), score.line("竞争")
    assert score.tried >= 2 * races
    for state in REACHED:
        assert any(name.startswith(state) for name in score.reached), score.line("竞争")
    assert score.reached["同时在途"] >= score.tried / 5, "too few of them met"
