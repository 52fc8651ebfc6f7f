"""Command line of 一窗 (命令行): one file a command, loaded when it is used."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from difflib import get_close_matches
from importlib import import_module
from typing import Any, NoReturn

import click

from api.cli.io import guard
from engine.errors import Fault, InputError
from engine.values import shorten

COMMANDS = [
    "case",
    "certificate",
    "check",
    "clock",
    "decide",
    "demo",
    "doctor",
    "draw",
    "due",
    "log",
    "plan",
    "policy",
    "run",
    "schedule",
    "user",
]
"""Each is a module of this package with a click command of that name in ``command``."""


class Commands(click.Group):
    """The commands there are; whatever goes wrong in one becomes a problem document and an exit code."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names of the commands."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load a command."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"api.cli.{cmd_name.replace('-', '_')}").command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command; an unknown one is wrong input that names the nearest."""
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            near = get_close_matches(args[0], COMMANDS, n=1)
            hint = f"是否要写 {near[0]}？" if near else ""
            fix = f"没有命令 {shorten(args[0])}。{hint}可用：{'、'.join(sorted(COMMANDS))}。"
            raise InputError([Fault("", shorten(args[0]), fix, f"No such command. Known are {', '.join(COMMANDS)}.")])
        return super().resolve_command(ctx, args)

    def main(self, args: Sequence[str] | None = None, *rest: Any, **extra: Any) -> NoReturn:
        """Run a command line and leave with its exit code."""
        given = list(sys.argv[1:] if args is None else args)
        extra.setdefault("prog_name", "yichuang")
        extra["standalone_mode"] = False
        run = super().main
        sys.exit(guard(lambda: run(given, *rest, **extra), language(given)))


def language(args: Sequence[str]) -> str:
    """The language asked for, also where the rest of the command line cannot be read."""
    for i, arg in enumerate(args):
        if arg == "--lang=en" or (arg == "--lang" and args[i + 1 : i + 2] == ["en"]):
            return "en"
    return "zh"


HELP = """一窗：工程建设项目审批的规则、时限与并联计划。

每个命令都可加 --json（标准输出只有答案）和 --lang en，都能读文件或标准输入（写作 -）。

\b
退出码：0 能作答（不论结论）；1 程序出错；2 输入有误；3 主管机关尚未公布所需数据。
退出码非 0 时，标准错误有且只有一份问题说明（RFC 9457）。
"""


@click.group(cls=Commands, help=HELP, no_args_is_help=True, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """一窗：工程建设项目审批的规则、时限与并联计划。"""
