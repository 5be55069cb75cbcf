"""Tells the pages that a chat has changed, as cheaply as possible: who does not look costs nothing.

A listener that is slow hears only the newest version of each chat, never a backlog.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

from contextlib import contextmanager


class Listener:
    """One open event stream: the newest versions that it has not been told yet, by phone id."""

    def __init__(self) -> None:
        self._news: dict[int, int] = {}
        self._some = asyncio.Event()

    def tell(self, phone_id: int, version: int) -> None:
        """Note a newer version."""
        self._news[phone_id] = version
        self._some.set()

    def wake(self) -> None:
        """End the present wait, news or not."""
        self._some.set()

    async def wait(self, seconds: float) -> dict[int, int]:
        """Return what has changed since the last call, or nothing after ``seconds``."""
        try:
            async with asyncio.timeout(seconds):
                await self._some.wait()
        except TimeoutError:
            return {}
        news, self._news = self._news, {}
        self._some.clear()
        return news


class Hub:
    """All open event streams."""

    def __init__(self) -> None:
        self._all: set[Listener] = set()
        self._of: dict[int, set[Listener]] = {}

    def changed(self, phone_id: int, version: int) -> None:
        """Tell whoever looks at this phone."""
        for listener in self._all:
            listener.tell(phone_id, version)
        for listener in self._of.get(phone_id, ()):
            listener.tell(phone_id, version)

    def close(self) -> None:
        """Wake every listener, so that it can see that the sandbox stops."""
        for group in (self._all, *self._of.values()):
            for listener in group:
                listener.wake()

    def listen(self, phone_id: int | None = None) -> AbstractContextManager[Listener]:
        """Listen to one phone, or to all of them, within a ``with`` block."""
        return self._listen(phone_id)

    @contextmanager
    def _listen(self, phone_id: int | None) -> Iterator[Listener]:
        listener = Listener()
        group = self._all if phone_id is None else self._of.setdefault(phone_id, set())
        group.add(listener)
        try:
            yield listener
        finally:
            group.discard(listener)
            if phone_id is not None and not group:
                self._of.pop(phone_id, None)
