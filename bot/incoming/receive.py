"""Takes updates in: stored in the inbox in one commit, and only then confirmed to Telegram.

By long poll the confirmation is the next call's offset, by webhook it is the answer 200; both come after the commit, so
a kill at any moment loses nothing, and what Telegram repeats is known by its update_id. What an update means is
not looked at here: only which chat it belongs to.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import logging
from math import isfinite
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from aiohttp import web

from bot.drivers.driver import ALLOWED_UPDATES
from bot.drivers.errors import BadToken, Conflict, DriverError, RetryLater
from bot.drivers.events import bare
from bot.incoming.doorkeeper import Doorkeeper
from storage.chat import inbox
from storage.database import Unavailable
from storage.entity import LARGEST

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from bot.drivers.driver import Driver, Raw
    from storage.database import Database

_LOG = logging.getLogger(__name__)

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the header's name
MAX_BODY_BYTES = 1024 * 1024
BODY_SECONDS = 20.0
"""How long a caller who knows the secret may take to say what it wants to say."""
_LATE_SECONDS = 3.0
"""How long storing may take before people are told: another process may hold SQLite for longer than that."""

_LONGEST_PAUSE = 30.0
_CONFLICT_SECONDS = 5.0
_FOLLOW_SECONDS = 1.0
_SAY_AGAIN_SECONDS = 5.0
"""A database in trouble fills no log: what is refused in so many seconds is one line."""
_DEEPEST = 40
"""Levels of an update; Telegram's have a dozen."""


def chat_of(raw: object) -> int | None:
    """Return the chat an update belongs to; None for one of no chat, which we never ask for, or of no sense."""
    if not isinstance(raw, dict):
        return None
    kinds = [kind for kind in ALLOWED_UPDATES if raw.get(kind) is not None]
    if len(kinds) != 1:  # one update tells one thing; of two, the turn might take the one from another chat
        return None
    part = raw[kinds[0]]
    if kinds[0] == "callback_query":
        part = part.get("message") if isinstance(part, dict) else None
    return _chat_id(part)


def _chat_id(part: object) -> int | None:
    chat = part.get("chat") if isinstance(part, dict) else None
    return _id(chat.get("id")) if isinstance(chat, dict) else None


def _id(value: object) -> int | None:
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) <= LARGEST:
        return value
    return None


def _is_plain(raw: Raw) -> bool:
    """Tell whether an update is shallow and its numbers are finite: otherwise no database takes it, or gives it back.

    A loop and not a recursion, which is what a deeply nested update would exhaust.
    """
    level: list[Any] = [raw]
    for _ in range(_DEEPEST):
        if not level:
            return True
        below: list[Any] = []
        for one in level:
            if isinstance(one, dict):
                below.extend(one.values())
            elif isinstance(one, list):
                below.extend(one)
            elif isinstance(one, float) and not isfinite(one):
                return False
        level = below
    return not level


class Intake:
    """The one way into the inbox; ``arrived`` is told the chats that have something new.

    ``unstored`` is told (chat id, raw update) of what cannot be stored, or not soon, so that people hear of it.
    """

    def __init__(
        self,
        database: Database,
        arrived: Callable[[Iterable[int]], None],
        clock: Callable[[], datetime],
        unstored: Callable[[Iterable[tuple[int, Raw]]], None] | None = None,
    ) -> None:
        self._unstored = unstored
        self._database = database
        self._arrived = arrived
        self._clock = clock
        self.door = Doorkeeper(database, clock)

    async def store(self, updates: Iterable[Raw]) -> None:
        """Store updates in their order in one commit; raises Unavailable, and then nothing is stored.

        What a loud stranger sends beyond measure is passed over, as if it had been answered.
        """
        rows: list[tuple[int, int, Raw]] = []
        for raw in map(bare, updates):  # nobody asks what was on a card that was tapped: it is not stored once more
            update_id, chat_id = _id(raw.get("update_id")), chat_of(raw)
            if update_id is None or chat_id is None or not _is_plain(raw):
                _LOG.warning("update %s belongs to no chat or makes no sense, and is dropped", update_id)
            else:
                rows.append((update_id, chat_id, raw))
        late = asyncio.get_running_loop().call_later(_LATE_SECONDS, self._tell, rows)
        try:
            taken = await self.door.let_in(rows)
            if not taken:
                return
            try:
                async with self._database.begin() as db:
                    chats = await inbox.store(db, taken, self._clock())
            except Unavailable:
                self.door.take_back(rows)
                raise
        except Unavailable:
            self._tell(rows)
            raise
        finally:
            late.cancel()
        self._arrived(chats)

    def _tell(self, rows: list[tuple[int, int, Raw]]) -> None:
        if self._unstored is not None:
            self._unstored((chat_id, raw) for _, chat_id, raw in rows)


class Poller:
    """Asks Telegram for updates, in one process of however many there are."""

    def __init__(self, driver: Driver, database: Database, intake: Intake, *, wait: float = 30.0) -> None:
        self._driver = driver
        self._database = database
        self._intake = intake
        self._wait = wait
        self._offset = 0
        self._failures = 0

    async def run(self) -> None:
        """Poll until cancelled; raises BadToken when Telegram does not know the bot (any more).

        Cancelling is safe at any moment: what was not confirmed comes again, what was stored is known by its id.
        """
        async with self._database.leader("poll") as leader:
            webhook_is_off = False
            while True:
                if not await leader.leads():
                    await asyncio.sleep(_FOLLOW_SECONDS)
                    continue
                try:
                    if not webhook_is_off:
                        await self._driver.delete_webhook()
                        webhook_is_off = True
                    await self.once()
                    self._failures = 0
                except BadToken:
                    raise
                except DriverError as error:
                    await self._pause(error)
                except Unavailable:
                    _LOG.warning("updates cannot be stored, so they are not confirmed; trying again")
                    await self._pause(None)

    async def once(self) -> None:
        """Fetch one batch and store it; the next call confirms it."""
        updates = await self._driver.fetch(self._offset, self._wait)
        await self._intake.store(updates)
        ids = [update_id for raw in updates if (update_id := _id(raw.get("update_id"))) is not None]
        # After an empty answer everything is confirmed, and 0 asks for whatever comes: the ids start anew somewhere
        # else after a quiet week, perhaps below the last one.
        self._offset = ids[-1] + 1 if ids else 0

    async def _pause(self, error: DriverError | None) -> None:
        self._failures += 1
        pause = min(_LONGEST_PAUSE, 0.5 * 2 ** min(self._failures - 1, 10))
        if isinstance(error, Conflict):
            pause = _CONFLICT_SECONDS
            _LOG.error("somebody else receives this bot's updates: is it running twice? Trying again in %g s", pause)  # noqa: TRY400, RUF100 - no trace is needed
        elif isinstance(error, RetryLater):
            pause = error.seconds
            _LOG.warning("asked to wait %g s before the next poll", pause)
        elif error is not None:
            _LOG.warning("no updates: %s (%s); next try in %g s", type(error).__name__, error, pause)
        await asyncio.sleep(pause)


class Webhook:
    """Answers Telegram's calls: 200 once the update is stored, 503 when it cannot be, so that it comes again."""

    def __init__(self, intake: Intake, secret: str) -> None:
        self._intake = intake
        self._secret = secret.encode()
        self._quiet_until = 0.0

    def app(self, url: str) -> web.Application:
        """Make the web application that takes updates at the path of ``url``."""
        app = web.Application(client_max_size=MAX_BODY_BYTES)
        app.router.add_post(urlsplit(url).path or "/", self.take)
        return app

    async def take(self, request: web.Request) -> web.Response:
        """Take one update."""
        given = request.headers.get(SECRET_HEADER, "").encode("utf-8", "surrogateescape")
        if not hmac.compare_digest(given, self._secret):
            return web.Response(status=401)
        try:
            async with asyncio.timeout(BODY_SECONDS):
                raw: Any = json.loads(await request.read())
        except TimeoutError:
            return web.Response(status=408)
        except (ValueError, RecursionError):  # not JSON, not UTF-8, or nested without end
            return web.Response(status=400)
        if not isinstance(raw, dict):
            return web.Response(status=400)
        try:
            await self._intake.store([raw])
        except Unavailable:
            self._say()
            return web.Response(status=503, headers={"Retry-After": "2"})
        return web.Response()

    def _say(self) -> None:
        now = asyncio.get_running_loop().time()
        if now >= self._quiet_until:
            self._quiet_until = now + _SAY_AGAIN_SECONDS
            _LOG.warning("updates cannot be stored, so they are not confirmed; Telegram brings them again")
