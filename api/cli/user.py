"""``yichuang user add``: an account for somebody (新增账号)."""

from __future__ import annotations

import asyncio
import sys

import click

from api.cli.io import Answer, shared
from api.cli.io import Settings as Output
from api.cli.io import say as say_it
from api.settings import Settings, from_environment
from engine.errors import Fault, InputError

ROLES = ("owner", "window", "reviewer", "lead", "supervisor", "admin")

HELP = """新增账号。口令在终端里问两遍，或用 --password-stdin 从标准输入读一行。

\b
角色：owner 建设单位，window 综合窗口，reviewer 部门审批人员，lead 牵头部门，supervisor 督办，admin 系统管理员。
reviewer 和 lead 须写 --department（如 housing_construction）。

\b
例：
  yichuang user add zhang.wei --name 张伟 --role reviewer --department civil_defence
  echo "$口令" | yichuang user add window1 --name 综合窗口 --role window --password-stdin
"""


@click.group(help="账号。例见 yichuang user add --help。", short_help="账号。")
def command() -> None:
    """账号。"""


@command.command(help=HELP, short_help="新增账号。")
@click.argument("login")
@click.option("--name", required=True, help="姓名或单位名称。")
@click.option("--role", required=True, type=click.Choice(ROLES), help="角色。")
@click.option("--department", default="", help="所属部门的编号。")
@click.option("--credit-code", default="", help="统一社会信用代码（单位）。")
@click.option("--password-stdin", is_flag=True, help="从标准输入读口令，不问。")
@shared
def add(
    login: str, name: str, role: str, department: str, credit_code: str, password_stdin: bool, settings: Output
) -> None:
    """新增账号。"""
    from api.accounts.service import NewAccount

    chosen = from_environment()
    new = NewAccount(login, name, role, _password(password_stdin), department, credit_code)
    say_it(asyncio.run(_added(chosen, new)), _in_words, settings)


def _password(from_stdin: bool) -> str:
    if from_stdin:
        line = sys.stdin.buffer.readline(4096)
        try:
            return line.decode("utf-8").rstrip("\r\n")
        except UnicodeDecodeError:
            raise InputError([Fault("/password", None, "口令须是 UTF-8 文本。", "Must be UTF-8.")]) from None
    password: str = click.prompt("口令", hide_input=True, confirmation_prompt="再输一遍", err=True)
    return password


async def _added(settings: Settings, new: object) -> Answer:
    from dataclasses import asdict

    from api.accounts.passwords import Passwords
    from api.accounts.schemas import AccountOut
    from api.accounts.service import NewAccount, add_account
    from api.opening import open_parts
    from engine.events import day_of

    assert isinstance(new, NewAccount)
    async with open_parts(settings) as parts:
        now = parts.now()
        departments = parts.shelf.current.as_of(day_of(now)).departments
        return asdict(AccountOut.of(await add_account(parts.database, Passwords(), new, departments, now)))


def _in_words(found: Answer) -> str:
    department = f"，{found['department']}" if found["department"] else ""
    return f"已新增账号 {found['login']}（{found['name']}，{found['role_title']}{department}）。"
