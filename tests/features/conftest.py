"""Registers the phrases of rules/phrases.py with pytest-bdd; features themselves hold no Python."""

from __future__ import annotations

import functools
import inspect
from typing import Any

import pytest
from pytest_bdd import given, parsers, then, when

from rules.phrases import PHRASES, unknown
from rules.phrases_kit import Phrase
from rules.world import World


@pytest.fixture
def world() -> World:
    """A fresh world for each scenario; the shipped policy is compiled once a process."""
    return World()


def _register(phrase: Phrase) -> None:
    names = ["world", *phrase.pattern.groupindex, *(["datatable"] if phrase.table else [])]

    @functools.wraps(phrase.act)
    def called(world: World, datatable: list[list[str]] | None = None, **words: str | None) -> None:
        header, *cells = datatable or [[]]
        phrase.do(world, words, [dict(zip(header, row, strict=True)) for row in cells])

    parameters = [inspect.Parameter(n, inspect.Parameter.POSITIONAL_OR_KEYWORD) for n in names]
    called.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    for register in (given, when, then):
        register(parsers.re(phrase.pattern.pattern), stacklevel=2)(
            called
        )  # 2: into this module, not into this function


for _phrase in PHRASES:
    _register(_phrase)


def pytest_bdd_step_func_lookup_error(
    request: Any, feature: Any, scenario: Any, step: Any, exception: Exception
) -> None:
    """An unknown phrase is answered with its file, its line and the nearest known one."""
    raise AssertionError(f"{feature.filename}:{step.line_number}：{unknown(step.name)}")
