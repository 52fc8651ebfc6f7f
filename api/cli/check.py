"""``yichuang check`` (编码校验): whether project codes and credit codes are well formed."""

from __future__ import annotations

from typing import Any

import click

from api.cli.io import Settings, read_document, say, shared
from engine.codes import check_credit_code, check_project_code
from engine.errors import Fault, InputError

_CHECKS = {"project-code": check_project_code, "credit-code": check_credit_code}


HELP = """编码的结构与校验位：项目代码 project-code，统一社会信用代码 credit-code。

VALUE 为 - 时从标准输入读 JSON 列表。--json 总是给出列表。

\b
例：
  yichuang check project-code 2203-440704-04-01-123456
  yichuang check credit-code 91440704MA0001AB3L 91440704MA0001AB3K --json
"""


@click.command("check", help=HELP)
@click.argument("kind", type=click.Choice(list(_CHECKS)))
@click.argument("values", nargs=-1, required=True, metavar="VALUE...")
@shared
def command(kind: str, values: tuple[str, ...], settings: Settings) -> None:
    """编码的结构与校验位：项目代码 project-code，统一社会信用代码 credit-code。"""
    given: list[Any] = list(values)
    if given == ["-"]:
        document = read_document("-")
        document.refuse()
        if not isinstance(document.value, list):
            raise InputError([Fault("", None, "应为编码的 JSON 列表。", "Must be a JSON list of codes.")])
        given = document.value
    found = [_CHECKS[kind](value).as_json(english=settings.english) for value in given]
    say(found, _show, settings)


def _show(found: list[dict[str, Any]]) -> str:
    return "\n".join(f"{'✓' if each['valid'] else '✗'} {each['value']}　{each['says']}" for each in found)
