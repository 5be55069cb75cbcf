"""Two stages for the same play: the engine alone, and the whole bot over real HTTP against the sandbox.

A stage knows how to do what a person does and how to say what is on the screen afterwards. The demonstration campaign
of the theme-education pack is set up on both, at nine in the morning of a Wednesday.
"""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from bot.app import App
from bot.config import Address, Secret, Settings
from bot.offline.demo import PACK, TOKEN
from bot.offline.script import picture
from bot.offline.seed import seed
from forms.convert import convert
from handlers.journeys import JOURNEYS
from handlers.notice import feeding
from sandbox.client import Phone as RemotePhone
from sandbox.server import Sandbox
from storage.campaign import forms as form_versions
from storage.campaign.campaigns import Unit
from storage.chat import timers
from storage.vault.sealed import give
from storage.vault.sealing import Keyring, new_key
from storage.visit import visits
from storage.visit.visits import Visit
from tests.handlers.phone import MORNING, Bench, Phone
from tests.handlers.test_checklist_doubts import came, drawn, exif, jpeg

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from datetime import datetime

    from bot.offline.seed import DemoPhone
    from storage.database import Database

KEY = new_key()

PICTURES = {
    "near": jpeg(drawn(1), exif=exif("2026:10:21 08:30:00", (30.25, 120.17))),
    "same": jpeg(drawn(1), quality=70),
    "old": jpeg(drawn(2), exif=exif("2026:10:12 08:00:00")),
    "far": jpeg(drawn(3), exif=exif(place=(31.0, 121.0))),
}
"""Pictures that a play sends by name, as files bring them: where and when they were taken, and one that was changed."""

LATER = timedelta(hours=1)
"""A notice's card changes only every few seconds; nobody in a play waits that long."""

Screen = tuple[list[dict[str, Any]], list[list[str]], str]
"""The bot's messages, the reply keyboard, and the toast of the last tap."""


class Stage(Protocol):
    """Somewhere a conversation can be held; people are named by their phone's number."""

    async def do(self, who: int, kind: str, words: str) -> None: ...

    async def screen(self, who: int) -> Screen: ...


class EngineStage:
    """The engine and the database, nothing else."""

    def __init__(self, bench: Bench, phones: list[DemoPhone]) -> None:
        self.bench = bench
        self.starts = {one.id: one.start for one in phones}
        for one in phones:
            bench.phones[one.id] = Phone(bench, one.id, one.name, one.language_code)
        bench.phones[9999] = Phone(bench, 9999, "路人", "zh-hans")
        self._sent: dict[int, int] = {}
        self._ahead = timedelta()

    async def do(self, who: int, kind: str, words: str) -> None:  # noqa: C901, PLR0912 - one line an action
        phone = self.bench.phones[who]
        phone.toast = ""
        match kind:
            case "start":
                await phone.start(self.starts.get(who, ""))
            case "say":
                self._sent[who] = await phone.text(words)
            case "forward":
                await phone.text(words, forwarded=True)
            case "edit":
                await phone.edit(self._sent[who], words)
            case "tap":
                await phone.tap(words)
            case "double":
                await self._twice(phone, words)
            case "photo":
                await phone.photo(words)
            case "album":
                count, _, caption = words.partition(" ")
                for at in range(int(count)):
                    await phone.photo(caption if at == 0 else "", album_id="album-1")
            case "file":
                name, _, caption = words.partition(" ")
                await phone.file(caption, name=name)
            case "voice":
                await phone.voice()
            case "place":
                await phone.place()
            case "sticker":
                await phone.sticker()
            case "picture":
                which, _, caption = words.partition(" ")
                await phone.photo(caption)
                await came(self.bench, PICTURES[which])
            case "away":
                self.bench.away.add(who)
            case "back":
                self.bench.away.discard(who)
                await self.bench.run(who)
            case "wait":
                await self.bench.wait(seconds=float(words))
            case "form":
                await plan(self.bench.database, words, self.bench.now)
            case _:
                raise AssertionError(f"nobody can {kind}")

        await self._told()

    async def _told(self) -> None:
        """Let notices go out and their authors' cards be brought up to date, as the ticker does."""
        fed = changed = True
        while fed or changed:
            fed = await feeding.feed(self.bench.database, self.bench.now)
            await self.bench.deliver()
            self._ahead += LATER
            changed = await feeding.refresh(self.bench.database, self.bench.now + self._ahead)
            await self.bench.deliver()

    async def _twice(self, phone: Phone, label: str) -> None:
        """Tap a button and tap it again before the first tap has been seen to work."""
        message = next(one for one in reversed(phone.screen) if any(label in each for each in one.labels))
        data = next(button.data for row in message.buttons for button in row if label in button.label)
        await phone.press(data, message.id)
        await phone.press(data, message.id)

    async def screen(self, who: int) -> Screen:
        phone = self.bench.phones[who]
        shown = [message for one in phone.bot_said for message in _as_messages(one)]
        return shown, [list(row) for row in phone.menu], phone.toast


def _as_messages(one: Any) -> list[dict[str, Any]]:
    """An album is as many messages as it has pictures; the words stand under the first."""
    if not one.media:
        return [_as_message(one)]
    about = _as_message(one)
    about["caption_html"] = about.pop("text_html")
    return [
        (about if not at else {"id": one.id + at / 100, "buttons": []})
        | {"photo": kind == "photo", "document": kind == "document"}
        for at, (kind, _) in enumerate(one.media)
    ]


def _as_message(one: Any) -> dict[str, Any]:
    buttons = [[{"text": button.label} for button in row] for row in one.buttons]
    return {
        "id": one.id,
        "text_html": one.html,
        "buttons": buttons,
        "photo": bool(one.picture),
        "document": bool(one.document),
    }


class SandboxStage:
    """The bot as it is run, one driver, and phones at the sandbox."""

    def __init__(self, telegram: Sandbox, app: App) -> None:
        self.telegram, self.app = telegram, app
        self._phones: dict[int, RemotePhone] = {}
        self._toasts: dict[int, str] = {}
        self._sent: dict[int, int] = {}
        self._ahead = timedelta()

    def _phone(self, who: int) -> RemotePhone:
        if who not in self._phones:
            self._phones[who] = RemotePhone(self.telegram.url, who)
        return self._phones[who]

    async def close(self) -> None:
        for phone in self._phones.values():
            await phone.__aexit__(None, None, None)

    async def do(self, who: int, kind: str, words: str) -> None:  # noqa: C901, PLR0912 - one line an action
        phone = self._phone(who)
        self._toasts[who] = ""
        match kind:
            case "start":
                await phone.start()
            case "say":
                self._sent[who] = (await phone.text(words))["message_id"]
            case "forward":
                await phone.text(words, forwarded=True)
            case "edit":
                await phone.edit(self._sent[who], words)
            case "tap":
                self._toasts[who] = str((await phone.tap(words)).get("text") or "")
            case "double":
                message, data = await self._button(phone, words)
                await phone.press(message, data, wait=False)
                self._toasts[who] = str((await phone.press(message, data)).get("text") or "")
            case "photo":
                await phone.send("photo", picture("xundu", (320, 240)), "photo.jpg", words, "image/jpeg")
            case "album":
                count, _, caption = words.partition(" ")
                pictures = [(f"{at}.jpg", picture(str(at), (320, 240))) for at in range(int(count))]
                await phone.album(pictures, caption)
            case "file":
                name, _, caption = words.partition(" ")
                await phone.send("document", b"PK" + b"0" * 50_000, name, caption)
            case "voice":
                await phone.send("voice", b"OggS" + b"0" * 2000, "voice.ogg", "", "audio/ogg")
            case "place":
                await phone.location(30.25, 120.17)
            case "sticker":
                await phone.do("sticker")
            case "away":
                await phone.do("offline")
            case "back":
                await phone.do("online")
            case "wait":
                await self._wait(timedelta(seconds=float(words)))
            case "form":
                await plan(self.app.database, words, self.telegram.world.clock.now())
            case _:
                raise AssertionError(f"nobody can {kind}")
        await self._settled()

    async def _wait(self, span: timedelta) -> None:
        """Move the clock and let what was due in that time happen."""
        now = self.telegram.world.clock.advance(span)
        due: datetime | None = now
        while due is not None and due <= now:
            await asyncio.sleep(0.05)
            async with self.app.database.read() as db:
                due = await timers.next_due(db)

    async def _button(self, phone: RemotePhone, label: str) -> tuple[int, str]:
        for message in reversed(await phone.messages()):
            for row in message.get("buttons") or ():
                for button in row:
                    if label in button["text"]:
                        return message["id"], button["data"]
        raise AssertionError(f"no button {label}")

    async def _settled(self) -> None:
        while self.telegram.world.updates.waiting:
            await asyncio.sleep(0.005)
        await self.app.settled()
        self._ahead += LATER
        while await feeding.refresh(self.app.database, self.telegram.world.clock.now() + self._ahead):
            await self.app.settled()
            self._ahead += LATER

    async def screen(self, who: int) -> Screen:
        seen = await self._phone(who).chat()
        shown = [one for one in seen["messages"] if one["from"] == "bot" and not one.get("deleted")]
        keyboard = seen.get("keyboard") or {}
        rows = keyboard.get("rows", []) if isinstance(keyboard, dict) else keyboard
        return shown, rows, self._toasts.get(who, "")


async def plan(database: Database, name: str, now: datetime) -> None:
    """Publish a form that lies beside the plays, and plan a visit with it where the demonstration's first one is."""
    source = Path(__file__).with_name("forms").joinpath(f"{name}.md").read_bytes()
    form = convert(source, f"{name}.md")
    async with database.begin() as db:
        version = await form_versions.publish(
            db,
            form_id=form.form_id,
            version=form.version,
            title=form.title,
            xform=form.xform,
            source=source,
            source_name=f"{name}.md",
            now=now,
        )
        first = await visits.get(db, 1)
        assert first is not None
        unit = Unit(campaign_id=first.unit.campaign_id, code=name, name=form.title, level=5, group_id=first.group_id)
        db.add(unit)
        await db.flush()
        made = Visit(unit_id=unit.id, group_id=first.group_id, form_version_id=version.id, created_at=now)
        await visits.plan(db, made)


async def engine_stage(database: Database, folder: Path) -> EngineStage:
    """The demonstration campaign on an engine alone."""
    for engine in (database._writer, database._reader, database._glancer):
        give(engine.sync_engine, Keyring.parse(KEY))
    bench = Bench.on(database, folder, JOURNEYS)
    async with database.begin() as db:
        phones = await seed(db, PACK, MORNING)
    return EngineStage(bench, phones)


@asynccontextmanager
async def sandbox_stage(folder: Path, driver: str, database_url: str) -> AsyncIterator[SandboxStage]:
    """The demonstration campaign on the whole bot, by one driver."""
    async with Sandbox(token=TOKEN) as telegram:
        telegram.world.clock.ahead = MORNING - telegram.world.clock.now()
        settings = Settings(
            bot_token=Secret(TOKEN),
            bot_api_url=telegram.url,
            data_dir=folder,
            database_url=Secret(database_url),
            listen=Address("127.0.0.1", 0),
            driver=driver,
            key=Secret(KEY),
        )
        # A person in a test is faster than any thumb; Telegram's limits have tests of their own.
        settings = replace(settings, rate_overall=1000.0, rate_chat=1000.0, burst_chat=1000)
        async with App(settings, clock=telegram.world.clock.now) as app:
            async with app.database.begin() as db:
                phones = await seed(db, PACK, telegram.world.clock.now())
            for one in phones:
                telegram.world.add_phone(one.id, one.name, one.language_code, one.role, one.start)
            telegram.world.add_phone(9999, "路人", "zh-hans", "", None)
            stage = SandboxStage(telegram, app)
            try:
                yield stage
            finally:
                await stage.close()
