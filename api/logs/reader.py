"""A log file, whatever it is (读取日志文件): XES or CSV, plain or gzip, told by its bytes; bounded in size and memory."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable, Iterator, Mapping
from typing import BinaryIO, cast

from api.logs.csv_log import read_csv
from api.logs.xes import read_xes
from engine.errors import Fault, InputError
from engine.eventlog import MOST_EVENTS, EventLog, Recorder

PIECE = 256 * 1024
GZIP = b"\x1f\x8b"
MOST_BYTES = 16 * 2**30
"""Bytes of text that are read of one file, after unpacking."""


def read_log(
    file: BinaryIO,
    name: str,
    *,
    columns: Mapping[str, str] | None = None,
    most_events: int = MOST_EVENTS,
    most_bytes: int = MOST_BYTES,
    progress: Callable[[int], None] | None = None,
) -> EventLog:
    """Read a log.

    Args:
        file: open at its beginning, and able to go back there.
        name: what faults call it.
        columns: for CSV, header by role, over the common names.
        most_events: events that are taken.
        most_bytes: bytes of text that are read, after unpacking.
        progress: told how many bytes of the file were read since it was last told.

    Raises:
        InputError: what is wrong, with its line.
    """

    def pieces() -> Iterator[bytes]:
        return _pieces(file, name, most_bytes, progress)

    head = next(_pieces(file, name, most_bytes, None), b"").lstrip(b"\xef\xbb\xbf \t\r\n")
    if not head:
        raise InputError([Fault(name, None, "文件是空的。", "The file is empty.")])
    if head.startswith((b"<", b"\xff\xfe", b"\xfe\xff")):
        recorder = Recorder(most_events)
        read_xes(pieces(), recorder, name)
        return recorder.log()
    for encoding in ("utf-8-sig", "gb18030"):
        recorder = Recorder(most_events)
        try:
            read_csv(pieces(), recorder, name, encoding, columns or {})
        except UnicodeDecodeError:
            continue
        return recorder.log()
    fix = "文字编码既不是 UTF-8，也不是 GB18030，请另存为 UTF-8。"
    raise InputError([Fault(name, None, fix, "Neither UTF-8 nor GB18030.")])


def _pieces(file: BinaryIO, name: str, most: int, progress: Callable[[int], None] | None) -> Iterator[bytes]:
    """The text of a file from its beginning, unpacked where it is packed."""
    file.seek(0)
    packed = file.read(2) == GZIP
    file.seek(0)
    text = cast(BinaryIO, gzip.GzipFile(fileobj=file)) if packed else file
    total = told = 0
    while True:
        try:
            piece = text.read(PIECE)
        except (EOFError, zlib.error, gzip.BadGzipFile):
            fix = f"压缩文件损坏或不完整，解开 {total:,} 字节后读不下去。"
            raise InputError([Fault(name, None, fix, "The gzip file is broken or cut off.")]) from None
        if not piece:
            return
        total += len(piece)
        if total > most:
            fix = f"内容超过 {most >> 20:,} MB，请拆成几份。"
            raise InputError([Fault(name, None, fix, f"More than {most >> 20} MB of text: split it.")])
        if progress is not None:
            here = file.tell()
            progress(max(0, here - told))
            told = here
        yield piece
