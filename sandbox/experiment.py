"""Holds the controls in code: what goes wrong, the clock, groups and the ledger, over the control API.

For whoever runs a bot against a sandbox in another process: a proof, a benchmark, a test. Knows nothing of any bot.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import aiohttp

if TYPE_CHECKING:
    from types import TracebackType

Json = dict[str, Any]
PAGE = 5_000


class Refused(Exception):
    """The sandbox does not do this; the message says why."""


class Experiment:
    """The controls of the sandbox at ``url``."""

    def __init__(self, url: str, session: aiohttp.ClientSession | None = None) -> None:
        self._url = url.rstrip("/")
        self._session = session or aiohttp.ClientSession()
        self._own = session is None
        self._read = 0

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._own:
            await self._session.close()

    async def put_faults(self, **settings: object) -> Json:
        """Set everything that may go wrong: ``seed=7, lost_reply=0.02, strict=True``; what is not named does not."""
        return await self._call("PUT", "faults", settings)

    async def no_faults(self) -> Json:
        """Let nothing go wrong any more; the counts stay."""
        return await self._call("DELETE", "faults")

    async def plan(self, fault: str, method: str | None = None, chat: int | None = None, times: int = 1) -> Json:
        """Let the next calls of a method to a chat go wrong for certain."""
        return await self._call("POST", "faults/next", {"fault": fault, "method": method, "chat": chat, "times": times})

    async def counts(self) -> dict[str, int]:
        """Return how often each thing went wrong so far."""
        return dict((await self._call("GET", "faults"))["counts"])

    async def waiting(self) -> int:
        """Return how many updates wait for the bot."""
        return int((await self._call("GET", "faults"))["updates"]["waiting"])

    async def ledger(self) -> list[Json]:
        """Return the entries that have come since the last call, oldest first."""
        entries: list[Json] = []
        while True:
            found = await self._call("GET", f"ledger?after={self._read}&limit={PAGE}")
            entries += found["entries"]
            self._read = found["next"]
            if len(found["entries"]) < PAGE:
                return entries

    async def keep(self, *, messages: int = 0, files: int = 0, ledger: int = 20_000) -> Json:
        """Bound how much is remembered: messages of a chat, files, entries of the ledger."""
        return await self._call("PUT", "keep", {"messages": messages, "files": files, "ledger": ledger})

    async def advance(self, seconds: float) -> str:
        """Move the clock on and return the new time."""
        return str((await self._call("POST", "clock", {"advance": seconds}))["now"])

    async def phone(self, phone_id: int, action: str) -> Json:
        """Do to a phone what needs no words: offline, online, block, unblock, deactivate, activate."""
        return await self._call("POST", f"phones/{phone_id}/{action}", {})

    async def create_group(self, title: str, phones: list[int], **more: object) -> Json:
        """Make a group; ``bot`` is member, administrator or none, ``supergroup`` True or False."""
        return await self._call("POST", "groups", {"title": title, "phones": phones, **more})

    async def let_bot(self, group_id: int, status: str) -> Json:
        """Make the bot member, administrator, left or kicked in a group."""
        return await self._call("POST", f"groups/{group_id}/bot", {"status": status})

    async def migrate(self, group_id: int) -> int:
        """Make a supergroup of a group and return its id."""
        return int((await self._call("POST", f"groups/{group_id}/migrate", {}))["moved_to"])

    async def _call(self, method: str, path: str, data: Json | None = None) -> Json:
        async with self._session.request(method, f"{self._url}/{path}", json=data) as answer:
            body = dict(await answer.json())
        if "error" in body:
            raise Refused(body["error"])
        return body
