"""Mistakes that lie between entries or files: circles, order, days, encodings. Each is told once, with file and line."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from engine.conditions import interpret
from engine.errors import InputError
from engine.facts import read_statement, subject_of
from engine.terms import Truth
from rules.loader import digest_of, read_sources
from tests.rules.kit import ON, added, changed, compiled, faults, line_of, policy, sources

FILE = "jianghai/extra.yaml"


def test_every_circle_is_named_once_and_what_leads_into_it_is_not() -> None:
    text = "conditions:\n  - {id: a, scope: project, all: [{not: b}]}\n"
    text += "  - {id: b, scope: project, any: [{condition: always}, {all: [{condition: a}, {fact: voluntary, is: true}]}]}\n"
    text += (
        "  - {id: self, scope: project, all: [{not: self}]}\n  - {id: into, scope: project, all: [{condition: self}]}\n"
    )
    text += "  - {id: many, scope: building, all: [{condition: total}]}\n"
    text += "  - {id: total, scope: project, any: [{count: building, where: many, more_than: 2}]}\n"
    text += "  - {id: base, scope: project, any: [{condition: always}]}\n"
    text += "  - {id: but, scope: project, exception_to: base, all: [{condition: base}]}\n"
    assert [(f.pointer, f.value) for f in faults(added(FILE, text))] == [
        (f"{FILE}:2", "a → b → a"),
        (f"{FILE}:4", "self → self"),
        (f"{FILE}:6", "many → total → many"),
        (f"{FILE}:8", "base → but → base"),
    ]


def test_a_condition_may_be_written_below_those_that_read_it() -> None:
    text = "conditions:\n  - {id: last, scope: project, any: [{condition: a}, {count: building, where: c, more_than: 1}]}\n"
    text += "  - {id: a, scope: project, all: [{any_building: c}, {condition: z}]}\n"
    text += "  - {id: z, scope: project, all: [{fact: voluntary, is: true}], exception_to: last}\n"
    text += "  - {id: c, scope: building, all: [{fact: storeys, more_than: 3}]}\n"
    book = compiled(added(FILE, text)).as_of(ON)
    order = [c.id for c in book.conditions.ordered]
    assert max(order.index(n) for n in ("a", "z", "c")) < order.index("last")
    subject = subject_of(read_statement({}, book.vocabulary, ON), book.vocabulary)
    assert interpret(book.conditions, subject)["last", "p"] is Truth.UNKNOWN


def test_a_condition_that_is_not_in_force_then_is_told_with_both_places() -> None:
    text = "conditions:\n  - {id: a, scope: project, all: [{condition: b}]}\n"
    text += "  - {id: b, scope: project, all: [], effective_from: 2022-03-01, effective_to: 2023-03-01}\n"
    (early,) = faults(added(FILE, text))
    assert early.pointer == f"{FILE}:2"
    assert f"条件“b”（{FILE}:3）在 jianghai 于 最早的一段时间 无效" in early.fix
    text = text.replace("effective_from: 2022-03-01, ", "")
    (late,) = faults(added(FILE, text))
    assert f"条件“b”（{FILE}:3）在 jianghai 于 2023-03-01起 无效" in late.fix


def test_a_parameter_without_a_value_is_told_where_it_is_read() -> None:
    path = "jianghai/settings.yaml"
    files = changed(
        path, "  - parameter: fire_area_scope\n", "  - parameter: fire_area_scope\n    effective_from: 2020-06-01\n"
    )
    found = faults(files)
    assert {f.pointer.partition(":")[0] for f in found} == {"national/fire.yaml"}
    assert all("fire_area_scope" in f.fix and "没有取值" in f.fix for f in found)
    with pytest.raises(InputError, match="不完整"):
        policy().as_of(ON, "national")


def test_a_parameter_has_on_each_day_the_value_of_that_day_whichever_is_asked_first() -> None:
    local = "local: true, assumed: {says: 试, example: 例}"
    values = (
        f"      - {{effective_to: 2022-01-01, value: true, {local}}}\n"
        f"      - {{effective_from: 2022-01-01, value: false, {local}}}\n"
    )
    text = f"parameters:\n  - id: turning\n    title: 试\n    type: yes_no\n    values:\n{values}"
    text += f"conditions:\n  - {{id: t, scope: project, title: 试, {local}, all: [{{parameter: turning, is: true}}]}}\n"
    files = added("national/turning.yaml", text)
    for days in (("2021-06-01", "2023-06-01"), ("2023-06-01", "2021-06-01")):
        turning = compiled(files)
        found = {day: turning.as_of(date.fromisoformat(day)).parameters["turning"] for day in days}
        assert found == {"2021-06-01": True, "2023-06-01": False}


def test_limits_and_regions_in_a_circle_are_told() -> None:
    head = "    title: 试\n    kind: promised\n    unit: working\n    values:\n"
    value = "      - {effective_from: 2022-01-01, days: 3, local: true, assumed: {says: 试}}\n"
    text = f"limits:\n  - id: one\n    extends: two\n{head}{value}  - id: two\n    extends: one\n{head}{value}"
    found = faults(added("jianghai/more_limits.yaml", text))
    assert [f.pointer for f in found] == ["jianghai/more_limits.yaml:3", "jianghai/more_limits.yaml:10"]
    assert all("循环" in f.fix for f in found)
    twice = added("jianghai/zone.yaml", "region: {id: jianghai, title: 江海区}\n")
    assert [f.pointer for f in faults(twice)] == ["jianghai/zone.yaml:1"]
    files = changed("jiangmen/region.yaml", "within: guangdong", "within: jianghai")
    assert line_of("jiangmen/region.yaml", "within: jianghai", files) in [f.pointer for f in faults(files)]


def test_a_file_in_another_encoding_or_of_another_name_is_told_beside_all_else(tmp_path: Path) -> None:
    for path, text in sources().items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, "utf-8")
    assert faults(read_sources(tmp_path)) == []
    assert digest_of(read_sources(tmp_path)) == policy().digest
    (tmp_path / "jianghai/a.yaml").write_bytes("# 说明\nconditions: []\n".encode() + "# 江海\n".encode("gb18030"))
    (tmp_path / "jianghai/b.yml").write_text("conditions: []\n")
    (tmp_path / "jianghai/c.yaml").write_text("\ufeffconditions:\n  - {id: a, scope: room, all: []}\n", "utf-8")
    (tmp_path / "jianghai/limits.yaml").write_bytes("limits: []\n# 江".encode() + b"\xff")
    found = {f.pointer: f.fix for f in faults(read_sources(tmp_path))}
    assert "UTF-8" in found["jianghai/a.yaml:3"] and "UTF-8" in found["jianghai/limits.yaml:2"]
    assert ".yaml" in found["jianghai/b.yml:1"]
    assert "“scope”应为下列之一" in found["jianghai/c.yaml:2"]


def test_a_promise_of_a_service_longer_than_its_cap_is_refused_although_it_names_no_law() -> None:
    old = '    unit: working\n    under: joint\n    values:\n      - effective_from: "2019-01-01"\n        days: 9\n'
    files = changed("jianghai/limits.yaml", old, old.replace("    under: joint\n", "").replace("days: 9", "days: 46"))
    found = {f.pointer: f.fix for f in faults(files)}
    assert set(found) == {
        line_of("jianghai/items.yaml", "ja-promised", files),
        line_of("jianghai/joint_acceptance.yaml", "limit: ja-promised", files),
    }
    assert all("46，长于法定的 45" in fix for fix in found.values())


def test_an_extension_in_another_unit_than_what_it_extends_is_refused() -> None:
    old = "    unit: working\n    extends: licence\n"
    files = changed("national/limits.yaml", old, old.replace("working", "month"))
    assert (
        "计时单位" in {f.pointer: f.fix for f in faults(files)}[line_of("national/limits.yaml", "unit: month", files)]
    )


def test_one_broken_limit_brings_no_errors_about_those_that_name_it() -> None:
    files = changed("national/limits.yaml", "  - id: fire-acceptance\n", "  - id: fire-acceptance\n    unti: working\n")
    assert [f.pointer for f in faults(files)] == [line_of("national/limits.yaml", "unti", files)]
