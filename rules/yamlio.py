"""Reading YAML without its traps (政策文件的 YAML 读法): line numbers kept, equal keys refused, codes and days left as text."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import yaml

from engine.errors import Fault, PolicyError
from engine.values import shorten

Path = tuple[Any, ...]
Locate = Callable[[Path], int]

_INT = re.compile(r"-?(0|[1-9][0-9]{0,17})", re.ASCII)
_DAY = re.compile(r"\d{4}-\d{1,2}-\d{1,2}", re.ASCII)
_BAD = re.compile("[^\t\n\r -~\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
"""What may not stand in a YAML text: control characters, and half characters, which bytes other than UTF-8 become."""

_PLAIN = {"true": True, "false": False, "null": None, "~": None, "": None}
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_DEEPEST = 40


def read_yaml(path: str, text: str) -> tuple[Any, Locate]:
    """Read one YAML document (读取一个政策文件).

    Unquoted ``true`` and ``false`` are yes and no, unquoted whole numbers without leading zeros are numbers, empty and
    ``null`` are None; everything else is text: ``no``, ``0440704``, ``12:30``, ``2600.50`` stay as written.

    Args:
        path: name of the file, for the words of an error.
        text: what stands in it.

    Returns:
        The data, and a function that gives the line of a path such as ``("limits", 0, "id")``, or of the nearest
        thing above it that there is.

    Raises:
        PolicyError: with every fault, as ``file:line``: equal keys, days that do not exist, anchors, tags, bad syntax.
    """
    text = text.removeprefix("\ufeff")  # some editors begin a file with it
    reader = _Reader(path)
    data = None
    if (bad := _BAD.search(text)) is not None:
        line = text.count("\n", 0, bad.start()) + 1
        code = f"U+{ord(bad.group()):04X}"
        fix = f"文件中有不允许的字符（{code}），或者不是 UTF-8 编码；请用 UTF-8 另存。"
        raise PolicyError([Fault(f"{path}:{line}", code, fix, f"Not UTF-8 text, or a character not allowed: {code}.")])
    try:
        events = yaml.parse(text, Loader=_LOADER)
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                if reader.lines:
                    reader.fault(event, "---", "一个文件只写一份内容。", "One document a file.")
                    break
                data = reader.node(next(events), events, ())
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        fix = f"YAML 写法有误（{error.problem}）；请检查缩进、冒号和引号。"
        reader.faults.append(Fault(f"{path}:{line}", None, fix, f"Bad YAML: {error.problem}."))
    if reader.faults:
        raise PolicyError(reader.faults)
    return data, reader.locate


class _Reader:
    """Builds data from the parser's events, and remembers on which line each thing stands."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.lines: dict[Path, int] = {}
        self.faults: list[Fault] = []

    def locate(self, path: Path) -> int:
        """The line of a path, or of the nearest thing above it."""
        for n in range(len(path), -1, -1):
            if (line := self.lines.get(tuple(path[:n]))) is not None:
                return line
        return 1

    def fault(self, event: Any, value: Any, fix: str, fix_en: str) -> None:
        """Note what is wrong at an event."""
        self.faults.append(Fault(f"{self.path}:{event.start_mark.line + 1}", shorten(value), fix, fix_en))

    def node(self, event: Any, events: Iterator[Any], at: Path) -> Any:
        """The data of one node, its children read from ``events``."""
        self.lines.setdefault(at, event.start_mark.line + 1)
        if isinstance(event, yaml.AliasEvent):
            self.fault(event, f"*{event.anchor}", "不用 * 引用，请写出内容。", "No aliases.")
            return None
        if event.anchor:
            self.fault(event, f"&{event.anchor}", "不用 & 锚点，请写出内容。", "No anchors.")
        if event.tag:
            self.fault(event, event.tag, "不用 ! 标签；文字请加引号。", "No tags.")
        if len(at) > _DEEPEST:
            raise yaml.MarkedYAMLError(problem="层数过多", problem_mark=event.start_mark)
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(events, at)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(events, at)
        return self._scalar(event)

    def _mapping(self, events: Iterator[Any], at: Path) -> dict[Any, Any]:
        out: dict[Any, Any] = {}
        while not isinstance(event := next(events), yaml.MappingEndEvent):
            line = event.start_mark.line + 1
            if not isinstance(event, yaml.ScalarEvent):
                self.fault(event, None, "键应为文字。", "A key is a text.")
            key = event.value if isinstance(event, yaml.ScalarEvent) else self.node(event, events, (*at, None))
            key = key if isinstance(key, str) else repr(key)
            if key in out:
                first = self.lines[(*at, key)]
                self.fault(event, key, f"“{key}”写了两次（另一处在第 {first} 行），请删去一处。", "Written twice.")
            self.lines.setdefault((*at, key), line)
            value = self.node(next(events), events, (*at, key))
            out.setdefault(key, value)
        return out

    def _sequence(self, events: Iterator[Any], at: Path) -> list[Any]:
        out: list[Any] = []
        while not isinstance(event := next(events), yaml.SequenceEndEvent):
            out.append(self.node(event, events, (*at, len(out))))
        return out

    def _scalar(self, event: Any) -> Any:
        text: str = event.value
        if _DAY.fullmatch(text) and not _exists(text):
            self.fault(event, text, "应为确实存在的日期，写作 2022-09-30。", "Must be a day that exists.")
        if event.style:
            return text
        if text in _PLAIN:
            return _PLAIN[text]
        return int(text) if _INT.fullmatch(text) else text


def _exists(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
