"""Tells whoever runs the process whether it is well: ``/healthz`` (is it alive) and ``/readyz`` (can it work).

Says nothing about anybody: no names, no counts of people, no settings.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from storage.chat import timers
from storage.database import Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable

    from storage.database import Database


class Health:
    """Answers the two questions for one process; ``alive`` tells whether its loops are running."""

    def __init__(self, database: Database, alive: Callable[[], bool]) -> None:
        self._database = database
        self._alive = alive
        self._up_to_date = False

    def routes(self) -> list[web.RouteDef]:
        """Return the two routes."""
        return [web.get("/healthz", self.healthz), web.get("/readyz", self.readyz)]

    async def healthz(self, request: web.Request) -> web.Response:
        """Answer 200 while every loop of the process runs."""
        del request
        return web.Response(text="ok\n") if self._alive() else web.Response(status=503, text="stopped\n")

    async def readyz(self, request: web.Request) -> web.Response:
        """Answer 200 while, besides, the database can be read and is up to date.

        The revision is looked up until it is right, and never again: a schema does not go back under a process that
        works. After that one indexed row is read, so this may be asked every second.
        """
        del request
        if not self._alive():
            return web.Response(status=503, text="stopped\n")
        try:
            if not self._up_to_date:
                current, head = await self._database.revision()
                self._up_to_date = current == head
            if self._up_to_date:
                async with self._database.read() as db:
                    await timers.next_due(db)
        except Unavailable:
            return web.Response(status=503, text="the database cannot be reached\n")
        if not self._up_to_date:
            return web.Response(status=503, text="the database is behind\n")
        return web.Response(text="ok\n")
