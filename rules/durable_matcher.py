"""The second engine, kept in a child process (规则引擎子进程的看护): started, timed, restarted, never taken on trust.

durable-rules can crash the process that it runs in, so it runs in one of its own. A caller gets findings that the child
computed, or :class:`MatcherDownError`; there is no third way. One lock makes it thread-safe; from asyncio call it in a
thread (``asyncio.to_thread``).
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from engine.conditions import Conditions, Firings
from engine.errors import DisagreementError, Fault, InputError
from engine.facts import Subject
from rules.durable_child import Child, ChildGoneError, ChildTooSlowError
from rules.strata import Programme, compile_strata

COMMAND = (sys.executable, "-m", "rules.durable_worker")
BATCH = 128
MOST_ROWS = 10_000
"""Rows in one subject; a statement with more is refused rather than left to run into a time limit."""

ROWS_AT_ONCE = 4_000
"""Rows in one batch, beyond its first subject: what fits well inside the time limit."""

MOST_COMPILED = 16
TRIES = 3
LONGEST_REST = 30.0
"""Seconds between attempts when the child keeps failing."""


class MatcherDownError(DisagreementError):
    """The second engine cannot answer (第二规则引擎未应答): nothing is decided on one engine alone."""

    code = "engines-disagree"
    title = "第二规则引擎未应答"
    title_en = "The second rule engine does not answer"


@dataclass(frozen=True, slots=True)
class MatcherStatus:
    """What doctor shows of the second engine (第二引擎状态)."""

    running: bool
    pid: int | None
    engine: str
    starts: int
    failures: int
    start_seconds: float
    last_error: str
    standard_error: str
    subjects: int = 0
    programmes: int = 0
    peak_kb: int = 0


class DurableMatcher:
    """The second engine (第二规则引擎, durable-rules), behind a process boundary."""

    name = "durable-rules"

    def __init__(
        self,
        *,
        command: Sequence[str] = COMMAND,
        start_seconds: float = 15.0,
        answer_seconds: float = 30.0,
        rest_seconds: float = 1.0,
    ) -> None:
        self._command, self._start_seconds, self._answer_seconds = tuple(command), start_seconds, answer_seconds
        self._rest_seconds = self._rest = rest_seconds
        self._closed = False
        self._starts = self._failures = 0
        self._started_in = self._not_before = 0.0
        self._last_error = self._heard = ""
        self._compiled: OrderedDict[int, tuple[Conditions, Programme]] = OrderedDict()
        self._owner = os.getpid()
        self._lock = threading.Lock()
        self._child: Child | None = None

    def match(self, conditions: Conditions, subject: Subject) -> Firings:
        """Every condition on every row, as durable-rules finds it.

        Raises:
            MatcherDownError: it could not be asked, or did not answer.
            InputError: a value that the two engines cannot both hold exactly.
        """
        return self.match_many(conditions, [subject])[0]

    def match_many(self, conditions: Conditions, subjects: Sequence[Subject]) -> list[Firings]:
        """The same for many subjects at once, in batches."""
        self._belong()
        programme = self._programme(conditions)
        encoded = [_bounded(programme, subject) for subject in subjects]
        out: list[Firings] = []
        for start, stop in _batches(encoded):
            with self._turn():
                out += self._try(programme, subjects[start:stop], encoded[start:stop])
        return out

    def status(self) -> MatcherStatus:
        """Ask the child how it is, starting it where none runs; for doctor."""
        self._belong()
        told: Mapping[str, Any] = {}
        with self._turn():
            try:
                told = self._running().ask(self._answer_seconds, op="status")
            except (ChildGoneError, ChildTooSlowError, OSError) as error:
                self._drop(error)
            child = self._child
            return MatcherStatus(
                child is not None,
                child.process.pid if child else None,
                _engine_version(),
                self._starts,
                self._failures,
                self._started_in,
                self._last_error,
                self._said(),
                *(int(told.get(name, 0)) for name in ("subjects", "programmes", "peak_kb")),
            )

    def close(self) -> None:
        """End the child; the matcher cannot be used after that."""
        self._belong()
        with self._lock:
            self._closed = True
            self._let_go()

    def __enter__(self) -> DurableMatcher:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _belong(self) -> None:
        """After a fork the child is the parent's; this process starts its own."""
        if self._owner != os.getpid():
            self._owner, self._lock = os.getpid(), threading.Lock()
            self._let_go()

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """One caller at a time; who would wait for ever is told so instead."""
        if not self._lock.acquire(timeout=self._answer_seconds * 2):
            raise self._down("others have been waiting for it too long")
        try:
            if self._closed:
                raise self._down("it was closed")
            yield
        finally:
            self._lock.release()

    def _programme(self, conditions: Conditions) -> Programme:
        with self._turn():
            known = self._compiled.get(id(conditions))
            if known is None or known[0] is not conditions:
                known = (conditions, compile_strata(conditions))
                self._compiled[id(conditions)] = known
            self._compiled.move_to_end(id(conditions))
            while len(self._compiled) > MOST_COMPILED:
                self._compiled.popitem(last=False)
            return known[1]

    def _try(self, programme: Programme, subjects: Sequence[Subject], encoded: Sequence[Any]) -> list[Firings]:
        """One batch, by as many children as it takes within the bound."""
        if time.monotonic() < self._not_before:
            raise self._down(f"{self._last_error}; given a short rest")
        for _ in range(TRIES):
            try:
                answers = self._ask(self._running(), programme, encoded)
                found: list[Firings] = [programme.decode(s, a) for s, a in zip(subjects, answers, strict=True)]
                self._rest = self._rest_seconds
                return found
            except ChildTooSlowError as error:
                self._drop(error)
                break
            except (ChildGoneError, OSError, ValueError) as error:
                self._drop(error)
            except BaseException:  # an interrupted exchange leaves half an answer in the pipe
                if self._child is not None:
                    self._child.process.kill()
                self._let_go()
                raise
        self._not_before = time.monotonic() + self._rest
        self._rest = min(self._rest * 2, LONGEST_REST)
        raise self._down(self._last_error)

    def _running(self) -> Child:
        if self._child is None:
            begun = time.monotonic()
            self._starts += 1
            self._child = Child(self._command)
            self._child.greet(self._start_seconds)
            self._started_in = time.monotonic() - begun
        return self._child

    def _ask(self, child: Child, programme: Programme, encoded: Sequence[Any]) -> list[Any]:
        request = {"op": "match", "key": programme.digest, "subjects": encoded}
        answer = child.ask(self._answer_seconds, **request)
        if answer.get("missing"):
            child.ask(self._answer_seconds, op="load", key=programme.digest, programme=programme.text)
            answer = child.ask(self._answer_seconds, **request)
        found = answer.get("found")
        if not isinstance(found, list):
            raise ChildGoneError("no findings in its answer")
        if len(found) != len(encoded):
            raise ChildGoneError("findings of another length")
        return found

    def _drop(self, error: Exception) -> None:
        self._failures += 1
        self._last_error = str(error) or type(error).__name__
        if self._child is not None:
            self._child.process.kill()  # it is not trusted to end by itself
        self._let_go()

    def _let_go(self) -> None:
        if self._child is not None:
            self._heard = self._said()
            self._child.end()
            self._child = None

    def _said(self) -> str:
        heard = b"".join(self._child.errors) if self._child else b""
        return heard.decode("utf-8", "replace")[-4096:] or self._heard

    def _down(self, why: str) -> MatcherDownError:
        return MatcherDownError(
            f"第二规则引擎（durable-rules）未应答（{why}）。未作判定，请稍后重试，或转人工办理；yichuang doctor 可查看其状态。",
            detail_en=f"The second engine (durable-rules) does not answer: {why}. Nothing was decided.",
        )


def _bounded(programme: Programme, subject: Subject) -> list[Any]:
    count = sum(len(rows or ()) for rows in subject.rows.values())
    if count > MOST_ROWS:
        fix = f"单体和其中的用途部分合计 {count} 项，超过一次判定的上限 {MOST_ROWS} 项，请分批申报。"
        raise InputError([Fault("/buildings", count, fix, f"{count} buildings and parts; at most {MOST_ROWS}.")])
    return programme.encode(subject)


def _batches(encoded: Sequence[Any]) -> Iterator[tuple[int, int]]:
    """Where to cut, so that a batch has neither too many subjects nor too many rows."""
    start = rows = 0
    for i, groups in enumerate(encoded):
        here = sum(len(group or ()) for group in groups)
        if i > start and (i - start == BATCH or rows + here > ROWS_AT_ONCE):
            yield start, i
            start, rows = i, 0
        rows += here
    if start < len(encoded):
        yield start, len(encoded)


def _engine_version() -> str:
    try:
        return version("durable-rules")
    except PackageNotFoundError:
        return ""
