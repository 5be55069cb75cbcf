"""A scripted inspector: looks at the screen, does what a person would, and keeps a book of what was confirmed.

Works over the phone API alone. What is slow is waited for, what does not come is tried again, as a thumb does. A deed
counts as confirmed when the bot said so: by a toast that names the answer, or by a card that shows it or has moved on.
"""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import aiohttp

from benchmarks.proof.screen import Button, Screen
from sandbox.client import Phone

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

PACE, BRISK_PACE = (0.5, 2.5), (0.05, 0.2)
"""Seconds between seeing a card and pressing a button on it."""

PATIENCE, BRISK_PATIENCE = 3.0, 1.0
"""Seconds until a person tries once more, twice as many every further time: a slow machine is not to be buried."""

MOST_PATIENT = 8

PHOTO_SHARE, NOTE_SHARE, BACK_SHARE = 0.05, 0.08, 0.04
GRADES = (0.7, 0.12, 0.12, 0.06)
ASKED = 100
"""How often patience may come to an end before somebody counts as stuck."""

SHOWN = 8
"""The newest messages that are looked at."""


@dataclass(slots=True)
class Deed:
    """One thing that was done: ``what`` is a choice's index for a tap, the words for a note."""

    kind: str
    visit: int
    number: int = 0
    at: int = 0
    what: str = ""
    message_id: int = 0
    confirmed: bool = False
    because: str = ""
    """What it was confirmed by."""


@dataclass(slots=True)
class Book:
    """What one inspector did, in order, and which visits the bot said were handed in."""

    phone_id: int
    deeds: list[Deed] = field(default_factory=list)
    handed_in: set[int] = field(default_factory=set)
    repeats: int = 0
    longest: float = 0.0
    """Seconds until the slowest tap showed on the screen."""
    stuck: str = ""


class Inspector:
    """One person with a phone; ``seed`` decides what they answer and how they dawdle."""

    def __init__(self, url: str, phone_id: int, seed: int, photo: bytes, *, brisk: bool = False) -> None:
        self.book = Book(phone_id)
        self._url = url
        self._dice = random.Random(seed)  # noqa: S311 - a script, not a secret
        self._photo = photo
        self._pause = BRISK_PACE if brisk else PACE
        self._patience = BRISK_PATIENCE if brisk else PATIENCE
        self._news = asyncio.Event()
        self._session: aiohttp.ClientSession
        self._phone: Phone
        self._words = 0
        self.enough = asyncio.Event()
        """Set it, and the inspector ends with the visit that is under way."""
        self.most = 0
        """Visits to hand in before ending; 0: as many as there are."""

    async def run(self) -> Book:
        """Work until told that it is enough, and hand in what was begun."""
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=60)) as self._session:
            self._phone = Phone(self._url, self.book.phone_id, self._session)
            watching = asyncio.create_task(self._watch())
            try:
                await self._arrive()
                await self._work()
            finally:
                watching.cancel()
                await asyncio.gather(watching, return_exceptions=True)
        return self.book

    async def _watch(self) -> None:
        forever = aiohttp.ClientTimeout(total=None)
        async with self._session.get(f"{self._url}/phones/{self.book.phone_id}/events", timeout=forever) as stream:
            async for line in stream.content:
                if line.startswith(b"data"):
                    self._news.set()

    async def look(self) -> Screen:
        """Look at the screen."""
        self._news.clear()
        async with self._session.get(f"{self._url}/phones/{self.book.phone_id}/chat?last={SHOWN}") as answer:
            answer.raise_for_status()
            return Screen.of(await answer.json())

    async def _until(self, seen: Callable[[Screen], bool], times: int = 1) -> Screen | None:
        """Watch the screen until something is seen on it; None when patience, some times over, is at an end."""
        try:
            async with asyncio.timeout(times * self._patience):
                while not seen(screen := await self.look()):
                    await self._news.wait()
                return screen
        except TimeoutError:
            return None

    async def _arrive(self) -> None:
        """Open the invitation and wait for the welcome; the link is opened again only by the impatient."""
        await self._phone.start()
        while await self._until(lambda screen: screen.greeted, 4) is None:
            self.book.repeats += 1
            await self._phone.start()

    async def _work(self) -> None:
        await self._say_today()
        while True:
            # Who is only to hand in what was begun makes haste.
            await asyncio.sleep(self._dice.uniform(*(BRISK_PACE if self.enough.is_set() else self._pause)))
            screen = await self.look()
            if screen.kind == "summary" and self._hand_over(screen):
                return
            if screen.kind == "other" and screen.having("visit.summary"):
                return  # every visit is handed in
            await self._step(screen)

    def _hand_over(self, screen: Screen) -> bool:
        """Note the visit on a summary as handed in; True when that was enough."""
        self.book.handed_in.add(screen.having("visit.withdraw")[0].numbers[0])
        return self.enough.is_set() or 0 < self.most <= len(self.book.handed_in)

    async def _say_today(self) -> int:
        """Ask for the card; return the message that asks. A card below it was drawn after all that was sent before."""
        asked = int(str((await self._phone.text("今日督导"))["message_id"]))
        await self._until(lambda screen: screen.message_id > asked, 2)
        return asked

    async def _step(self, screen: Screen) -> None:
        """Do the next thing that this screen asks for."""
        if screen.kind == "item":
            await self._item(screen)
        elif screen.kind == "overview":
            submit = screen.having("visit.submit")
            await self._tap(screen, submit[0] if submit else screen.last_row[0])
        elif screen.kind == "note":
            await self._write(screen, screen.having("checklist.go")[0].numbers)
        elif screen.kind == "change":
            await self._change(screen, screen.having("checklist.change")[0])
        elif screen.kind == "list":
            await self._tap(screen, screen.having("visit.open")[0])
        elif screen.kind == "summary":
            await self._tap(screen, screen.having("visit.today")[0])
        else:
            await self._say_today()

    async def _item(self, screen: Screen) -> None:
        here = screen.having("checklist.next")[0].numbers
        answers, ticks = screen.having("checklist.answer"), screen.having("checklist.toggle")
        later, thrown = screen.having("checklist.later"), self._dice.random()
        asked = bool(later) and not answers and not ticks
        if asked and "稍后" in later[0].label:
            await (self._take_photo(screen, here) if thrown < 0.5 else self._write(screen, here))  # noqa: PLR2004 - a coin
        elif asked:
            await self._tap(screen, later[0])
        elif ticks and (thrown < 0.4 or not any("☑" in one.label for one in ticks)):  # noqa: PLR2004 - about one in two
            # The last tick is left alone: an empty choice is refused.
            ticked = [one for one in ticks if "☑" in one.label]
            await self._tick(screen, self._dice.choice([one for one in ticks if len(ticked) > 1 or one not in ticked]))
        elif ticks and later:
            await self._tap(screen, later[0])
        elif thrown < PHOTO_SHARE:
            await self._take_photo(screen, here)
        elif thrown < PHOTO_SHARE + NOTE_SHARE:
            await self._write(screen, here)
        elif thrown < PHOTO_SHARE + NOTE_SHARE + BACK_SHARE and screen.having("checklist.back"):
            await self._tap(screen, screen.having("checklist.back")[0])
        elif answers:
            weights = [*GRADES, *[0.01] * len(answers)][: len(answers)]
            await self._answer(screen, self._dice.choices(answers, weights)[0])
        else:
            await self._tap(screen, screen.having("checklist.next")[0])

    # --- deeds ---

    async def _press(self, screen: Screen, button: Button, seen: Callable[[Screen], bool]) -> bool:
        """Press until something is seen; False when the card went away under the thumb, so that one must look again."""
        clock = asyncio.get_running_loop().time
        began = clock()
        for attempt in range(ASKED):
            self.book.repeats += attempt > 0
            try:
                await self._phone.press(screen.message_id, button.data, wait=False)
            except aiohttp.ClientResponseError:
                return False
            if await self._until(seen, min(2**attempt, MOST_PATIENT)) is not None:
                self.book.longest = max(self.book.longest, clock() - began)
                return True
            now = await self.look()
            if (now.message_id, now.place) != (screen.message_id, screen.place):
                return seen(now)
        self.book.stuck = f"nothing came of {button.label} on {screen.place}"
        raise TimeoutError(self.book.stuck)

    async def _tap(self, screen: Screen, button: Button) -> None:
        """Press something that writes nothing."""
        await self._press(screen, button, lambda now: now != screen)

    async def _answer(self, screen: Screen, button: Button) -> None:
        visit, number, at, index = button.numbers[:4]
        deed = Deed("answer", visit, number, at, str(index))
        open_still = self._open_still(deed)
        self.book.deeds.append(deed)
        known = {at for at, _ in screen.toasts}
        label = button.label.removeprefix("● ")

        def told(now: Screen) -> bool:
            toasted = any(when not in known and f"第{number}题" in text and label in text for when, text in now.toasts)
            moved_on = now.place != screen.place
            # While an earlier tap with another answer is open, what is seen may have come of that one.
            if not open_still and not deed.confirmed and (toasted or (moved_on and now.kind in {"item", "overview"})):
                deed.confirmed = True
                deed.because = f"{now.toasts[-2:] if toasted else ''} {screen.place} → {now.place}"
            return moved_on

        await self._press(screen, button, told)

    def _open_still(self, deed: Deed) -> bool:
        """Tell whether an earlier answer to the same question, another one, has not been confirmed or overtaken."""
        for one in reversed(self.book.deeds):
            if (one.kind, one.visit, one.number, one.at) == (deed.kind, deed.visit, deed.number, deed.at):
                if one.confirmed:
                    return False
                if one.what != deed.what:
                    return True
        return False

    async def _change(self, screen: Screen, button: Button) -> None:
        """Say that an answer is to be changed indeed."""
        visit, number, at, index = button.numbers[:4]
        self.book.deeds.append(Deed("answer", visit, number, at, str(index)))
        await self._tap(screen, button)

    async def _tick(self, screen: Screen, button: Button) -> None:
        visit, number, at, index = button.numbers[:4]
        deed = Deed("toggle", visit, number, at, str(index))
        self.book.deeds.append(deed)
        was = "☑" in button.label

        def told(now: Screen) -> bool:
            same = [one for one in now.having("checklist.toggle") if one.numbers[:4] == button.numbers[:4]]
            deed.confirmed = bool(same) and ("☑" in same[0].label) != was
            return deed.confirmed or now.place != screen.place

        await self._press(screen, button, told)

    async def _write(self, screen: Screen, here: tuple[int, ...]) -> None:
        """Send one sentence that can be found again; a sentence is not sent twice."""
        self._words += 1
        words = f"抽查记录{self.book.phone_id}w{self._words}号"
        deed = Deed("note", here[0], here[1], 0, words)
        self.book.deeds.append(deed)
        await self._send(screen, deed, self._phone.text(words), lambda now: words in now.text)

    async def _take_photo(self, screen: Screen, here: tuple[int, ...]) -> None:
        deed = Deed("photo", here[0], here[1])
        self.book.deeds.append(deed)
        sending = self._phone.send("photo", self._photo, "photo.jpg", "", "image/jpeg")

        def shown(now: Screen) -> bool:
            # The card that says so may have been overtaken by the next one, which counts one piece more.
            told = "已存" in now.text and now != screen
            return told or (now.place == screen.place and now.pieces > screen.pieces)

        await self._send(screen, deed, sending, shown)

    async def _send(
        self,
        screen: Screen,
        deed: Deed,
        sending: Awaitable[dict[str, object]],
        shown: Callable[[Screen], bool],
    ) -> None:
        """Send, and wait as long as it takes for the card to show it: the message has gone, and is on its way."""
        sent = await sending
        deed.message_id = int(str(sent["message_id"]))

        asked = 0

        def told(now: Screen) -> bool:
            deed.confirmed |= shown(now)
            moved_on = now.message_id > deed.message_id and now.place != screen.place
            return deed.confirmed or moved_on or 0 < asked < now.message_id

        for attempt in range(ASKED):
            if await self._until(told, min(2**attempt, MOST_PATIENT)) is not None:
                return
            self.book.repeats += 1
            # A person who hears nothing asks for the card again. Updates of a chat are worked off in order, so a card
            # that answers this one comes after what was sent, whether it says so or not.
            asked = asked or await self._say_today()
            if told(await self.look()):
                return
        self.book.stuck = f"nothing came of a {deed.kind} on {screen.place}"
        raise TimeoutError(self.book.stuck)
