"""What may be said of a project (项目的请求体)."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from api.requests import Body
from api.words import FileIn, Prose, Word


class ProjectIn(Body):
    """Register a project (登记项目): facts and buildings are keyed by id or Chinese title, checked by the vocabulary."""

    name: Word
    facts: Annotated[dict[str, Any], Field(max_length=200)] | None = None
    buildings: Annotated[list[dict[str, Any]], Field(max_length=500)] | None = None


class FactsIn(Body):
    """State or correct facts (填报、更正事实); null takes a fact back. ``buildings``, where given, is the whole list."""

    facts: Annotated[dict[str, Any], Field(max_length=200)] | None = None
    buildings: Annotated[list[dict[str, Any]], Field(max_length=500)] | None = None
    reasons: Prose = ""


class CodeIn(Body):
    """Decide on a project's code (核定项目代码).

    ``correct`` 更正, ``refile`` 变更后重新赋码: the project takes ``code``; who once had it is named in ``other``. ``split``
    拆分: it takes ``code`` and comes of ``other``. ``merge`` 合并: it ends in ``other``. ``keep`` 不予变更: nothing is taken.
    """

    change: Literal["correct", "refile", "split", "merge", "keep"]
    code: Prose = ""
    other: Prose = ""
    reasons: Annotated[Prose, Field(min_length=1)]


class DocumentIn(Body):
    """File a paper (提交材料): its typed fields, and the name, size and SHA-256 of its files."""

    fields: Annotated[dict[str, Any], Field(max_length=50)] = {}
    files: Annotated[list[FileIn], Field(max_length=50)] = []
    standing: Literal["real", "assumed"] = "real"
    """``assumed``: the paper is not there yet, its content is stated (陈述假设)."""
    replaces: Prose = ""
    """The assumed version that a different statement replaces."""
