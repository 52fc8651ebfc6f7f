"""Bytes of papers (文件): stored under their hash, checked against it whenever they are read, handed out as attachments.

``PUT /api/files?name=…`` streams a raw body to a file beside the others, flushes it, renames it to its SHA-256, flushes
the folder, and only then writes the row. What is broken off leaves nothing. A client's name is never a path.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import re
import tempfile
import unicodedata
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, BinaryIO
from urllib.parse import quote

from litestar import Request, get, put
from litestar.di import NamedDependency
from litestar.params import PathParameter, QueryParameter
from litestar.response import Stream

from api.access import Role, verbs
from api.answers import RawBody, answers, downloads, problems
from api.errors import AbortedError, UnavailableError
from api.requests import CLEANED, content_length
from engine.errors import Fault, InputError, NotFoundError
from engine.events import Actor
from models.database import Database, Reader
from models.errors import BrokenBytesError
from models.files import file_of, keep_file, uses_of
from models.projects import find_projects

PIECE = 1024 * 1024
UPLOAD_SECONDS = 900
HASH = re.compile(r"[0-9a-f]{64}")
INCOMING = "incoming"
ALL_SEEING = frozenset({Role.WINDOW.value, Role.LEAD.value, Role.SUPERVISOR.value})
"""Roles that may read the papers of every project; a reviewer reads those of the cases that his department is in."""


# --- the store --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Stored:
    """What was stored (已存文件)."""

    sha256: str
    size: int


class FileStore:
    """Files under the hash of their bytes, below one folder: ``ab/abcd…``."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.incoming = root / INCOMING
        self.incoming.mkdir(parents=True, exist_ok=True)

    def path(self, sha256: str) -> Path:
        """Where the file of that hash lies."""
        assert HASH.fullmatch(sha256), "not a hash"
        return self.root / sha256[:2] / sha256

    def clear_incoming(self) -> int:
        """Remove what a crash left half received; only before requests are taken. Gives how many."""
        left = list(self.incoming.iterdir())
        for each in left:
            each.unlink()
        return len(left)

    async def receive(self, pieces: AsyncIterator[bytes], size: int, expected: str | None = None) -> Stored:
        """Store a stream of ``size`` bytes; on any fault nothing stays.

        Raises:
            AbortedError: there were fewer or more bytes than announced.
            InputError: the hash is another than expected.
            UnavailableError: the disk is full or cannot be written.
        """
        try:
            file = tempfile.NamedTemporaryFile(dir=self.incoming, prefix="put-", delete=False)
        except OSError as error:
            raise _no_room() from error
        path = Path(file.name)
        try:
            with file:
                stored = await _write(file.file, pieces, size)
            if expected is not None and stored.sha256 != expected:
                raise InputError([_other_hash(stored.sha256, expected)])
            await asyncio.to_thread(self._settle, path, stored.sha256)
        except OSError as error:
            raise _no_room() from error
        finally:
            path.unlink(missing_ok=True)
        return stored

    def put(self, raw: bytes) -> Stored:
        """Store bytes that are at hand, such as a certificate."""
        with tempfile.NamedTemporaryFile(dir=self.incoming, prefix="put-", delete=False) as file:
            path = Path(file.name)
            try:
                file.write(raw)
                file.flush()
                os.fsync(file.fileno())
                sha256 = hashlib.sha256(raw).hexdigest()
                self._settle(path, sha256)
            finally:
                path.unlink(missing_ok=True)
        return Stored(sha256, len(raw))

    def _settle(self, path: Path, sha256: str) -> None:
        """Give a flushed file its name and make that last; what is there already is the same bytes."""
        target = self.path(sha256)
        if not target.parent.is_dir():
            target.parent.mkdir(exist_ok=True)
            _flush(self.root)
        path.replace(target)
        _flush(target.parent)

    def open(self, sha256: str) -> BinaryIO:
        """Open a stored file at its beginning, after its bytes were checked against its name.

        Raises:
            BrokenBytesError: the bytes are not there, or not those that were stored.
        """
        try:
            file = self.path(sha256).open("rb")
        except OSError as error:
            raise _broken() from error
        if hashlib.file_digest(file, "sha256").hexdigest() != sha256:
            file.close()
            raise _broken()
        file.seek(0)
        return file

    def read(self, sha256: str) -> bytes:
        """The bytes of a stored file, checked."""
        with self.open(sha256) as file:
            return file.read()

    def hashes(self) -> Iterator[str]:
        """Every hash that is there, for sweeps and ``doctor``."""
        for folder in self.root.iterdir():
            if folder.is_dir() and folder.name != INCOMING:
                yield from (each.name for each in folder.iterdir() if HASH.fullmatch(each.name))


async def _write(file: Any, pieces: AsyncIterator[bytes], size: int) -> Stored:
    hasher, total, held = hashlib.sha256(), 0, bytearray()
    async for piece in pieces:
        total += len(piece)
        if total > size:
            raise AbortedError("收到的字节比注明的多。", detail_en="More bytes came than were announced.")
        hasher.update(piece)
        held += piece
        if len(held) >= PIECE:
            await asyncio.to_thread(file.write, bytes(held))
            held.clear()
    if total != size:
        raise AbortedError("传输中断，未存任何内容。", detail_en="The transfer broke off; nothing was stored.")

    def finish() -> None:
        file.write(held)
        file.flush()
        os.fsync(file.fileno())

    await asyncio.to_thread(finish)
    return Stored(hasher.hexdigest(), total)


def _flush(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _no_room() -> UnavailableError:
    return UnavailableError("文件存不下，请稍后再试。", detail_en="The file could not be stored; try again later.")


def _broken() -> BrokenBytesError:
    return BrokenBytesError(
        "文件缺失或与记载的摘要不符，已记录。", detail_en="The file is missing or not what was stored."
    )


def _other_hash(found: str, expected: str) -> Fault:
    return Fault("?sha256", expected, f"收到的内容摘要是 {found}，请重新上传。", f"What came hashes to {found}.")


# --- names ------------------------------------------------------------------------------------------------------------

LONGEST_NAME_BYTES = 200
_TURNERS = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")


def clean_name(given: str) -> str:
    """A client's file name as a name alone: no path, no control characters, no characters that turn the text round."""
    name = unicodedata.normalize("NFC", given.encode("utf-8", "replace").decode("utf-8"))
    name = _TURNERS.sub("", "".join(c for c in name if unicodedata.category(c) not in ("Cc", "Cs", "Cn")))
    name = re.split(r"[/\\]", name)[-1].strip(" .")
    stem, dot, ending = name.rpartition(".")
    while len(name.encode()) > LONGEST_NAME_BYTES:
        if not dot or len(ending) > 10:
            name = name[:-1]
        else:
            stem = stem[:-1]
            name = f"{stem}.{ending}"
    return name or "文件"


def disposition(name: str) -> str:
    """Content-Disposition of an attachment (RFC 6266), plain and in UTF-8."""
    clean = clean_name(name)
    plain = re.sub(r"[^A-Za-z0-9._-]", "_", clean)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(clean, safe='')}"


SANDBOX = "sandbox; default-src 'none'"


def attachment(file: BinaryIO, name: str, media_type: str = "application/octet-stream") -> Stream:
    """A checked file as an attachment: never shown from our own origin, never sniffed, in a sandbox if it is."""
    size = os.fstat(file.fileno()).st_size
    headers = {
        "Content-Disposition": disposition(name),
        "Content-Length": str(size),
        "Content-Security-Policy": SANDBOX,
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, no-store",
    }
    return Stream(_pieces(file), media_type=media_type, headers=headers)


async def _pieces(file: BinaryIO) -> AsyncIterator[bytes]:
    try:
        while piece := await asyncio.to_thread(file.read, PIECE):
            yield piece
    finally:
        file.close()


# --- routes -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FileOut:
    """A file that was stored (已存文件): name it so when a paper is filed."""

    sha256: str
    size: int
    name: str


_HASH = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
_FILE = {"sha256": _HASH, "size": 4, "name": "竣工图.pdf"}

NameQuery = Annotated[str, QueryParameter(max_length=1000, description="文件名，只作显示用。")]
HashPath = Annotated[str, PathParameter(description="文件的 SHA-256，64 位小写十六进制。")]
HashQuery = Annotated[
    str | None, QueryParameter(pattern="^[0-9a-f]{64}$", description="预期的 SHA-256；不符则不存，答 422。")
]


@put(
    "/api/files",
    opt={**verbs("put_file"), CLEANED: ("name",)},
    operation_id="PutFile",
    operation_class=RawBody,
    summary="上传文件 Put a file",
    tags=["文件 Files"],
    responses={
        **answers(200, FileOut, "已存；内容相同的文件只存一份，重发同样的内容没有影响。", _FILE),
        **problems(400, 401, 411, 413, 422, 503),
    },
)
async def put_file(
    request: Request[Any, Any, Any], database: NamedDependency[Database], name: NameQuery, sha256: HashQuery = None
) -> FileOut:
    """Store the bytes of a file (上传文件): a raw body with its length; answers with what to name it by."""
    state = request.app.state
    size = content_length(request, state.settings.upload_limit)
    try:
        async with asyncio.timeout(UPLOAD_SECONDS):
            stored = await state.files.receive(received(request), size, sha256)
    except TimeoutError:
        raise AbortedError("上传用时过长。", detail_en="The upload took too long.") from None
    async with database.write() as unit:
        await keep_file(unit, stored.sha256, stored.size, "application/octet-stream", state.clock.now())
        await unit.commit()
    return FileOut(stored.sha256, stored.size, clean_name(name))


async def received(request: Request[Any, Any, Any]) -> AsyncIterator[bytes]:
    """The body as it comes; a client that goes away is an error, not an end."""
    while True:
        message = await request.receive()
        if message["type"] != "http.request":
            raise AbortedError("传输中断，未存任何内容。", detail_en="The transfer broke off; nothing was stored.")
        if message["body"]:
            yield message["body"]
        if not message["more_body"]:
            return


@get(
    "/api/files/{sha256:str}",
    opt=verbs("get_file"),
    operation_id="GetFile",
    summary="下载文件 Get a file",
    tags=["文件 Files"],
    media_type="application/octet-stream",
    responses={
        **downloads(200, "application/octet-stream", "文件的字节，作附件下载。"),
        **problems(401, 404, 422, 503),
    },
)
async def get_file(
    request: Request[Any, Any, Any],
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    sha256: HashPath,
    name: NameQuery = "",
) -> Stream:
    """Get a filed paper back as an attachment (下载文件), where it belongs to a project that one may see."""
    async with database.read() as reader:
        known = await file_of(reader, sha256) if HASH.fullmatch(sha256) else None
        if known is None or not await _may_read(reader, sha256, actor):
            raise NotFoundError("没有这个文件，或您无权查看。", detail_en="No such file, or not yours to see.")
    file = await asyncio.to_thread(request.app.state.files.open, sha256)
    return attachment(file, name or sha256)


async def _may_read(reader: Reader, sha256: str, actor: Actor) -> bool:
    projects = sorted({use.project for use in await uses_of(reader, sha256)})
    if not projects:
        return False
    if actor.role == Role.OWNER.value:
        return bool(await find_projects(reader, ids=projects, owner=actor.id))
    if actor.role == Role.REVIEWER.value:
        return bool(await find_projects(reader, ids=projects, department=actor.department))
    return actor.role in ALL_SEEING
