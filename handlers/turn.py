"""What a journey holds while it answers one event: who, where, when, what is known, and a place to put replies.

A turn never commits and never sends. It collects replies; the engine stores them with everything else in one commit.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from zlib import crc32

from handlers.chat import Card, Change, Commands, Say, Tap, Toast
from storage import audit

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from markupsafe import Markup

    from handlers.chat import Event, Reply, Rows
    from handlers.router import Router
    from handlers.shelf import Shelf
    from handlers.text import Speech
    from storage.chat.conversations import Conversation
    from storage.database import Session
    from storage.files.blobs import Blobs
    from storage.people import Person
    from storage.vault.custody import Kept


WAITING: Final = "waiting"
"""Where the conversation keeps what was sent and has no place yet, whichever journey holds the chat."""

LIVE: Final = "live"
"""What the conversation remembers while its live card may be drawn anew unasked: what stands under it."""

PICTURED: Final = "pictured"
"""What the conversation remembers while its live card shows a file, whichever journey holds the chat."""


@dataclass(frozen=True, slots=True)
class Kit:
    """What every turn may use besides the database: made once by the wiring.

    ``bot_username`` makes deep links; ``invitation_days`` is how long one is good for; ``voice_minutes`` the longest
    recording of an interview; ``version`` names the program.
    """

    bot_username: str
    blobs: Blobs
    shelf: Shelf
    invitation_days: int = 7
    voice_minutes: int = 10
    version: str = ""


@dataclass(slots=True)
class Turn:
    """One event being answered. ``person`` is None for a stranger."""

    event: Event
    db: Session
    now: datetime
    speech: Speech
    conversation: Conversation
    kit: Kit
    person: Person | None
    router: Router
    replies: list[tuple[int, Reply]] = field(default_factory=list)
    toast_reply: Toast | None = None
    attached: int = 0
    """How many files the turn put down for download; the engine wakes the downloader for them."""

    @property
    def chat_id(self) -> int:
        """The chat this turn happens in."""
        return self.event.chat_id

    @property
    def who(self) -> Person:
        """The person, where the access table has already seen to it that there is one."""
        if self.person is None:
            raise LookupError("a stranger reached a step that needs a person")
        return self.person

    @property
    def state(self) -> dict[str, Any]:
        """What the current journey remembers in this chat; JSON data, replaced as a whole by :meth:`remember`."""
        return self.conversation.state

    def remember(self, journey: str, **state: Any) -> None:  # noqa: ANN401 - JSON data of the journey's own
        """Make ``journey`` hold this chat, with this state."""
        kept = {name: value for name, value in state.items() if name not in {WAITING, PICTURED}}
        if self.waiting:
            kept[WAITING] = self.waiting
        if self.state.get(PICTURED):
            kept[PICTURED] = True
        self.conversation.journey = journey
        self.conversation.state = kept

    def leave(self) -> None:
        """Let go of the chat: no journey holds it now."""
        self.remember("")

    @property
    def waiting(self) -> list[dict[str, Any]]:
        """What was sent before there was a place for it, as plain data, oldest first; it outlives any journey."""
        return list(self.conversation.state.get(WAITING, ()))

    def keep_waiting(self, pieces: list[dict[str, Any]]) -> None:
        """Let these pieces wait, and none but these."""
        rest = {name: value for name, value in self.state.items() if name != WAITING}
        self.conversation.state = rest | ({WAITING: pieces} if pieces else {})

    async def enter(self, journey: str, **args: object) -> None:
        """Hand the turn to another journey by name: ``await turn.enter("checklist", visit=12)``."""
        await self.router.enter(self, journey, **args)

    async def give_up(self) -> bool:
        """Let the journey that holds the chat give up what it is in the middle of; False when there is nothing."""
        return await self.router.give_up(self)

    def record(self, action: str, about: Kept | str, /, **details: object) -> None:
        """Write down what the person did, once and for all: ``turn.record("visit.submitted", visit)``.

        ``about`` is what it was done to, or only its name, such as ``form:7``. What is said here is linked into the
        chain of custody: ids, codes and figures, never names, words or tokens.
        """
        person_id = self.person.id if self.person is not None else None
        of = None if isinstance(about, str) else about
        subject = about if isinstance(about, str) else ""
        audit.record(self.db, action, subject, now=self.now, person_id=person_id, details=dict(details), of=of)

    # --- speaking ---

    def t(self, message: str, /, **values: object) -> Markup:
        """Say a sentence in the person's language, as HTML with every value escaped."""
        return self.speech.t(message, **values)

    def n(self, one: str, many: str, count: int, /, **values: object) -> Markup:
        """Say a sentence in the plural form for ``count``."""
        return self.speech.n(one, many, count, **values)

    def label(self, message: str, /, **values: object) -> str:
        """Say something as plain text, for a button, a toast or a menu."""
        return self.speech.label(message, **values)

    # --- replying ---

    def say(self, text: str, buttons: Rows = (), *, menu: tuple[tuple[str, ...], ...] = (), **more: str | bool) -> None:
        """Send a new message to this chat."""
        self.reply(Say(text=str(text), buttons=buttons, menu=menu, **more))  # type: ignore[arg-type]

    def card(
        self, text: str, buttons: Rows = (), *, final: bool = False, live: Mapping[str, Any] | None = None
    ) -> None:
        """Show the live card: in place when it was tapped and holds words only, else at the bottom of the chat.

        ``live`` says that it may be drawn anew unasked, and what to know then; it is kept as long as the card is there.
        """
        pictured = bool(self.state.get(PICTURED))
        if pictured or LIVE in self.state:
            gone = {PICTURED, LIVE}
            self.conversation.state = {name: value for name, value in self.state.items() if name not in gone}
        if live is not None:
            looks = crc32(repr((str(text), buttons)).encode())
            self.conversation.state = {**self.state, LIVE: {**live, "looks": looks}}
        tapped = self.event.message_id if isinstance(self.event, Tap) and not pictured else 0
        self.reply(Card(text=str(text), buttons=buttons, tapped=tapped, final=final))

    def pictured_card(
        self, text: str, buttons: Rows, *, picture: str = "", document: str = "", filename: str = ""
    ) -> None:
        """Show a stored file as the live card, in the place of the one that is there: the next card takes its place.

        ``picture``, or ``document`` and ``filename``, as a Card has them.
        """
        self.reply(Card(text=str(text), buttons=buttons, picture=picture, document=document, filename=filename))
        rest = {name: value for name, value in self.state.items() if name != LIVE}
        self.conversation.state = rest | {PICTURED: True}

    def change(self, text: str, buttons: Rows = ()) -> None:
        """Change the message whose button was tapped."""
        if isinstance(self.event, Tap):
            self.reply(Change(message_id=self.event.message_id, text=str(text), buttons=buttons))

    def toast(self, text: str = "", *, alert: bool = False) -> None:
        """Answer the tap with a little text over the chat; plain text, 200 characters."""
        self.toast_reply = Toast(text=text[:200], alert=alert)

    def commands(self, commands: tuple[tuple[str, str], ...]) -> None:
        """Set the command menu of this chat."""
        self.reply(Commands(commands=commands))

    def reply(self, reply: Reply, *, to: int = 0) -> None:
        """Put any reply down, for this chat or for another one."""
        self.replies.append((to or self.chat_id, reply))
