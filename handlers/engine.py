"""Runs one turn: claim the oldest update of a chat, lock the chat, load, step, save once.

Everything a turn changes (answers, conversation, audit, outbox, the update itself) is one commit, so a kill at any
point leaves either all of it or nothing, and nothing is done twice. The engine knows no journey by name beyond the
registry, no database beyond storage, and no network: what is to be sent is put into the outbox, and ``after`` is told.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from handlers import journey as journeys
from handlers import menu
from handlers.access import may
from handlers.belonging import roles_of
from handlers.chat import Membership, Message, Moved, Say, Tap, Text, Timer, Toast, dump
from handlers.errors import NotAllowed, Stale, Uninvited, UserError
from handlers.text import mark, nearest, speech
from handlers.turn import Kit, Turn
from storage import conversations, inbox, outbox, people
from storage.database import Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from markupsafe import Markup

    from handlers.chat import Event
    from handlers.registry import Registry
    from storage.database import Database, Session
    from storage.inbox import Arrival

log = logging.getLogger(__name__)

TROUBLE = mark(
    "Something went wrong on our side. What you sent is kept, and the administrators have been told. "
    "Everything before it is saved; you can go on."
)
SET_ASIDE = mark(
    "Update {number} was set aside after three failures ({error}). Its chat goes on; /status lets you try it again."
)


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

    async def drain(self, chat_id: int) -> int:
        """Run turns until the chat has no update that can be taken now; returns how many were run."""
        turns = 0
        while await self.turn(chat_id):
            turns += 1
        return turns

    async def turn(self, chat_id: int) -> bool:
        """Run one turn; False when there is nothing to do in this chat now."""
        update_id = None
        source, kind = "", "done"
        refusal: UserError | None = None
        outcome = Outcome()
        try:
            async with self.database.begin() as db:
                update = await self._claim(db, chat_id)
                if update is None:
                    return False
                update_id, source = update.id, str(update.source)
                outcome = await self._answer(db, update)
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
        return True

    async def _claim(self, db: Session, chat_id: int) -> Arrival | None:
        """Lock the chat and return its oldest update; None too where another process is at work on the chat.

        Waiting for the lock would hold a connection for each chat that somebody else works on, until none is left.
        """
        if not await self.database.try_lock_chat(db, chat_id):
            return None
        return await inbox.next_for(db, chat_id, self.clock())

    async def _answer(self, db: Session, update: Arrival) -> Outcome:
        """Step through the update and put what comes of it into the session."""
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
        turn = await self._open(db, event)
        await self._step(turn)
        return await self._close(turn, update)

    def _read(self, update: Arrival) -> Event | None:
        payload = update.payload or {}
        if update.source == "timer":
            due = payload["timer"]
            return Timer(chat_id=update.chat_id, at=update.received_at, name=due["name"], args=due.get("args", {}))
        return self.parse(payload)

    async def _open(self, db: Session, event: Event) -> Turn:
        conversation = await conversations.load(db, event.chat_id, self.clock())
        if event.sender is not None:
            person = await people.by_telegram(db, event.sender.id)
        elif conversation.person_id is not None:
            person = await people.by_id(db, conversation.person_id)
        else:
            person = None
        if event.private and event.sender is not None and person is not None:
            conversation.person_id = person.id  # so that a timer, which nobody sends, speaks their language too
        language = person.language if person else nearest(event.sender.language if event.sender else "")
        turn = Turn(
            event=event,
            db=db,
            now=self.clock(),
            speech=speech(language),
            conversation=conversation,
            kit=self.kit,
            person=person,
            enter=self._nowhere,
            give_up=self._nothing,
        )
        turn.enter = partial(self._enter, turn)
        turn.give_up = partial(self._give_up, turn)
        return turn

    async def _close(self, turn: Turn, update: Arrival) -> Outcome:
        """Put the replies into the outbox and mark the update done."""
        now = self.clock()
        priority = outbox.Priority.reply
        if isinstance(turn.event, Timer):
            priority = outbox.Priority.reminder
        elif turn.person is None:
            priority = outbox.Priority.stranger  # however many write, people at work are answered first
        for chat_id, reply in turn.replies:
            await outbox.put(turn.db, chat_id, [dump(reply)], now=now, priority=priority)
        if turn.replies:
            self.database.notify(turn.db, "outbox")  # another process may be the one that delivers
        turn.conversation.updated_at = now
        update.done(now)
        tap = turn.event if isinstance(turn.event, Tap) else None
        return Outcome(
            chats=frozenset(chat_id for chat_id, _ in turn.replies),
            callback_id=tap.callback_id if tap else "",
            toast=turn.toast_reply or Toast(),
            attached=turn.attached,
        )

    # --- which step ---

    async def _step(self, turn: Turn) -> None:
        event = turn.event
        if isinstance(event, Membership):
            self._membership(turn, blocked=event.blocked)
        elif isinstance(event, Timer):
            await self._fire(turn, event)
        elif not event.private:
            return  # groups get digests and notices, never conversations
        elif isinstance(event, Tap):
            await self._press(turn, event)
        elif isinstance(event, Message):
            self._membership(turn, blocked=False)
            await self._take(turn, event)

    def _membership(self, turn: Turn, *, blocked: bool) -> None:
        if turn.person is not None and turn.event.private:
            if blocked:
                turn.person.blocked(turn.now)
            elif turn.person.blocked_at is not None:
                turn.person.unblocked()

    async def _fire(self, turn: Turn, timer: Timer) -> None:
        name, _, verb = timer.name.partition(".")
        journey = self.registry.journeys.get(name)
        if journey is None or verb not in journey.timers:
            raise LookupError(f"no timer {timer.name}")
        await journey.timers[verb](turn, timer)

    async def _press(self, turn: Turn, tap: Tap) -> None:
        name, verb, args = journeys.parse(tap.data)
        journey = self.registry.journeys.get(name)
        if journey is None or verb not in journey.taps:
            raise Stale
        self._allow(turn, f"{name}.{verb}")
        await journey.taps[verb](turn, args)

    async def _take(self, turn: Turn, message: Message) -> None:
        if message.edited:
            await self._revise(turn, message)
            return
        if isinstance(message, Text):
            called = self.registry.command_in(message.text, self.kit.bot_username)
            if called is not None:
                await self._command(turn, *called)
                return
        holder = self.registry.journeys.get(turn.conversation.journey)
        if holder is not None and holder.message is not None:
            self._allow(turn, f"{holder.name}.message")
            if await holder.message(turn, message):
                return
        for journey in self.registry.journeys.values():
            if journey.stranded is not None and await journey.stranded(turn, message):
                return

    async def _revise(self, turn: Turn, message: Message) -> None:
        """Offer a later version of a message to whoever took the first; nobody else has a use for it."""
        for journey in self.registry.journeys.values():
            allowed = journey.edited is not None and may(turn.person, f"{journey.name}.message", turn.now)
            if allowed and journey.edited is not None and await journey.edited(turn, message):
                return

    async def _command(self, turn: Turn, name: str, words: str) -> None:
        command = self.registry.commands.get(name)
        if command is None:
            command, words = self.registry.commands["help"], ""
            name = "help"
        self._allow(turn, f"/{name}")
        await command.run(turn, words)

    def _allow(self, turn: Turn, action: str) -> None:
        if not may(turn.person, action, turn.now):
            raise menu.refusal(roles_of(turn.person, turn.now), turn.speech) if turn.person is not None else Uninvited

    async def _enter(self, turn: Turn, name: str, **args: object) -> None:
        journey = self.registry.journeys[name]
        if journey.enter is None:
            raise LookupError(f"journey {name} cannot be entered")
        await journey.enter(turn, **args)

    async def _give_up(self, turn: Turn) -> bool:
        holder = self.registry.journeys.get(turn.conversation.journey)
        return holder is not None and holder.give_up is not None and await holder.give_up(turn)

    async def _nothing(self) -> bool:
        return False

    async def _nowhere(self, name: str, **_: object) -> None:
        raise LookupError(f"the turn is not open yet: {name}")

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
            update = await self._claim(db, chat_id)
            if update is None or update.id != update_id:  # meanwhile another process has refused it
                return Outcome()
            event = self._read(update)
            if event is None:
                update.done(self.clock())
                return Outcome()
            turn = await self._open(db, event)
            if isinstance(event, Tap):
                turn.toast(turn.label(refusal.message, **refusal.values), alert=True)
            elif event.private and not isinstance(event, Timer):
                if isinstance(refusal, NotAllowed) and not _is_command(event):
                    turn.leave()  # the role that opened what holds the chat has ended
                await self._complain(turn, event, turn.t(refusal.message, **refusal.values))
            return await self._close(turn, update)

    async def _complain(self, turn: Turn, event: Event, said: Markup) -> None:
        """Say why a message was refused: on the card of the journey that holds the chat, else as a message."""
        holder = self.registry.journeys.get(turn.conversation.journey)
        complain = holder.complain if holder is not None and not _is_command(event) else None
        if not (complain is not None and isinstance(event, Message) and await complain(turn, event, said)):
            turn.say(said)

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


def _is_command(event: Event) -> bool:
    return isinstance(event, Text) and event.text.startswith("/")


def _place(error: BaseException) -> str:
    """Return file:line of the innermost frame of our own: where, never what."""
    place, trace = "?", error.__traceback__
    while trace is not None:
        file = trace.tb_frame.f_code.co_filename
        if place == "?" or "site-packages" not in file:
            place = f"{file.rsplit('/', 1)[-1]}:{trace.tb_lineno}"
        trace = trace.tb_next
    return place
