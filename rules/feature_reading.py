"""Reading features (示例读取): Gherkin to scenarios as they will run, every line kept for the words of an error."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gherkin.errors import CompositeParserException, ParserException
from gherkin.parser import Parser
from gherkin.pickles.compiler import Compiler

from engine.errors import Fault
from engine.values import shorten


@dataclass(frozen=True, slots=True)
class ReadStep:
    """One step as it will run (一步): its text with the example's values in it, its table, and where both stand."""

    text: str
    rows: tuple[Mapping[str, str], ...] | None
    columns: tuple[str, ...]
    line: int
    row_line: int
    """Line of the example row that filled it in; that of the step where none did."""


@dataclass(frozen=True, slots=True)
class ReadScenario:
    """One scenario as it will run (一个情景): a row of an outline is one; the steps of backgrounds come first."""

    file: str
    name: str
    line: int
    steps: tuple[ReadStep, ...]


def read_features(paths: Iterable[Path], faults: list[Fault]) -> Iterator[ReadScenario]:
    """Every scenario of some features, outlines row by row; what is no Gherkin goes to ``faults``."""
    for path in _files(paths):
        name = path.as_posix()
        try:
            document: Any = Parser().parse(path.read_text("utf-8"))
        except UnicodeDecodeError:
            faults.append(Fault(f"{name}:1", None, "文件不是 UTF-8 编码。", "Not UTF-8."))
        except CompositeParserException as error:
            faults.extend(_syntax(name, each) for each in error.errors)
        except ParserException as error:
            faults.append(_syntax(name, error))
        else:
            faults.extend(_loose_text(name, document))
            yield from _scenarios(name, document)


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        yield from sorted(path.rglob("*.feature")) if path.is_dir() else (path,)


def _syntax(name: str, error: Any) -> Fault:
    line = error.location.get("line", 1) if isinstance(error, ParserException) else 1
    fix = "这一行不合 Gherkin 的写法：请核对关键字（功能、规则、背景、场景、场景大纲、例子、假如、当、那么、而且）与表格的竖线。"
    return Fault(f"{name}:{line}", None, fix, f"Bad Gherkin: {shorten(str(error))}")


def _loose_text(name: str, node: Any) -> Iterator[Fault]:
    """Free text between a scenario and its first step: a line of it that begins with 当 would run as a step."""
    if isinstance(node, list):
        for each in node:
            yield from _loose_text(name, each)
    elif isinstance(node, dict):
        for key, value in node.items():
            if key in ("scenario", "background") and (value.get("description") or not value["steps"]):
                fix = "情景的名称与第一步之间不写说明，也不能一步没有；说明请写成以 # 开头的注释。"
                yield Fault(f"{name}:{value['location']['line']}", value["name"], fix, "Loose text or no step.")
            yield from _loose_text(name, value)


def _scenarios(name: str, document: Any) -> Iterator[ReadScenario]:
    lines: dict[str, int] = {}
    written: dict[str, str] = {}
    _places(document, lines, written)
    whole: Any = {**document, "uri": name}
    pickles: Any = Compiler().compile(whole)
    for pickle in pickles:
        steps = tuple(_read(step, lines, written) for step in pickle["steps"])
        yield ReadScenario(name, pickle["name"], lines[pickle["astNodeIds"][0]], steps)


def _places(node: Any, lines: dict[str, int], written: dict[str, str]) -> None:
    """Note the line and the text of everything that has an id."""
    if isinstance(node, list):
        for each in node:
            _places(each, lines, written)
    elif isinstance(node, dict):
        if "id" in node:
            lines[node["id"]] = node["location"]["line"]
            written[node["id"]] = node.get("text", "")
        for value in node.values():
            _places(value, lines, written)


def _read(step: Any, lines: Mapping[str, int], written: Mapping[str, str]) -> ReadStep:
    at, *filled = step["astNodeIds"]
    table = step.get("argument", {}).get("dataTable")
    cells = [[c["value"] for c in row["cells"]] for row in table["rows"]] if table else [[]]
    header, *rows = cells
    filled_in = bool(filled) and (step["text"] != written[at] or table is not None)
    return ReadStep(
        step["text"],
        tuple(dict(zip(header, row, strict=True)) for row in rows) if table else None,
        tuple(header),
        lines[at],
        lines[filled[0]] if filled_in else lines[at],
    )
