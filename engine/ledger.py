"""The ledger's bytes (台账): canonical JSON, leaf and chain. Hashes are over stored bytes, never over values made anew."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

GENESIS = bytes(32)
"""The chain value before the first entry."""

LARGEST_INTEGER = 2**53 - 1


def canonical(value: Any) -> bytes:
    """Canonical JSON after RFC 8785: keys in UTF-16 order, NFC text, whole numbers alone.

    Raises:
        TypeError: a float, a number beyond 2**53, or a thing that JSON does not have.
    """
    return json.dumps(_plain(value), ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        if abs(value) > LARGEST_INTEGER:
            raise TypeError(f"{value} is beyond 2**53")
        return int(value)
    if isinstance(value, str):
        return unicodedata.normalize("NFC", str(value))
    if isinstance(value, Mapping):
        items = ((unicodedata.normalize("NFC", str(k)), _plain(v)) for k, v in value.items())
        return dict(sorted(items, key=lambda kv: kv[0].encode("utf-16-be")))
    if isinstance(value, Sequence) and not isinstance(value, (bytes, bytearray)):
        return [_plain(v) for v in value]
    raise TypeError(f"{type(value).__name__} has no canonical form")


def digest(value: Any) -> str:
    """``sha256:…`` of a value's canonical bytes."""
    return "sha256:" + sha256(canonical(value)).hexdigest()


def leaf(body: bytes) -> bytes:
    """The leaf hash of one entry's stored bytes (RFC 9162)."""
    return sha256(b"\x00" + body).digest()


def link(before: bytes, leaf_hash: bytes) -> bytes:
    """The chain value after an entry, given the one before it."""
    return sha256(b"\x03" + before + leaf_hash).digest()
