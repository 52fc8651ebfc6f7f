"""Settings from the environment (运行设置), each with a sentence; read once, checked all together, then passed on as a value."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from engine.errors import Fault, InputError

MEGABYTE = 1024 * 1024
WEAK_SECRETS = frozenset({"secret", "changeme", "change-me", "password", "test", "demo", "yichuang"})
LEAST_SECRET_CHARACTERS = 16
ALLOWED = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False, "": False}


class SettingsError(InputError):
    """The environment does not say what it must (运行设置有误): every fault at once, and nothing starts."""

    code = "settings"
    title = "运行设置有误"
    title_en = "Faulty settings"


# --- the clock ------------------------------------------------------------------------------------------------------


class Clock:
    """The one place where the service asks what time it is (时钟). Everything else is told."""

    def now(self) -> datetime:
        """The instant, in UTC."""
        return datetime.now(UTC)


class StartedClock(Clock):
    """A test clock that was set to an instant when the service started, and runs on from there."""

    def __init__(self, start: datetime, running: Callable[[], float] = time.monotonic) -> None:
        self._start = start.astimezone(UTC)
        self._running = running
        self._since = running()

    def now(self) -> datetime:
        """The start and what has gone by since."""
        return self._start + timedelta(seconds=self._running() - self._since)


class FileClock(Clock):
    """A test clock that stands where a file says (ISO instant with zone); the file is read at each call."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.now()  # a file that is not there, or says nothing, is known at the start

    def now(self) -> datetime:
        """What the file says now."""
        return instant(self._path.read_text(encoding="utf-8").strip(), "YICHUANG_CLOCK_FILE")


def instant(text: str, setting: str) -> datetime:
    """An ISO instant that names its zone, in UTC.

    Raises:
        SettingsError: it is no instant, or names no zone.
    """
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        read = None
    if read is None or read.tzinfo is None:
        raise SettingsError(
            [
                Fault(
                    setting,
                    text,
                    "不是带时区的时刻，请写成 2022-09-30T10:00:00+08:00。",
                    "Not an instant with a zone; write 2022-09-30T10:00:00+08:00.",
                )
            ]
        )
    return read.astimezone(UTC)


# --- settings -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Settings:
    """How this service runs. Build it from the environment with :func:`from_environment`."""

    database_url: str = ""
    """``DATABASE_URL``: ``sqlite:///path`` or ``postgresql://…``; empty is SQLite in the data directory."""
    data_dir: Path = Path("var")
    """``YICHUANG_DATA_DIR``: where the database and the files lie; ``var`` in the working directory otherwise."""
    policy_dir: Path | None = None
    """``YICHUANG_POLICY_DIR``: the policy files to work by, laid out as ``rules/policy``; the packaged ones otherwise."""
    host: str = "127.0.0.1"
    """``YICHUANG_HOST``: the address to listen on."""
    port: int = 8000
    """``YICHUANG_PORT``: the port to listen on; 0 takes a free one."""
    demo: bool = False
    """``YICHUANG_DEMO=1``: example cases, accounts with known passwords; never on a real machine."""
    base_url: str = ""
    """``YICHUANG_BASE_URL``: the address in QR codes and links; empty is ``http://host:port``."""
    secret: str = ""
    """``YICHUANG_SECRET``: kept for keys derived from it; a weak one is refused outside the demo."""
    clock: Clock = field(default_factory=Clock)
    """``YICHUANG_NOW`` or ``YICHUANG_CLOCK_FILE``: test clocks; only with ``YICHUANG_TEST_CLOCK=1`` or in the demo."""
    upload_limit: int = 50 * MEGABYTE
    """``YICHUANG_UPLOAD_LIMIT``: bytes that one file may have."""

    @property
    def database(self) -> str:
        """The database that is meant; SQLite in the data directory where none is named."""
        return self.database_url or f"sqlite:///{self.data_dir.absolute() / 'yichuang.sqlite3'}"

    @property
    def files_dir(self) -> Path:
        """Where the bytes of filed papers and certificates lie."""
        return self.data_dir / "files"

    @property
    def address(self) -> str:
        """The address that people and QR codes use, without a slash at its end."""
        if self.base_url:
            return self.base_url
        host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(self.host, self.host)  # noqa: S104
        return f"http://{host}:{self.port}"


def from_environment(environment: Mapping[str, str] | None = None, *, demo: bool = False) -> Settings:
    """Read the environment; ``demo`` asks for the demo whatever that says.

    Raises:
        SettingsError: it contradicts itself, or leaves a real service with a known secret.
    """
    reader = _Reader(os.environ if environment is None else environment)
    demo = reader.flag("YICHUANG_DEMO") or demo
    plain = Settings()
    settings = Settings(
        database_url=reader.database("DATABASE_URL"),
        data_dir=Path(reader.text("YICHUANG_DATA_DIR") or plain.data_dir),
        policy_dir=reader.folder("YICHUANG_POLICY_DIR"),
        host=reader.text("YICHUANG_HOST") or plain.host,
        port=reader.whole("YICHUANG_PORT", plain.port, 0, 65535),
        demo=demo,
        base_url=reader.address("YICHUANG_BASE_URL"),
        secret=reader.secret("YICHUANG_SECRET", demo),
        clock=reader.clock(demo),
        upload_limit=reader.whole("YICHUANG_UPLOAD_LIMIT", plain.upload_limit, 1, 1024 * MEGABYTE),
    )
    if reader.faults:
        raise SettingsError(reader.faults)
    return settings


class _Reader:
    """Reads one setting after the other and keeps every fault."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment
        self.faults: list[Fault] = []

    def text(self, name: str) -> str:
        return self._environment.get(name, "").strip()

    def fault(self, name: str, value: str, fix: str, fix_en: str) -> None:
        self.faults.append(Fault(name, value, fix, fix_en))

    def flag(self, name: str) -> bool:
        text = self.text(name).lower()
        if text not in ALLOWED:
            self.fault(name, text, "只能写 1 或 0。", "Write 1 or 0.")
        return ALLOWED.get(text, False)

    def whole(self, name: str, otherwise: int, least: int, most: int) -> int:
        text = self.text(name)
        if not text:
            return otherwise
        if not (text.isascii() and text.isdigit() and len(text) < 12 and least <= int(text) <= most):
            self.fault(name, text, f"请写 {least} 到 {most} 的整数。", f"Write a whole number from {least} to {most}.")
            return otherwise
        return int(text)

    def folder(self, name: str) -> Path | None:
        text = self.text(name)
        if text and not Path(text).is_dir():
            self.fault(name, text, "没有这个目录，请核对路径。", "There is no such directory.")
        return Path(text) if text else None

    def database(self, name: str) -> str:
        text = self.text(name)
        if text and not text.startswith(("sqlite:", "sqlite+", "postgresql:", "postgresql+", "postgres:")):
            shown = text.split(":", 1)[0]  # a password may stand in the rest
            fix = "只支持 sqlite:///路径 和 postgresql://用户:口令@主机/库名。"
            self.fault(name, shown, fix, "Only sqlite:///path and postgresql://user:password@host/name are supported.")
        return text

    def address(self, name: str) -> str:
        text = self.text(name).rstrip("/")
        parts = urlsplit(text)
        if text and (parts.scheme not in ("http", "https") or not parts.netloc or parts.query or parts.fragment):
            fix = "请写服务的完整地址，如 https://yichuang.example.gov.cn。"
            self.fault(name, text, fix, "Write the whole address, such as https://yichuang.example.gov.cn.")
        if not text.isascii():  # QR codes carry it
            self.fault(name, text, "地址只能用 ASCII 字符。", "The address must be plain ASCII.")
        return text

    def secret(self, name: str, demo: bool) -> str:
        text = self._environment.get(name, "")
        if text and not demo and (len(text) < LEAST_SECRET_CHARACTERS or text.lower() in WEAK_SECRETS):
            self.fault(
                name,
                "（不显示）",
                f"密钥太弱：至少 {LEAST_SECRET_CHARACTERS} 个字符，且不能用示例值。",
                f"Too weak: at least {LEAST_SECRET_CHARACTERS} characters, and no example value.",
            )
        return text

    def clock(self, demo: bool) -> Clock:
        allowed = self.flag("YICHUANG_TEST_CLOCK") or demo
        start, file = self.text("YICHUANG_NOW"), self.text("YICHUANG_CLOCK_FILE")
        name = "YICHUANG_CLOCK_FILE" if file else "YICHUANG_NOW"
        if (start or file) and not allowed:
            fix = "测试时钟只能与 YICHUANG_TEST_CLOCK=1 或演示模式一起用；正式服务请去掉。"
            self.fault(name, file or start, fix, "A test clock needs YICHUANG_TEST_CLOCK=1 or the demo; remove it.")
        elif start and file:
            fix = "YICHUANG_NOW 与 YICHUANG_CLOCK_FILE 只能用一个。"
            self.fault(name, file, fix, "Use YICHUANG_NOW or YICHUANG_CLOCK_FILE, not both.")
        else:
            try:
                return FileClock(Path(file)) if file else StartedClock(instant(start, name)) if start else Clock()
            except SettingsError as error:
                self.faults.extend(error.errors)
            except OSError:
                self.fault(name, file, "读不到这个文件。", "The file cannot be read.")
        return Clock()
