"""Problem documents: every error has a status and two languages, and no answer says more than it should."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator

import pytest

import api
import engine
import models
import rules
from api.errors import STATUS, ThrottledError, language_of, problem, shown, status_of
from engine.errors import ApprovalError, Fault, InputError


def every_error() -> list[type[ApprovalError]]:
    for package in (api, engine, models, rules):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if ".versions." not in module.name and not module.name.endswith((".env", "durable_worker")):
                importlib.import_module(module.name)
    return sorted(set(_below(ApprovalError)), key=lambda kind: kind.__qualname__)


def _below(kind: type[ApprovalError]) -> Iterator[type[ApprovalError]]:
    for each in kind.__subclasses__():
        yield each
        yield from _below(each)


def test_every_error_has_a_status_and_two_languages():
    errors = every_error()
    assert len(errors) > 20
    for kind in errors:
        assert kind.code in STATUS, kind
        assert kind.title and kind.title.isascii() is False, kind
        assert kind.title_en and kind.title_en.isascii(), kind


def test_a_code_means_one_thing():
    titles: dict[str, str] = {}
    for kind in every_error():
        parents = {parent.code for parent in kind.__mro__[1:] if issubclass(parent, ApprovalError)}
        if kind.code not in parents:
            assert titles.setdefault(kind.code, kind.title) == kind.title, kind


def test_a_document_in_both_languages():
    error = InputError([Fault("/a", 1.5, "不对。", "Wrong."), Fault("/b", None, "缺少。", "Missing.")])
    assert problem(error, instance="4f1d") == {
        "type": "urn:yichuang:problem:wrong-input",
        "title": "输入有误",
        "status": 422,
        "detail": "/a：不对。（另有 1 处）",
        "code": "wrong-input",
        "instance": "urn:yichuang:request:4f1d",
        "errors": [
            {"pointer": "/a", "value": "1.5", "fix": "不对。"},
            {"pointer": "/b", "value": None, "fix": "缺少。"},
        ],
    }
    english = problem(error, language="en")
    assert (english["title"], english["detail"]) == ("Wrong input", "/a: Wrong.")
    assert [e["fix"] for e in english["errors"]] == ["Wrong.", "Missing."]


def test_an_error_of_a_kind_unknown_is_its_parents():
    class Newer(ThrottledError):
        code = "newer"

    assert status_of(Newer("慢一点。")) == 429


def test_values_are_repeated_short():
    assert shown("x" * 1000) == "x" * 200 + "…（共 1000 个字符）"
    assert shown(2**60) == str(2**60)
    assert shown("\ud800") == "?"
    assert shown([1, {"a": 2}]) == "[1, {'a': 2}]"
    assert len(problem(InputError([Fault(f"/{n}", n, "不对。") for n in range(500)]))["errors"]) == 100


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("", "zh"),
        ("en", "en"),
        ("en-GB,en;q=0.8", "en"),
        ("zh-CN,en;q=0.8", "zh"),
        ("zh;q=0.5, en;q=0.9", "en"),
        ("fr", "zh"),
        ("en;q=x", "zh"),
        ("en,zh", "zh"),
        ("en," * 100_000, "en"),
    ],
)
def test_the_language_that_is_liked_better(accepted: str, language: str):
    assert language_of(accepted) == language
