from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import PolicyError
from rules.yamlio import read_yaml


def faults(text: str) -> list[tuple[str, str]]:
    with pytest.raises(PolicyError) as caught:
        read_yaml("a.yaml", text)
    return [(f.pointer, f.fix) for f in caught.value.errors]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("true", True),
        ("false", False),
        ("no", "no"),
        ("yes", "yes"),
        ("on", "on"),
        ("True", "True"),
        ("0440704", "0440704"),
        ("440704", 440704),
        ('"440704"', "440704"),
        ("12:30", "12:30"),
        ("2600.50", "2600.50"),
        ("1e3", "1e3"),
        ("0x1f", "0x1f"),
        ("-5", -5),
        ("0", 0),
        ("007", "007"),
        ("2022-09-30", "2022-09-30"),
        ("", None),
        ("null", None),
        ("~", None),
        ('""', ""),
        ("'true'", "true"),
        (".nan", ".nan"),
        ("=", "="),
    ],
)
def test_a_value_is_read_as_it_was_written(written, read):
    data, _ = read_yaml("a.yaml", f"key: {written}\n")
    assert data == {"key": read}
    assert type(data["key"]) is type(read)


def test_a_key_is_always_text():
    assert read_yaml("a.yaml", "on: 1\n2022: 2\ntrue: 3\n")[0] == {"on": 1, "2022": 2, "true": 3}


def test_every_thing_knows_its_line():
    data, locate = read_yaml("a.yaml", "# 注\nlimits:\n  - id: a\n    values:\n      - days: 5\n  - id: b\n")
    assert data["limits"][0]["values"][0]["days"] == 5
    assert [locate(p) for p in [("limits",), ("limits", 0, "values", 0, "days"), ("limits", 1, "id")]] == [2, 5, 6]
    assert locate(("limits", 1, "missing", 3)) == 6
    assert locate(()) == 2


def test_an_empty_file_is_nothing():
    assert read_yaml("a.yaml", "# 只有注释\n")[0] is None


@pytest.mark.parametrize(
    ("text", "line", "word"),
    [
        ("a: 1\nb: 2\na: 3\n", 3, "第 1 行"),
        ("a: 2022-13-01\n", 1, "确实存在"),
        ('a:\n  - "2022-02-30"\n', 2, "确实存在"),
        ("a: 2022-2-3\n", 1, "确实存在"),
        ("a: &x 1\nb: *x\n", 1, "锚点"),
        ("a: &x 1\nb: *x\n", 2, "引用"),
        ("a: !!python/object:os.system 1\n", 1, "标签"),
        ("a: 1\n---\nb: 2\n", 2, "一份"),
        ("a: [1, 2\n", 2, "YAML"),
        ("a: 1\n  b: 2\n", 2, "YAML"),
        ("a: \x00\n", 1, "不允许"),
        ("? [1]\n: 2\n", 1, "键应为文字"),
        ("[" * 60 + "]" * 60, 1, "层数"),
    ],
)
def test_what_must_not_stand_in_a_file_is_told_with_its_line(text, line, word):
    assert any(pointer == f"a.yaml:{line}" and word in fix for pointer, fix in faults(text)), faults(text)


def test_every_fault_is_told_at_once():
    assert [p for p, _ in faults("a: 1\na: 2\nb: 2022-02-30\n")] == ["a.yaml:2", "a.yaml:3"]


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused_in_words(text):
    try:
        read_yaml("a.yaml", text)
    except PolicyError as error:
        assert error.errors
