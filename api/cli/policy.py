"""``yichuang policy`` (政策文件): whether a folder of policy files holds together."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from api.cli.io import Settings, say, shared
from engine.errors import Fault, InputError, PolicyError
from engine.values import shorten
from rules.compiler import compile_policy
from rules.loader import load_policy, read_sources
from rules.proofs_report import report

HELP = """政策文件：核查、编译。

\b
例：
  yichuang policy check
  yichuang policy check rules/policy --json
"""

CHECK_HELP = """核查 DIR 下的全部政策文件（默认核查内置的），所有错误一次列出，每处写明文件与行、现有写法和改法。

并就事实的全部情形证明环节图：没有永远等待的环节，没有一份文书两处作出，没有循环，有法律效力的环节不建立在未兑现的假定上；
不成立的，写明哪一行，并给出一个实际判定过的项目情形（反例）。

加 --features，一并核查示例（.feature）：不认识的语句，政策里没有的事实、事项、时限。

无误则退出码为 0，给出版本与摘要；有误则为 2，标准错误是一份问题说明。

\b
例：
  yichuang policy check
  yichuang policy check rules/policy --lang en
  yichuang policy check rules/policy --features features
"""


class FaultyFolderError(InputError):
    """The policy that was handed in is faulty (所核查的政策有误): wrong input, where faulty policy data of ours are not."""

    code = PolicyError.code
    title = PolicyError.title
    title_en = PolicyError.title_en


@click.group("policy", help=HELP, no_args_is_help=True)
def command() -> None:
    """政策文件：核查、编译。"""


@command.command("check", help=CHECK_HELP)
@click.argument("directory", metavar="[DIR]", required=False)
@click.option("--features", metavar="DIR", help="一并核查这个文件夹里的示例。")
@shared
def check(directory: str | None, features: str | None, settings: Settings) -> None:
    """核查 DIR 下的全部政策文件（默认核查内置的）。"""
    root = None if directory is None else _folder(directory, "rules/policy")
    try:
        files = load_policy(read_sources(root))
        policy = compile_policy(files)
        proved = report(files)
        if proved.faults:
            raise PolicyError(proved.faults)
        if features is not None:
            _check_features(_folder(features, "features"), files.sources)
    except PolicyError as error:
        raise FaultyFolderError(error.errors) from None
    found = {
        "valid": True,
        "version": policy.version,
        "digest": policy.digest,
        "files": len(files.sources),
        "regions": policy.regions,
        "entries": {name: len(entries) for name, entries in files.sections.items() if entries},
        "proofs": proved.as_json(),
        "errors": [],
    }
    say(found, lambda answer: _show(answer, settings.english), settings)


def _folder(name: str, example: str) -> Path:
    found = Path(name)
    if not found.is_dir():
        raise InputError(
            [Fault("", shorten(name), f"没有这个文件夹；请写文件所在的文件夹，例如 {example}。", "No such folder.")]
        )
    return found


def _check_features(folder: Path, sources: Mapping[str, str]) -> None:
    from rules.feature_check import check_features
    from rules.packaged import Rules

    faults = check_features([folder], Rules.of(sources))
    if faults:
        raise PolicyError(faults)


_NAMES = {
    "sources": "引用文件",
    "departments": "部门",
    "facts": "事实",
    "parameters": "参数",
    "settings": "地方取值",
    "conditions": "条件",
    "items": "事项",
    "supplements": "地方补充",
    "service": "服务文件",
}


def _show(found: Mapping[str, Any], english: bool) -> str:
    counts = {name: n for name, n in found["entries"].items() if name in _NAMES}
    if english:
        listed = ", ".join(f"{n} {name}" for name, n in counts.items())
        head = f"{found['files']} files, no faults: {listed}"
        return f"{head}\n{_proved_english(found['proofs'])}\nversion {found['version']}, {found['digest']}"
    listed = "、".join(f"{_NAMES[name]} {n}" for name, n in counts.items())
    regions = "、".join(found["regions"].values())
    head = f"政策文件 {found['files']} 个，无误：{listed}。\n地区：{regions}。"
    return f"{head}\n{_proved(found['proofs'])}\n版本 {found['version']}，{found['digest']}"


def _proved(proofs: Mapping[str, Any]) -> str:
    doubts = proofs["unconfirmed"]
    done = f"其中 {len(doubts)} 条未能证明" if doubts else "全部证明"
    lines = [
        f"环节图：{proofs['steps']} 个环节，{proofs['claims']} 条命题，{done}："
        "没有永远等待的环节，没有一份文书两处作出，互斥事项不并存，没有循环。",
        f"所及情形：{proofs['facts']} 项事实与 {proofs['asked_of_buildings']} 个关于单体的问题的全部 {proofs['profiles']:,} 种，"
        "不论是否在事项目录范围内。",
        f"有法律效力的环节不建立在未兑现的假定上：另就 {proofs['simulated_projects']} 个项目的各种读法逐一核对。",
        f"方法：真值表 {proofs['by_truth_table']} 张（最宽 {proofs['widest_bits']} 位），z3 {proofs['by_z3']} 次；"
        f"用时 {proofs['milliseconds']} 毫秒。",
    ]
    return "\n".join([*lines, *(f"未能证明，也没有找到反例：{says}" for says in doubts)])


def _proved_english(proofs: Mapping[str, Any]) -> str:
    doubts = f", {len(proofs['unconfirmed'])} of them neither proved nor refuted" if proofs["unconfirmed"] else ""
    return (
        f"graph: {proofs['steps']} steps, {proofs['claims']} claims{doubts}, over all {proofs['profiles']:,} profiles of "
        f"{proofs['facts']} facts and {proofs['asked_of_buildings']} questions about buildings, inside the catalogue's scope "
        f"and outside; {proofs['by_truth_table']} truth tables (widest {proofs['widest_bits']} bits), {proofs['by_z3']} by z3; "
        f"{proofs['simulated_projects']} projects checked for open assumptions; {proofs['milliseconds']} ms"
    )
