"""Empties the outbox into Telegram: the most urgent first, each chat in order, no faster than allowed.

A row stays pending until its fate is known, so nothing that was said is lost. The Bot API has no way to make a send
idempotent, so a choice is due where the fate of a send is unknown (the connection broke after the request, or this
process died before it heard the answer): **we send again**. A message that comes twice is a small nuisance;
one that never comes leaves a person stranded. Edits, which are most of a walk, repeat without a trace.

One process delivers at a time (``database.leader``), because the limits are one bot's, not one process's. Toasts are
apart from all this: worthless after a moment, they go straight out and are never stored.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.drivers.errors import BadToken, Blocked, Conflict, DriverError, Moved, RetryLater, Unreachable
from bot.outgoing.drawing import Drawer, draw_apart
from bot.outgoing.line import Line
from bot.outgoing.perform import cost, perform, take_away
from bot.outgoing.receipts import Fate, Receipts
from bot.outgoing.settle import Settler
from handlers.chat import Say
from storage import people
from storage.chat import conversations, outbox
from storage.chat.outbox import Priority, State
from storage.database import Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from bot.drivers.driver import Driver, Files
    from bot.outgoing.drawing import Run
    from bot.outgoing.limits import Limits
    from bot.outgoing.line import Job
    from bot.outgoing.perform import Performed
    from handlers.chat import Reply
    from storage.database import Bell, Database, Leader
    from storage.files.blobs import Blobs

_LOG = logging.getLogger(__name__)

POLL_SECONDS = 1.0
ATTEMPTS = 8
"""Sends of unknown fate after which a row is given up, if meanwhile others got through."""
_LONGEST_PAUSE = 300.0
_LONGEST_OUTAGE = 30.0
_REVOKED_SECONDS = 60.0
_SEVERAL = 3
_BREATH = 0.02
_HANDOVER_SECONDS = 1.0
"""How long one who takes over waits, counted from the last send of the one before.

That one may have used up all that a second allows; and what it was sending when it was killed may still be under way,
and would come to lie over what is sent meanwhile: an edit would show what no longer stands.
"""

_FINISH_SECONDS = 15.0
_LAST_WORDS_SECONDS = 3.0


class Deliverer:
    """The one that speaks to Telegram; ``wake`` it after a commit, or ring the channel 'outbox' in the commit."""

    def __init__(
        self,
        database: Database,
        driver: Driver,
        limits: Limits,
        files: Files,
        clock: Callable[[], datetime],
        *,
        at_once: int = 16,
        receipts: Path | None = None,
        blobs: Blobs | None = None,
        draw: Run = draw_apart,
    ) -> None:
        self._database = database
        self._driver = driver
        self._limits = limits
        self._files = files
        self._clock = clock
        self._slots = at_once
        self._receipts = Receipts(receipts)
        self._settler = Settler(database, clock, self._receipts)
        self._line = Line(database, self._settler, clock)
        self._drawer = Drawer(blobs, self.wake, draw)
        self._busy: dict[int, asyncio.Task[None]] = {}
        self._held: dict[int, float] = {}
        self._filled_at = 0.0
        self._awake = asyncio.Event()
        self._stopping = False
        self._leading = False
        self._outage = 0.0
        self._failures = 0
        self._successes = 0
        self._failed_at: dict[int, int] = {}
        self._toasts: set[asyncio.Task[None]] = set()

    # --- what others call ---

    def wake(self, *_chat_ids: int) -> None:
        """Look into the outbox now; something was committed."""
        self._line.stale = True
        self._awake.set()

    def toast(self, callback_id: str, text: str = "", *, alert: bool = False) -> None:
        """Answer a tap at once; if it fails, it fails."""
        task = asyncio.get_running_loop().create_task(self._toast(callback_id, text, alert=alert))
        self._toasts.add(task)
        task.add_done_callback(self._toasts.discard)

    async def _toast(self, callback_id: str, text: str, *, alert: bool) -> None:
        try:
            await self._driver.toast(callback_id, text, alert=alert)
        except DriverError as error:
            _LOG.info("a tap was not answered: %s", type(error).__name__)

    def stop(self) -> None:
        """Send the last replies but no bulk; :meth:`run` returns when their fate is written down."""
        self._stopping = True
        self._awake.set()

    async def run(self) -> None:
        """Deliver until stopped, whenever we lead."""
        settling = asyncio.create_task(self._settler.run(), name="settle")
        try:
            async with self._database.leader("deliver") as leader:
                with self._database.listen("outbox") as bell:
                    listening = asyncio.create_task(self._listen(bell), name="outbox bell")
                    try:
                        await self._lead(leader)
                    finally:
                        listening.cancel()
                await self._finish()
        finally:
            settling.cancel()
            await self._drawer.close()
            self._receipts.close()

    async def _listen(self, bell: Bell) -> None:
        while True:
            await bell.wait()
            self.wake()

    async def _lead(self, leader: Leader) -> None:
        loop = asyncio.get_running_loop()
        asked_at = float("-inf")
        followed = False
        while not self._stopping:
            if loop.time() - asked_at >= POLL_SECONDS:
                leads, asked_at = await leader.leads(), loop.time()
                age = self._receipts.age()
                leads = leads and (self._leading or await self._settler.recover())
                if leads != self._leading:
                    _LOG.info("this process %s", "delivers" if leads else "no longer delivers")
                    self._leading = leads
                    self._line.stale = True
                    if leads:
                        self._limits.hold_all(loop.time() + _HANDOVER_SECONDS - (0.0 if followed else age))
                followed = not leads
            pause = await self._round() if self._leading else POLL_SECONDS
            if pause > 0.0:
                try:
                    async with asyncio.timeout(min(pause, POLL_SECONDS)):
                        await self._awake.wait()
                except TimeoutError:
                    pass
            self._awake.clear()

    async def _finish(self) -> None:
        """Send what the last turns said, wait for what is under way, and write it all down."""
        loop = asyncio.get_running_loop()
        until = loop.time() + _LAST_WORDS_SECONDS
        while self._leading and loop.time() < until:
            self._line.stale = True
            await self._round()
            if not self._busy:
                break
            await asyncio.wait(self._busy.values(), timeout=until - loop.time(), return_when=asyncio.FIRST_COMPLETED)
        under_way = {*self._busy.values(), *self._toasts}
        if under_way:
            await asyncio.wait(under_way, timeout=_FINISH_SECONDS)
        await self._settler.flush()

    # --- what goes next ---

    async def _round(self) -> float:
        """Start everything that may go now; return the seconds until more may."""
        loop = asyncio.get_running_loop()
        if self._line.stale or loop.time() - self._filled_at >= POLL_SECONDS:
            self._filled_at = loop.time()
            try:
                await self._line.refill(self._held.keys(), self._busy.keys())
            except Unavailable:
                _LOG.warning("the outbox cannot be read; trying again")
                self._line.stale = True
                return POLL_SECONDS
        return self._start(loop.time())

    def _start(self, now: float) -> float:
        for chat_id in [chat_id for chat_id, until in self._held.items() if until <= now]:
            del self._held[chat_id]
            self._line.freed(chat_id)
        later = now + POLL_SECONDS
        started = False
        for job in self._line.heads():
            reply = None if job.chat_id in self._busy else self._drawer.sendable(job)
            if reply is None:
                continue
            price = cost(job.reply, self._line.live.get(job.chat_id))
            at = self._limits.chat_at(job.chat_id, now, price)
            if at > now:
                self._held[job.chat_id] = at
                continue
            bulk = job.priority >= Priority.bulk
            paid = bulk and self._limits.pays and isinstance(reply, Say)
            at = self._limits.overall_at(now, price, bulk=bulk, paid=paid)
            if at > now or len(self._busy) >= self._slots_for(bulk=bulk) or (bulk and self._stopping):
                later = max(now, at) if at > now else later
                break  # what comes after is no more urgent
            self._limits.take(job.chat_id, now, price, bulk=bulk, paid=paid)
            self._line.take(job)
            if paid or reply is not job.reply:
                job = replace(job, reply=_marked(reply, paid=paid))  # noqa: PLW2901 - as it goes out
            self._busy[job.chat_id] = asyncio.create_task(self._deliver(job, price))
            started = True
        if self._line.exhausted:
            self._line.stale = True
        if self._line.stale:
            return 0.0 if started else _BREATH
        return min([later, *self._held.values()]) - now

    def _slots_for(self, *, bulk: bool) -> int:
        """Keep some ways open for replies: bulk that hangs in a slow network must not shut out a person."""
        return max(1, self._slots * 3 // 4) if bulk else self._slots

    # --- one message ---

    async def _deliver(self, job: Job, price: float) -> None:
        live = self._line.live.get(job.chat_id)
        done: Performed | None = None
        self._receipts.begin()
        try:
            done = await perform(self._driver, job.chat_id, job.reply, live, self._files)
            self._sent(job, done, live)
            if done.old is not None:
                await take_away(self._driver, job.chat_id, done.old)
        except DriverError as error:
            await self._refused(job, error)
        except Exception as error:  # noqa: BLE001 - whatever a library does with one message, the others must go out
            if done is None:
                self._give_up(job, error, "while sending")
            else:
                _LOG.error("after message %s went to chat %s: %s", job.id, job.chat_id, type(error).__name__)
        finally:
            paid = isinstance(job.reply, Say) and job.reply.paid
            self._limits.answered(job.chat_id, asyncio.get_running_loop().time(), price, paid=paid)
            del self._busy[job.chat_id]
            self._line.back(job)
            self._awake.set()

    def _sent(self, job: Job, done: Performed, live: int | None) -> None:
        card = (job.chat_id, done.live) if done.live != live else None
        if card is not None:
            self._line.live[job.chat_id] = done.live
        # Before anything that may fail: a row that stayed pending would be sent again and again.
        # What goes to many has time to gather; a person's chat is brought up to date at once.
        fate = Fate(job.id, job.made, done.state, done.message_id, done.error, card)
        self._settler.put(fate, gather=job.priority >= Priority.bulk)
        self._outage, self._failures = 0.0, 0
        self._successes += 1
        self._failed_at.pop(job.id, None)
        self._drawer.forget(job.id)

    def _give_up(self, job: Job, error: Exception, why: str) -> None:
        """Settle a message as failed; ``why`` goes into the row and not into the log, for it may quote the message."""
        _LOG.error("message %s to chat %s failed: %s", job.id, job.chat_id, type(error).__name__)
        self._failed_at.pop(job.id, None)
        self._drawer.forget(job.id)
        self._settler.put(Fate(job.id, job.made, State.failed, error=f"{type(error).__name__}: {why}"))

    async def _refused(self, job: Job, error: DriverError) -> None:
        now = asyncio.get_running_loop().time()
        try:
            if isinstance(error, RetryLater):
                everyone = self._limits.refused(job.chat_id, now, error.seconds)
                who = "everyone" if everyone else f"chat {job.chat_id}"
                _LOG.warning("asked to wait %g s with %s", error.seconds, who)
                self._line.stale = True
            elif isinstance(error, Blocked):
                await self._shut_out(job, error)
            elif isinstance(error, Moved):
                await self._follow(job, error.to)
            elif isinstance(error, Unreachable):
                await self._wait_out(job, error, now)
            elif isinstance(error, BadToken | Conflict):
                _LOG.error("nothing can be sent: %s", error)
                self._limits.hold_all(now + _REVOKED_SECONDS)
                self._line.stale = True
            else:
                self._give_up(job, error, str(error))
        except Unavailable:
            # The row is still pending; look again when the database is back.
            self._put_off(job, now + POLL_SECONDS)
        except Exception as fault:  # noqa: BLE001 - whatever goes wrong with one chat, the others go on
            _LOG.error("chat %s waits: %s", job.chat_id, type(fault).__name__)  # noqa: TRY400, RUF100 - its text is a person's
            self._put_off(job, now + _LONGEST_PAUSE)

    def _put_off(self, job: Job, until: float) -> None:
        """Leave a chat alone for a while, and what else it has in line: that may not overtake what is still pending."""
        self._held[job.chat_id] = until
        self._line.drop(job.chat_id)

    async def _shut_out(self, job: Job, error: Blocked) -> None:
        """Settle all that waits for a chat that cannot be reached, and remember whose it is."""
        async with self._database.begin() as db:
            settled = await outbox.settle_chat(db, job.chat_id, State.blocked, self._clock(), str(error))
            person = await people.by_telegram(db, job.chat_id) if job.chat_id > 0 else None
            if person is not None:
                person.blocked(self._clock())
        self._line.drop(job.chat_id)
        self._drawer.forget(job.id)
        _LOG.info("chat %s has shut us out; %d messages settled", job.chat_id, settled)

    async def _follow(self, job: Job, to: int) -> None:
        """Let everything that waits for the old chat go to the new one."""
        async with self._database.begin() as db:
            for chat_id in sorted((job.chat_id, to)):
                await self._database.lock_chat(db, chat_id)
            await conversations.move(db, job.chat_id, to)
        self._line.drop(job.chat_id)
        self._settler.forget_card(job.chat_id)
        self._line.stale = True
        _LOG.info("chat %s goes on as %s", job.chat_id, to)

    async def _wait_out(self, job: Job, error: Unreachable, now: float) -> None:
        """Back off: everyone while Telegram cannot be reached at all, one chat while only its message fails."""
        self._failures += 1
        self._line.stale = True
        if not error.fate_unknown or self._failures >= _SEVERAL:
            self._outage = min(_LONGEST_OUTAGE, max(0.5, self._outage * 2))
            self._limits.hold_all(now + self._outage)
            _LOG.warning("Telegram cannot be reached (%s); next try in %g s", error, self._outage)
        if not error.fate_unknown:
            return  # it never left, so nothing is counted against it
        others_got_through = self._successes > self._failed_at.get(job.id, self._successes)
        if job.attempts + 1 >= ATTEMPTS and others_got_through:
            self._give_up(job, error, f"given up after {job.attempts + 1} attempts: {error}")
            return
        self._failed_at[job.id] = self._successes
        pause = min(_LONGEST_PAUSE, 0.5 * 2**job.attempts)
        async with self._database.begin() as db:
            await outbox.defer(db, job.id, self._clock() + timedelta(seconds=pause), str(error))
        self._line.drop(job.chat_id)


def _marked(reply: Reply, *, paid: bool) -> Reply:
    """Return the reply as it goes out: marked where it is paid for, which only new messages can be."""
    return replace(reply, paid=True) if paid and isinstance(reply, Say) else reply
