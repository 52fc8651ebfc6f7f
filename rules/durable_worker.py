"""The child process of the second engine (规则子进程): ``python -m rules.durable_worker``, frames in, frames out.

It uses the C functions of durable-rules alone and never its Host, which starts threads that cannot be stopped. What makes that
safe is kept here: one fixed session and fact id; a probe rule that fires with every fact; a fact is retracted after
each look and the session found empty; whole numbers of known fields only; few alternatives a ruleset; ``delete_state``
before ``delete_ruleset`` and never before the probe has fired. After an error of the engine the process answers and ends.
"""

from __future__ import annotations

import json
import os
import re
import resource
import select
import signal
import sys
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import durable_rules_engine as engine

from rules.strata import MOST_ALTERNATIVES, MOST_FIELDS, MOST_LEAVES, RESERVED, SCOPES, fnv1a

PROTOCOL = 1
LARGEST_FRAME = 64 * 1024 * 1024
MOST_SUBJECTS = 128
MOST_PROGRAMMES = 8
LONGEST_REQUEST = 60
"""Seconds after which the kernel ends the process, whatever C code is doing: nothing runs on after a lost parent."""

SID = "s"
HELD = '{"sid":"s","id":"f","p":1'
RETRACT = '{"sid":"s","id":"f"}'
LARGEST = 2**53 - 1

_OPS = {"=": "", "!=": "$neq", "<": "$lt", "<=": "$lte", ">": "$gt", ">=": "$gte"}
_FIELD = re.compile(r"[fnxlh]_[0-9]{1,6}_{0,4}", re.ASCII)
_RULE = re.compile(r"[yx][0-9]{1,6}", re.ASCII)
_PROBE: tuple[str, str, list[list[Any]]] = ("probe", "all", [["p", "=", 1]])


class RefusedError(Exception):
    """A request that is not well formed; nothing was asserted."""


class EngineError(Exception):
    """The engine did something that it must not; its memory is not trusted any more."""


def _require(holds: bool, what: str) -> None:
    if not holds:
        raise RefusedError(what)


def _whole(value: Any, low: int = -LARGEST, high: int = LARGEST) -> bool:
    return type(value) is int and low <= value <= high


class Ruleset:
    """One ruleset with its one session (规则集): asserts a fact, collects what fired, retracts the fact."""

    def __init__(self, name: str, rules: Sequence[tuple[str, str, list[list[Any]]]]) -> None:
        self._check(rules)
        fields = dict.fromkeys(leaf[0] for _, _, leaves in rules for leaf in leaves)
        self.fields = tuple((f, f',"{f}":') for f in fields if f != "p")
        self.known = {rule[0]: rule[0] for rule in rules}
        self.probed = False
        definition = {name: {"all": [{"m": _expression(junction, leaves)}]} for name, junction, leaves in (_PROBE, *rules)}
        self.handle = engine.create_ruleset(name, json.dumps(definition))
        self.fired({})
        self.probed = True

    def _check(self, rules: Sequence[tuple[str, str, list[list[Any]]]]) -> None:
        alternatives = 1
        for name, junction, leaves in rules:
            _require(isinstance(name, str) and bool(_RULE.fullmatch(name)), "rule name")
            _require(junction in ("any", "all") and 0 < len(leaves) <= MOST_LEAVES, "rule size")
            for field, op, value in leaves:
                _require(field == "p" or (isinstance(field, str) and bool(_FIELD.fullmatch(field))), "field name")
                _require(op in _OPS and _whole(value), "comparison")
            alternatives += len(leaves) if junction == "any" else 1
        fields = {leaf[0] for _, _, leaves in rules for leaf in leaves}
        _require(alternatives <= MOST_ALTERNATIVES and len(fields) <= MOST_FIELDS, "ruleset size")
        _require(len({rule[0] for rule in rules}) == len(rules), "rule named twice")
        hashes = {fnv1a(name) for name in (*fields, *RESERVED)}
        _require(len(hashes) == len(fields | set(RESERVED)), "field names of one hash")

    def fired(self, values: Mapping[str, int]) -> list[str]:
        """The rules that fire on these fields; what is not there fires nothing."""
        held = HELD
        for name, written in self.fields:
            if name in values:
                held += f"{written}{values[name]}"
        status, session = engine.assert_fact(self.handle, held + "}")
        if status != 0:  # the probe matches every fact, so “not handled” is wrong here too
            raise EngineError(f"assert answered {status}")
        found, probes = [], 0
        started = engine.start_action_for_state(self.handle, session)
        message = started[1] if started else None
        while message is not None:
            rule = message[2 : message.index('"', 2)]
            if rule == "probe":
                probes += 1
            else:
                found.append(self.known[rule])
            message = engine.complete_and_start_action(self.handle, session)
        if probes != 1:
            raise EngineError(f"the probe fired {probes} times")
        status, _ = engine.retract_fact(self.handle, RETRACT)
        if status != 0 or engine.get_facts(self.handle, SID) != "[]":
            raise EngineError("a fact was left behind")
        return found

    def close(self) -> None:
        """Delete the session, then the ruleset; only ever called between requests."""
        if self.probed:
            engine.delete_state(self.handle, SID)
            engine.delete_ruleset(self.handle)


def _expression(junction: str, leaves: list[list[Any]]) -> dict[str, Any]:
    terms = [{op: {field: value}} if (op := _OPS[sign]) else {field: value} for field, sign, value in leaves]
    return terms[0] if len(terms) == 1 else {f"${'and' if junction == 'all' else 'or'}": terms}


@dataclass(slots=True)
class Item:
    """One row while it is worked on (行): its place, its facts, and the fields laid beside them."""

    scope: int
    parent: int
    values: dict[str, int]
    found: dict[int, str]


@dataclass(frozen=True, slots=True)
class Stratum:
    """Conditions of one scope that read only earlier ones (层)."""

    scope: int
    reads: list[list[Any]]
    rulesets: list[Ruleset]


class Loaded:
    """A programme in the engine (已装入的规则程序)."""

    def __init__(self, key: str, raw: Mapping[str, Any]) -> None:
        self.scopes: list[int] = raw["scopes"]
        self.columns: list[list[str]] = raw["columns"]
        self.answers: int = raw["answers"]
        _require(all(_whole(s, 0, len(SCOPES) - 1) for s in self.scopes), "scope")
        _require(_whole(self.answers, 0, len(self.scopes)) and len(self.columns) == len(SCOPES), "shape")
        for names in self.columns:
            _require(all(isinstance(n, str) and bool(_FIELD.fullmatch(n)) for n in names), "column name")
        self.strata: list[Stratum] = []
        for i, stratum in enumerate(raw["strata"]):
            _require(_whole(stratum["scope"], 0, len(SCOPES) - 1), "scope")
            made = [Ruleset(f"{key}_{i}_{n}", rules) for n, rules in enumerate(stratum["rulesets"])]
            self.strata.append(Stratum(stratum["scope"], stratum["reads"], made))

    def rows(self, raw: Any) -> list[list[Item] | None]:
        """The rows of a subject, checked: known columns, whole numbers that are held exactly, a parent before its row."""
        _require(isinstance(raw, list) and len(raw) == len(SCOPES), "subject")
        out: list[list[Item] | None] = []
        seen = 0
        for scope, (rows, columns) in enumerate(zip(raw, self.columns, strict=True)):
            if rows is None:
                out.append(None)
                continue
            _require(isinstance(rows, list), "rows")
            made = []
            for row in rows:
                _require(isinstance(row, list) and len(row) == len(columns) + 1, "row")
                _require(_whole(row[0], -1, seen - 1), "parent")
                _require(all(v is None or _whole(v) for v in row), "value")
                values = {name: v for name, v in zip(columns, row[1:], strict=True) if v is not None}
                made.append(Item(scope, row[0], values, {}))
            seen += len(made)
            out.append(made)
        return out

    def answer(self, groups: list[list[Item] | None]) -> str:
        """One letter for each condition and row: ``y`` certainly true, ``n`` certainly false, ``u`` neither."""
        everything = [item for group in groups for item in group or ()]
        for stratum in self.strata:
            for place in groups[stratum.scope] or ():
                values = dict(place.values)
                for read in stratum.reads:
                    _lay(values, read, place, everything, groups, self.scopes)
                for ruleset in stratum.rulesets:
                    for rule in ruleset.fired(values):
                        number, letter = int(rule[1:]), "y" if rule[0] == "y" else "n"
                        if place.found.setdefault(number, letter) != letter:
                            raise EngineError("certainly true and certainly false at once")
        return "".join(i.found.get(n, "u") for n in range(self.answers) for i in groups[self.scopes[n]] or ())

    def close(self) -> None:
        """Take the programme out of the engine."""
        for stratum in self.strata:
            for ruleset in stratum.rulesets:
                ruleset.close()


Groups = list[list[Item] | None]


def _lay(
    values: dict[str, int], read: list[Any], place: Item, everything: list[Item], groups: Groups, scopes: list[int]
) -> None:
    """Lay one finding of an earlier stratum, or one count or sum, beside a row's facts; unknown is left out."""
    kind = read[0]
    if kind == "n":
        here = place
        while here.scope != scopes[read[2]] and here.parent >= 0:
            here = everything[here.parent]
        letter = here.found.get(read[2], "u")
    elif kind == "tally":
        _count(values, read, place, everything, groups)
        return
    else:
        rows = _under(place, scopes[read[2]], everything, groups)
        decisive = "y" if kind == "any" else "n"
        letters = {"u"} if rows is None else {r.found.get(read[2], "u") for r in rows}
        letter = decisive if decisive in letters else "u" if "u" in letters else "n" if kind == "any" else "y"
    if letter != "u":
        values[read[1]] = 1 if letter == "y" else 0


def _count(values: dict[str, int], read: list[Any], place: Item, everything: list[Item], groups: Groups) -> None:
    _, low, high, scope, where, column = read
    rows = _under(place, scope, everything, groups)
    values[low] = 0
    if rows is None:
        return
    least, most, bounded = 0, 0, True
    for row in rows:
        member = "y" if where < 0 else row.found.get(where, "u")
        if member == "n":
            continue
        amount = 1 if column is None else row.values.get(column)
        if amount is None:
            bounded = False
            continue
        most += amount
        least += amount if member == "y" else 0
    values[low] = max(-LARGEST, min(least, LARGEST))  # no literal is that large, so order is kept
    if bounded:
        values[high] = max(-LARGEST, min(most, LARGEST))


def _under(place: Item, scope: int, everything: list[Item], groups: Groups) -> list[Item] | None:
    rows = groups[scope]
    if rows is None or place.scope == 0:
        return rows
    return [r for r in rows if r.parent >= 0 and everything[r.parent] is place]
