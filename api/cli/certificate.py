"""``yichuang certificate verify``: what a certificate's file says of itself, without any network (核对证书文件)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from api.cli.io import Answer, say, shared
from api.cli.io import Settings as Output
from engine.errors import Fault, InputError
from engine.values import shorten

HELP = """核对证书文件：文件能读、所载内容与其摘要一致、写明的编号和各部门意见。

不联网，所以说不了它是否由本系统出具、现在是否仍然有效：那要按编号和校验码联网查验。

\b
例：
  yichuang certificate verify 证书.pdf
  yichuang certificate verify 证书.pdf --json
"""


@click.group(help="证书。例见 yichuang certificate verify --help。", short_help="证书：核对文件。")
def command() -> None:
    """证书。"""


@command.command(help=HELP, short_help="核对证书文件，不联网。")
@click.argument("file")
@shared
def verify(file: str, settings: Output) -> None:
    """核对证书文件。"""
    from api.certificates.service import LARGEST_FILE, verify_offline

    try:
        with Path(file).open("rb") as opened:
            raw = opened.read(LARGEST_FILE + 1)
    except (OSError, ValueError):
        fix = "读不到这个文件，请核对路径。"
        raise InputError([Fault("/file", shorten(file), fix, "The file cannot be read.")]) from None
    if len(raw) > LARGEST_FILE:
        raise InputError([Fault("/file", shorten(file), "文件太大，不是证书。", "Too large to be a certificate.")])
    say(verify_offline(raw), _in_words, settings)


def _in_words(found: Answer) -> str:
    return "\n".join(_lines(found))


def _lines(found: Answer) -> Iterator[str]:
    yield found["says"]
    if not found["consistent"]:
        return  # what a changed file says of itself is not repeated
    project = found["project"] or {}
    yield f"  {found['title']}　{found['number'] or '（无文号）'}　{found['issued_on']}"
    yield f"  工程：{project.get('name') or '—'}　代码：{project.get('code') or '—'}"
    if found["check_code"]:
        yield f"  校验码：{found['check_code']}"
    for each in found["opinions"] or ():
        yield f"  {each['verdict']}　{each['title']}　{each['department']}　{each['signed_on']}"
    yield f"  内容摘要：{found['content_hash']}"
    yield f"  文件 SHA-256：{found['sha256']}"
