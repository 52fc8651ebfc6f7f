"""One child process and the pipe to it (子进程与管道): frames of length and JSON, deadlines, a clean end."""

from __future__ import annotations

import json
import os
import select
import subprocess
import time
import weakref
from collections import deque
from collections.abc import Sequence
from pathlib import Path
from typing import Any

PROTOCOL = 1
LARGEST_FRAME = 64 * 1024 * 1024
_PASSED_ON = (
    "PATH",
    "PYTHONPATH",
    "PYTHONHOME",
    "VIRTUAL_ENV",
    "LD_LIBRARY_PATH",
    "DYLD_LIBRARY_PATH",
    "LANG",
    "LC_ALL",
)
"""What the child sees of the environment; no key or password of the service is among it."""


class ChildGoneError(Exception):
    """The child ended, or said something that it must not say; another one may do better."""


class ChildTooSlowError(Exception):
    """The child did not answer in time; another one would not either."""


class Child:
    """One child process and the pipe to it; not thread-safe, its owner holds the lock."""

    def __init__(self, command: Sequence[str]) -> None:
        self.errors: deque[bytes] = deque(maxlen=64)
        self._number = 0
        self._read = bytearray()
        root = str(Path(__file__).resolve().parent.parent)
        environment = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
        environment.update(PYTHONHASHSEED="0", PYTHONUTF8="1", PYTHONUNBUFFERED="1")
        self.process = subprocess.Popen(
            list(command),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
            cwd=root,
            env=environment,
            close_fds=True,
            start_new_session=True,
        )
        self.end = weakref.finalize(self, _end, self.process, os.getpid())
        pipes = (self.process.stdin, self.process.stdout, self.process.stderr)
        self._in, self._out, self._err = (pipe.fileno() for pipe in pipes if pipe is not None)
        for descriptor in (self._in, self._out, self._err):
            os.set_blocking(descriptor, False)

    def greet(self, seconds: float) -> None:
        """Wait until it says that it is there."""
        if self._answer(b"", time.monotonic() + seconds).get("ready") != PROTOCOL:
            raise ChildGoneError("the child speaks another protocol")

    def ask(self, seconds: float, **request: Any) -> dict[str, Any]:
        """Send one request and wait for its answer."""
        self._number += 1
        body = json.dumps({"number": self._number, **request}, separators=(",", ":")).encode()
        answer = self._answer(len(body).to_bytes(4, "big") + body, time.monotonic() + seconds)
        if answer.get("number") != self._number:
            raise ChildGoneError("an answer to another question")
        for wrong in ("failed", "refused"):
            if wrong in answer:
                raise ChildGoneError(f"{wrong}: {answer[wrong]}")
        return answer

    def _answer(self, to_send: bytes, deadline: float) -> dict[str, Any]:
        poll = select.poll()
        poll.register(self._out, select.POLLIN)
        poll.register(self._err, select.POLLIN)
        left = memoryview(to_send)
        if left:
            poll.register(self._in, select.POLLOUT)
        while (frame := self._frame()) is None:
            ready = dict(poll.poll(max(0.0, deadline - time.monotonic()) * 1000))
            if not ready:
                raise ChildTooSlowError("no answer in time")
            if self._err in ready and not self._drain():
                poll.unregister(self._err)
            if self._out in ready:  # before sending: where it has ended, this says how
                self._receive()
            if self._in in ready:
                left = left[self._send(left) :]
                if not left:
                    poll.unregister(self._in)
        try:
            answer = json.loads(frame)
        except (ValueError, RecursionError) as error:
            raise ChildGoneError("an answer that is not JSON") from error
        if not isinstance(answer, dict):
            raise ChildGoneError("an answer that is no object")
        return answer

    def _frame(self) -> bytes | None:
        if len(self._read) < 4:
            return None
        size = int.from_bytes(self._read[:4], "big")
        if size > LARGEST_FRAME:
            raise ChildGoneError("an answer that is too long")
        if len(self._read) < 4 + size:
            return None
        frame = bytes(self._read[4 : 4 + size])
        del self._read[: 4 + size]
        return frame

    def _send(self, left: memoryview) -> int:
        try:
            return os.write(self._in, left[: 1 << 16])
        except BlockingIOError:
            return 0
        except OSError as error:
            raise ChildGoneError("the child does not listen") from error

    def _receive(self) -> None:
        try:
            got = os.read(self._out, 1 << 20)
        except BlockingIOError:
            return
        if not got:
            self._drain()
            raise ChildGoneError(f"the child ended ({_how(self.process)})")
        self._read += got

    def _drain(self) -> bool:
        """Take in what the child wrote for people; False when it has closed that pipe."""
        try:
            got = os.read(self._err, 1 << 16)
        except BlockingIOError:
            return True
        if got:
            self.errors.append(got[-1024:])
        return bool(got)


def _how(process: subprocess.Popen[bytes]) -> str:
    try:
        code = process.wait(1)
    except subprocess.TimeoutExpired:
        return "still there"
    return f"signal {-code}" if code < 0 else f"exit {code}"


def _end(process: subprocess.Popen[bytes], owner: int) -> None:
    """End a child and reap it; a forked copy of the owner only lets go of the pipes."""
    for pipe in (process.stdin, process.stdout, process.stderr):
        if pipe is not None:
            pipe.close()
    if owner != os.getpid():
        process.returncode = 0  # not ours to wait for
        return
    try:
        process.wait(0.5)  # it ends by itself when its standard input does
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
