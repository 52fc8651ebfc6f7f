"""The service is killed while clients stream commands (随机强杀，RELIABILITY T5), a share of :mod:`tests.e2e.kill`."""

from __future__ import annotations

import os
from pathlib import Path

from tests.e2e.kill import Programme

SHARE = "YICHUANG_TEST_KILLS"
"""Kills a database in this run; the whole programme has 20."""


def test_what_was_answered_outlives_a_kill_and_is_answered_the_same_again(tmp_path: Path, database_url: str) -> None:
    kills = int(os.environ.get(SHARE, "2"))
    score = Programme(tmp_path, database_url, seed=2022).run(kills)
    assert (score.lost, score.wrong) == ([], []), score.line("强杀")
    assert score.reached["强杀"] == kills and score.unknown and score.acknowledged, score.line("强杀")
    assert score.reached["重发得到原答复"], score.line("强杀")
