"""The wiring: what a running bot is made of and who calls whom. Nothing is decided here.

    driver ─▶ Intake ─▶ inbox ─▶ Workers ─▶ Engine ─▶ outbox ─▶ Deliverer ─▶ driver

Everything is made when the application is entered and ended, in order, when it is left: first nothing new is taken in,
then the turn in hand is finished, then what was said is delivered and written down.
"""

from __future__ import annotations

import asyncio
import logging
from functools import partial
from importlib.metadata import version
from typing import TYPE_CHECKING, Self, TypeVar

from aiohttp import web

from bot.background.arranging import Arranger
from bot.background.comparing import Comparer
from bot.background.custodian import Custodian
from bot.background.documents import DocumentReader
from bot.background.download import Downloader
from bot.background.fetching import Fetcher
from bot.background.introduction import introduce
from bot.background.jobs import Jobs
from bot.background.minute_files import MinuteFiles
from bot.background.reading import Reader
from bot.background.registering import RegisterReader
from bot.background.trying import TrialCodes
from bot.commands.signing import private_key
from bot.drivers.driver import open_driver, utc_now
from bot.drivers.errors import RetryLater, Unreachable
from bot.drivers.measured import Measured
from bot.incoming.apology import Apology
from bot.incoming.receive import Intake, Poller, Webhook
from bot.incoming.workers import Workers
from bot.monitoring.health import Health
from bot.monitoring.metrics import Metrics
from bot.outgoing.deliver import Deliverer
from bot.outgoing.drawing import draw_apart
from bot.outgoing.limits import Limits
from handlers.engine import Engine, Outcome
from handlers.journeys import JOURNEYS
from handlers.notice.feeding import AHEAD
from handlers.registry import Registry
from handlers.shelf import Shelf
from handlers.turn import Kit
from storage.chat import inbox, outbox
from storage.chat.outbox import State
from storage.database import Database
from storage.files.blobs import Blobs
from storage.visit import interviews

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable
    from datetime import datetime
    from types import TracebackType

    from bot.config import Settings
    from bot.drivers.driver import Driver, Raw
    from bot.outgoing.drawing import Run

log = logging.getLogger(__name__)

_FINISH_SECONDS = 30.0
COMPARE_SECONDS = 10
"""What comes within so long is looked at together: a burst of photos costs one process."""
CLOSE_SECONDS = 60
_SETTLED_POLL = 0.01
_AHEAD_SECONDS = 5.0
"""So long the messages of a notice that lie in the outbox last at full speed."""
_PATIENCE_SECONDS = 300.0
_LONGEST_PAUSE = 15.0
_SPARE_CONNECTIONS = 6
"""Beside one for every turn at a time: for taking in, delivering, ticking, downloading and being asked for health.

Four processes with the usual 16 turns stay below the 100 connections that PostgreSQL allows by default.
"""

T = TypeVar("T")


class Stopped(RuntimeError):
    """A loop of the bot ended by itself: the process is of no more use."""


class App:
    """A bot, ready to be entered: ``async with App(settings) as app: await app.run(stop)``."""

    def __init__(
        self,
        settings: Settings,
        *,
        driver: Driver | None = None,
        clock: Callable[[], datetime] = utc_now,
        draw: Run = draw_apart,
    ) -> None:
        self.settings = settings
        self.database = Database(
            settings.database.reveal(),
            connections=settings.chats_at_once + _SPARE_CONNECTIONS,
            keyring=settings.keyring(),
        )
        self._clock = clock
        self._draw = draw
        # A driver that is handed in brings its updates itself, by take(); nothing is polled or listened to.
        self._alone = driver is not None
        self._metrics = Metrics(self.database, clock, version=version("xundu"), driver=settings.driver)
        self._driver: Driver = Measured(driver or open_driver(settings, clock), self._metrics.called)
        self._blobs = Blobs(settings.evidence_dir)
        self._downloader = Downloader(self.database, self._driver, self._blobs, clock)
        self._comparer = Comparer(self.database, self._blobs, clock, far=settings.far_metres)
        key = private_key(settings.signing_key) if settings.signing_key else None
        self._custodian = Custodian(self.database, clock, office=settings.office_chat, key=key)
        self._reader = Reader(self.database, self._driver, clock)
        self._trial_codes = TrialCodes(self.database, self._driver, clock)
        self._minute_files = MinuteFiles(self.database, self._driver, self._blobs, clock)
        self._fetcher = Fetcher(self.database, self._driver, self._blobs, clock)
        self._register_reader = RegisterReader(self.database, self._driver, clock)
        self._documents = DocumentReader(self.database, self._driver, clock)
        self._arranger = Arranger(self.database, self._driver, clock)
        self._jobs: Jobs | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._introduction: asyncio.Task[None] | None = None
        self._apology: Apology | None = None
        self._runner: web.AppRunner | None = None

    # --- life ---

    async def __aenter__(self) -> Self:
        try:
            await self._start()
        except BaseException:
            await self._close()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            await self._stop()
        finally:
            await self._close()

    async def _start(self) -> None:
        me = await _patiently(self._driver.start)
        settings, clock = self.settings, self._clock
        limits = Limits(
            overall=settings.rate_overall,
            chat=settings.rate_chat,
            burst=settings.burst_chat,
            group_minute=settings.rate_group,
            paid=settings.rate_paid,
        )
        self._deliverer = Deliverer(
            self.database,
            self._driver,
            limits,
            self._blobs.find,
            clock,
            at_once=settings.sends_at_once,
            receipts=settings.data_dir / "receipts",
            blobs=self._blobs,
            draw=self._draw,
        )
        self._engine = Engine(
            database=self.database,
            registry=Registry(JOURNEYS),
            kit=Kit(
                bot_username=me.username,
                blobs=self._blobs,
                shelf=Shelf(),
                voice_minutes=settings.voice_minutes,
                version=version("xundu"),
            ),
            parse=self._driver.event,
            clock=clock,
            after=self._after,
        )
        turn = partial(self._metrics.timed, self._engine.turn)
        self._workers = Workers(self.database, turn, clock, at_once=settings.chats_at_once)
        self._apology = Apology(self._driver, self._deliverer.toast, self._blobs.find)
        self._intake = Intake(self.database, self._workers.wake, clock, self._apology)
        self._jobs = Jobs(
            self.database,
            self._workers.wake,
            self._bring_home,
            clock,
            self._blobs,
            self._read_sent,
            ahead=max(AHEAD, int(max(settings.rate_overall, settings.rate_paid) * _AHEAD_SECONDS)),
            also=((self._compare, COMPARE_SECONDS), (self._custodian.close_day, CLOSE_SECONDS)),
        )
        self._spawn(self._workers.run(), "workers")
        self._spawn(self._deliverer.run(), "deliverer")
        self._jobs.start()
        await self._miss_keys()
        self._introduction = asyncio.create_task(introduce(self._driver), name="introduction")
        if not self._alone:
            await self._open_door()

    async def _miss_keys(self) -> None:
        """Say at once which keys are missing, and not only when somebody opens an interview; all else works."""
        keyring = self.settings.keyring()
        async with self.database.read() as db:
            missing = await interviews.keys_needed(db) - set(keyring.ids if keyring else ())
        if missing:
            log.error("interviews are sealed with keys that are not here: %s", ", ".join(sorted(missing)))

    async def _open_door(self) -> None:
        """Let updates in: by webhook when there is an address for it, else by long poll."""
        settings = self.settings
        webhook = Webhook(self._intake, settings.webhook_secret.reveal()) if settings.webhook_url else None
        site = webhook.app(settings.webhook_url) if webhook else web.Application()
        site.add_routes(Health(self.database, self.alive).routes() + self._metrics.routes())
        # Telegram packs nothing; whoever does wants to see us unpack it.
        self._runner = web.AppRunner(site, access_log=None, auto_decompress=False)
        await self._runner.setup()
        await web.TCPSite(self._runner, settings.listen.host, settings.listen.port).start()
        if webhook:
            secret = settings.webhook_secret.reveal()
            await _patiently(lambda: self._driver.set_webhook(settings.webhook_url, secret))
        else:
            self._poller = Poller(self._driver, self.database, self._intake, wait=settings.poll_wait)
            self._spawn(self._poller.run(), "poller")

    def _spawn(self, loop: object, name: str) -> None:
        self._tasks.append(asyncio.create_task(loop, name=name))  # type: ignore[arg-type] # a coroutine of ours

    def alive(self) -> bool:
        """Tell whether every loop is running."""
        return bool(self._tasks) and not any(task.done() for task in self._tasks)

    async def run(self, stop: asyncio.Event) -> None:
        """Run until ``stop`` is set; raises what ended a loop, or Stopped."""
        waiting = asyncio.create_task(stop.wait(), name="stop")
        try:
            done, _ = await asyncio.wait([waiting, *self._tasks], return_when=asyncio.FIRST_COMPLETED)
        finally:
            waiting.cancel()
        for task in done - {waiting}:
            task.result()
            raise Stopped(f"the {task.get_name()} ended")

    async def _stop(self) -> None:
        """End in order: the door, the turn in hand, the deliveries under way."""
        for task in self._tasks:
            if task.get_name() == "poller":
                task.cancel()
        if self._runner is not None:
            await self._runner.cleanup()
        if self._jobs is not None:
            await self._jobs.stop()
        self._workers.stop()
        await self._ended("workers")
        self._deliverer.stop()
        await self._ended("deliverer")

    async def _ended(self, name: str) -> None:
        tasks = [task for task in self._tasks if task.get_name() == name]
        await asyncio.wait(tasks, timeout=_FINISH_SECONDS)

    async def _close(self) -> None:
        """Let go of everything, whatever became of the ending in order."""
        if self._runner is not None:
            await self._runner.cleanup()
        if self._jobs is not None:
            await self._jobs.stop()
        await self._downloader.close()
        await self._comparer.close()
        if self._apology is not None:
            await self._apology.close()
        await self._reader.close()
        await self._trial_codes.close()
        await self._fetcher.close()
        await self._minute_files.close()
        await self._register_reader.close()
        await self._documents.close()
        await self._arranger.close()
        tasks = [*self._tasks, *([self._introduction] if self._introduction is not None else [])]
        for task in tasks:
            task.cancel()
        for result in await asyncio.gather(*tasks, return_exceptions=True):
            if isinstance(result, Exception):
                log.error("a loop ended with %s", type(result).__name__)
        try:
            await self._driver.close()
        finally:
            await self.database.close()

    # --- work ---

    def _after(self, outcome: Outcome) -> None:
        """Do what a committed turn left to be done: answer its tap, deliver its replies, fetch and read its files."""
        self._metrics.turned(outcome)
        if outcome.callback_id:
            self._deliverer.toast(outcome.callback_id, outcome.toast.text, alert=outcome.toast.alert)
        if outcome.chats:
            self._deliverer.wake(*outcome.chats)
        if outcome.attached:
            self._bring_home()
            self._read_sent()

    def _read_sent(self) -> None:
        """Have the forms, registers and documents that were sent in read, and the codes in photos of trials."""
        self._reader.wake()
        self._trial_codes.wake()
        self._register_reader.wake()
        self._documents.wake()
        self._arranger.wake()

    def _bring_home(self) -> None:
        """Have evidence, recordings and lists fetched that were sent."""
        self._downloader.wake()
        self._fetcher.wake()
        self._minute_files.wake()

    async def _compare(self) -> None:
        """Have pictures that came looked at; a tick does not wait for it."""
        self._comparer.wake()

    async def take(self, updates: Iterable[Raw]) -> None:
        """Take updates in as if Telegram had sent them."""
        await self._intake.store(updates)

    async def tick(self) -> int:
        """Fire at once what has fallen due, for scripts that move the clock; returns in how many chats."""
        return await self._jobs.fire_timers() if self._jobs is not None else 0

    async def settled(self) -> None:
        """Wait until nothing is left to be worked off or delivered; for scripts and tests."""
        while True:
            async with self.database.read() as db:
                waiting = (await inbox.depth(db)).waiting
                pending = (await outbox.counts(db))[State.pending]
            fed = not waiting and not pending and self._jobs is not None and await self._jobs.feed()
            if not waiting and not pending and not fed:
                return
            await asyncio.sleep(_SETTLED_POLL)


async def _patiently(call: Callable[[], Awaitable[T]]) -> T:
    """Make a call that must succeed before the bot can run; when Telegram stumbles, ask again for some minutes."""
    loop = asyncio.get_running_loop()
    until, pause = loop.time() + _PATIENCE_SECONDS, 0.5
    while True:
        try:
            return await call()
        except (RetryLater, Unreachable) as error:
            wait = error.seconds if isinstance(error, RetryLater) else pause
            if loop.time() + wait > until:
                raise
            log.warning("Telegram does not answer (%s); asking again in %g s", type(error).__name__, wait)
        await asyncio.sleep(wait)
        pause = min(_LONGEST_PAUSE, pause * 2)
