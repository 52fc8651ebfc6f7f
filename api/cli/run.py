"""``yichuang run``: the service in this process (启动服务), with the addresses and, in a demo, who signs in as what."""

from __future__ import annotations

import asyncio
import errno
import logging
import signal
import socket
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import click

from api.cli.io import Settings as Output
from api.cli.io import say, shared, write
from api.settings import Settings, from_environment
from engine.errors import Fault, InputError

KEEP_ALIVE_SECONDS = 75
"""For how long a connection may rest: longer than a proxy in front or a client in a pool takes up an old one."""
GRACE_SECONDS = 10
"""How long requests under way may take to end once the service is told to stop."""
WAITING = 2048

HELP = """启动服务：升级数据库、装入政策、补办停机期间到期的事项，然后开始服务。Ctrl-C 停止。

\b
例：
  yichuang run
  yichuang run --demo                 放入示例办件和账号，打印谁用什么登录
  yichuang run --port 8080            换一个端口；0 由系统选一个空闲的
  DATABASE_URL=postgresql://… yichuang run
"""


@click.command(help=HELP, short_help="启动服务。")
@click.option("--host", help="监听的地址，默认 127.0.0.1（或 YICHUANG_HOST）。")
@click.option("--port", type=click.IntRange(0, 65535), help="监听的端口，默认 8000（或 YICHUANG_PORT）；0 选空闲的。")
@click.option("--demo", is_flag=True, help="演示：示例办件和人人知道口令的账号（同 YICHUANG_DEMO=1）。")
@shared
def command(host: str | None, port: int | None, demo: bool, settings: Output) -> None:
    """启动服务。"""
    given: dict[str, Any] = {name: value for name, value in (("host", host), ("port", port)) if value is not None}
    chosen = replace(from_environment(demo=demo), **given)
    listening = listen(chosen.host, chosen.port)
    with listening:
        asyncio.run(_serve(replace(chosen, port=listening.getsockname()[1]), listening, settings))


def listen(host: str, port: int) -> socket.socket:
    """Take the port, before anything else is done.

    Raises:
        InputError: it is in use, or the address is not this machine's.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    taken = socket.socket(family, socket.SOCK_STREAM)
    try:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind((host, port))
        taken.listen(WAITING)
    except (OSError, UnicodeError) as error:
        taken.close()
        raise InputError([_refused(host, port, error)]) from None
    taken.setblocking(False)
    return taken


def _refused(host: str, port: int, error: Exception) -> Fault:
    number = error.errno if isinstance(error, OSError) else None
    if number == errno.EADDRINUSE:
        another = port + 1 if port < 65535 else 8000
        return Fault(
            "--port",
            port,
            f"端口 {port} 已被占用。请换一个，如 yichuang run --port {another}"
            f'（或设 YICHUANG_PORT={another}；make run ARGS="--port {another}"），或先停掉占用它的程序。',
            f"Port {port} is in use. Choose another, such as yichuang run --port {another} (or YICHUANG_PORT={another}).",
        )
    if number == errno.EACCES:
        return Fault(
            "--port", port, f"无权使用端口 {port}；请用 1024 以上的端口。", "No right to that port; use one above 1024."
        )
    return Fault(
        "--host",
        host,
        f"不能在地址 {host} 上监听；本机用 127.0.0.1。",
        "Not an address of this machine; use 127.0.0.1.",
    )


async def _serve(settings: Settings, listening: socket.socket, output: Output) -> None:
    """Open the house, serve until told to stop, close it. What goes wrong at the start comes out as it is."""
    import uvicorn  # these take a second to load, and a port in use is said at once

    from api.app import create_app, opened
    from api.middleware import log_as_json

    log_as_json(logging.WARNING if settings.demo else logging.INFO)
    logging.getLogger("alembic").setLevel(logging.WARNING)
    app = create_app(settings)
    if settings.demo and not output.as_json:
        write("正在准备示例办件，第一次约需半分钟……")
    config = uvicorn.Config(
        app,
        lifespan="off",  # opened below, so that a fault at the start is ours to tell
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    server = uvicorn.Server(config)
    async with opened(app):
        for each in (signal.SIGINT, signal.SIGTERM):
            signal.signal(each, lambda *_: None)  # uvicorn stops in good order, and then raises the signal again
        serving = asyncio.create_task(server.serve([listening]))
        say(_addresses(settings, app.state.demo_accounts), _in_words, output)
        await serving


def _addresses(settings: Settings, accounts: Any) -> dict[str, Any]:
    address = settings.address
    return {
        "address": address,
        "check": f"{address}/check",
        "docs": f"{address}/api/docs",
        "openapi": f"{address}/api/docs/openapi.json",
        "database": settings.database.split("://", 1)[0],
        "data_dir": str(settings.data_dir.absolute()),
        "demo": settings.demo,
        "accounts": [{"login": a.login, "password": a.password, "says": a.says} for a in accounts],
    }


def _in_words(found: Mapping[str, Any]) -> str:
    lines = [
        f"一窗已启动：{found['address']}",
        f"  查验证书　{found['check']}",
        f"  接口文档　{found['docs']}",
        f"  数据目录　{found['data_dir']}（{found['database']}）",
    ]
    if found["accounts"]:
        width = max(len(a["login"]) for a in found["accounts"])
        lines.append("演示账号：")
        lines += [f"  {a['login']:<{width}}　口令 {a['password']}　{a['says']}" for a in found["accounts"]]
    return "\n".join([*lines, "按 Ctrl-C 停止。"])
