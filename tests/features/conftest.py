"""Registers the phrases of rules/phrases.py with pytest-bdd; features themselves hold no Python."""

from __future__ import annotations

import functools
import inspect
import re
from collections.abc import Iterator
from typing import Any

import pytest
from pytest_bdd import given, parsers, then, when

from engine.decision import Decision
from engine.facts import Statement
from engine.policy import PolicyBook
from rules.durable_matcher import DurableMatcher
from rules.matching import decide
from rules.phrases import PHRASES, Phrase, nearest
from rules.world import World


@pytest.fixture(scope="session")
def packaged_world() -> Iterator[World]:
    """The shipped policy, decided by both engines."""
    with DurableMatcher() as durable:

        def both(book: PolicyBook, statement: Statement, service: str) -> Decision:
            return decide(book, statement, service, durable)

        yield World.packaged(both)


@pytest.fixture
def world(packaged_world: World) -> World:
    """A fresh world for each scenario."""
    return packaged_world.fresh()


def _register(phrase: Phrase) -> None:
    names = list(re.compile(phrase.pattern).groupindex)

    parameters = [inspect.Parameter(n, inspect.Parameter.POSITIONAL_OR_KEYWORD) for n in ("world", *names)]
    if phrase.table:
        parameters.append(inspect.Parameter("datatable", inspect.Parameter.POSITIONAL_OR_KEYWORD))

    @functools.wraps(phrase.act)
    def called(**given_values: Any) -> None:
        world = given_values.pop("world")
        table = given_values.pop("datatable", None)
        if phrase.table:
            header, *rows = table
            given_values["rows"] = [dict(zip(header, row, strict=True)) for row in rows]
        phrase.act(world, **given_values)

    called.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    for register in (given, when, then):
        register(parsers.re(phrase.pattern), stacklevel=2)(called)  # 2: into this module, not into this function


for _phrase in PHRASES:
    _register(_phrase)


def pytest_bdd_step_func_lookup_error(
    request: Any, feature: Any, scenario: Any, step: Any, exception: Exception
) -> None:
    """An unknown phrase is answered with its file, its line and the nearest known one."""
    raise AssertionError(
        f"{feature.filename}:{step.line_number}：不认识的语句“{step.name}”。最接近的是“{nearest(step.name)}”。"
    )
