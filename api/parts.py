"""The parts that use cases work with (部件), joined once in :func:`api.app.create_app`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from api.files import FileStore
from api.shelf import Shelf
from engine.commands import Decide
from models.database import Database
from rules.durable_matcher import DurableMatcher


@dataclass(slots=True)
class Parts:
    """What every use case may need: storage, the policies by digest, both engines, the clock, where files lie."""

    database: Database
    shelf: Shelf
    durable: DurableMatcher
    now: Callable[[], datetime]
    """The instant of a deed, in UTC; tests turn it."""
    store: FileStore
    """Bytes of papers."""
    base_url: str

    def decider(self, book: object, service: str) -> Decide:
        """Both engines over one book; raises DisagreementError where they do not agree."""
        from engine.policy import PolicyBook
        from rules.matching import decide

        assert isinstance(book, PolicyBook)
        return lambda statement: decide(book, statement, service, self.durable)
