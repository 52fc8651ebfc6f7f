"""What every command shares (命令行的输入与输出): options, strict input, batches, answers, problem documents, exit codes."""

from __future__ import annotations

import functools
import json
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any, TypeVar

import click

from api.cli.strict_json import LARGEST_INPUT, Document, parse
from engine.errors import (
    ApprovalError,
    ConflictError,
    DisagreementError,
    Fault,
    InputError,
    NotPublishedError,
    PolicyError,
)
from engine.values import read_day, shorten

SHANGHAI = timezone(timedelta(hours=8))
"""Asia/Shanghai, which keeps no summer time: the day does not depend on where the program runs."""

OUR_FAULT, WRONG_INPUT, NOT_PUBLISHED = 1, 2, 3

_REASONS: dict[type[Exception], str] = {
    FileNotFoundError: "没有这个文件",
    IsADirectoryError: "是文件夹",
    PermissionError: "无权读取",
}

Answer = Any
Work = Callable[[Any], Answer]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Settings:
    """How to answer (输出方式): JSON or for people, in Chinese or in English."""

    as_json: bool
    lang: str

    @property
    def english(self) -> bool:
        """Whether English was asked for."""
        return self.lang == "en"


def day(ctx: click.Context, param: click.Parameter, value: str | None) -> date | None:
    """Read an option that is a day (日期): its ``callback``. What is wrong waits in the context for ``shared`` to say."""
    if value is None:
        return None
    faults: list[Fault] = ctx.meta.setdefault("faults", [])
    return read_day(value, param.opts[0], faults)


def day_option(*names: str, help: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """An option that is a day."""
    return click.option(*names, metavar="DATE", callback=day, help=help)


def shared(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command ``--json`` and ``--lang``; it gets them as ``settings``."""

    @click.option("--json", "as_json", is_flag=True, help="以 JSON 作答（标准输出只有答案）。")
    @click.option("--lang", type=click.Choice(["zh", "en"]), default="zh", help="文字语言，默认 zh。")
    @functools.wraps(command)
    def with_settings(*args: Any, as_json: bool, lang: str, **kwargs: Any) -> Any:
        if faults := click.get_current_context().meta.get("faults"):
            raise InputError(faults)
        return command(*args, settings=Settings(as_json, lang), **kwargs)

    return with_settings


def with_calendar(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command ``--calendar-known-on`` and ``--forecast``."""

    @day_option("--calendar-known-on", "known_on", help="只用该日以前公布的放假安排；默认用已收录的全部。")
    @click.option("--forecast", is_flag=True, help="放假安排未公布的年份给出暂定日期（provisional）。")
    @functools.wraps(command)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        return command(*args, **kwargs)

    return wrapped


def today() -> date:
    """Today in Asia/Shanghai (今日), whatever the machine's time zone."""
    return day_in_shanghai(datetime.now(SHANGHAI))


def day_in_shanghai(instant: datetime) -> date:
    """The day on which an instant falls in Asia/Shanghai (北京时间的日期)."""
    return instant.astimezone(SHANGHAI).date()


def read_document(source: str) -> Document:
    """Read a JSON file, or standard input where ``source`` is ``-``.

    Raises:
        InputError: where it cannot be read, or is no JSON.
    """
    try:
        if source == "-":
            data = sys.stdin.buffer.read(LARGEST_INPUT + 1)
        else:
            with Path(source).open("rb") as file:
                data = file.read(LARGEST_INPUT + 1)
    except (OSError, ValueError) as error:
        fix = f"读不到输入：{_REASONS.get(type(error), '无法打开')}。"
        raise InputError([Fault("", shorten(source), fix, "The input cannot be read.")]) from None
    return parse(data)


def answer(document: Document, work: Work, show: Callable[[Answer], str], settings: Settings) -> None:
    """Answer one input, or a whole batch: a list in, a list out, a problem document for each element that failed."""
    if not isinstance(document.value, list):
        say(sound(document.all_faults(), lambda: work(document.value)), show, settings)
        return
    answers = [_element(document, i, element, work, settings) for i, element in enumerate(document.value)]
    if settings.as_json:
        write(json.dumps(answers, ensure_ascii=False))
        return
    for i, each in enumerate(answers, 1):
        text = problem_text(each) if "type" in each and "errors" in each else show(each)
        write(f"[{i}]\n{text}")


def _element(document: Document, index: int, element: Any, work: Work, settings: Settings) -> Answer:
    try:
        return sound(document.within(index), lambda: work(element))
    except ApprovalError as error:
        return problem(error, settings.lang)


def sound(written: Sequence[Fault], read: Callable[[], T]) -> T:
    """What ``read`` gives, or every fault at once: those of the JSON as ``written``, and those of what it says.

    Raises:
        InputError: there are faults of either sort.
    """
    if not written:
        return read()
    places = {fault.pointer for fault in written}
    try:
        read()
    except InputError as error:
        raise InputError([*written, *(f for f in error.errors if f.pointer not in places)]) from None
    except ApprovalError:
        pass  # what is written wrong comes first
    raise InputError(written)


def say(found: Answer, show: Callable[[Answer], str], settings: Settings) -> None:
    """Write one answer: as JSON, or in words."""
    write(json.dumps(found, ensure_ascii=False) if settings.as_json else show(found))


def write(text: str, *, to_stderr: bool = False) -> None:
    """Write a line as UTF-8, whatever the locale."""
    stream = sys.stderr if to_stderr else sys.stdout
    stream.flush()
    stream.buffer.write((text + "\n").encode("utf-8", "replace"))
    stream.buffer.flush()


def problem(error: ApprovalError, lang: str = "zh") -> dict[str, Any]:
    """An error as a problem document (RFC 9457)."""
    english = lang == "en"
    return {
        "type": f"urn:yichuang:problem:{error.code}",
        "title": error.title_en if english else error.title,
        "detail": (error.detail_en or error.detail) if english else error.detail,
        "code": error.code,
        "errors": [
            {"pointer": f.pointer, "value": _jsonable(f.value), "fix": (f.fix_en or f.fix) if english else f.fix}
            for f in error.errors
        ],
    }


def problem_text(document: Mapping[str, Any]) -> str:
    """A problem document in words."""
    lines = [f"{document['title']}：{document['detail']}"]
    lines += [f"  {e['pointer'] or '/'}　{e['fix']}" for e in document["errors"]]
    return "\n".join(lines)


def exit_code(error: ApprovalError) -> int:
    """The exit code of an error (CONTRACT): 3 for data not published, 1 for a fault of ours, else 2.

    Faulty policy data are ours, unless the policy is what was handed in: ``policy check`` says so by another error.
    """
    if isinstance(error, NotPublishedError):
        return NOT_PUBLISHED
    return OUR_FAULT if isinstance(error, (DisagreementError, ConflictError, PolicyError)) else WRONG_INPUT


def guard(run: Callable[[], Any], lang: str) -> int:
    """Run a command and turn whatever goes wrong into a problem document and an exit code; no traceback gets out."""
    try:
        code = run()
        return code if isinstance(code, int) and not isinstance(code, bool) else 0
    except ApprovalError as error:
        _complain(problem(error, lang))
        return exit_code(error)
    except click.exceptions.NoArgsIsHelpError as error:
        write(error.format_message())
        return 0
    except click.ClickException as error:
        _complain(problem(_usage(error), lang))
        return WRONG_INPUT
    except (click.Abort, KeyboardInterrupt):
        return 130
    except BrokenPipeError:
        _let_go()
        return OUR_FAULT
    except Exception as error:
        _complain(_unexpected(error, lang))
        return OUR_FAULT


def _complain(document: dict[str, Any]) -> None:
    write(json.dumps(document, ensure_ascii=False, indent=2), to_stderr=True)


def _usage(error: click.ClickException) -> InputError:
    """A wrong use of the command line (用法有误), as wrong input."""
    message = error.format_message()
    pointer, value, fix = "", None, f"用法有误：{message}"
    if isinstance(error, click.NoSuchOption):
        near = f"是否要写 {error.possibilities[0]}？" if error.possibilities else ""
        pointer, value, fix = error.option_name, error.option_name, f"没有选项 {error.option_name}。{near}"
    elif isinstance(error, click.MissingParameter):
        name = error.param.human_readable_name if error.param else str(error.param_hint)
        pointer = error.param.opts[0] if error.param else ""
        fix = f"缺少 {pointer if pointer.startswith('-') else name}；用法见 --help。"
    elif isinstance(error, click.BadParameter):
        pointer = error.param.opts[0] if error.param else ""
        found = re.search(r": '?(.*?)'? is not ", message)
        value = found[1] if found else None
        fix = f"{pointer} 的取值不合：{_wanted(error.param) or message}"
    return InputError([Fault(pointer, shorten(value), fix, message)])


def _wanted(param: click.Parameter | None) -> str:
    """What an option takes (应为), as far as its type tells."""
    kind = param.type if param is not None else None
    if isinstance(kind, click.Choice):
        return f"应为下列之一：{'、'.join(map(str, kind.choices))}。"
    if isinstance(kind, (click.IntRange, click.FloatRange)):
        low = f"{'大于' if kind.min_open else '不小于'} {kind.min:g}" if kind.min is not None else ""
        high = f"{'小于' if kind.max_open else '不大于'} {kind.max:g}" if kind.max is not None else ""
        what = "整数" if isinstance(kind, click.IntRange) else "数"
        return f"应为{'、'.join(filter(None, (low, high)))} 的{what}。"
    return {click.INT: "应为整数。", click.FLOAT: "应为数。"}.get(kind, "") if kind is not None else ""


def _unexpected(error: Exception, lang: str) -> dict[str, Any]:
    """A fault of the program itself (程序出错), without its traceback."""
    where = error.__traceback__
    while where is not None and where.tb_next is not None:
        where = where.tb_next
    place = f"{Path(where.tb_frame.f_code.co_filename).name}:{where.tb_lineno}" if where else ""
    says = f"程序内部出错（{type(error).__name__}，{place}），请报告。"
    says_en = f"Internal error ({type(error).__name__}, {place}); please report it."
    return {
        "type": "urn:yichuang:problem:internal",
        "title": "A fault of ours" if lang == "en" else "程序出错",
        "detail": says_en if lang == "en" else says,
        "code": "internal",
        "errors": [],
    }


def _let_go() -> None:
    """The reader went away: send what is left nowhere, so that nothing is written at exit."""
    sys.stdout = Path("/dev/null").open("w", encoding="utf-8")


def _jsonable(value: Any) -> Any:
    return value if value is None or isinstance(value, (bool, int, str)) else str(value)
