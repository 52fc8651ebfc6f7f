"""CSV read as a stream (读取 CSV): a header by common names or as told, UTF-8 or GB18030, faults by line."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from api.logs.stamps import Faults, bad_name, fault, good_name, no_stamp, phase, stamp
from engine.errors import Fault, InputError
from engine.eventlog import DAY_MICROS, NONE, Phase, Recorder
from engine.values import shorten

LONGEST_LINE = 2**20
DELIMITERS = ",;\t|"
ALIASES: Mapping[str, Sequence[str]] = {
    "case": "case case_id caseid case:concept:name 办件编号 办件号 办件 办件流水号 案件编号 项目编号 项目代码 流水号".split(),
    "activity": "activity concept:name event task step 环节 环节名称 事项 事项名称 步骤 活动".split(),
    "time": (
        "time timestamp time:timestamp complete_timestamp completed end end_time date "
        "时间 时间戳 办理时间 完成时间 办结时间 结束时间 日期"
    ).split(),
    "start": "start start_time start_timestamp started 开始时间 受理时间".split(),
    "lifecycle": "lifecycle lifecycle:transition transition 生命周期 状态".split(),
    "resource": "resource org:resource user 经办人 办理人 办理人员 人员".split(),
    "group": "group org:group department 部门 办理部门 审批部门".split(),
    "due": "deadline due due_date 期限 办结期限 承诺办结时间".split(),
}
REQUIRED = ("case", "activity", "time")


def read_csv(pieces: Iterator[bytes], recorder: Recorder, name: str, encoding: str, columns: Mapping[str, str]) -> None:
    """Read a log from the pieces of its text into the recorder.

    Args:
        pieces: the bytes.
        recorder: takes the events.
        name: of the file, for faults.
        encoding: ``utf-8-sig`` or ``gb18030``.
        columns: header by role, over the common names.

    Raises:
        UnicodeDecodeError: it is in another encoding.
        InputError: every fault with its line.
    """
    lines = _lines(pieces, name, encoding)
    head = next(lines, "")
    delimiter = max(DELIMITERS, key=head.count)
    rows = csv.reader(_again(head, lines), delimiter=delimiter, strict=True)
    faults = Faults(name)
    try:
        at = _header(next(rows, []), columns, name)
        _body(rows, at, recorder, faults)
    except csv.Error as error:
        fix = f"CSV 写法有误（{error}）。"
        raise InputError([*faults.found, fault(name, rows.line_num, None, fix, f"broken CSV ({error}).")]) from None
    faults.close()


def _again(head: str, lines: Iterator[str]) -> Iterator[str]:
    if head:
        yield head
    yield from lines


def _lines(pieces: Iterator[bytes], name: str, encoding: str) -> Iterator[str]:
    """Lines with their ends; one that is too long is refused before it is held."""
    decoder = codecs.getincrementaldecoder(encoding)()
    rest, line = "", 0
    for piece in pieces:
        *whole, rest = (rest + decoder.decode(piece)).split("\n")
        for each in whole:
            yield each + "\n"
        line += len(whole)
        if len(rest) > LONGEST_LINE:
            fix = "一行超过一百万字，不像 CSV。"
            raise InputError([fault(name, line + 1, rest, fix, "the line is too long: no CSV.")])
    rest += decoder.decode(b"", True)
    if rest:
        yield rest


def _header(header: Sequence[str], columns: Mapping[str, str], name: str) -> dict[str, int]:
    """Which column holds what."""
    plain = [cell.strip().lower().replace(" ", "_") for cell in header]
    found: dict[str, int] = {}
    faults = []
    for role, aliases in ALIASES.items():
        told = columns.get(role)
        wanted = [told.strip().lower().replace(" ", "_")] if told is not None else aliases
        places = [plain.index(alias) for alias in wanted if alias in plain]
        if places:
            found[role] = places[0]
        elif told is not None or role in REQUIRED:
            listed = "、".join(cell.strip() for cell in header[:20]) or "空"
            fix = f"表头里没有{_ROLES[role]}一列；表头是：{shorten(listed)}。请用 --columns {role}=列名 指明。"
            english = f"No column for {role} in the header; name it with --columns {role}=NAME."
            faults.append(Fault(f"{name}:1", told, fix, english))
    if faults:
        raise InputError(faults)
    return found


_ROLES = {
    "case": "办件编号（case）",
    "activity": "环节（activity）",
    "time": "时间（time）",
    "start": "开始时间（start）",
    "lifecycle": "生命周期（lifecycle）",
    "resource": "经办人（resource）",
    "group": "部门（group）",
    "due": "期限（due）",
}


def _body(rows: Any, at: Mapping[str, int], recorder: Recorder, faults: Faults) -> None:
    case_at, name_at, time_at = (at[role] for role in REQUIRED)
    start_at, lifecycle_at, resource_at, group_at, due_at = (
        at.get(role, -1) for role in ("start", "lifecycle", "resource", "group", "due")
    )
    wide = max(at.values()) + 1
    for row in rows:
        if len(row) < wide:
            if any(cell.strip() for cell in row):
                fix = f"这一行只有 {len(row)} 格，应有 {wide} 格。"
                faults.add(rows.line_num, None, fix, f"{len(row)} cells, {wide} are needed.")
            continue
        case, name, when = good_name(row[case_at]), good_name(row[name_at]), stamp(row[time_at])
        if case is None or name is None or when is None:
            _tell(faults, rows.line_num, row, case, name, row[time_at])
            continue
        if faults.found:
            continue
        who = row[resource_at].strip()[:300] if resource_at >= 0 else ""
        where = row[group_at].strip()[:300] if group_at >= 0 else ""
        due = NONE
        begun = None
        for place in (due_at, start_at):
            if place >= 0 and row[place].strip():
                other = stamp(row[place])
                if other is None:
                    no_stamp(faults, rows.line_num, row[place])
                elif place == due_at:
                    due = other[0] // DAY_MICROS
                else:
                    begun = other
        number = recorder.case(case)
        if begun is not None:
            recorder.event(number, name, *begun, Phase.START, who, where)
        told = phase(row[lifecycle_at]) if lifecycle_at >= 0 else Phase.COMPLETE
        recorder.event(number, name, *when, told, who, where, due)


def _tell(faults: Faults, line: int, row: Sequence[str], case: str | None, name: str | None, when: str) -> None:
    if case is None:
        bad_name(faults, line, None, "办件编号")
    if name is None:
        bad_name(faults, line, None, "环节名称")
    if stamp(when) is None:
        no_stamp(faults, line, when)
