"""XES read as a stream (读取 XES): expat, nothing kept but the events' columns; no DOCTYPE, no entities, no big tokens."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any
from xml.parsers import expat

from api.logs.stamps import Faults, bad_name, fault, good_name, no_stamp, phase, stamp
from engine.errors import InputError
from engine.eventlog import DAY_MICROS, NONE, Recorder

DEEPEST = 64
LARGEST_TOKEN = 16 * 2**20
ENCODINGS = ("utf-8", "utf8", "utf-16", "us-ascii", "ascii", "iso-8859-1")
NAME, TIME, LIFECYCLE, RESOURCE, GROUP, DUE = range(6)
KEYS: Mapping[str, int] = {
    "concept:name": NAME,
    "time:timestamp": TIME,
    "lifecycle:transition": LIFECYCLE,
    "org:resource": RESOURCE,
    "org:group": GROUP,
    **dict.fromkeys(("deadline", "due", "due_date", "dueDate", "期限", "办结期限", "承诺办结时间"), DUE),
}
_EMPTY: list[str | None] = [None] * 6


def read_xes(pieces: Iterator[bytes], recorder: Recorder, name: str) -> None:
    """Read a log from the pieces of its text into the recorder.

    Raises:
        InputError: it is no XES: with line and column; or events without time or name, each with its line.
    """
    reader = _Reader(recorder, name)
    parser, fed = reader.parser, 0
    try:
        for piece in pieces:
            fed += len(piece)
            parser.Parse(piece, False)
            if fed - parser.CurrentByteIndex > LARGEST_TOKEN:
                fix = f"一个标记超过 {LARGEST_TOKEN >> 20} MB。"
                raise InputError([fault(name, parser.CurrentLineNumber, None, fix, "A single tag is too big.")])
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        fix = f"XML 写法有误（{expat.ErrorString(error.code)}）。文件可能不完整，请重新导出为 UTF-8 的 XES。"
        english = f"broken XML ({expat.ErrorString(error.code)})."
        raise InputError([fault(name, error.lineno, None, fix, english, error.offset + 1)]) from None
    reader.faults.close()


class _Reader:
    """Handlers of the parser; ``want`` is the depth at which attributes of the open trace or event stand."""

    def __init__(self, recorder: Recorder, name: str) -> None:
        self.recorder, self.faults = recorder, Faults(name)
        self.depth = self.want = 0
        self.in_event = False
        self.traces = 0
        self.case = -1
        self.trace: list[str | None] = list(_EMPTY)
        self.event: list[str | None] = list(_EMPTY)
        self.line = 0
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        handlers: dict[str, Callable[..., Any]] = {
            "StartElementHandler": self.start,
            "EndElementHandler": self.end,
            "StartDoctypeDeclHandler": self.doctype,
            "XmlDeclHandler": self.declared,
        }
        for handler, does in handlers.items():
            setattr(self.parser, handler, does)

    def refuse(self, fix: str, english: str, value: str | None = None) -> None:
        raise InputError([fault(self.faults.name, self.parser.CurrentLineNumber, value, fix, english)])

    def declared(self, version: str, encoding: str | None, standalone: int) -> None:
        """The encodings that the parser itself reads."""
        if encoding is not None and encoding.lower() not in ENCODINGS:
            self.refuse(
                "文字编码不是 UTF-8，请另存为 UTF-8 的 XES。", "the encoding is none that is read: use UTF-8.", encoding
            )

    def doctype(self, *_: Any) -> None:
        self.refuse("不接受 DOCTYPE 和实体，请去掉。", "no DOCTYPE and no entities are taken.")

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.depth = depth = self.depth + 1
        if depth == self.want:
            slot = KEYS.get(attributes.get("key", ""))
            if slot is not None:
                (self.event if self.in_event else self.trace)[slot] = attributes.get("value")
                return
        if not self.in_event and depth <= 3:
            self.open(name.rpartition(":")[2], depth)
        elif depth > DEEPEST:
            self.refuse(f"标记嵌套超过 {DEEPEST} 层。", f"tags within each other over {DEEPEST} levels.")

    def open(self, name: str, depth: int) -> None:
        """A log, a trace or an event begins."""
        if depth == 1 and name != "log":
            self.refuse("这不是 XES：最外层应为 log。", "this is no XES: the root must be log.", name)
        elif depth == 2 and name == "trace":
            self.traces, self.case, self.want = self.traces + 1, -1, 3
            self.trace = list(_EMPTY)
        elif name == "event" and depth == 3 and self.want == 3:
            self.in_event, self.want = True, 4
            self.event = list(_EMPTY)
            self.line = self.parser.CurrentLineNumber
        elif name == "event" and depth == 2:
            line = self.parser.CurrentLineNumber
            self.faults.add(line, None, "事件不在任何 trace（办件）内。", "The event is in no trace.")

    def end(self, name: str) -> None:
        depth, self.depth = self.depth, self.depth - 1
        if depth == 3 and self.in_event:
            self.in_event, self.want = False, 3
            self.close_event()
        elif depth == 2 and self.want == 3:
            self.want = 0

    def close_event(self) -> None:
        activity, time, transition, resource, group, due = self.event
        name = good_name(activity)
        at = stamp(time) if time else None
        if name is None:
            bad_name(self.faults, self.line, activity, "环节名称（concept:name）")
        elif at is None:
            no_stamp(self.faults, self.line, time)
        elif not self.faults.found:
            if self.case < 0:
                self.open_case()
            last = self.day(due)
            who, where = (resource or "").strip()[:300], (group or "").strip()[:300]
            self.recorder.event(self.case, name, *at, phase(transition or ""), who, where, last)

    def open_case(self) -> None:
        """The case of a trace, at its first event."""
        self.case = self.recorder.case(good_name(self.trace[NAME]) or f"#{self.traces}")
        last = self.day(self.trace[DUE])
        if last != NONE:
            self.recorder.case_due(self.case, last)

    def day(self, text: str | None) -> int:
        """A deadline is a day, and ends with it."""
        at = stamp(text) if text else None
        if text and text.strip() and at is None:
            no_stamp(self.faults, self.line, text)
        return NONE if at is None else at[0] // DAY_MICROS
