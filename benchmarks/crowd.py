"""The people: thumbs on many phones, in the process of the offline Telegram and never in the bot's.

A tap goes straight into Telegram's queue and a card is seen when Telegram has accepted it, so no HTTP of the people's
side is measured. They walk their visits answering 「✅」 to everything; what an echo bot sends, they tap likewise.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections import deque
from typing import TYPE_CHECKING

from sandbox.person import Person

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.field import Visits
    from sandbox.botapi import Incoming, Perform
    from sandbox.model import Json
    from sandbox.server import Sandbox

CARDS = frozenset({"editmessagetext", "sendmessage"})
ARRIVAL_SECONDS = 120.0
AT_ONCE = 50
"""People who come to their first card at the same time."""


class Walker:
    """One person; ``due`` is when the tap under way should have been made, ``answers`` what their taps have written."""

    def __init__(self, telegram: Sandbox, phone_id: int, visits: list[int]) -> None:
        telegram.world.add_phone(phone_id, f"督导员{phone_id}", "zh-hans", "", None)
        self._person = Person(telegram.world, telegram.world.phones[phone_id])
        self._world = telegram.world
        self._visits = iter(visits[1:])
        self._card: Json = {}
        self._data = ""
        self.busy = False
        self.answering = False
        self.due = 0.0
        self.answers = 0

    def ask(self) -> None:
        """Ask for today's visit, as the key under the text field does."""
        self.busy = True
        self._person.text("今日督导")

    def write(self, words: str) -> None:
        """Write something, and wait for nothing."""
        self._person.text(words)

    def tap(self, due: float) -> None:
        """Tap what goes on; raises StopIteration when every visit has been walked."""
        self._data = self._next()
        self.answering = ".answer:" in self._data
        self.busy, self.due = True, due
        self._world.press(self._person.chat, self._card, self._data, self._person.phone)

    def _next(self) -> str:
        rows = self._card["reply_markup"]["inline_keyboard"]
        offered = [button.get("callback_data", "") for row in rows for button in row]
        for verb in (".answer:", ".toggle:", ".later:"):
            found = next((one for one in offered if verb in one), "")
            if found and not (verb == ".toggle:" and self._data == found.rpartition(":")[0]):
                return found
        return f"visit.open:{next(self._visits)}"

    def see(self, card: Json) -> bool:
        """Take a card in; True when it came of a tap."""
        self._card, tapped = card, self.busy and bool(self._data)
        self.answers += tapped and self.answering
        self.busy = False
        return tapped


class Crowd:
    """Everybody on one sandbox; ``on_card`` is told of every card that came of a tap."""

    def __init__(self, telegram: Sandbox, visits: Visits, before: int = 0) -> None:
        self.before = before
        """Answers that were there before anybody came."""
        self._telegram = telegram
        self._visits = visits
        self.walkers: dict[int, Walker] = {}
        self.on_card: Callable[[Walker], None] = lambda _: None
        telegram.bot_api.add_layer(self._watch)

    async def _watch(self, incoming: Incoming, perform: Perform) -> object:
        result = await perform(incoming)
        if incoming.method in CARDS and isinstance(result, dict):
            walker = self.walkers.get(result["chat"]["id"])
            if walker is not None and "inline_keyboard" in result.get("reply_markup", {}) and walker.see(result):
                self.on_card(walker)
        return result

    def come(self, number: int) -> None:
        """Let so many more people come and ask for their visit."""
        newcomers = [one for one in self._visits if one not in self.walkers][:number]
        for phone in newcomers:
            self.walkers[phone] = Walker(self._telegram, phone, self._visits[phone])
            self.walkers[phone].ask()

    async def arrive(self, number: int) -> None:
        """Let people come until there are so many, each with a card in hand."""
        while (lacking := number - len(self.walkers)) > 0:
            self.come(min(lacking, AT_ONCE))
            await self.still(ARRIVAL_SECONDS)

    async def still(self, seconds: float) -> None:
        """Wait until nobody waits for a card; raises TimeoutError."""
        async with asyncio.timeout(seconds):
            while any(one.busy for one in self.walkers.values()):  # noqa: ASYNC110 - it waits for another process
                await asyncio.sleep(0.01)

    async def rush(self, seconds: float, warm: float, measure: Callable[[], float]) -> tuple[int, float, float]:
        """Let everybody tap again as soon as they see the next card.

        Returns the answers, the seconds and what ``measure`` grew by, all without the first ``warm`` seconds. Goes on
        for longer than ``seconds`` until there is at least one answer.
        """
        loop, going, counted = asyncio.get_running_loop(), True, 0

        def onward(walker: Walker) -> None:
            nonlocal counted
            counted += walker.answering
            if going:
                loop.call_soon(walker.tap, 0.0)

        self.on_card = onward
        for one in self.walkers.values():
            one.tap(0.0)
        await asyncio.sleep(warm)
        began, spent, counted = time.perf_counter(), measure(), 0
        await asyncio.sleep(seconds)
        async with asyncio.timeout(ARRIVAL_SECONDS):
            while not counted:  # noqa: ASYNC110 - as in still
                await asyncio.sleep(0.01)
        took, spent, found = time.perf_counter() - began, measure() - spent, counted
        going = False
        await self.still(ARRIVAL_SECONDS)
        return found, took, spent

    async def pace(self, number: int, every: float, seconds: float, hopeless: float) -> list[float]:
        """Let so many tap at moments of their own, each once in ``every`` seconds; returns the seconds waited.

        A tap that is due while the card has not come is made when it comes, and has waited since it was due. Ends
        early when more than one in a hundred has waited for longer than ``hopeless``. The first ``every`` seconds
        do not count.
        """
        loop = asyncio.get_running_loop()
        walkers = list(self.walkers.values())[:number]
        late: dict[Walker, deque[float]] = {one: deque() for one in walkers}
        start = loop.time() + every
        dues = _moments(walkers, start - every, every, int((seconds + every) / every))
        counted = sum(due >= start for due, _ in dues)
        waits: list[float] = []
        lost = 0

        def onward(walker: Walker) -> None:
            nonlocal lost
            wait = loop.time() - walker.due
            if walker.due >= start:
                waits.append(wait)
                lost += wait > hopeless
            if late[walker]:
                walker.tap(late[walker].popleft())

        self.on_card = onward
        for due, walker in dues:
            await asyncio.sleep(due - loop.time())
            if walker.busy:
                late[walker].append(due)
            else:
                walker.tap(due)
            if lost * 100 > counted:
                break
        until = loop.time() + hopeless
        while loop.time() < until and any(one.busy for one in walkers):  # noqa: ASYNC110 - as in still
            await asyncio.sleep(0.01)
        overdue = [due for one in walkers for due in (*late[one], *([one.due] if one.busy else ()))]
        waits += [loop.time() - due for due in overdue if due >= start]
        self.on_card = lambda _: None
        await self.still(ARRIVAL_SECONDS)
        return waits

    @property
    def answers(self) -> int:
        """How many answers were given and have been answered with a card."""
        return sum(one.answers for one in self.walkers.values())


def _moments(walkers: list[Walker], start: float, every: float, times: int) -> list[tuple[float, Walker]]:
    """Return when who is to tap, in order; always the same moments for the same people."""
    dice = random.Random(len(walkers))  # noqa: S311 - a script, not a secret
    phases = [dice.uniform(0, every) for _ in walkers]
    found = [
        (start + phase + again * every, walker)
        for phase, walker in zip(phases, walkers, strict=True)
        for again in range(times)
    ]
    return sorted(found, key=lambda one: one[0])
