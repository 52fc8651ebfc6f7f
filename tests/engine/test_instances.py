"""Instances of an item (分项办理): their ids from names that people give, and which of a maker's instances a need means."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.instances import named, wanted
from engine.policy import Instance, Instances, Item, ItemKind, Need, Spreading

STAGE, BUILDING = ("permit_by", "stage"), ("permit_by", "building")
LISTED = Spreading((Instance("pit", "基坑"), Instance("hall", "地上")))
PERMIT = Item(
    "C08",
    "施工许可",
    "housing",
    ItemKind.LICENCE,
    "always",
    instances=Instances("permit_by", {"stage": LISTED, "building": Spreading(each_building=True)}),
)
WHOLE = Item("D01", "测绘", "owner", ItemKind.REVIEW, "always")
ANY, PIT = Need(("C08.result",)), Need(("C08.result",), instance="pit")


@pytest.mark.parametrize(
    ("names", "ids"),
    [
        (["1号厂房", "2号厂房"], ["1号厂房", "2号厂房"]),
        (["A:1", "A/1", "A.1"], ["A_1", "A_1-2", "A_1-3"]),
        (["A_1-2", "A/1", "A:1"], ["A_1-2", "A_1", "A_1-3"]),
        (["楼.decide", "楼.convert"], ["楼_decide", "楼_convert"]),
        (["  ", "\u200b"], ["__", "_"]),
        ([], []),
    ],
)
def test_ids_keep_letters_and_digits_and_stay_apart(names: list[str], ids: list[str]) -> None:
    found = named(names)
    assert [i.id for i in found] == ids
    assert [i.title for i in found] == names


@given(st.lists(st.text(min_size=1, max_size=6), max_size=8))
def test_whatever_the_names_no_two_ids_are_alike(names: list[str]) -> None:
    ids = [i.id for i in named(names)]
    assert len(set(ids)) == len(names)
    assert all(not set(name) & set(":./ \n") for name in ids)


@pytest.mark.parametrize(
    ("need", "here", "by", "spread", "there", "found"),
    [
        (ANY, "", None, None, [""], [""]),  # both as a whole
        (ANY, "", None, STAGE, ["pit", "hall"], ["pit", "hall"]),  # a whole waits for all
        (ANY, "pit", STAGE, STAGE, ["pit", "hall"], ["pit"]),  # its own counterpart
        (ANY, "roof", STAGE, STAGE, ["pit", "hall"], ["pit", "hall"]),  # none: all
        (ANY, "pit", ("other", "stage"), STAGE, ["pit", "hall"], ["pit", "hall"]),  # spread by another fact
        (PIT, "hall", STAGE, STAGE, ["pit", "hall"], ["pit"]),  # the one that is named
        (PIT, "", None, STAGE, ["pit", "hall"], ["pit"]),
        (PIT, "", None, STAGE, ["hall"], []),  # named, and the project has none
        (PIT, "", None, BUILDING, ["A", "B"], ["A", "B"]),  # named, but had by building here: all
        (PIT, "A", BUILDING, BUILDING, ["A", "B"], ["A"]),
        (PIT, "", None, None, [""], [""]),  # named, but had as a whole here
    ],
)
def test_which_instances_a_need_means(
    need: Need,
    here: str,
    by: tuple[str, str] | None,
    spread: tuple[str, str] | None,
    there: list[str],
    found: list[str],
) -> None:
    assert list(wanted(need, here, by, PERMIT, spread, there)) == found


def test_a_maker_without_instances_is_what_it_is() -> None:
    assert list(wanted(ANY, "pit", STAGE, WHOLE, None, [""])) == [""]
