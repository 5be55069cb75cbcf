"""Works itineraries out, group by group in a process of its own, and reads those that were sent in.

What has been found is written down group by group, so that a kill loses one group's few seconds. What becomes of a
draft is the journey's (handlers/itinerary); the solver is never loaded in this process.
"""

from __future__ import annotations

import logging
from contextlib import aclosing
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar

from bot.background import apart
from bot.background.arranging_work import arrange, read
from bot.background.errand import OneByOne
from bot.drivers.driver import downloaded
from bot.drivers.errors import BadToken, Rejected, RetryLater, TooLarge, Unreachable
from handlers import arranging
from storage import people
from storage.campaign import campaigns, guidance, itineraries
from storage.campaign.itineraries import State
from storage.chat import timers
from supervision.itinerary import beside, made
from supervision.itinerary_sheet import Fault, Read, What

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
    from datetime import datetime

    from bot.drivers.driver import Driver
    from storage.campaign.itineraries import Itinerary
    from storage.database import Database, Session
    from supervision.itinerary import Plan, Task

log = logging.getLogger(__name__)

LONGEST_SECONDS: Final = 20.0
"""With starting the process and loading the solver on a machine that is busy; after that the plan made without it."""


T = TypeVar("T")
A = TypeVar("A")


class Run(Protocol):
    """Runs something in so many seconds: in a process of its own, or for a test right here."""

    def __call__(self, seconds: float, function: Callable[..., T], /, *args: object) -> Awaitable[T]:
        """Return what it returns; raises apart.Overrun."""


class Each(Protocol):
    """Runs something on one item after another, each in so many seconds: apart, or for a test right here."""

    def __call__(self, seconds: float, function: Callable[[A], T], items: Sequence[A], /) -> AsyncGenerator[T, None]:
        """Give each result as it comes; raises apart.Overrun."""


class Arranger(OneByOne["Itinerary"]):
    """Works out what waits, one draft at a time; ``wake`` it when one was asked for."""

    name = "arrange itineraries"
    what = "itineraries"

    def __init__(
        self,
        database: Database,
        driver: Driver,
        clock: Callable[[], datetime],
        run: Run = apart.run,
        each: Each = apart.each,
    ) -> None:
        super().__init__(database, driver, clock)
        self._run = run
        self._each = each

    async def _any_waiting(self, db: Session, now: datetime) -> bool:
        return await itineraries.any_waiting(db, now)

    async def _waiting(self, db: Session, now: datetime) -> Sequence[Itinerary]:
        return await itineraries.waiting(db, now)

    async def _done(self, draft: Itinerary) -> bool:
        await (self._read(draft) if draft.file_id else self._arranged(draft))
        return True

    async def _arranged(self, draft: Itinerary) -> None:
        """Work one draft out, group by group; what another process has found of it already is kept."""
        async with self._database.read() as db:
            one = await campaigns.round_of(db, draft.round_id)
            if one is None:
                return
            ground = await arranging.ground(db, one, self._clock())
        groups = [each for each in ground.groups if draft.group_id in (None, each)]
        groups = [each for each in groups if ground.open_units(each)]
        todo = [each for each in groups if str(each) not in draft.plan.get("groups", {})]
        keep = bool(draft.plan.get("keep"))
        tasks = [ground.task(each, draft.together, draft.most, keep=keep) for each in todo]
        async with aclosing(self._found(tasks)) as plans:
            async for task, plan in plans:
                if not await self._keep(draft, task, plan, of=len(groups)):
                    return  # it was thrown away meanwhile
        await self._ready(draft)

    async def _found(self, tasks: Sequence[Task]) -> AsyncGenerator[tuple[Task, Plan], None]:
        """Give the plan of each task: the solver's, or where it came to no end the one made without it."""
        waiting = list(tasks)
        try:
            async with aclosing(self._each(LONGEST_SECONDS, arrange, tasks)) as plans:
                async for plan in plans:
                    yield waiting.pop(0), plan
        except apart.Overrun:
            log.warning("the solver came to no end; %d groups are arranged without it", len(waiting))
            for task in waiting:
                yield task, beside(task) if task.fixed else made(task)

    async def _keep(self, draft: Itinerary, task: Task, plan: Plan, *, of: int) -> bool:
        async with self._database.begin() as db:
            kept = await itineraries.get(db, draft.id, lock=True)
            if kept is None:
                return False
            groups = {**kept.plan.get("groups", {}), str(task.group_id): said_of(task, plan)}
            kept.plan = {**kept.plan, "groups": groups, "of": of}
            kept.keep(kept.stops | {stop.unit_id: (stop.day, stop.people) for stop in plan.stops})
            kept.retry_at = self._clock() + itineraries.LEASE
            draft.plan = kept.plan
            if len(groups) < of:
                await self._tell(db, kept, "progress", len(groups))
        return True

    # --- sent in ---

    async def _read(self, draft: Itinerary) -> None:
        """Fetch the workbook and read it; what it leaves out stays as it is planned."""
        async with self._database.read() as db:
            one = await campaigns.round_of(db, draft.round_id)
            if one is None:
                return
            ground = await arranging.ground(db, one, self._clock())
            sender = await people.by_id(db, draft.person_id)
            led = arranging.led_by(sender, self._clock()) if sender is not None else frozenset()
            known = ground.known(draft.group_id, await guidance.texts(db, one.id), led)
        try:
            content = await downloaded(self._driver, draft.file_id)
            found = await self._run(LONGEST_SECONDS, read, content, known)
        except (Unreachable, RetryLater, BadToken) as error:
            await self._later(draft, error)
            return
        except TooLarge:
            found = Read(faults=[Fault("", What.too_large)])
        except (Rejected, apart.Overrun):
            found = Read(faults=[Fault("", What.unreadable)])
        async with self._database.begin() as db:
            kept = await itineraries.get(db, draft.id, lock=True)
            if kept is None:
                return
            kept.plan = {"faults": [[one.cell, one.what.value, dict(one.values)] for one in found.faults]}
            if not found.faults:
                stops = {**ground.planned(draft.group_id), **found.stops}
                kept.keep({unit: stop for unit, stop in stops.items() if stop is not None})
                kept.plan = {**kept.plan, "guidance": [[unit, *each] for unit, each in found.guidance.items()]}
        await self._ready(draft)

    async def _held(self, db: Session, draft: Itinerary) -> Itinerary | None:
        return await itineraries.get(db, draft.id, lock=True)

    async def _ready(self, draft: Itinerary) -> None:
        async with self._database.begin() as db:
            kept = await itineraries.get(db, draft.id, lock=True)
            if kept is not None and kept.state is State.waiting:
                kept.state, kept.retry_at = State.ready, None
                await self._tell(db, kept, "ready", 0)

    async def _tell(self, db: Session, draft: Itinerary, what: str, number: int) -> None:
        key = f"itinerary:{draft.id}:{draft.created_at:%Y%m%d%H%M%S}:{what}:{number}"
        name = f"itinerary.{what}"
        await timers.plan(db, key, self._clock(), draft.chat_id, name, {"itinerary": draft.id})


def said_of(task: Task, plan: Plan) -> dict[str, Any]:
    """Return what is to be said of a group's plan, as JSON data."""
    return {
        "cost": plan.cost,
        "bound": plan.bound,
        "solved": plan.solved,
        "left": list(plan.left),
        "units": len(task.places),
        "kept": len(task.fixed),
        "teams": len(task.teams),
        "team_days": task.team_days,
        "pace": task.pace,
        "most": task.most,
        "room": task.room,
    }
