"""Looks at pictures once they are here: takes their fingerprints, and lets their senders be asked about what is odd.

A tick looks at all that came since the last one together, in a process of its own (bot/background/likeness.py), because
starting one costs more than looking at twenty pictures. What comes of it is a row and a timer; the question itself is
asked in handlers/checklist/doubting.py. A kill loses nothing: what was taken is handed out again.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from datetime import date, datetime
from typing import TYPE_CHECKING, Final

from bot.background import apart
from bot.background.errand import Errand
from bot.background.likeness import fingerprints
from storage import audit
from storage.campaign import campaigns
from storage.chat import timers
from storage.database import Unavailable
from storage.files import pictures
from storage.files.pictures import Doubt
from storage.visit import visits
from supervision import doubts
from supervision.doubts import Print, Why

if TYPE_CHECKING:
    from collections.abc import Sequence

    from storage.database import Database, Session
    from storage.entity import Json
    from storage.files.blobs import Blobs
    from storage.files.evidence import Evidence
    from storage.visit.visits import Visit

log = logging.getLogger(__name__)

TOGETHER: Final = 50
"""Pictures that one process looks at."""

LONGEST_SECONDS: Final = 60.0

Taken = list[tuple[str, str] | None]
Run = Callable[[float, Callable[[list[str]], Taken], list[str]], Awaitable[Taken]]


class Comparer(Errand):
    """Looks at what waits; ``wake`` it now and then. ``far`` in metres; ``run`` works within so many seconds, apart."""

    name = "compare pictures"

    def __init__(
        self, database: Database, blobs: Blobs, clock: Callable[[], datetime], *, far: float, run: Run = apart.run
    ) -> None:
        super().__init__()
        self._database = database
        self._blobs = blobs
        self._clock = clock
        self._far = far
        self._run = run

    async def _work(self) -> int:
        count = 0
        try:
            while found := await self._due():
                prints = await self._prints(found)
                await self._keep(found, prints)
                count += len(found)
        except Unavailable:
            log.warning("pictures wait for the database")
        return count

    async def _due(self) -> list[Evidence]:
        async with self._database.read(brief=True) as db:  # a tick without a picture costs no write
            if not await pictures.anything_due(db, self._clock()):
                return []
        async with self._database.begin() as db:
            return await pictures.due(db, self._clock(), TOGETHER)

    async def _prints(self, found: Sequence[Evidence]) -> dict[int, Print]:
        """Return the fingerprints by evidence; one picture that no process survives costs only itself its own."""
        wanted = [
            (one.id, str(self._blobs.path(one.blob_sha256))) for one in found if one.is_picture and one.blob_sha256
        ]
        if not wanted:
            return {}
        try:
            taken = await self._run(LONGEST_SECONDS, fingerprints, [path for _, path in wanted])
        except apart.Overrun:
            taken = []
            for _, path in wanted:
                taken += await self._alone(path)
        pairs = zip(wanted, taken, strict=True)
        return {number: Print.read(*hashes) for (number, _), hashes in pairs if hashes is not None}

    async def _alone(self, path: str) -> list[tuple[str, str] | None]:
        try:
            return await self._run(LONGEST_SECONDS, fingerprints, [path])
        except apart.Overrun:
            log.warning("a picture has no fingerprint: looking at it takes too long or too much")
            return [None]

    async def _keep(self, found: Sequence[Evidence], prints: dict[int, Print]) -> None:
        """Write down what was found, and let senders be asked: once for all that came together to one visit."""
        now = self._clock()
        asked: dict[tuple[int, int], list[Doubt]] = {}
        async with self._database.begin() as db:
            audit.acting(db, None, now)
            for one in found:
                line = await pictures.fingerprint(db, one.id)
                if line is None or line.done_at is not None:
                    continue
                line.taken(prints.get(one.id), now)
                signals = await self._signals(db, one, prints.get(one.id)) if _askable(one) else []
                if signals and one.chat_id is not None:
                    doubt = Doubt(visit_id=one.visit_id, evidence_id=one.id, why={"signals": signals}, asked_at=now)
                    db.add(doubt)
                    asked.setdefault((one.chat_id, one.visit_id), []).append(doubt)
            await db.flush()
            for (chat_id, _), together in asked.items():
                key, ids = f"doubt:{together[0].id}", [one.id for one in together]
                await timers.plan(db, key, now, chat_id, "checklist.doubted", {"doubts": ids})

    # --- what is odd ---

    async def _signals(self, db: Session, one: Evidence, found: Print | None) -> list[Json]:
        visit = await visits.get(db, one.visit_id)
        if visit is None:
            return []
        return [
            *await _used(db, one, found, visit.unit.campaign_id),
            *await _older(db, one, visit),
            *self._elsewhere(one, visit),
        ]

    def _elsewhere(self, one: Evidence, visit: Visit) -> list[Json]:
        told = one.exif or {}
        place = (one.latitude, one.longitude) if one.kind == "place" else (told.get("latitude"), told.get("longitude"))
        if visit.unit.place is None or place[0] is None or place[1] is None:
            return []
        distance = doubts.metres((place[0], place[1]), visit.unit.place)
        return [{"why": Why.far.value, "metres": round(distance)}] if distance > self._far else []


def _askable(one: Evidence) -> bool:
    return one.removed_at is None and one.chat_id is not None


async def _used(db: Session, one: Evidence, found: Print | None, campaign_id: int) -> list[Json]:
    """Return where the very same file, or one that looks the same, was used before.

    The same file sent twice to one item is a slip of the thumb, and pictures that look alike on one visit are what
    taking several is for: neither is asked about.
    """
    if one.blob_sha256 is None or not one.is_picture:
        return []
    same = [each for each in await pictures.copies(db, one.blob_sha256, campaign_id) if each.id < one.id]
    same = [each for each in same if (each.visit_id, each.path) != (one.visit_id, one.path)]
    if same:
        return [{"why": Why.used.value, "evidence": each.id} for each in same[: pictures.MOST]]
    alike = await pictures.lookalikes(db, found, campaign_id) if found is not None else []
    alike = [each for each in alike if each.id < one.id and each.visit_id != one.visit_id]
    return [{"why": Why.alike.value, "evidence": each.id} for each in alike[: pictures.MOST]]


async def _older(db: Session, one: Evidence, visit: Visit) -> list[Json]:
    taken = _moment((one.exif or {}).get("taken_at"))
    if taken is None or visit.opened_at is None:
        return []
    zone = await campaigns.zone_of(db, visit.unit.campaign_id)
    began: date = campaigns.day_in(zone, visit.opened_at)
    return [{"why": Why.older.value, "taken": taken.isoformat()}] if doubts.is_older(taken, began) else []


def _moment(written: object) -> datetime | None:
    try:
        return datetime.fromisoformat(written) if isinstance(written, str) else None
    except ValueError:
        return None
