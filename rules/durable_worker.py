"""The child process of the second engine (规则子进程): ``python -m rules.durable_worker``, frames in, frames out.

It uses the C functions of durable-rules alone and never its Host, which starts threads that cannot be stopped. What makes that
safe is kept here: one fixed session and fact id; a probe rule that fires with every fact; a fact is retracted after
each look and the session found empty; whole numbers of known fields only; few alternatives a ruleset; ``delete_state``
before ``delete_ruleset`` and never before the probe has fired. After an error of the engine the process answers and ends.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import resource
import select
import signal
import sys
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import durable_rules_engine as engine

from rules.strata import MOST_ALTERNATIVES, MOST_FIELDS, MOST_LEAVES, RESERVED, SCOPES, fnv1a

PROTOCOL = 1
LARGEST_FRAME = 64 * 1024 * 1024
MOST_SUBJECTS = 128
MOST_PROGRAMMES = 8
PARENT_LOOK = 2.0
"""Seconds between looks whether the parent is still there, while nothing is asked."""

LONGEST_REQUEST = 60
"""Seconds after which the kernel ends the process, whatever C code is doing: nothing runs on after a lost parent."""

SID = "s"
PROBE = "probe"
HELD = '{"sid":"s","id":"f","p":1'
RETRACT = '{"sid":"s","id":"f"}'
LARGEST = 2**53 - 1

_OPS = {"=": "", "!=": "$neq", "<": "$lt", "<=": "$lte", ">": "$gt", ">=": "$gte"}
_FIELD = re.compile(r"[fnxlh]_[0-9]{1,6}_{0,4}", re.ASCII)
_RULE = re.compile(r"[yx][0-9]{1,6}", re.ASCII)

Rule = Sequence[Any]
"""Name, ``all`` or ``any``, and its comparisons ``[field, op, number]``."""


class RefusedError(Exception):
    """A request that is not well formed; nothing was asserted."""


class EngineError(Exception):
    """The engine did something that it must not; its memory is not trusted any more."""


def _require(holds: bool, what: str) -> None:
    if not holds:
        raise RefusedError(what)


def _whole(value: Any, low: int = -LARGEST, high: int = LARGEST) -> bool:
    return type(value) is int and low <= value <= high


def check_rules(rules: Sequence[Rule]) -> None:
    """Refuse whatever is not in the small grammar that the engine was shown to be right about."""
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
    names = fields | set(RESERVED)
    _require(len({fnv1a(name) for name in names}) == len(names), "field names of one hash")


class Ruleset:
    """One ruleset with its one session (规则集): asserts a fact, collects what fired, retracts the fact."""

    def __init__(self, name: str, rules: Sequence[Rule]) -> None:
        fields = dict.fromkeys(leaf[0] for _, _, leaves in rules for leaf in leaves)
        self.fields = tuple((f, f',"{f}":') for f in fields if f != "p")
        self.known = frozenset((PROBE, *(rule[0] for rule in rules)))
        definition: dict[str, Any] = {
            name: {"all": [{"m": _expression(junction, leaves)}]} for name, junction, leaves in rules
        }
        definition[PROBE] = {"all": [{"m": {"p": 1}}], "pri": 1}  # fires last: what is lost before it shows
        self.handle = engine.create_ruleset(name, json.dumps(definition))
        self.fired({})  # the probe; until it has fired, delete_state would free what was never set

    def fired(self, values: Mapping[str, int]) -> list[str]:
        """The rules that fire on these fields; what is not there fires nothing."""
        held = HELD
        for name, written in self.fields:
            if name in values:
                held += f"{written}{values[name]}"
        status, session = engine.assert_fact(self.handle, held + "}")
        if status != 0:  # the probe matches every fact, so “not handled” is wrong here too
            raise EngineError(f"assert answered {status}")
        found: list[str] = []
        started = engine.start_action_for_state(self.handle, session)
        message = started[1] if started else None
        while message is not None:
            rule = message[2 : message.index('"', 2)]
            if rule not in self.known:
                raise EngineError("a rule that is not there fired")
            found.append(rule)
            message = engine.complete_and_start_action(self.handle, session)
        if found.count(PROBE) != 1 or found.pop() != PROBE:
            raise EngineError("the probe did not fire once and last, so something else may be lost")
        status, _ = engine.retract_fact(self.handle, RETRACT)
        if status != 0 or engine.get_facts(self.handle, SID) != "[]":
            raise EngineError("a fact was left behind")
        return found

    def close(self) -> None:
        """Delete the session, then the ruleset; only ever called between requests."""
        engine.delete_state(self.handle, SID)
        engine.delete_ruleset(self.handle)


def _expression(junction: str, leaves: list[list[Any]]) -> dict[str, Any]:
    terms = [{op: {field: value}} if (op := _OPS[sign]) else {field: value} for field, sign, value in leaves]
    return terms[0] if len(terms) == 1 else {f"${'and' if junction == 'all' else 'or'}": terms}


class Item:
    """One row while it is worked on (行): its facts, what is found of it, the rows above and below."""

    __slots__ = ("above", "below", "found", "scope", "values")

    def __init__(self, scope: int, above: Item | None, values: dict[str, int]) -> None:
        self.scope, self.above, self.values = scope, above, values
        self.below: dict[int, list[Item]] = {}
        self.found: dict[int, str] = {}
        if above is not None:
            above.below.setdefault(scope, []).append(self)


Groups = list[list[Item] | None]


@dataclass(frozen=True, slots=True)
class Stratum:
    """Conditions of one scope that read only earlier ones (层)."""

    scope: int
    reads: list[list[Any]]
    rulesets: list[Ruleset]


class Loaded:
    """A programme in the engine (已装入的规则程序)."""

    def __init__(self, raw: Mapping[str, Any]) -> None:
        self.scopes: list[int] = raw["scopes"]
        self.columns: list[list[str]] = raw["columns"]
        self.answers: int = raw["answers"]
        _require(all(_whole(s, 0, len(SCOPES) - 1) for s in self.scopes), "scope")
        _require(_whole(self.answers, 0, len(self.scopes)) and len(self.columns) == len(SCOPES), "shape")
        for names in self.columns:
            _require(all(isinstance(n, str) and bool(_FIELD.fullmatch(n)) for n in names), "column name")
        for stratum in raw["strata"]:  # all of it before any of it reaches the engine
            _require(_whole(stratum["scope"], 0, len(SCOPES) - 1), "scope")
            for read in stratum["reads"]:
                self._check_read(*read)
            for rules in stratum["rulesets"]:
                check_rules(rules)
        self._raw_strata: list[Any] = raw["strata"]
        self.strata: list[Stratum] = []

    def start(self) -> None:
        """Put the programme into the engine, every probe fired."""
        for i, raw in enumerate(self._raw_strata):
            made = [Ruleset(f"s{i}_{n}", rules) for n, rules in enumerate(raw["rulesets"])]
            self.strata.append(Stratum(raw["scope"], raw["reads"], made))

    def _check_read(self, kind: str, name: str, *rest: Any) -> None:
        if kind == "tally":
            _, scope, where, column = rest
            _require(_whole(scope, 0, len(SCOPES) - 1) and _whole(where, -1, len(self.scopes) - 1), "count")
            _require(column is None or column in self.columns[scope], "sum of an unknown column")
        else:
            _require(kind in ("n", "any", "all") and _whole(rest[0], 0, len(self.scopes) - 1), "read")

    def rows(self, raw: Any) -> Groups:
        """The rows of a subject: known columns, numbers that are held exactly, a parent before its row."""
        _require(isinstance(raw, list) and len(raw) == len(SCOPES), "subject")
        out: Groups = []
        everything: list[Item] = []
        for scope, (rows, columns) in enumerate(zip(raw, self.columns, strict=True)):
            if rows is None:
                out.append(None)
                continue
            _require(isinstance(rows, list), "rows")
            start = len(everything)
            for row in rows:
                _require(isinstance(row, list) and len(row) == len(columns) + 1, "row")
                _require(_whole(row[0], -1, start - 1), "parent")
                _require(all(v is None or _whole(v) for v in row), "value")
                values = {name: v for name, v in zip(columns, row[1:], strict=True) if v is not None}
                everything.append(Item(scope, everything[row[0]] if row[0] >= 0 else None, values))
            out.append(everything[start:])
        return out

    def answer(self, groups: Groups) -> str:
        """One letter for each condition and row: ``y`` certainly true, ``n`` certainly false, ``u`` neither."""
        for stratum in self.strata:
            for item in groups[stratum.scope] or ():
                values = dict(item.values)
                for read in stratum.reads:
                    _lay(values, read, item, groups, self.scopes)
                for ruleset in stratum.rulesets:
                    for rule in ruleset.fired(values):
                        number, letter = int(rule[1:]), "y" if rule[0] == "y" else "n"
                        if item.found.setdefault(number, letter) != letter:
                            raise EngineError("certainly true and certainly false at once")
        return "".join(i.found.get(n, "u") for n in range(self.answers) for i in groups[self.scopes[n]] or ())

    def close(self) -> None:
        """Take the programme out of the engine."""
        for stratum in self.strata:
            for ruleset in stratum.rulesets:
                ruleset.close()


def _lay(values: dict[str, int], read: list[Any], item: Item, groups: Groups, scopes: list[int]) -> None:
    """Lay a finding of an earlier stratum, or a count or sum, beside a row's facts; unknown is left out."""
    kind = read[0]
    if kind == "tally":
        _count(values, read, item, groups)
        return
    number = read[2]
    if kind == "n":
        here = item
        while here.scope != scopes[number] and here.above is not None:
            here = here.above
        letter = here.found.get(number, "u")
    else:
        rows = _under(item, scopes[number], groups)
        letters = {"u"} if rows is None else {r.found.get(number, "u") for r in rows}
        decisive, other = ("y", "n") if kind == "any" else ("n", "y")
        letter = decisive if decisive in letters else "u" if "u" in letters else other
    if letter != "u":
        values[read[1]] = 1 if letter == "y" else 0


def _count(values: dict[str, int], read: list[Any], item: Item, groups: Groups) -> None:
    _, low, high, scope, where, column = read
    rows = _under(item, scope, groups)
    least, most, bounded = 0, 0, rows is not None
    for row in rows or ():
        member = "y" if where < 0 else row.found.get(where, "u")
        if member == "n":
            continue
        amount = 1 if column is None else row.values.get(column)
        if amount is None:
            bounded = False
            continue
        most += amount
        least += amount if member == "y" else 0
    values[low] = _held(least)
    if bounded:
        values[high] = _held(most)


def _held(number: int) -> int:
    """At most the largest number that is held exactly; no rule compares with one that large, so order is kept."""
    return max(-LARGEST, min(number, LARGEST))


def _under(item: Item, scope: int, groups: Groups) -> list[Item] | None:
    rows = groups[scope]
    return rows if rows is None or item.scope == 0 else item.below.get(scope, [])


@contextmanager
def _engine() -> Iterator[None]:
    """Whatever goes wrong while the engine holds something is the engine's failure, not the request's."""
    try:
        yield
    except EngineError:
        raise
    except Exception as error:
        raise EngineError(f"{type(error).__name__}: {error}") from error


class Desk:
    """Answers requests one by one (应答): loads programmes, runs subjects through them, keeps few of them."""

    def __init__(self) -> None:
        self.loaded: OrderedDict[str, Loaded] = OrderedDict()
        self.subjects = 0

    def answer(self, request: Any) -> dict[str, Any]:
        """The answer to one request."""
        _require(isinstance(request, dict), "request")
        match request.get("op"):
            case "load":
                return self._load(request["key"], request["programme"])
            case "match":
                return self._match(request["key"], request["subjects"])
            case "status":
                used = resource.getrusage(resource.RUSAGE_SELF)
                return {"programmes": len(self.loaded), "subjects": self.subjects, "peak_kb": used.ru_maxrss}
        raise RefusedError("op")

    def _load(self, key: Any, text: Any) -> dict[str, Any]:
        _require(isinstance(text, str) and hashlib.sha256(text.encode()).hexdigest() == key, "programme's hash")
        if key not in self.loaded:
            programme = Loaded(json.loads(text))
            with _engine():
                while len(self.loaded) >= MOST_PROGRAMMES:
                    self.loaded.popitem(last=False)[1].close()
                programme.start()
            self.loaded[key] = programme
        return {}

    def _match(self, key: Any, subjects: Any) -> dict[str, Any]:
        _require(isinstance(subjects, list) and len(subjects) <= MOST_SUBJECTS, "subjects")
        programme = self.loaded.get(key)
        if programme is None:
            return {"missing": True}
        self.loaded.move_to_end(key)
        groups = [programme.rows(subject) for subject in subjects]
        with _engine():
            found = [programme.answer(each) for each in groups]
        self.subjects += len(found)
        return {"found": found}


def _read(count: int, parent: int) -> bytes | None:
    """Exactly so many bytes of standard input; None at its end, or when the parent is gone."""
    out = bytearray()
    while len(out) < count:
        ready, _, _ = select.select([0], [], [], PARENT_LOOK)
        if not ready:
            if os.getppid() != parent:
                return None
            continue
        got = os.read(0, min(count - len(out), 1 << 20))
        if not got:
            return None
        out += got
    return bytes(out)


def _write(descriptor: int, answer: dict[str, Any]) -> None:
    body = json.dumps(answer, separators=(",", ":")).encode()
    left = memoryview(len(body).to_bytes(4, "big") + body)
    while left:
        left = left[os.write(descriptor, left) :]


def main() -> int:
    """Answer requests until standard input ends."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    answers = os.dup(1)
    os.dup2(2, 1)  # whatever C code prints goes to standard error, not among the answers
    parent = os.getppid()
    desk = Desk()
    _write(answers, {"ready": PROTOCOL})
    while (head := _read(4, parent)) is not None:
        size = int.from_bytes(head, "big")
        if size > LARGEST_FRAME or (body := _read(size, parent)) is None:
            return 2
        signal.alarm(LONGEST_REQUEST)
        number = None
        try:
            request = json.loads(body)
            number = request.get("number")
            answer = desk.answer(request)
        except (RefusedError, ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
            answer = {"refused": f"{type(error).__name__}: {error}"[:200]}
        except (EngineError, MemoryError) as error:
            _write(answers, {"number": number, "failed": f"{type(error).__name__}: {error}"[:200]})
            return 70  # the end of the process is the one clean-up that cannot crash
        _write(answers, {"number": number, **answer})
        signal.alarm(0)
    return 0


if __name__ == "__main__":
    sys.exit(main())
