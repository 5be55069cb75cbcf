"""The ticker: APScheduler calls a few functions again and again, and holds no logic and no state.

What is due is a row and is claimed in a transaction, so a tick that is late, doubled or missed does no harm; that is
why none of the scheduler's own stores, triggers by wall clock or misfire rules are used.
"""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from apscheduler.executors.asyncio import AsyncIOExecutor
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.drivers.driver import utc_now
from handlers.notice import feeding
from storage import audit
from storage.campaign import digest_plans, drafts, register_files, reminders
from storage.chat import conversations, inbox, outbox, overlong, timers
from storage.database import Unavailable
from storage.voices import surveys

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Sequence
    from datetime import datetime

    from storage.database import Database
    from storage.files.blobs import Blobs

_LOG = logging.getLogger(__name__)

TICK_SECONDS = 1
DOWNLOAD_SECONDS = 5
LET_GO_SECONDS = 10
PRUNE_SECONDS = 24 * 3600
KEEP = timedelta(days=3)
"""How long worked-off updates and messages stay; Telegram repeats updates for a day."""
KEEP_STRANGERS = timedelta(days=30)
KEEP_NAMED = timedelta(days=30)
"""How long fired timers and messages with a key stay: longer than anything is planned twice."""
KEEP_FILES = timedelta(days=1)
"""How long files made for sending, and half-written ones, stay."""
SWEEP_SECONDS = 3600
SURVEYS_SECONDS = 600
_BATCH = 100
_FINISH_SECONDS = 10.0


class Jobs:
    """The ticks: timers into the inbox, notices into the outbox, evidence home, forms read, old rows away.

    ``ahead`` is how many messages of one notice may lie in the outbox at once; ``also`` is what else ticks, and every
    how many seconds.
    """

    def __init__(
        self,
        database: Database,
        wake: Callable[[Iterable[int]], None],
        download: Callable[[], None],
        clock: Callable[[], datetime],
        blobs: Blobs,
        read: Callable[[], None],
        ahead: int = feeding.AHEAD,
        also: Sequence[tuple[Callable[[], Awaitable[object]], int]] = (),
    ) -> None:
        self._database = database
        self._wake = wake
        self._download = download
        self._clock = clock
        self._blobs = blobs
        self._read = read
        self._ahead = ahead
        self._also = also
        self._ticking: set[asyncio.Task[None]] = set()
        self._scheduler = AsyncIOScheduler(
            executors={"default": AsyncIOExecutor()},
            job_defaults={"coalesce": True, "misfire_grace_time": None, "max_instances": 1},
            timezone="UTC",
        )

    def start(self) -> None:
        """Begin to tick, on the running loop."""
        now = utc_now()  # the ticker lives by real time, whatever the clock of the campaign says
        every = (
            (self.fire_timers, TICK_SECONDS),
            (self.feed, TICK_SECONDS),
            (self.fetch_evidence, DOWNLOAD_SECONDS),
            (self.read_forms, DOWNLOAD_SECONDS),
            (self.let_go, LET_GO_SECONDS),
            (self.prune, PRUNE_SECONDS),
            (self.sweep, SWEEP_SECONDS),
            (self.close_surveys, SURVEYS_SECONDS),
            *self._also,
        )
        for job, seconds in every:
            self._scheduler.add_job(self._tick, "interval", [job], seconds=seconds, next_run_time=now)
        self._scheduler.start()

    async def stop(self) -> None:
        """Tick no more, and wait for the tick in hand: the scheduler would cut it off and call that an error."""
        if self._scheduler.running:
            self._scheduler.pause()
            if self._ticking:
                await asyncio.wait(self._ticking, timeout=_FINISH_SECONDS)
            self._scheduler.shutdown(wait=False)

    async def _tick(self, job: Callable[[], Awaitable[object]]) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._ticking.add(task)
            task.add_done_callback(self._ticking.discard)
        await job()

    async def fire_timers(self) -> int:
        """Move what is due into the inbox and wake its chats; return how many chats."""
        fired = 0
        try:
            async with self._database.read(brief=True) as db:  # a second without a timer costs no write
                due = await timers.next_due(db)
            while due is not None and due <= self._clock():
                async with self._database.begin() as db:
                    chats = await timers.fire_due(db, self._clock(), _BATCH)
                self._wake(chats)
                fired += len(chats)
                if not chats:
                    break
        except Unavailable:
            _LOG.warning("timers wait for the database")
        return fired

    async def feed(self) -> bool:
        """Put further copies of notices into the outbox and bring their authors' cards up to date; True: something."""
        try:
            fed = await feeding.feed(self._database, self._clock(), self._ahead)
            return await feeding.refresh(self._database, self._clock()) or fed
        except Unavailable:
            _LOG.warning("notices wait for the database")
            return False

    async def fetch_evidence(self) -> None:
        """Have the evidence files that wait brought home; a tick does not wait for them."""
        self._download()

    async def read_forms(self) -> None:
        """Have the forms that were sent in read; a tick does not wait for them."""
        self._read()

    async def let_go(self) -> None:
        """Have tried again at once what was put off by a clock that has been set back since."""
        try:
            async with self._database.read(brief=True) as db:
                found = await overlong.found(db, self._clock())
            if found:
                async with self._database.begin() as db:
                    await overlong.let_go(db, self._clock())
                _LOG.warning("the clock was set back: what it had put off is tried again now")
        except Unavailable:
            _LOG.warning("what was put off stays so for now: the database is in trouble")

    async def prune(self) -> None:
        """Delete what is worked off and old."""
        now = self._clock()
        try:
            async with self._database.begin() as db:
                updates = await inbox.prune(db, now - KEEP)
                messages = await outbox.prune(db, now - KEEP, now - KEEP_NAMED)
                fired = await timers.prune(db, now - KEEP_NAMED)
                strangers = await conversations.prune(db, now - KEEP_STRANGERS)
                forms = await drafts.prune(db, now - drafts.KEEP)
                registers = await register_files.prune(db, now - register_files.KEEP)
                await reminders.prune(db, now - reminders.KEEP)
                await digest_plans.prune(db, (now - digest_plans.KEEP).date())
        except Unavailable:
            _LOG.warning("old rows stay for now: the database is in trouble")
            return
        words = "pruned %d updates, %d messages, %d timers, %d conversations of strangers, %d forms, %d registers"
        _LOG.info(words, updates, messages, fired, strangers, forms, registers)

    async def close_surveys(self) -> None:
        """Close the surveys whose time is over and whose author has no chat any more in which that would be done."""
        now = self._clock()
        try:
            async with self._database.read() as db:
                due = await surveys.overdue(db, now)
            for survey_id in due:
                async with self._database.begin() as db:
                    survey = await surveys.get(db, survey_id, lock=True)
                    if survey is not None and survey.state is surveys.State.open:
                        await surveys.close(db, survey, now)
                        details = {"answers": survey.cast}
                        audit.record(db, "survey.closed", f"survey:{survey_id}", now=now, details=details)
        except Unavailable:
            _LOG.warning("surveys that are over stay open for now: the database is in trouble")

    async def sweep(self) -> None:
        """Delete files that were made for sending or left half-written a day ago, by the machine's own clock."""
        before = utc_now() - KEEP_FILES
        try:
            swept = await asyncio.to_thread(self._blobs.clear_once, before)
            swept += await asyncio.to_thread(self._blobs.clear_unfinished, before)
        except OSError as error:
            _LOG.warning("files made for sending stay for now: %s", type(error).__name__)
        else:
            _LOG.info("swept %d files", swept)
