"""Passwords (口令): hashed with argon2 in threads, a few at a time, and never faster for a login that nobody has."""

from __future__ import annotations

import asyncio
import unicodedata
from collections.abc import Callable
from typing import TypeVar

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from api.errors import ThrottledError

T = TypeVar("T")

AT_ONCE = 2
"""Hashes made at the same time; each takes 64 MB and a tenth of a second."""
MOST_WAITING = 50
"""Whoever comes when so many wait is asked to come back, before memory and patience run out."""


class Passwords:
    """Makes and checks hashes, off the event loop."""

    def __init__(self) -> None:
        self._hasher = PasswordHash((Argon2Hasher(),))
        self._turn = asyncio.Semaphore(AT_ONCE)
        self._waiting = 0
        self._nobody = self._hasher.hash("the password of nobody")

    async def hash(self, password: str) -> str:
        """The hash to store."""
        return await self._at_turn(self._hash, password)

    async def verify(self, password: str, stored: str | None) -> bool:
        """Whether it is the password. ``None``, where there is no such account, takes as long and is never right."""
        right = await self._at_turn(self._verify, password, stored or self._nobody)
        return right and stored is not None

    def _hash(self, password: str) -> str:
        return self._hasher.hash(_same(password))

    def _verify(self, password: str, stored: str) -> bool:
        return self._hasher.verify(_same(password), stored)

    async def _at_turn(self, work: Callable[..., T], *args: str) -> T:
        if self._waiting >= MOST_WAITING:
            raise ThrottledError("登录的人太多，请稍候再试。", detail_en="Too many are signing in; try again shortly.")
        self._waiting += 1
        try:
            async with self._turn:
                return await asyncio.to_thread(work, *args)
        finally:
            self._waiting -= 1


def _same(password: str) -> bytes:
    """One form for what different keyboards compose differently."""
    return unicodedata.normalize("NFC", password).encode("utf-8", "surrogatepass")
