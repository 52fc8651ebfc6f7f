"""``yichuang doctor``: whether everything is well (体检); each line says ok or fault, and what to do."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import click

from api.cli.io import OUR_FAULT, problem, say, shared, write
from api.cli.io import Settings as Output
from api.settings import from_environment
from engine.errors import ApprovalError, Fault

HELP = """体检：环境、两个规则引擎、数据库设置与版本、台账验链、各项不变量、状态表与台账是否一致、文件是否完好。

只看不改，可以与服务同时运行。全部完好则退出码为 0，否则为 1。

\b
例：
  yichuang doctor
  yichuang doctor --json
  DATABASE_URL=postgresql://… yichuang doctor
"""


class UnwellError(ApprovalError):
    """Something is not well (体检未通过)."""

    code = "unwell"
    title = "体检未通过"
    title_en = "Not all is well"


@click.command(help=HELP, short_help="体检：环境、引擎、数据库、台账、文件。")
@shared
def command(settings: Output) -> int:
    """体检。"""
    from api.checkup import examine

    checks = asyncio.run(examine(from_environment(demo=True)))  # a demo's settings may be looked at too
    faults = [check for check in checks if not check.ok]
    say({"ok": not faults, "checks": [check.as_json() for check in checks]}, _in_words, settings)
    if not faults:
        return 0
    error = UnwellError(
        f"{len(faults)} 项有问题：{'、'.join(check.title for check in faults)}。",
        detail_en=f"{len(faults)} checks failed: {', '.join(check.name for check in faults)}.",
        errors=[Fault(check.name, check.says, check.fix, f"{check.name} failed.") for check in faults],
    )
    write(json.dumps(problem(error, settings.lang), ensure_ascii=False, indent=2), to_stderr=True)
    return OUR_FAULT


def _in_words(found: dict[str, Any]) -> str:
    lines = []
    for check in found["checks"]:
        lines.append(f"{'ok   ' if check['ok'] else 'fault'}  {check['title']}：{check['says']}")
        if not check["ok"]:
            lines.append(f"       怎么办：{check['fix']}")
    lines.append("一切正常。" if found["ok"] else "有问题，见上面的 fault。")
    return "\n".join(lines)
