"""Runs one turn: claim the oldest update of a chat, lock the chat, load, step, save once.

Everything a turn changes (answers, conversation, audit, outbox, the update itself) is one commit, so a kill at any
point leaves either all of it or nothing, and nothing is done twice. Which journey takes the event is the router's
business. The engine knows no network: what is to be sent is put into the outbox, and ``after`` is told.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field, replace
from enum import IntEnum
from typing import TYPE_CHECKING, Any

from handlers.chat import Moved, Say, Tap, Timer, Toast, dump
from handlers.errors import UserError
from handlers.router import Router
from handlers.text import mark, nearest, speech
from handlers.turn import Kit, Turn
from storage import audit, people
from storage.chat import claims, conversations, inbox, outbox
from storage.database import Unavailable
from storage.saving import save
from storage.vault.sealed import readable

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from handlers.chat import Event
    from handlers.registry import Registry
    from storage.chat.claims import Claim
    from storage.chat.inbox import Arrival
    from storage.database import Database, Session

log = logging.getLogger(__name__)

TROUBLE = mark(
    "Something went wrong on our side. What you sent is kept, and the administrators have been told. "
    "Everything before it is saved; you can go on."
)
SET_ASIDE = mark(
    "Update {number} was set aside after three failures ({error}). Its chat goes on; /status lets you try it again."
)


class Ran(IntEnum):
    """What became of the wish to run a turn: there was nothing to do, it was all there is, or there may be more."""

    nothing = 0
    all = 1
    some = 2


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one turn left to be done after its commit: chats to deliver to, and the tap to answer.

    ``kind`` is how it went: ``done``, ``refused`` (undone, and the person was told why) or ``failed`` (a bug of ours);
    ``source`` the door the update came in by.
    """

    chats: frozenset[int] = frozenset()
    callback_id: str = ""
    toast: Toast = field(default_factory=Toast)
    attached: int = 0
    kind: str = "done"
    source: str = "telegram"


@dataclass(slots=True)
class Engine:
    """Turns stored updates into stored replies; ``parse`` is the driver's, ``clock`` says what time it is (UTC)."""

    database: Database
    registry: Registry
    kit: Kit
    parse: Callable[[dict[str, Any]], Event | None]
    clock: Callable[[], datetime]
    after: Callable[[Outcome], None]

    async def turn(self, chat_id: int) -> Ran:
        """Run one turn; falsy when there is nothing to do in this chat now."""
        update_id, ran = None, Ran.some
        source, kind = "", "done"
        refusal: UserError | None = None
        outcome = Outcome()
        try:
            async with self.database.begin() as db:
                claim = await self._claim(db, chat_id)
                if claim is None:
                    return Ran.nothing
                if not claim.more and self.database.embedded:  # else another process may have stored some meanwhile
                    ran = Ran.all
                update_id, source = claim.update.id, str(claim.update.source)
                outcome = await self._answer(db, claim)
        except UserError as error:
            refusal = error
        except Unavailable:
            raise  # the database's trouble, not the update's: it is tried again as often as it takes
        except Exception as error:
            # The kind and place of a bug are logged; str(error) may hold what a person wrote, so it is not.
            log.error("update %s failed: %s at %s", update_id, type(error).__name__, _place(error))  # noqa: TRY400
            if update_id is None:
                raise
            kind, outcome = "failed", await self._fail(update_id, chat_id, error)
        if refusal is not None and update_id is not None:
            kind, outcome = await self._refused(update_id, chat_id, refusal)
        log.debug("update %s of chat %s: %s", update_id, chat_id, kind)
        self.after(replace(outcome, kind=kind, source=source))
        return ran if kind == "done" else Ran.some

    async def _claim(self, db: Session, chat_id: int) -> Claim | None:
        """Lock the chat and return its oldest update; None too where another process is at work on the chat.

        Waiting for the lock would hold a connection for each chat that somebody else works on, until none is left.
        """
        if not await self.database.try_lock_chat(db, chat_id):
            return None
        return await claims.oldest(db, chat_id, self.clock())

    async def _answer(self, db: Session, claim: Claim) -> Outcome:
        """Step through the update and put what comes of it into the session."""
        update = claim.update
        event = self._read(update)
        if event is None:
            update.done(self.clock())
            return Outcome()
        if isinstance(event, Moved):
            # Before the conversation is loaded: moving it changes the very key it is known by.
            await self.database.lock_chat(db, event.to_chat_id)
            await conversations.move(db, event.chat_id, event.to_chat_id)
            update.done(self.clock())
            return Outcome()
        turn = await self._open(db, event, claim)
        await turn.router.step(turn)
        return await self._close(turn, update)

    def _read(self, update: Arrival) -> Event | None:
        payload = readable(update.payload)
        if update.source == "timer":
            due = payload["timer"]
            return Timer(chat_id=update.chat_id, at=update.received_at, name=due["name"], args=due.get("args", {}))
        return self.parse(payload)

    async def _open(self, db: Session, event: Event, claim: Claim) -> Turn:
        conversation = await conversations.load(db, event.chat_id, self.clock(), claim.conversation)
        if event.sender is not None:
            private = event.sender.id == event.chat_id
            person = claim.person if private else await people.by_telegram(db, event.sender.id)
        elif conversation.person_id is not None:
            person = await people.by_id(db, conversation.person_id)
        else:
            person = None
        theirs = event.private and event.sender is not None
        if theirs and person is not None and conversation.person_id != person.id:
            conversation.person_id = person.id  # so that a timer, which nobody sends, speaks their language too
        audit.acting(db, person.id if person else None, self.clock())
        language = person.language if person else nearest(event.sender.language if event.sender else "")
        return Turn(
            event=event,
            db=db,
            now=self.clock(),
            speech=speech(language),
            conversation=conversation,
            kit=self.kit,
            person=person,
            router=Router(self.registry, self.kit.bot_username),
        )

    async def _close(self, turn: Turn, update: Arrival) -> Outcome:
        """Put the replies into the outbox and mark the update done."""
        now = self.clock()
        priority = outbox.Priority.reply
        if isinstance(turn.event, Timer):
            priority = outbox.Priority.reminder
        elif turn.person is None:
            priority = outbox.Priority.stranger  # however many write, people at work are answered first
        turn.conversation.updated_at = now
        update.done(now)
        await save(turn.db, turn.conversation, update)
        replies = [(chat_id, dump(reply)) for chat_id, reply in turn.replies]
        await outbox.say(turn.db, replies, now=now, priority=priority)
        if turn.replies:
            self.database.notify(turn.db, "outbox")  # another process may be the one that delivers
        tap = turn.event if isinstance(turn.event, Tap) else None
        return Outcome(
            chats=frozenset(chat_id for chat_id, _ in turn.replies),
            callback_id=tap.callback_id if tap else "",
            toast=turn.toast_reply or Toast(),
            attached=turn.attached,
        )

    # --- when it goes wrong ---

    async def _refused(self, update_id: int, chat_id: int, refusal: UserError) -> tuple[str, Outcome]:
        """Tell the person why; a refusal that cannot even be said counts as a failure, so that the chat goes on."""
        try:
            return "refused", await self._refuse(update_id, chat_id, refusal)
        except Unavailable:
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, the update is counted and its chat goes on
            log.error("refusing update %s failed: %s at %s", update_id, type(error).__name__, _place(error))  # noqa: TRY400
            return "failed", await self._fail(update_id, chat_id, error)

    async def _refuse(self, update_id: int, chat_id: int, refusal: UserError) -> Outcome:
        """Undoing is done; tell the person why, and be finished with the update."""
        async with self.database.begin() as db:
            claim = await self._claim(db, chat_id)
            if claim is None or claim.update.id != update_id:  # meanwhile another process has refused it
                return Outcome()
            update = claim.update
            event = self._read(update)
            if event is None:
                update.done(self.clock())
                return Outcome()
            turn = await self._open(db, event, claim)
            if isinstance(event, Tap):
                turn.toast(turn.label(refusal.message, **refusal.values), alert=True)
            elif event.private and not isinstance(event, Timer):
                await turn.router.refuse(turn, refusal)
            return await self._close(turn, update)

    async def _fail(self, update_id: int, chat_id: int, error: Exception) -> Outcome:
        """Count the failure; at the third, set the update aside, tell the person and the administrators."""
        now = self.clock()
        async with self.database.begin() as db:
            await self.database.lock_chat(db, chat_id)
            update = await inbox.get(db, update_id)
            if update is None or update.state != "new":
                return Outcome()
            update.fail(f"{type(error).__name__} at {_place(error)}", now)
            if update.state != "aside":
                return Outcome()
            chats = set()
            for person in await people.with_role(db, people.Role.admin, now):
                if person.telegram_id is not None:
                    words = speech(person.language).t(SET_ASIDE, number=update.id, error=update.error)
                    # One message an hour is enough to make somebody look; /status has them all.
                    key = f"set-aside:{person.id}:{now:%Y%m%d%H}"
                    await outbox.put(db, person.telegram_id, [dump(Say(text=str(words)))], now=now, key=key)
                    chats.add(person.telegram_id)
            conversation = await conversations.load(db, chat_id, now)
            known = await people.by_id(db, conversation.person_id) if conversation.person_id is not None else None
            if known is not None:
                await outbox.put(db, chat_id, [dump(Say(text=str(speech(known.language).t(TROUBLE))))], now=now)
                chats.add(chat_id)
            if chats:
                self.database.notify(db, "outbox")
        return Outcome(chats=frozenset(chats))


def _place(error: BaseException) -> str:
    """Return file:line of the innermost frame of our own: where, never what."""
    place, trace = "?", error.__traceback__
    while trace is not None:
        file = trace.tb_frame.f_code.co_filename
        if place == "?" or "site-packages" not in file:
            place = f"{file.rsplit('/', 1)[-1]}:{trace.tb_lineno}"
        trace = trace.tb_next
    return place
