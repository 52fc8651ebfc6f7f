"""What every list of phrases is made of (语句的做法): how a phrase reads, the pattern it is told by, what it does."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

Rows = Sequence[Mapping[str, str]]

DAY = r"(?P<day>\d{4}-\d{2}-\d{2})"
UNITS = {"个工作日": "working", "日": "calendar", "个月": "month", "年": "year"}
UNIT = r"(?P<unit>个工作日|日|个月|年)"


class Names(StrEnum):
    """What a word of a phrase names in the policy (所指): the group of a pattern is called so, and the checker reads it."""

    FACT = "fact"
    OWN = "own"
    """A fact of a building."""
    ANY_FACT = "any_fact"
    ITEM = "item"
    ITEMS = "items"
    LIMIT = "limit"
    PARAMETER = "parameter"
    SERVICE = "service"
    MATERIALS = "materials"
    PAPER = "paper"
    """What is handed in or handed out: a material, a form, a paper that may be assumed, an item's result."""
    FIELD = "field"
    """A field of a paper that may be assumed."""
    STEP = "step"
    CAUSE = "cause"
    """A way in which simulated opinions fail."""


@dataclass(frozen=True, slots=True)
class Table:
    """The table below a phrase (语句下的表): its columns, and what the cells or the header itself name."""

    columns: tuple[str, ...] = ()
    names: Mapping[str, Names] = field(default_factory=dict)
    header: Names | None = None
    """What each word of the header names, where the columns are not fixed."""
    optional: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Phrase:
    """One phrase (语句). Groups of the pattern that are called as :class:`Names` has them name something of the policy."""

    example: str
    pattern: re.Pattern[str]
    act: Callable[..., None]
    table: Table | None = None

    def match(self, text: str) -> dict[str, str | None] | None:
        """The words of a text by the names of the pattern's groups, or None where it is another phrase."""
        found = self.pattern.fullmatch(text)
        return None if found is None else found.groupdict()

    def do(self, world: Any, words: Mapping[str, str | None], rows: Rows | None = None) -> None:
        """Do what the phrase says."""
        more = {} if self.table is None else {"rows": rows or ()}
        self.act(world, **words, **more)


class Phrases(list[Phrase]):
    """A list of phrases, filled by ``@phrases("例句", "式样")`` above each function."""

    def __call__(
        self, example: str, pattern: str | None = None, table: Table | None = None
    ) -> Callable[[Callable[..., None]], Callable[..., None]]:
        """Put a function on the list; without a pattern the phrase is its own example."""

        def put(act: Callable[..., None]) -> Callable[..., None]:
            self.append(Phrase(example, re.compile(re.escape(example) if pattern is None else pattern), act, table))
            return act

        return put


def expect(holds: bool, found: Any, wanted: Any = None) -> None:
    """Fail with what was found, in Chinese."""
    if not holds:
        wish = f"，应为：{wanted}" if wanted is not None else ""
        raise AssertionError(f"实际为：{found}{wish}")


def one_of(word: str, known: Mapping[str, Any], what: str) -> Any:
    """What a word stands for; the error lists the words that there are."""
    if word not in known:
        raise AssertionError(f"不认识的{what}“{word}”；可写：{'、'.join(known)}")
    return known[word]


def listed(text: str) -> list[str]:
    """The names in a list such as “1号厂房、2号厂房”."""
    return [word.strip() for word in re.split("[、，,]", text) if word.strip()]
