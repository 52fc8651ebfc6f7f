"""``yichuang demo reset``: throw the example cases away (恢复示例数据); the next ``run --demo`` makes them anew."""

from __future__ import annotations

from typing import Any

import click
from sqlalchemy.engine import make_url

from api.cli.io import Settings as Output
from api.cli.io import say, shared
from api.settings import from_environment

HELP = """清除演示数据：数据库里的全部内容和其中提到的文件。下次 yichuang run --demo 会重新做出示例办件。

只清除标记为演示的数据库；正式数据库一律拒绝。服务须先停掉。

\b
例：
  yichuang demo reset
  DATABASE_URL=postgresql://… yichuang demo reset --yes
"""


@click.group(help="演示数据。例见 yichuang demo reset --help。", short_help="演示数据。")
def command() -> None:
    """演示数据。"""


@command.command(help=HELP, short_help="清除演示数据。")
@click.option("--yes", is_flag=True, help="不再询问（PostgreSQL 会先问一次）。")
@shared
def reset(yes: bool, settings: Output) -> None:
    """清除演示数据。"""
    from api.files import FileStore
    from api.opening import claimed
    from models.demo import throw_away

    chosen = from_environment(demo=True)
    shown = make_url(chosen.database).render_as_string()  # hides the password
    if not chosen.database.startswith("sqlite") and not yes:
        click.confirm(f"清除 {shown} 里的全部演示数据？", abort=True, err=True)
    with claimed(chosen, alone=True):
        hashes = throw_away(chosen.database)
        store = FileStore(chosen.files_dir)
        for each in hashes or ():
            store.path(each).unlink(missing_ok=True)
    found = {"database": shown, "reset": hashes is not None, "files": len(hashes or ())}
    say(found, _in_words, settings)


def _in_words(found: dict[str, Any]) -> str:
    if not found["reset"]:
        return f"{found['database']}：本来就没有数据。"
    return f"已清除 {found['database']} 的演示数据和 {found['files']} 个文件；make run 会重新做出示例。"
