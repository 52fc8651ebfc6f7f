"""Slow guessing (限制猜测口令): after a few failures in a row the next attempt waits, whether the login exists or not.

An attempt is counted before its password is looked at, so that many at once are no way round; a right password takes its
own count back. Counts are kept per login and address, so that a stranger cannot lock somebody out; a second, wider count
per login stops guessing from many addresses. They live in this process: a restart forgets them.
"""

from __future__ import annotations

import time
from collections import OrderedDict, deque
from collections.abc import Callable
from math import ceil

from api.errors import ThrottledError

WINDOW_SECONDS = 900
PER_ADDRESS = 5
PER_LOGIN = 50
MOST_KEPT = 10_000
"""Logins and addresses remembered; beyond that the oldest are forgotten."""

Key = tuple[str, ...]


class Guesses:
    """Counts attempts to sign in that were not successful."""

    def __init__(self, running: Callable[[], float] = time.monotonic) -> None:
        self._running = running
        self._made: OrderedDict[Key, deque[float]] = OrderedDict()

    def count(self, login: str, address: str) -> None:
        """Count an attempt, which stays a failure until :meth:`forgive`.

        Raises:
            ThrottledError: there were too many; says in how many seconds one more is taken.
        """
        now = self._running()
        keys = _keys(login, address)
        waits = [self._wait(key, most, now) for key, most in keys]
        if (seconds := max(waits)) > 0:
            raise ThrottledError(
                f"登录失败次数过多，请在 {seconds} 秒后再试。",
                detail_en=f"Too many failures; try again in {seconds} seconds.",
                seconds=seconds,
            )
        for key, _ in keys:
            self._made.setdefault(key, deque()).append(now)
            self._made.move_to_end(key)
        while len(self._made) > MOST_KEPT:
            self._made.popitem(last=False)

    def forgive(self, login: str, address: str) -> None:
        """The password was right: nothing is held against this login at this address; elsewhere one attempt less."""
        for key, most in _keys(login, address):
            made = self._made.get(key)
            if made:
                made.pop()
            if not made or most == PER_ADDRESS:
                self._made.pop(key, None)

    def _wait(self, key: Key, most: int, now: float) -> int:
        made = self._made.get(key)
        if made is None:
            return 0
        while made and made[0] <= now - WINDOW_SECONDS:
            made.popleft()
        return ceil(made[0] + WINDOW_SECONDS - now) if len(made) >= most else 0


def _keys(login: str, address: str) -> tuple[tuple[Key, int], tuple[Key, int]]:
    name = login.casefold()
    return ((name, address), PER_ADDRESS), ((name,), PER_LOGIN)
