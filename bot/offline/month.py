"""A month in a minute: a round of visits on a clock that is moved from one thing that is due to the next.

The real bot, the sandbox over HTTP, and people who do what people do: most come in time, some late, some are stuck, one
falls ill, one unit drops out. What each person was told unasked is printed day by day; whether the bot kept its
promises is looked at in ``promises.py``.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections import Counter, defaultdict
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Final, TypeVar
from zoneinfo import ZoneInfo

import aiohttp

from bot.app import App
from bot.config import Address, Secret, Settings
from bot.offline import cast as casting
from bot.offline.arranging import arranged
from bot.offline.demo import POLL, TOKEN
from bot.offline.happenings import Script, act, written
from bot.offline.promises import Course, Told, broken
from bot.offline.script import ITEM, Stuck
from sandbox.client import Phone
from sandbox.server import Sandbox
from sandbox.transcript import plain
from storage import upgrading
from storage.campaign import campaigns
from storage.chat import timers
from storage.database import Database
from storage.people import Role
from storage.vault.sealing import Keyring, new_key
from supervision.calendar import DAY, moment

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable
    from pathlib import Path

    from bot.offline.cast import Cast, Player, Trip

T = TypeVar("T")
R = TypeVar("R")

UNITS: Final = 226
DAYS: Final = 30
SHOWN: Final = 60
"""Characters of a message that are printed."""

ITEMS: Final = 22
"""Items of the pack's checklist."""

EVERY: Final = 3
"""At one unit in so many something is found wanting: matters stay open, and the oldest are overdue at the end."""

WANTING: Final = 3
FOUND: Final = "台账两个月没有更新"
"""The item that is found wanting there, and what is written about it."""

CARDS: Final = 6
"""More cards than lie between opening a visit and its first question."""

FORWARD: Final = ("开始", "继续", "去督导", "Start", "Go on")


@dataclass(slots=True)
class Play:
    """The play as it goes on: the stage, the people, and what has been told to whom."""

    telegram: Sandbox
    app: App
    cast: Cast
    session: aiohttp.ClientSession
    say: Callable[[str], None]
    course: Course
    phones: dict[int, Phone] = field(default_factory=dict)
    seen: dict[int, int] = field(default_factory=dict)
    told: list[Told] = field(default_factory=list)
    items: int = 0

    # --- the clock ---

    @property
    def now(self) -> datetime:
        """The moment it is in the play."""
        return self.telegram.world.clock.now()

    @property
    def zone(self) -> ZoneInfo:
        """Where the clocks of the play are."""
        return self.cast.campaign.zone

    async def until(self, wanted: datetime) -> None:
        """Let time pass until a moment, and all that is due before it happen when it is due."""
        while True:
            async with self.app.database.read() as db:
                due = await timers.next_due(db)
            if due is None or due > wanted:
                break
            self._forward(due)
            await self.app.tick()
            await self._settled()
            self._collect()
        self._forward(wanted)

    def _forward(self, to: datetime) -> None:
        ahead = to - self.now
        if ahead > timedelta():
            self.telegram.world.clock.advance(ahead)

    async def settle(self) -> None:
        """Let all that was set off come to its end."""
        await self._settled()

    async def ask(self, player: Player, words: str, button: str) -> None:
        """Have somebody type words, if any, and press a button of the card that comes."""
        phone = self.phones[player.phone]
        if words:
            await phone.text(words)
            await self._settled()
        await phone.tap(button)
        await self._settled()
        self._collect([player.phone])

    async def _settled(self) -> None:
        while self.telegram.world.updates.waiting:  # noqa: ASYNC110 - the sandbox rings no bell for this
            await asyncio.sleep(POLL)
        await self.app.settled()

    def _collect(self, answered: Iterable[int] = ()) -> None:
        """Take down what has come to each phone; what came to one that had just been used was an answer."""
        for number in self.phones:
            messages = self.telegram.world.chats[number].messages if number in self.telegram.world.chats else {}
            fresh = [one for key, one in messages.items() if key > self.seen.get(number, 0)]
            self.seen[number] = max(messages, default=0)
            if number in answered:
                continue
            for one in fresh:
                if one["from"]["is_bot"]:
                    at = datetime.fromtimestamp(one["date"], self.zone)
                    self.told.append(Told(number, at, plain(str(one.get("text") or one.get("caption") or ""))))

    # --- what people do ---

    async def come_in(self) -> None:
        """Have everybody open their invitation."""
        for one in self.cast.players:
            self.phones[one.phone] = Phone(self.telegram.url, one.phone, self.session)
            self.telegram.world.add_phone(one.phone, one.name, "zh-hans", one.role.value, one.start)
        for phone in self.phones.values():
            await phone.start()
        await self._settled()
        self._collect(self.phones)

    async def go(self, trips: Iterable[Trip], *, half: bool = False) -> None:
        """Have people go on visits: all at once, each one of theirs after the other."""
        by_phone: dict[int, list[Trip]] = defaultdict(list)
        for trip in trips:
            by_phone[trip.phone].append(trip)
        for at in range(max(map(len, by_phone.values()), default=0)):
            together = [mine[at] for mine in by_phone.values() if at < len(mine)]
            await asyncio.gather(*(self._open(trip) for trip in together))
            await self._settled()
            await asyncio.gather(*(self._answer(trip, half=half) for trip in together))
            await self._settled()
            for trip in together:
                self.course.began[trip.visit_id] = self.now.astimezone(self.zone)
            if not half:
                await asyncio.gather(*(self._submit(trip) for trip in together))
                await self._settled()
                for trip in together:
                    self.course.ended[trip.visit_id] = self.now.astimezone(self.zone)
            self._collect([trip.phone for trip in together])

    async def _open(self, trip: Trip) -> None:
        phone = self.phones[trip.phone]
        for where in ("/today", "/todo"):  # what is late waits under what is to be done
            await phone.text(where)
            await self._settled()
            if await self._press(phone, f"visit.open:{trip.visit_id}"):
                break
        else:
            raise Stuck(f"{trip.unit}: the visit is nowhere to be found")
        for _ in range(CARDS):
            await self._settled()
            card = await self._card(phone)
            labels = [button["text"] for row in card.get("buttons") or () for button in row]
            if ITEM.search(plain(str(card.get("text_html") or ""))) or any("提交" in label for label in labels):
                return
            onward = next((label for label in labels for words in FORWARD if words in label), None)
            if onward is None:
                raise Stuck(f"{trip.unit}: no way to the first question from {labels}")
            await phone.tap(onward)
        raise Stuck(f"{trip.unit}: the first question does not come")

    async def _press(self, phone: Phone, data: str) -> bool:
        for message in reversed(await phone.messages()):
            for row in message.get("buttons") or ():
                if any(button.get("data") == data for button in row):
                    await phone.press(message["id"], data)
                    return True
        return False

    async def _card(self, phone: Phone) -> dict[str, Any]:
        for message in reversed(await phone.messages()):
            if message.get("buttons"):
                return dict(message)
        raise Stuck("there is nothing to tap")

    async def _answer(self, trip: Trip, *, half: bool) -> None:
        """Answer as somebody does who wrote it all down on the way; at every third unit something is found wanting."""
        numbers = range(1, (self.items // 2 if half else self.items) + 1)
        wanting = {} if trip.visit_id % EVERY else {WANTING: f"✗ {FOUND}"}
        said = "\n".join(f"{number} {wanting.get(number, '✅')}" for number in numbers)
        await self.phones[trip.phone].text(said)

    async def _submit(self, trip: Trip) -> None:
        await self.phones[trip.phone].tap("提交")

    async def finish(self, trips: Iterable[Trip]) -> None:
        """Have people go on with visits they have begun, and hand them in."""
        for trip in trips:
            await self._open(trip)
            await self._answer(trip, half=False)
            await self._settled()
            await self._submit(trip)
            await self._settled()
            self.course.ended[trip.visit_id] = self.now.astimezone(self.zone)
            self._collect([trip.phone])

    async def say_why(self, player: Player, words: str) -> None:
        """Have somebody say why a thing they were reminded of cannot be done."""
        phone = self.phones[player.phone]
        await phone.tap("1. ")
        await self._settled()
        await phone.tap("做不了")
        await self._settled()
        await phone.text(words)
        await self._settled()
        self._collect([player.phone])


# --- telling ---


def told_on(play: Play, day: date) -> list[str]:
    """Return what each person was told unasked on a day: a line each."""
    lines = []
    for player in play.cast.players:
        mine = [one for one in play.told if one.phone == player.phone and one.at.date() == day]
        if mine:
            said = " ｜ ".join(f"{one.at:%H:%M} {_brief(one.text)}" for one in mine)
            lines.append(f"  {player.name}: {said}")
    return lines


def _brief(text: str) -> str:
    head, _, rest = text.partition("\n")
    flat = re.sub(r"\s+", " ", f"{head} {rest}")
    return flat if len(flat) <= SHOWN else flat[: SHOWN - 1] + "…"


async def play(
    folder: Path,
    say: Callable[[str], None],
    *,
    units: int = UNITS,
    days: int = DAYS,
    groups: int = len(casting.GROUPS),
    register: bytes | None = None,
) -> list[str]:
    """Play a month; prints it as it goes on, and returns the promises that were broken. Raises Stuck, CommandError."""
    began = asyncio.get_running_loop().time()
    async with _stage(folder, say, units, days, groups, register) as made:
        await made.come_in()
        trips = await arranged(made)
        made.course.trips = trips
        script = written(made.cast, trips)
        first, last = made.course.days
        for day in (first + DAY * at for at in range((last - first).days + 1)):
            await act(made, script, trips, day)
            lines = told_on(made, day)
            if lines:
                works = "" if made.cast.calendar.works(day) else " (day off)"
                say("\n".join([f"\n{day:%Y-%m-%d %a}{works}", *lines]))
        found = broken(made.told, made.course)
        say("\n" + "\n".join(_summary(made, script, trips, found, asyncio.get_running_loop().time() - began)))
        return found


def _summary(made: Play, script: Script, trips: list[Trip], found: list[str], seconds: float) -> list[str]:
    done = sum(one.visit_id in made.course.ended for one in trips)
    kinds = Counter("reminders" if "条提醒" in one.text else "others" for one in made.told)
    went = len(script.ill_on)
    days = (made.course.days[1] - made.course.days[0]).days + 1
    course = f"{len(script.late)} begun late, {len(script.stuck)} left lying, one person ill for {went} days."
    unasked = f"{len(made.told)} messages came unasked, {kinds['reminders']} of them reminders,"
    lines = [
        f"{len(trips)} units, {done} visits handed in, {len(made.course.gone)} unit dropped out; {course}",
        f"{unasked} to {len(made.phones)} people in {days} days, played in {seconds:.0f} s.",
    ]
    if not found:
        kept = "nothing at night or on a day off, nothing twice, nothing missed, a digest each worked day."
        return [*lines, f"Kept: {kept}"]
    return [*lines, f"Broken: {len(found)}", *(f"  {one}" for one in found[:40])]


async def _here(seconds: float, function: Callable[[T], R], data: T) -> R:
    """Draw in this process: starting one for each picture would take most of the minute."""
    del seconds
    return await asyncio.to_thread(function, data)


@asynccontextmanager
async def _stage(
    folder: Path, say: Callable[[str], None], units: int, days: int, groups: int, register: bytes | None
) -> AsyncIterator[Play]:
    logging.getLogger("apscheduler").setLevel(logging.ERROR)  # a second's tick that is left out is made up for by ours
    async with Sandbox(token=TOKEN, path=folder / "telegram.db", port=0) as telegram:
        zone = ZoneInfo("Asia/Shanghai")
        monday = datetime.now(zone).date() + DAY
        while monday.weekday():
            monday += DAY
        telegram.world.clock.advance(moment(monday, time(0, 5), zone) - telegram.world.clock.now())
        settings = Settings(
            bot_token=Secret(TOKEN),
            bot_api_url=telegram.url,
            data_dir=folder,
            listen=Address("127.0.0.1", 0),
            key=Secret(new_key()),
        )
        settings = replace(settings, rate_overall=1e4, rate_chat=1e4, burst_chat=10_000)
        database = Database(settings.database.reveal(), keyring=Keyring.parse(settings.key.reveal()))
        try:
            await upgrading.migrate(database)
            async with database.begin() as db:
                cast = await casting.made(db, monday, telegram.world.clock.now(), units, register, groups)
        finally:
            await database.close()
        async with (
            App(settings, clock=telegram.world.clock.now, draw=_here) as app,
            aiohttp.ClientSession() as session,
        ):
            course = Course(cast.calendar, (monday, monday + DAY * (days - 1)))
            course.leaders = {one.group_id or 0: one.phone for one in cast.players if one.role is Role.leader}
            async with app.database.read() as db:
                course.names = {one.id: one.name for one in await campaigns.groups_of(db, cast.campaign.id)}
            yield Play(telegram, app, cast, session, say, course, items=ITEMS)
