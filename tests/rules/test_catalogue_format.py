"""What an entry of the catalogue may say beside the old: legal effect, simulation, days, groups and lapse; and mistakes in it."""

from __future__ import annotations

from datetime import date

import pytest

from engine.policy import Item, Simulated
from engine.terms import LimitKind, Unit
from tests.rules.kit import added, compiled, faults

FILE = "jianghai/extra.yaml"
LOCAL = "local: true, assumed: {says: 试, example: 例}"


def entry(*lines: str, name: str = "X01", kind: str = "review") -> str:
    """A file with one item."""
    head = [
        f"  - id: {name}",
        "    title: 试",
        "    department: owner",
        f"    kind: {kind}",
        "    applies: always_extra",
    ]
    head += ["    local: true", "    assumed: {says: 试, example: 例}"]
    condition = ["conditions:", f"  - {{id: always_extra, scope: project, title: 试, all: [], {LOCAL}}}"]
    return "\n".join(["items:", *head, *(f"    {line}" for line in lines), *condition]) + "\n"


def built(*lines: str, name: str = "X01", kind: str = "review") -> Item:
    book = compiled(added(FILE, entry(*lines, name=name, kind=kind))).as_of(date(2022, 9, 16))
    return book.items[name]


@pytest.mark.parametrize(
    ("kind", "binds"),
    [
        ("licence", True),
        ("filing", True),
        ("confirmation", True),
        ("review", False),
        ("government", False),
        ("utility", False),
        ("own_duty", False),
    ],
)
def test_what_binds_unless_said_otherwise(kind: str, binds: bool) -> None:
    assert built(kind=kind).legal_effect is binds
    assert built(f"legal_effect: {str(not binds).lower()}", kind=kind).legal_effect is not binds


def test_everything_that_may_be_said() -> None:
    item = built(
        "simulated: pre_review",
        f"days: {{days: 30, unit: calendar, {LOCAL}}}",
        f"needs: [{{one_of: [A09.result, A11.result], group: LAND, firm: assumable, {LOCAL}}}]",
        f"lapse: [{{limit: construction-start, says: 逾期作废, {LOCAL}}}]",
        "makes: [permit.copy]",
    )
    assert item.simulated is Simulated.PRE_REVIEW
    assert item.days is not None and (item.days.id, item.days.days, item.days.unit) == ("X01.days", 30, Unit.CALENDAR)
    assert item.days.kind is LimitKind.PERIOD and item.days.local and item.days.assumed
    (need,) = item.needs
    assert (need.group, need.one_of, need.local) == ("LAND", ("A09.result", "A11.result"), True)
    assert need.assumed and need.assumed.says == "试"
    assert [(x.limit, x.says) for x in item.lapse] == [("construction-start", "逾期作废")]
    assert item.makes == ("permit.copy",)


def test_what_is_said_of_nothing() -> None:
    item = built()
    assert (item.simulated, item.days, item.lapse, item.makes) == (Simulated.NO, None, (), ())


MISTAKES = [
    ("simulated: maybe", "simulated", "yes、no、area、pre_review"),
    ("legal_effect: 是", "legal_effect", "true 或 false"),
    (f"days: {{days: 0, unit: working, {LOCAL}}}", "days", "大于零"),
    (f"days: {{days: 3, unit: weeks, {LOCAL}}}", "days", "working、calendar、month、year"),
    ("days: {days: 3, unit: working}", "days", "没有依据"),
    (f"lapse: [{{limit: construction-stat, says: 逾期, {LOCAL}}}]", "lapse", "最接近的是“construction-start”"),
    ("lapse: [{limit: construction-start, says: 逾期}]", "lapse", "没有依据"),
    (f"needs: [{{one_of: [A09.result], group: land, {LOCAL}}}]", "needs", "写法不合"),
    (
        f"needs: [{{one_of: [A09.result, A99.result], group: LAND, {LOCAL}}}]",
        "needs",
        "没有哪个事项或材料作出“A99.result”",
    ),
    ("needs: [{one_of: [A09.result], group: LAND}]", "needs", "没有依据"),
]


@pytest.mark.parametrize(("line", "key", "words"), MISTAKES)
def test_a_mistake_is_told_with_its_line(line: str, key: str, words: str) -> None:
    text = entry(line)
    where = next(n for n, each in enumerate(text.splitlines(), 1) if each.lstrip().startswith(key))
    found = faults(added(FILE, text))
    assert [f.pointer for f in found] == [f"{FILE}:{where}"]
    assert words in found[0].fix


def test_days_are_assumed_only_where_no_limit_gives_them() -> None:
    found = faults(added(FILE, entry("limits: [{limit: licence}]", f"days: {{days: 3, unit: working, {LOCAL}}}")))
    assert [f.fix for f in found] == ["“试”已有时限（limits），不再写 days。"]


@pytest.mark.parametrize("name", ["O1", "START1", "o01", "STOP"])
def test_ids(name: str) -> None:
    assert any("写法不合" in f.fix for f in faults(added(FILE, entry(name=name))))


def test_the_owner_and_the_works_have_ids_too() -> None:
    assert built(name="O04", kind="own_duty").id == "O04"
