"""``yichuang log`` (办件日志): what real cases show, and how they keep to a plan."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any, BinaryIO

import click

from api.cli.calendar import calendar
from api.cli.io import Settings, day_option, read_document, say, shared
from api.cli.log_text import conform_text, mine_text
from api.logs.csv_log import ALIASES
from api.logs.reader import MOST_BYTES, PIECE, read_log
from api.logs.service import Asked, conformed, mined
from engine.errors import Fault, InputError
from engine.eventlog import EventLog
from engine.values import escape, shorten
from engine.yardstick import read_yardstick

HELP = """办件日志：从真实办件里看次序、看时间花在哪里，或逐件对照计划。

\b
例：
  yichuang log example > 示例.xes
  yichuang log mine 示例.xes
  yichuang log example --plan > 计划.json
  yichuang log conform 示例.xes --plan 计划.json
"""
LOG_HELP = """
LOG 是 XES（可为 .gz）或 CSV（UTF-8 或 GB18030），- 为标准输入。CSV 表头认得常用名（case、办件编号，activity、环节，
time、时间，lifecycle，resource、经办人，department、部门，deadline、期限，start、开始时间），也可用 --columns 指明。
不带时区的时间按北京时间；停表认生命周期 suspend/resume，以及名为 suspended/resumed、停表/恢复 的事件。
"""
MINE_HELP = f"""从日志看：哪些环节总是先后办，哪些两种先后都有，工作日花在哪些环节、部门。
{LOG_HELP}
次序的判定：默认 98% 的办件保持同一先后，且至少 30 件；不到 300 件的日志按一成计，至少 2 件。可用 --share、--support 改。

给了 --plan，还列出计划没有要求先后、多数办件却一前一后办的环节，和因此多用的工作日。

\b
例：
  yichuang log mine 示例.xes
  yichuang log mine 日志.csv --columns case=流水号,activity=事项,time=办结时间 --json
"""
CONFORM_HELP = f"""逐件对照计划：违规（必要的先后被打乱、假设未落实就作出有法律效力的决定），问题（缺环节、超期），建议（不必等却等了、照习惯等）。
{LOG_HELP}
计划是 yichuang plan … --json 的输出，或裸图（按并联读法）。不给计划，则以较早一半办件挖掘出的次序对照其余一半。
超期按计划里各环节的天数，扣除停表；日志写有期限的从其规定。日志没有开始时间的，从上一环节办结时起算。

\b
例：
  yichuang log conform 示例.xes --plan 计划.json
  yichuang log conform 日志.csv --json
"""
EXAMPLE_HELP = """一份虚构的示例日志（XES，十二件），或与之对照的计划（--plan）。

\b
例：
  yichuang log example > 示例.xes
  yichuang log example --plan > 计划.json
"""


@click.group("log", help=HELP, no_args_is_help=True)
def command() -> None:
    """办件日志：挖掘次序，对照计划。"""


def _options(command: Callable[..., Any]) -> Callable[..., Any]:
    for option in reversed(
        (
            click.argument("log", metavar="LOG"),
            click.option("--plan", "plan", metavar="PLAN", help="计划或裸图的 JSON 文件。"),
            click.option(
                "--names", "names", metavar="FILE", help='环节名称对照的 JSON 文件：{"日志里的名称": "B01"}。'
            ),
            click.option("--columns", "columns", metavar="LIST", help="CSV 的列：case=…,activity=…,time=…"),
            click.option(
                "--calendar",
                "days",
                type=click.Choice(["published", "weekdays"]),
                default="published",
                help="工作日：published 按已公布的放假安排（默认），weekdays 只按周一至周五。",
            ),
            day_option("--calendar-known-on", "known_on", help="只用该日以前公布的放假安排；默认用已收录的全部。"),
            click.option(
                "--share", type=click.FloatRange(0.5, 1, min_open=True), help="保持次序的办件比例，默认 0.98。"
            ),
            click.option("--support", type=click.IntRange(1, 10**6), help="至少几件，默认 30，小日志按一成。"),
        )
    ):
        command = option(command)
    return command


@command.command("mine", help=MINE_HELP, short_help="次序、并行、时间花在哪里。")
@_options
@shared
def mine_command(log: str, columns: str | None, settings: Settings, **asked: Any) -> None:
    """次序、并行、时间花在哪里。"""
    question = _asked(**asked)
    found = mined(_read(log, columns, settings), question)
    say(found, lambda f: mine_text(f, settings.english), settings)


@command.command("conform", help=CONFORM_HELP, short_help="逐件对照计划。")
@_options
@shared
def conform_command(log: str, columns: str | None, settings: Settings, **asked: Any) -> None:
    """逐件对照计划。"""
    question = _asked(**asked)
    found = conformed(_read(log, columns, settings), question)
    say(found, lambda f: conform_text(f, settings.english), settings)


@command.command("example", help=EXAMPLE_HELP, short_help="一份虚构的示例日志。")
@click.option("--plan", "plan", is_flag=True, help="改为给出与之对照的计划。")
@shared
def example_command(plan: bool, settings: Settings) -> None:
    """一份虚构的示例日志，或与之对照的计划。"""
    name = "example_plan.json" if plan else "example.xes"
    text = files("api.logs").joinpath(name).read_text("utf-8")
    say({"name": name, "text": text}, lambda found: str(found["text"]).rstrip("\n"), settings)


def _asked(
    plan: str | None,
    names: str | None,
    days: str,
    known_on: date | None,
    share: float | None,
    support: int | None,
) -> Asked:
    yardstick = None
    if plan is not None:
        with _of("--plan"):
            document = read_document(plan)
            document.refuse()
            yardstick = read_yardstick(document.value)
    held = None if days == "weekdays" else calendar(known_on)
    return Asked(held, yardstick, share, support, _names(names) if names is not None else {})


@contextmanager
def _of(option: str) -> Iterator[None]:
    """Faults of one of several files say which one."""
    try:
        yield
    except InputError as error:
        faults = [Fault(f"{option}{f.pointer}", f.value, f.fix, f.fix_en) for f in error.errors]
        raise InputError(faults) from None


def _names(source: str) -> Mapping[str, str]:
    with _of("--names"):
        return _read_names(source)


def _read_names(source: str) -> Mapping[str, str]:
    document = read_document(source)
    document.refuse()
    raw = document.value
    if not isinstance(raw, dict):
        fix = '应为对象：{"日志里的名称": "环节代码"}。'
        raise InputError([Fault("", shorten(raw), fix, "Must be an object of names.")])
    faults = [
        Fault(f"/{escape(name)}", shorten(to), "应为环节代码。", "Must be the id of a step.")
        for name, to in raw.items()
        if not isinstance(to, str) or not to.strip()
    ]
    if faults:
        raise InputError(faults)
    return raw


def _columns(text: str | None) -> dict[str, str]:
    found: dict[str, str] = {}
    faults = []
    for part in (text or "").split(",") if text else ():
        role, sign, header = part.partition("=")
        if role.strip() not in ALIASES or not sign or not header.strip() or role.strip() in found:
            fix = f"写作 角色=列名，角色各写一次，可用：{'、'.join(ALIASES)}。"
            faults.append(
                Fault("--columns", shorten(part), fix, f"Write role=header, each once: {', '.join(ALIASES)}.")
            )
        found[role.strip()] = header
    if faults:
        raise InputError(faults)
    return found


def _read(source: str, columns: str | None, settings: Settings) -> EventLog:
    told = _columns(columns)
    with _opened(source) as (file, size):
        name = "标准输入" if source == "-" else Path(source).name
        if settings.as_json or not sys.stderr.isatty():
            return read_log(file, name, columns=told)
        with click.progressbar(
            length=size, label="读取日志" if not settings.english else "Reading", file=sys.stderr
        ) as bar:
            return read_log(file, name, columns=told, progress=bar.update)


@contextmanager
def _opened(source: str) -> Iterator[tuple[BinaryIO, int]]:
    """The file, able to go back to its beginning, and its size."""
    if source == "-":
        with _held(sys.stdin.buffer) as held:
            yield held
        return
    try:
        file = Path(source).open("rb")
    except (OSError, ValueError):
        fix = "读不到这个文件，请核对路径。"
        raise InputError([Fault("", shorten(source), fix, "The file cannot be read.")]) from None
    with file:
        if file.seekable():
            yield file, Path(source).stat().st_size
            return
        with _held(file) as held:
            yield held


@contextmanager
def _held(stream: BinaryIO) -> Iterator[tuple[BinaryIO, int]]:
    """What comes once only, such as standard input, held in a file for as long as it is read."""
    with tempfile.TemporaryFile() as file:
        while piece := stream.read(PIECE):
            file.write(piece)
            if file.tell() > MOST_BYTES:
                fix = f"输入超过 {MOST_BYTES >> 30} GB，请拆成几份。"
                raise InputError([Fault("", None, fix, f"More than {MOST_BYTES >> 30} GB: split it.")])
        yield file, file.tell()
