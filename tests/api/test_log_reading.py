"""Logs read: XES and CSV as they come, and every way in which they are broken, by line; memory and time bounded."""

from __future__ import annotations

import gzip
import tracemalloc
from collections.abc import Iterator
from io import BytesIO, RawIOBase
from typing import Any

import pytest

from api.logs import reader
from api.logs.stamps import stamp
from engine.errors import InputError
from engine.eventlog import EPOCH, EventLog, Phase
from engine.values import read_day

EVENT = """<event>
 <string key="concept:name" value="{name}"/>
 <date key="time:timestamp" value="{time}"/>
 <string key="lifecycle:transition" value="{phase}"/>
 <string key="org:group" value="规划科"/>
</event>"""


def event(name: str = "B01", time: str = "2022-09-30T10:00:00+08:00", phase: str = "complete") -> str:
    return EVENT.format(name=name, time=time, phase=phase)


def xes(*events: str, head: str = "<log>", case: str = '<string key="concept:name" value="甲"/>') -> bytes:
    return f"<?xml version='1.0' encoding='UTF-8'?>\n{head}<trace>{case}\n{''.join(events)}</trace></log>".encode()


def read(data: bytes, **more: Any) -> EventLog:
    return reader.read_log(BytesIO(data), "log", **more)


def rows(log: EventLog) -> list[tuple[str, str, str, str]]:
    """Case, step, day in Shanghai, phase."""
    return [
        (log.cases[c], log.activities[a], day(at // 86_400_000_000), Phase(p).name)
        for c, a, at, p in zip(
            log.case.tolist(), log.activity.tolist(), log.at.tolist(), log.phase.tolist(), strict=True
        )
    ]


def day(number: int) -> str:
    from datetime import date

    return date.fromordinal(number + EPOCH).isoformat()


def short(value: object) -> str:
    return value if isinstance(value, str) and len(value) < 40 else "-"


def faults(data: bytes, **more: Any) -> list[tuple[str, str]]:
    with pytest.raises(InputError) as raised:
        read(data, **more)
    assert all(f.fix and f.fix_en for f in raised.value.errors)
    return [(f.pointer, f.fix) for f in raised.value.errors]


# --- XES --------------------------------------------------------------------------------------------------------------

ONE = [("甲", "B01", "2022-09-30", "COMPLETE")]


@pytest.mark.parametrize(
    "data",
    [
        xes(event()),
        xes(event(), head='<log xmlns="http://www.xes-standard.org/">'),
        xes(event(), head='<x:log xmlns:x="http://www.xes-standard.org/">').replace(b"</log>", b"</x:log>"),
        xes(event())
        .replace(b"trace>", b"x:trace>")
        .replace(b"event>", b"x:event>")
        .replace(b"<log>", b'<log xmlns:x="u">'),
        b"\xef\xbb\xbf" + xes(event()),
        gzip.compress(xes(event())),
        xes(event()).decode().replace("UTF-8", "UTF-16").encode("utf-16"),
        xes(event(), head='<log><global scope="event"><string key="concept:name" value="x"/></global>'),
        xes(event(), head="<log><trace></trace>"),
        xes(event().replace("</event>", '<list key="l"><string key="concept:name" value="inner"/></list></event>')),
    ],
    ids=["plain", "namespace", "prefix", "prefix-inside", "bom", "gzip", "utf-16", "global", "empty-trace", "nested"],
)
def test_xes_as_it_comes(data: bytes) -> None:
    assert rows(read(data)) == ONE


def test_attributes_of_a_trace_and_of_an_event_are_told_apart() -> None:
    due = '<string key="concept:name" value="甲"/><date key="deadline" value="2022-10-09T00:00:00+08:00"/>'
    log = read(
        xes(event("A", phase="start"), event("A", phase="suspend"), event("A", phase="RESUME"), event("A"), case=due)
    )
    assert [p for *_, p in rows(log)] == ["START", "SUSPEND", "RESUME", "COMPLETE"]
    assert day(int(log.case_due[0])) == "2022-10-09"
    assert log.groups == ("", "规划科")


@pytest.mark.parametrize(
    ("written", "there"),
    [
        ("2022-09-30T10:00:00+08:00", ("2022-09-30", True)),
        ("2022-09-30T20:00:00Z", ("2022-10-01", True)),  # four in the morning in Shanghai
        ("2022-09-30T20:00:00.123-05:00", ("2022-10-01", True)),
        ("2022-09-30T23:59:59", ("2022-09-30", True)),
        ("2022-09-30", ("2022-09-30", False)),
        ("2022-09-30T00:00:00.000+02:00", ("2022-09-30", False)),
        ("2022/9/3 8:05", ("2022-09-03", True)),
        ("2022年9月3日", ("2022-09-03", False)),
        ("2022年9月3日 10时05分", ("2022-09-03", True)),
        ("2022-02-30", None),
        ("0001-01-01", None),
        ("9999-12-31", None),
        ("gestern", None),
    ],
)
def test_instants_are_shanghai_days(written: str, there: tuple[str, bool] | None) -> None:
    found = stamp(written)
    assert (found and (day(found[0] // 86_400_000_000), found[1])) == there
    assert there is None or read_day(there[0], "", []) is not None


@pytest.mark.parametrize(
    ("data", "where", "says"),
    [
        (xes(event())[:-20], "log:8:", "XML 写法有误"),
        (xes(event()).replace(b"<date", b"<date <"), "log:5:", "XML 写法有误"),
        (xes(event(), event(time="")), "log:8", "没有时间"),
        (xes(event(), event().replace("time:timestamp", "time")), "log:8", "没有时间"),
        (xes(event(time="gestern")), "log:3", "读不懂"),
        (xes(event(name="")), "log:3", "没有环节名称"),
        (xes(event(name="长" * 301)), "log:3", "超过 300 个字"),
        (b'<?xml version="1.0"?><!DOCTYPE log [<!ENTITY a "b">]><log/>', "log:1", "DOCTYPE"),
        (b"<html></html>", "log:1", "不是 XES"),
        (b"<log><event/></log>", "log:1", "不在任何 trace"),
        (b"<log></log>", "/events", "没有事件"),
        (b"<log><trace>" + b"<a>" * 100, "log:1", "嵌套"),
        (b'<?xml version="1.0" encoding="GB18030"?><log/>', "log:1", "UTF-8"),
        (b"", "log", "是空的"),
        (b"  \n ", "log", "是空的"),
        (gzip.compress(xes(event()))[:-12], "log", "压缩文件损坏"),
        (b"\x1f\x8b not gzip", "log", "压缩文件损坏"),
    ],
    ids=short,
)
def test_what_is_broken_in_xes_is_told_by_its_line(data: bytes, where: str, says: str) -> None:
    ((at, fix),) = faults(data)
    assert at.startswith(where)
    assert says in fix


def test_all_faults_come_at_once_and_not_without_end() -> None:
    found = faults(xes(*(event(time="") for _ in range(1_000))))
    assert len(found) == 20
    assert len({at for at, _ in found}) == 20


# --- CSV --------------------------------------------------------------------------------------------------------------

TABLE = "办件编号,环节,时间\n甲,B01,2022-09-30\n"


@pytest.mark.parametrize(
    "data",
    [
        TABLE.encode(),
        TABLE.encode("utf-8-sig"),
        TABLE.encode("gb18030"),
        gzip.compress(TABLE.encode("gb18030")),
        TABLE.replace("\n", "\r\n").encode(),
        TABLE.replace(",", ";").encode(),
        TABLE.replace(",", "\t").encode(),
        TABLE.replace("办件编号,环节,时间", "case:concept:name,concept:name,time:timestamp").encode(),
        TABLE.replace("办件编号,环节,时间", "Case ID,Activity,Timestamp").encode(),
        b"note,time,activity,case_id\n\"a, \"\"b\"\"\nc\",2022-09-30,B01,\xe7\x94\xb2\n\n",
        TABLE.strip().encode(),
    ],
    ids=short,
)  # fmt: skip
def test_csv_as_it_comes(data: bytes) -> None:
    assert rows(read(data)) == ONE


def test_columns_can_be_named_and_starts_have_their_own() -> None:
    table = "a,b,c,d,e\n甲,B01,2022-09-28,2022-09-30,规划科\n".encode()
    told = {"case": "A", "activity": "b", "start": "c", "time": "d", "group": "e"}
    assert rows(read(table, columns=told)) == [("甲", "B01", "2022-09-28", "START"), *ONE]


@pytest.mark.parametrize(
    ("table", "where", "says"),
    [
        ("办件,环节\n甲,B01", "log:1", "没有时间（time）一列"),
        (TABLE + "甲,B02,\n", "log:3", "没有时间"),
        (TABLE + "甲,B02,昨天\n", "log:3", "读不懂"),
        (TABLE + ",B02,2022-09-30\n", "log:3", "没有办件编号"),
        (TABLE + "甲,,2022-09-30\n", "log:3", "没有环节名称"),
        (TABLE + "甲,B02\n", "log:3", "只有 2 格"),
        (TABLE + '甲,"B02,2022-09-30\n', "log:3", "CSV 写法有误"),
        (TABLE + "甲," + "长" * 200_000 + ",2022-09-30\n", "log:3", "CSV 写法有误"),
        (TABLE + "甲" * 1_100_000, "log:3", "一行超过"),
        ("办件,环节,时间\n", "/events", "没有事件"),
    ],
    ids=short,
)
def test_what_is_broken_in_csv_is_told_by_its_line(table: str, where: str, says: str) -> None:
    found = faults(table.encode())
    assert found[0][0].startswith(where)
    assert says in found[0][1]


def test_a_column_that_is_not_there_is_named() -> None:
    ((at, fix),) = faults(TABLE.encode(), columns={"time": "办结日"})
    assert at == "log:1" and "--columns time=" in fix


def test_what_is_neither_encoding_is_refused() -> None:
    ((_, fix),) = faults(b"case,activity,time\n\xff\xff\xff,B01,2022-09-30\n")
    assert "GB18030" in fix


# --- bounds -----------------------------------------------------------------------------------------------------------


class Endless(RawIOBase):
    """A log that never ends, and cannot be held."""

    def __init__(self, head: bytes, body: bytes) -> None:
        self.head, self.body, self.served = head, body, 0

    def seek(self, offset: int, whence: int = 0) -> int:
        self.served = offset
        return offset

    def tell(self) -> int:
        return self.served

    def read(self, size: int = -1) -> bytes:
        piece = self.head[:size] if not self.served else self.body * (size // len(self.body) + 1)
        self.served += len(piece)
        return piece


@pytest.fixture
def traced() -> Iterator[None]:
    tracemalloc.start()
    yield
    tracemalloc.stop()


@pytest.mark.usefixtures("traced")
@pytest.mark.parametrize(
    ("head", "body", "says"),
    [
        (b"<log><trace>", event().encode(), "20,000 个事件"),
        (b"case,activity,time\n", b"1,B01,2022-09-30\n", "20,000 个事件"),
        (b'<log a="', b"x" * 1000, "16 MB"),
        (b"case,activity,time\n", b"x" * 1000, "一行超过"),
        (b"<log>", b"<!-- -->" * 100, "64 MB"),
    ],
    ids=["events", "rows", "one tag", "one line", "nothing"],
)
def test_a_log_without_end_is_refused_within_memory(head: bytes, body: bytes, says: str) -> None:
    endless: Any = Endless(head, body)
    with pytest.raises(InputError, match=says):
        reader.read_log(endless, "log", most_events=20_000, most_bytes=64 * 2**20)
    assert tracemalloc.get_traced_memory()[1] < 64 * 2**20


def test_a_gzip_bomb_is_refused_within_memory() -> None:
    bomb = gzip.compress(b"<log><trace>") + gzip.compress(b" " * 2**20) * 100
    assert len(bomb) < 2**18
    tracemalloc.start()
    with pytest.raises(InputError, match="64 MB"):
        read(bomb, most_bytes=64 * 2**20)
    assert tracemalloc.get_traced_memory()[1] < 16 * 2**20
    tracemalloc.stop()


def test_progress_adds_up_to_the_file() -> None:
    data = gzip.compress(xes(*(event() for _ in range(20_000))))
    seen: list[int] = []
    read(data, progress=seen.append)
    assert 0 < sum(seen) <= len(data)
