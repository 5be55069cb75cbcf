"""A telephone in a test's hand, and the bench it lies on: a real engine on a real database, without any network.

    phone = await bench.let_in("督导员01", Role.inspector, group="二组")
    await phone.text("/help")
    await phone.tap("我的信息")
    assert phone.last.text == "…"

What a person sends is stored in the inbox and drained; what the engine puts into the outbox is then applied to the
screen as the deliverer applies it: the live card is edited in place when it was tapped, otherwise it moves to the
bottom. A bug in a journey fails the test at once. What Telegram would refuse fails it too.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from handlers import chat
from handlers.chat import Card, Change, Commands, Event, Say, Sender
from handlers.engine import Engine, Outcome, Ran
from handlers.registry import Registry
from handlers.shelf import Shelf
from handlers.turn import Kit
from storage import people
from storage.campaign import campaigns
from storage.chat import inbox, outbox, timers
from storage.files.blobs import Blobs
from storage.people import Person
from tests.handlers.screen import Shown, parse, written

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from handlers.journey import Journey
    from storage.campaign.campaigns import Group
    from storage.chat.outbox import Outgoing
    from storage.database import Database
    from storage.people import Role

MORNING = datetime(2026, 10, 21, 1, 0, tzinfo=UTC)
"""Nine o'clock on a Wednesday in Beijing, in the first round."""

BOT = "xundu_test_bot"

TOAST_LIMIT = 200


async def drain(engine: Engine, chat_id: int) -> int:
    """Run turns until the chat has no update that can be taken now, as a worker does; returns how many were run."""
    turns, ran = 0, Ran.some
    while ran is Ran.some:
        ran = await engine.turn(chat_id)
        turns += bool(ran)
    return turns


@dataclass(slots=True)
class Phone:
    """One person's telephone: what they can do, and what they see."""

    bench: Bench
    id: int
    name: str
    language: str = "zh-hans"
    screen: list[Shown] = field(default_factory=list)
    menu: tuple[tuple[str, ...], ...] = ()
    commands: tuple[tuple[str, str], ...] = ()
    toast: str = ""
    alert: bool = False
    answered: list[tuple[str, bool]] = field(default_factory=list)
    """What every tap so far was answered, and whether so that one has to look."""

    # --- doing ---

    async def text(self, words: str, *, reply_to: int | None = None, forwarded: bool = False) -> int:
        return await self.send("Text", words, text=words, reply_to=reply_to, forwarded=forwarded)

    async def start(self, payload: str = "") -> int:
        return await self.text(f"/start {payload}".rstrip())

    async def photo(self, caption: str = "", **more: Any) -> int:
        return await self.attach("Photo", caption, **{"size": 200_000, "mime": "image/jpeg"} | more)

    async def file(self, caption: str = "", *, name: str = "表.docx", **more: Any) -> int:
        return await self.attach("File", caption, name=name, **{"size": 50_000} | more)

    async def voice(self, **more: Any) -> int:
        return await self.attach("Voice", **{"mime": "audio/ogg", "duration": 5} | more)

    async def video(self, caption: str = "", **more: Any) -> int:
        return await self.attach("Video", caption, **{"mime": "video/mp4", "duration": 5} | more)

    async def attach(self, kind: str, caption: str = "", **more: Any) -> int:
        number = next(self.bench.numbers)
        return await self.send(
            kind, caption, caption=caption, **{"file_id": f"file-{number}", "unique_id": f"unique-{number}"} | more
        )

    async def place(self, latitude: float = 30.25, longitude: float = 120.17, **more: Any) -> int:
        return await self.send("Place", "", latitude=latitude, longitude=longitude, **more)

    async def sticker(self) -> int:
        return await self.send("Other", "", what="sticker")

    async def edit(self, message_id: int, words: str) -> None:
        """Change the words of a message sent earlier."""
        sent = next(one for one in self.screen if one.id == message_id and one.mine)
        sent.html, sent.edited = words, True
        await self.happen(chat.Text(**self.about(), message_id=message_id, text=words, edited=True))

    async def send(self, kind: str, shown: str, /, **fields: Any) -> int:
        """Send a message of any kind; returns its id."""
        message_id = next(self.bench.numbers)
        self.screen.append(Shown(message_id, mine=True, html=shown, what=kind))
        if fields.get("reply_to") is not None and "reply_buttons" not in fields:
            answered = next((one.buttons for one in self.screen if one.id == fields["reply_to"]), ())
            fields["reply_buttons"] = "\n".join(button.data for row in answered for button in row if button.data)
        await self.happen(getattr(chat, kind)(**self.about(), message_id=message_id, **fields))
        return message_id

    async def tap(self, label: str, *, on: Shown | None = None) -> None:
        """Tap the button with this label, or with these words in its label, on the newest message that has one."""
        for message in [on] if on else reversed(self.screen):
            buttons = [button for row in message.buttons for button in row]
            found = [one for one in buttons if one.label == label] or [one for one in buttons if label in one.label]
            if found:
                assert len(found) == 1, f"“{label}” fits several buttons: {[one.label for one in found]}"
                await self.press(found[0].data, message.id)
                return
        raise AssertionError(f"no button “{label}” on:\n{self}")

    async def press(self, data: str, message_id: int) -> None:
        """Tap a button by what it carries, even one that is not on the screen."""
        callback = f"callback-{next(self.bench.numbers)}"
        self.bench.tapped[callback] = self
        await self.happen(chat.Tap(**self.about(), data=data, message_id=message_id, callback_id=callback))

    async def press_all(self, carried: Sequence[str], message_id: int) -> list[tuple[str, bool]]:
        """Tap buttons one after another, all before the first is answered; returns what each was answered."""
        before, taps = len(self.answered), []
        for data in carried:
            callback = f"callback-{next(self.bench.numbers)}"
            self.bench.tapped[callback] = self
            taps.append(chat.Tap(**self.about(), data=data, message_id=message_id, callback_id=callback))
        await self.bench.store(*taps)
        await self.bench.run(self.id)
        assert len(self.answered) - before == len(carried), "not every tap was answered"
        return self.answered[before:]

    async def block(self, *, blocked: bool = True) -> None:
        await self.happen(chat.Membership(**self.about(), blocked=blocked))

    async def happen(self, event: Event) -> None:
        await self.bench.happen(event)

    def about(self) -> dict[str, Any]:
        """What every event of this telephone says of itself."""
        return {"chat_id": self.id, "at": self.bench.now, "sender": Sender(self.id, self.name, self.language)}

    # --- seeing ---

    @property
    def bot_said(self) -> list[Shown]:
        return [one for one in self.screen if not one.mine]

    @property
    def last(self) -> Shown:
        """The newest message of the bot."""
        assert self.bot_said, "the bot has said nothing"
        return self.bot_said[-1]

    def message(self, message_id: int) -> Shown:
        return next(one for one in self.screen if one.id == message_id)

    def clear(self) -> None:
        """Forget the screen, as a test does that cares only for what comes next."""
        self.screen.clear()

    def __str__(self) -> str:
        """The screen as a person would read it aloud."""
        lines = []
        for one in self.screen:
            lines.append(("✎ " if one.mine else "") + (one.text or f"({one.what})"))
            lines += ["  ".join(f"[{button.label}]" for button in row) for row in one.buttons]
        return "\n".join(lines)


# --- the bench ------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Bench:
    """An engine on a database, a clock that moves only with what happens, and telephones by chat id."""

    database: Database
    blobs: Blobs
    engine: Engine
    now: datetime = MORNING
    phones: dict[int, Phone] = field(default_factory=dict)
    outcomes: list[Outcome] = field(default_factory=list)
    tapped: dict[str, Phone] = field(default_factory=dict)
    away: set[int] = field(default_factory=set)
    """Chats whose telephones have no signal: what is sent there arrives when they are back."""
    numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))
    ids: itertools.count[int] = field(default_factory=lambda: itertools.count(5001))

    @classmethod
    def on(cls, database: Database, folder: Path, journeys: tuple[Journey, ...]) -> Bench:
        blobs = Blobs(folder / "blobs")
        engine = Engine(
            database=database,
            registry=Registry(journeys),
            kit=Kit(bot_username=BOT, blobs=blobs, shelf=Shelf()),
            parse=parse,
            clock=lambda: bench.now,
            after=lambda outcome: bench.outcomes.append(outcome),  # noqa: PLW0108 - the bench is made below
        )
        bench = cls(database, blobs, engine)
        return bench

    # --- people ---

    def stranger(self, name: str = "路人", language: str = "zh-hans") -> Phone:
        """A telephone that the bot has never heard of."""
        phone = Phone(self, next(self.ids), name, language)
        self.phones[phone.id] = phone
        return phone

    async def let_in(
        self, name: str, *roles: Role, group: str | None = None, unit: str | None = None, language: str = "zh_CN"
    ) -> Phone:
        """Put a person with these roles into the database, and their telephone on the bench."""
        phone = self.stranger(name, "en" if language == "en" else "zh-hans")
        async with self.database.begin() as db:
            person = Person(telegram_id=phone.id, name=name, language=language, created_at=self.now)
            group_id = (await self._group(db, group)).id if group else None
            unit_id = await self._unit_id(db, unit) if unit else None
            for role in roles:
                person.appoint(role, self.now, group_id=group_id, unit_id=unit_id)
            db.add(person)
        return phone

    async def person(self, phone: Phone) -> Person | None:
        """Whoever the bot takes this telephone for."""
        async with self.database.read() as db:
            return await people.by_telegram(db, phone.id)

    async def group(self, name: str) -> Group:
        async with self.database.read() as db:
            return await self._group(db, name)

    async def _group(self, db: Any, name: str) -> Group:
        for campaign in await campaigns.all_campaigns(db):
            if found := await campaigns.group_named(db, campaign.id, name):
                return found
        raise AssertionError(f"no group {name}")

    async def _unit_id(self, db: Any, code: str) -> int:
        for campaign in await campaigns.all_campaigns(db):
            if found := await campaigns.unit_by_code(db, campaign.id, code):
                return found.id
        raise AssertionError(f"no unit {code}")

    # --- time and events ---

    async def happen(self, event: Event) -> None:
        """Store an event as it would arrive, run its turn, deliver what comes of it."""
        await self.store(event)
        if event.chat_id not in self.away:
            await self.run(event.chat_id)

    async def store(self, *events: Event) -> None:
        """Only store events, as when the bot is down."""
        async with self.database.begin() as db:
            rows = [(next(self.numbers), event.chat_id, written(event)) for event in events]
            await inbox.store(db, rows, self.now)

    async def run(self, chat_id: int) -> None:
        """Run the turns of a chat and deliver."""
        self.now += timedelta(seconds=1)
        await drain(self.engine, chat_id)
        await self.deliver(chat_id)

    async def wait(self, **span: float) -> None:
        """Let time pass (days=…, hours=…), and what was due in it happen."""
        self.now += timedelta(**span)
        async with self.database.begin() as db:
            chats = await timers.fire_due(db, self.now)
        for chat_id in chats:
            await self.run(chat_id)

    async def _no_bugs(self, db: Any, chat_id: int) -> None:
        aside = [row.error for row in await inbox.set_aside(db)]
        assert not aside, aside
        waiting = await inbox.next_for(db, chat_id, self.now + timedelta(days=1))
        assert waiting is None, f"a turn failed: {waiting.error}"

    # --- delivering ---

    async def deliver(self, *chats: int) -> None:
        """Apply what waits in the outbox to the screens, and the newest answers to taps.

        In these chats nothing may be left to be done: a bug in a journey fails the test.
        """
        async with self.database.begin() as db:
            for chat_id in chats:
                await self._no_bugs(db, chat_id)
            rows = await outbox.pending(db, self.now, limit=1000)
            cards = {row.chat_id: row.id for row in rows if row.reply and row.reply["kind"] == Card.kind}
            fates = []
            for row in rows:
                if row.reply and row.reply["kind"] == Card.kind and cards[row.chat_id] != row.id:
                    fates.append((row.id, "skipped", None, None))
                    continue
                fates.append((row.id, "sent", await self._perform(db, row), None))
            await outbox.settle(db, fates, self.now)
        for outcome in self.outcomes:
            if outcome.callback_id:
                phone = self.tapped.pop(outcome.callback_id)
                phone.toast, phone.alert = outcome.toast.text, outcome.toast.alert
                phone.answered.append((phone.toast, phone.alert))
                assert len(phone.toast) <= TOAST_LIMIT
        self.outcomes.clear()

    async def _perform(self, db: Any, row: Outgoing) -> int | None:
        phone = self.phones.get(row.chat_id)
        assert phone is not None, f"a message to chat {row.chat_id}, where nobody is"
        reply = chat.load(row.reply)
        match reply:
            case Commands():
                phone.commands = reply.commands
                return None
            case Change():
                shown = phone.message(reply.message_id)
                assert not shown.mine, "the bot can change only its own messages"
                shown.html, shown.buttons, shown.edited = reply.text, reply.buttons, True
                shown.check()
                return shown.id
            case Card():
                return await self._show_card(db, phone, reply)
            case Say():
                return self._say(phone, reply)

    def _say(self, phone: Phone, say: Say) -> int:
        shown = Shown(
            next(self.numbers),
            mine=False,
            html=say.text,
            buttons=say.buttons,
            picture=say.picture or ("to be drawn" if say.drawing else ""),
            document=say.document,
            filename=say.filename,
            silent=say.silent,
            media=say.media,
            drawing=say.drawing,
        )
        shown.check()
        for sha256 in filter(None, (say.picture, say.document)):
            assert self.blobs.find(sha256).is_file(), "the file that was to be sent is not there"
        phone.menu = say.menu or phone.menu
        phone.screen.append(shown)
        return shown.id

    async def _show_card(self, db: Any, phone: Phone, card: Card) -> int | None:
        live = await outbox.card_of(db, phone.id)
        if card.quiet and live != card.tapped:
            return None
        if live is not None and live == card.tapped:
            shown = phone.message(live)
            assert (shown.picture, shown.document) == ("", ""), "Telegram cannot edit a picture into words"
            shown.html, shown.buttons, shown.edited = card.text, card.buttons, True
            shown.check()
        else:
            phone.screen[:] = [one for one in phone.screen if one.id != live]
            shown = Shown(
                next(self.numbers),
                mine=False,
                html=card.text,
                buttons=card.buttons,
                picture=card.picture,
                document=card.document,
                filename=card.filename,
            )
            shown.check()
            phone.screen.append(shown)
        await outbox.set_card(db, phone.id, None if card.final else shown.id)
        return shown.id
