"""Bytes of papers: streamed in, kept under their hash, checked when read, out as attachments, and no name is ever a path."""

from __future__ import annotations

import re
import socket
from collections.abc import AsyncIterator, Iterator
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from api.errors import AbortedError
from api.files import LONGEST_NAME_BYTES, FileStore, clean_name, disposition
from api.parts import Parts
from engine.errors import InputError
from models.errors import BrokenBytesError
from models.tables import StoredFile
from tests.api.service import InThread, serving

LIMIT = 3_000_000


@pytest.fixture
def service(tmp_path: Path, database_url: str) -> Iterator[InThread]:
    with serving(tmp_path, database_url, upload_limit=LIMIT) as running:
        running.add("li", "owner")
        yield running


def put(client: httpx.Client, raw: bytes, **query: str) -> httpx.Response:
    return client.put("/api/files", params=query, content=raw)


def left_in(folder: Path) -> list[Path]:
    return [p for p in folder.rglob("*") if p.is_file()]


def test_bytes_are_kept_once_under_their_hash(service: InThread):
    raw = bytes(range(256)) * 8000
    digest = sha256(raw).hexdigest()
    with service.client("li") as client:
        first = put(client, raw, name="竣工图.pdf", sha256=digest)
        again = put(client, raw, name="../../etc/竣工图.pdf")
    assert first.status_code == 200
    assert first.json() == again.json() == {"sha256": digest, "size": len(raw), "name": "竣工图.pdf"}
    assert left_in(service.settings.files_dir) == [service.settings.files_dir / digest[:2] / digest]

    async def rows(parts: Parts) -> list[tuple[str, int]]:
        async with parts.database.read() as reader:
            found = await reader.execute(select(StoredFile.sha256, StoredFile.size))
            return [(row.sha256, row.size) for row in found]

    assert service.call(rows) == [(digest, len(raw))]


def test_what_is_refused_leaves_nothing(service: InThread):
    with service.visitor() as visitor:
        assert put(visitor, b"x", name="a").status_code == 401
    with service.client("li") as client:
        over = put(client, b"x" * (LIMIT + 1), name="a")
        other = put(client, b"x", name="a", sha256="0" * 64)
        nameless = client.put("/api/files", content=b"x")
        no_hash = put(client, b"x", name="a", sha256="x")
        chunked = client.put("/api/files?name=a", content=iter([b"x"]))
    assert (over.status_code, over.json()["code"]) == (413, "too-large")
    assert (other.status_code, other.json()["errors"][0]["pointer"]) == (422, "?sha256")
    assert sha256(b"x").hexdigest() in other.json()["errors"][0]["fix"]
    assert (nameless.status_code, nameless.json()["errors"][0]["pointer"]) == (422, "?name")
    assert (no_hash.status_code, no_hash.json()["errors"][0]["pointer"]) == (422, "?sha256")
    assert chunked.status_code == 411
    assert left_in(service.settings.files_dir) == []


def test_a_file_of_the_largest_size_and_an_empty_one(service: InThread):
    with service.client("li") as client:
        assert put(client, b"x" * LIMIT, name="a").status_code == 200
        assert put(client, b"", name="leer").json()["size"] == 0


def test_an_upload_that_breaks_off_leaves_nothing(service: InThread):
    address = urlsplit(service.address)
    token = service.token("li")
    for sent in (0, 1, 70_000, 2_000_000):
        with socket.create_connection((address.hostname, address.port or 80)) as raw:
            head = f"PUT /api/files?name=a HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n"
            raw.sendall(head.encode() + b"Content-Length: 2500000\r\n\r\n" + b"x" * sent)
    with service.client("li") as client:
        assert put(client, b"whole", name="a").status_code == 200
    service.app.state.files.clear_incoming()
    assert len(left_in(service.settings.files_dir)) == 1


def test_a_file_that_no_paper_names_is_nobodys(service: InThread):
    service.add("window", "window")
    with service.client("li") as client:
        known = put(client, b"x", name="a").json()["sha256"]
        answers = [client.get(f"/api/files/{name}") for name in (known, "0" * 64, "no-hash")]
    with service.client("window") as window:
        assert window.get(f"/api/files/{known}").status_code == 404
    assert {a.status_code for a in answers} == {404}
    assert len({str(a.json() | {"instance": ""}) for a in answers}) == 1


# --- the store by itself ----------------------------------------------------------------------------------------------


async def pieces(*parts: bytes) -> AsyncIterator[bytes]:
    for each in parts:
        yield each


@pytest.mark.anyio
async def test_the_store_checks_what_it_reads(tmp_path: Path, anyio_backend: str):
    store = FileStore(tmp_path)
    stored = await store.receive(pieces(b"ab", b"", b"c"), 3)
    assert (stored.sha256, stored.size) == (sha256(b"abc").hexdigest(), 3)
    assert store.put(b"abc") == stored
    assert store.read(stored.sha256) == b"abc"
    assert list(store.hashes()) == [stored.sha256]
    store.path(stored.sha256).write_bytes(b"abd")
    with pytest.raises(BrokenBytesError):
        store.read(stored.sha256)
    store.path(stored.sha256).unlink()
    with pytest.raises(BrokenBytesError):
        store.read(stored.sha256)


@pytest.mark.anyio
@pytest.mark.parametrize("size", [2, 4])
async def test_more_or_less_than_was_announced(tmp_path: Path, anyio_backend: str, size: int):
    store = FileStore(tmp_path)
    with pytest.raises(AbortedError):
        await store.receive(pieces(b"abc"), size)
    with pytest.raises(InputError):
        await store.receive(pieces(b"abc"), 3, "0" * 64)
    assert left_in(tmp_path) == []


def test_what_a_crash_left_half_received_is_cleared(tmp_path: Path):
    store = FileStore(tmp_path)
    (store.incoming / "put-x").write_bytes(b"half")
    assert store.clear_incoming() == 1
    assert left_in(tmp_path) == []


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("竣工图.pdf", "竣工图.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\图纸\\总图.dwg", "总图.dwg"),
        ("a\r\nX-Evil: y.pdf", "aX-Evil: y.pdf"),
        ("\u202efdp.exe", "fdp.exe"),
        (" .. ", "文件"),
        ("", "文件"),
        ("a/", "文件"),
    ],
)
def test_names_without_tricks(name: str, clean: str):
    assert clean_name(name) == clean


def test_a_name_with_half_a_character():
    assert clean_name("\ud800x") == "?x"


@given(st.text(max_size=400))
def test_any_name_makes_a_header_and_no_path(name: str):
    clean = clean_name(name)
    assert clean and len(clean.encode()) <= LONGEST_NAME_BYTES
    assert not re.search(r"[/\\\x00-\x1f\x7f]", clean) and clean not in (".", "..")
    header = disposition(name)
    assert header.isascii() and "\n" not in header and "\r" not in header and header.count('"') == 2
