"""What is done in the background, one run at a time: woken when there is something to do, and now and then besides.

A run that is cut off loses nothing, because what it does is leased in the database and handed out again. What is done
is its own business, and so is when a run has come to its end.
"""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from typing import ClassVar


class Errand(ABC):
    """Something that is run whenever it is woken; ``name`` is what its tasks are called."""

    name: ClassVar[str]

    def __init__(self) -> None:
        self._lock = asyncio.Lock()
        self._more = asyncio.Event()  # it was woken again while it was under way
        self._tasks: set[asyncio.Task[int]] = set()

    def wake(self) -> None:
        """Do what waits, in the background: until it is done, or :meth:`close` ends it."""
        task = asyncio.get_running_loop().create_task(self.run_due(), name=self.name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """Leave what is under way; its lease runs out and it is done again."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def run_due(self) -> int:
        """Do all that is due and return how many it was; 0 when a call that is under way does it."""
        if self._lock.locked():
            self._more.set()
            return 0
        async with self._lock:
            return await self._work()

    @abstractmethod
    async def _work(self) -> int:
        """Do all that is due and return how many it was."""
