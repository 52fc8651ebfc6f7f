"""Matching twice (两次匹配): both engines answer, their findings are compared key by key, then the decision is drawn."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Protocol

from engine.conditions import Condition, Conditions, Firings, Tracer, Why, interpret
from engine.decision import Decision, conclude
from engine.errors import ApprovalError, DisagreementError, Fault
from engine.facts import Row, Statement, Subject, subject_of
from engine.policy import PolicyBook
from engine.terms import Truth
from engine.values import show

MOST_NAMED = 5
"""Differing findings that an error names; it says how many more there are."""

AT_ONCE = 128
"""Statements that go to the second engine together."""

LONGEST_TRACE = 40
"""Lines of one trace."""

_WORDS = {Truth.YES: "是", Truth.NO: "否", Truth.UNKNOWN: "无法判断", None: "未作答"}


class Matcher(Protocol):
    """Finds what holds of every row (匹配引擎)."""

    @property
    def name(self) -> str:
        """The engine's name, for traces and for doctor."""

    def match(self, conditions: Conditions, subject: Subject) -> Firings:
        """Every condition on every row that it is about."""


class BatchMatcher(Matcher, Protocol):
    """A matcher that is quicker with many subjects at once (批量匹配引擎)."""

    def match_many(self, conditions: Conditions, subjects: Sequence[Subject]) -> Sequence[Firings]:
        """The findings of each subject, in the order given."""


class InterpreterMatcher:
    """The plain interpreter (逐条解释), the readable reference."""

    name = "interpreter"

    def match(self, conditions: Conditions, subject: Subject) -> Firings:
        """Every condition on every row, one after the other."""
        return interpret(conditions, subject)

    def match_many(self, conditions: Conditions, subjects: Sequence[Subject]) -> Sequence[Firings]:
        """The same for each subject."""
        return [interpret(conditions, subject) for subject in subjects]


INTERPRETER = InterpreterMatcher()


def match_twice(conditions: Conditions, subject: Subject, second: Matcher, first: Matcher = INTERPRETER) -> Firings:
    """What both engines find.

    Raises:
        DisagreementError: they differ, or the second one cannot answer; nothing is decided then.
    """
    found = first.match(conditions, subject)
    return agreed(conditions, subject, (first.name, found), (second.name, second.match(conditions, subject)))


def agreed(
    conditions: Conditions, subject: Subject, first: tuple[str, Firings], second: tuple[str, Firings]
) -> Firings:
    """The findings of two engines where they are the same, key by key; else the error that names what differs."""
    if first[1] == second[1]:
        return first[1]
    differing = list(_differing(conditions, subject, first[1], second[1]))
    faults = [_fault(conditions, subject, c, row, first, second) for c, row in differing[:MOST_NAMED]]
    if not differing:  # a finding about a condition or row that is not there
        extra = sorted(set(first[1]) ^ set(second[1]))[:MOST_NAMED]
        faults = [Fault(f"{name}@{key}", None, "一个引擎就并不存在的条件或对象作了答。") for name, key in extra]
    named = "；".join(f.fix for f in faults[:1])
    more = f"（另有 {len(differing) - 1} 处）" if len(differing) > 1 else ""
    raise DisagreementError(
        f"两个规则引擎结论不一致：{named}{more}。未作判定，请转人工办理，并将两份推理过程交政策和技术人员核对。",
        detail_en=f"{first[0]} and {second[0]} differ on {max(len(differing), len(faults))} findings; nothing was decided.",
        errors=faults,
    )


def _differing(
    conditions: Conditions, subject: Subject, first: Firings, second: Firings
) -> Iterator[tuple[Condition, Row]]:
    """Conditions and rows on which they differ, those first that rest on no other difference."""
    for condition in conditions.ordered:
        for row in subject.rows.get(condition.scope) or ():
            key = (condition.id, row.key)
            if first.get(key) is not second.get(key):
                yield condition, row


def _fault(
    conditions: Conditions,
    subject: Subject,
    condition: Condition,
    row: Row,
    first: tuple[str, Firings],
    second: tuple[str, Firings],
) -> Fault:
    key = (condition.id, row.key)
    said = [(name, found.get(key)) for name, found in (first, second)]
    value: dict[str, Any] = {"condition": condition.id, "row": row.key, "building": row.building}
    for name, found in (first, second):
        truth = found.get(key)
        value[name] = {
            "truth": truth.value if truth else None,
            "trace": _trace(Tracer(conditions, subject, found), condition, row),
        }
    about = f"（{row.building}）" if row.building else ""
    answers = "，".join(f"{name} 答“{_WORDS[truth]}”" for name, truth in said)
    english = ", ".join(f"{name} says {truth.value if truth else 'nothing'}" for name, truth in said)
    return Fault(
        condition.where or condition.id,
        value,
        f"条件“{condition.title or condition.id}”{about}：{answers}",
        f"{condition.id} on {row.key}: {english}.",
    )


def _trace(tracer: Tracer, condition: Condition, row: Row) -> list[str]:
    try:
        why = tracer.why(condition.id, row)
    except (KeyError, AssertionError):  # findings that are missing or impossible have no reasons
        return []
    return list(_lines(why, 0))[:LONGEST_TRACE]


def _lines(why: Why, depth: int) -> Iterator[str]:
    about = f"（{why.row.building}）" if why.row.building else ""
    reads = "，".join(f"{r.fact.title}＝{_shown(r.fact, r.value)}" for r in why.reads)
    name = f"{why.condition.id} {why.condition.title}".rstrip()
    yield f"{'　' * depth}{name}{about}：{_WORDS[why.truth]}{'；' + reads if reads else ''}"
    for below in why.below:
        yield from _lines(below, depth + 1)


def _shown(fact: Any, value: Any) -> str:
    return "未知" if value is None else str(show(fact, value))


def decide(book: PolicyBook, statement: Statement, service: str, durable: Matcher) -> Decision:
    """Decide with legal weight: by both engines, or not at all (两引擎一致方作判定).

    Raises:
        DisagreementError: the engines differ, or the second one cannot answer.
        ConflictError: two conclusions on the same facts.
        InputError: there is no such service.
    """
    firings = match_twice(book.conditions, subject_of(statement, book.vocabulary), durable)
    return conclude(book, statement, firings, service)


def decide_many(
    book: PolicyBook, statements: Sequence[Statement], service: str, durable: BatchMatcher
) -> list[Decision | ApprovalError]:
    """Decide many by both engines (批量判定); what stops one of them stands in its place."""
    out: list[Decision | ApprovalError] = []
    for start in range(0, len(statements), AT_ONCE):
        here = statements[start : start + AT_ONCE]
        subjects = [subject_of(s, book.vocabulary) for s in here]
        for statement, subject, found in zip(here, subjects, _each(book.conditions, subjects, durable), strict=True):
            if not isinstance(found, ApprovalError):
                out.append(_settle(book, statement, subject, service, durable.name, found))
            else:
                out.append(found)
    return out


def _each(
    conditions: Conditions, subjects: Sequence[Subject], durable: BatchMatcher
) -> Iterator[Firings | ApprovalError]:
    """The second engine's findings; where a batch fails for one of its subjects, each is asked about alone."""
    try:
        yield from durable.match_many(conditions, subjects)
    except ApprovalError as error:
        if isinstance(error, DisagreementError) or len(subjects) <= 1:
            yield from (error for _ in subjects)
            return
        for subject in subjects:
            yield from _each(conditions, [subject], durable)


def _settle(
    book: PolicyBook, statement: Statement, subject: Subject, service: str, name: str, found: Firings
) -> Decision | ApprovalError:
    try:
        first = (INTERPRETER.name, interpret(book.conditions, subject))
        return conclude(book, statement, agreed(book.conditions, subject, first, (name, found)), service)
    except ApprovalError as error:
        return error


def decide_unweighted(book: PolicyBook, statement: Statement, service: str) -> Decision:
    """Decide by the interpreter alone, for readings without legal weight (试算、预览、what-if); never for an act."""
    firings = interpret(book.conditions, subject_of(statement, book.vocabulary))
    return conclude(book, statement, firings, service)
