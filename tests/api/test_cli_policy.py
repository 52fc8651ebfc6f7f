"""``policy check``: any folder of policy files is in order, or every mistake in it is told at once with file and line."""

from __future__ import annotations

import json
import re
from pathlib import Path
from random import Random

import pytest

from api.cli import policy as command
from engine.errors import PolicyError
from rules.loader import load_policy, read_sources
from tests.api.command_line import Told, yichuang
from tests.rules.kit import sources


def folder(at: Path, files: dict[str, str]) -> Path:
    for path, text in files.items():
        (at / path).parent.mkdir(parents=True, exist_ok=True)
        (at / path).write_text(text, "utf-8")
    return at


def check(at: Path, *args: str) -> Told:
    return yichuang("policy", "check", str(at), "--json", *args)


def test_the_packaged_policy_is_in_order_and_says_which_it_is(tmp_path):
    found = yichuang("policy", "check", "--json").answer
    assert (found["valid"], found["errors"], found["files"]) == (True, [], len(sources()))
    assert found["digest"].startswith("sha256:")
    again = check(folder(tmp_path, sources())).answer
    for answer in (found, again):
        assert answer["proofs"].pop("milliseconds") >= 0
    assert again == found
    decided = yichuang("decide", "-", "--json", given={"on": "2022-09-16"}).answer["policy"]
    assert (decided["version"], decided["digest"]) == (found["version"], found["digest"])
    words, english = yichuang("policy", "check"), yichuang("policy", "check", "--lang", "en")
    assert "无误" in words.out and "no faults" in english.out


def test_it_says_what_was_proved_of_the_graph_and_over_how_many_profiles():
    proofs = yichuang("policy", "check", "--json").answer["proofs"]
    assert proofs["steps"] == 81 and proofs["claims"] > 90 and proofs["profiles"] > 10**12
    assert proofs["widest_bits"] <= 16 and proofs["by_z3"] == 0 and proofs["unconfirmed"] == []
    assert proofs["simulated_projects"] > 0
    words, english = yichuang("policy", "check").out, yichuang("policy", "check", "--lang", "en").out
    assert f"{proofs['claims']} 条命题，全部证明" in words and f"{proofs['profiles']:,}" in words
    assert f"{proofs['claims']} claims" in english and "outside" in english


def test_a_step_that_waits_for_ever_is_told_with_the_project_that_shows_it(tmp_path):
    at = "national/items_land.yaml"
    old = "one_of: [A01.result, A02.result, A04.result]\n        group: BASIS\n"
    assert sources()[at].count(old) == 1
    told = check(folder(tmp_path, {**sources(), at: sources()[at].replace(old, old.replace(", A04.result", ""))}))
    assert (told.code, told.problem["code"]) == (2, "policy-data")
    fault = told.problem["errors"][0]
    assert fault["pointer"].startswith(f"{at}:") and "立项方式＝审批" in fault["fix"]
    shown_by = tmp_path / "witness.json"
    shown_by.write_text(json.dumps({"on": "2022-03-01", **json.loads(fault["value"])}), "utf-8")
    planned = yichuang("plan", str(shown_by), "--json", "--start", "2022-03-01")
    assert planned.code == 0, planned.err  # by the policy as it stands this project has a plan


def test_every_mistake_of_every_file_is_told_at_once_with_file_line_value_and_fix(tmp_path):
    files = {**sources(), "jianghai/zz.yaml": "conditions:\n  - {id: a, scope: project, all: [{fact: nix, is: 1}]}\n"}
    files["national/fire.yaml"] = files["national/fire.yaml"].replace("more_than: 54", "more_than: 五十四")
    files["national/limits.yaml"] = files["national/limits.yaml"].replace("unit: working", "unit: workday", 1)
    files["calendar/2022.yaml"] = files["calendar/2022.yaml"].replace("year: 2022", "year: 2022x")
    told = check(folder(tmp_path, files))
    assert (told.code, told.problem["code"]) == (2, "policy-data")
    assert [p.partition(":")[0] for p in told.pointers] == [
        "calendar/2022.yaml",
        "jianghai/zz.yaml",
        "national/fire.yaml",
        "national/limits.yaml",
    ]
    assert all(re.fullmatch(r"[\w/.-]+\.yaml:[1-9]\d*", p) for p in told.pointers)
    assert all(e["fix"] for e in told.problem["errors"])
    assert [e["value"] for e in told.problem["errors"]] == ["2022x", "nix", "五十四", "workday"]


def test_a_folder_that_is_none_or_holds_nothing_is_refused(tmp_path):
    assert "文件夹" in check(tmp_path / "none").problem["detail"]
    assert check(tmp_path).pointers == ["policy.yaml:1"]
    (tmp_path / "policy.yaml").mkdir()
    assert check(tmp_path).pointers == ["policy.yaml:1"]


def test_bytes_that_are_no_text_are_told_with_their_line(tmp_path):
    folder(tmp_path, sources())
    (tmp_path / "jianghai/a.yaml").write_bytes(b"conditions: []\n# " + "江海".encode("gb18030"))
    told = check(tmp_path)
    assert (told.code, told.pointers) == (2, ["jianghai/a.yaml:2"])


def test_faulty_policy_of_our_own_is_our_fault_where_nobody_asked_to_check_it(monkeypatch, tmp_path):
    monkeypatch.setattr("rules.loader.PACKAGED", tmp_path)
    told = yichuang("decide", "-", "--json", given={})
    assert (told.code, told.problem["code"]) == (1, "policy-data")
    assert yichuang("policy", "check").code == 2
    assert command.FaultyFolderError.code == PolicyError.code


WORDS = ("null", "true", "7", "-1", "x", "[]", "{}", "[1, 2]", "{a: 1}", "''", "2022-02-30", "1.5", "~", "D07", "x.y")


def spoiled(random: Random) -> dict[str, str]:
    """The packaged files with a line or a word changed for the worse."""
    files = dict(sources())
    for _ in range(random.choice((1, 1, 3))):
        path = random.choice(list(files))
        lines = files[path].split("\n")
        at = random.randrange(len(lines))
        where = random.randrange(len(lines[at]) + 1)
        value = re.compile(r": [^,{}\[\]]+")
        lines[at] = random.choice(
            (
                lines[random.randrange(len(lines))],
                " " * random.randrange(6) + lines[at].lstrip(),
                lines[at][:where] + random.choice("{}[]:,-'\"#&*!|>%@ \t\0é") + lines[at][where:],
                value.sub(lambda _: ": " + random.choice(WORDS), lines[at], count=1),
                lines[at].partition(": ")[0] + ": " + random.choice(WORDS),
            )
        )
        files[path] = "\n".join(lines)
    return files


@pytest.mark.parametrize("seed", range(40))
def test_whatever_is_written_is_in_order_or_told_with_file_and_line(seed):
    try:
        load_policy(spoiled(Random(seed)))
    except PolicyError as error:
        assert error.errors
        for fault in error.errors:
            assert re.fullmatch(r"[\w/.-]+\.yaml:[1-9]\d*", fault.pointer), fault
            assert fault.fix and fault.fix_en, fault


def test_reading_gives_back_what_was_written(tmp_path):
    assert read_sources(folder(tmp_path, sources())) == sources()
