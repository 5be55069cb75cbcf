"""How well and how fast a picture is known again: on generated pictures, and among a season's stored fingerprints.

Three kinds are drawn: a room, a page of writing, a table with signatures. Each is changed as pictures are on their way
through telephones: made smaller, saved again, brightened, cut at the edges. What is missed and what is mistaken is
counted at the threshold that is in use (supervision/doubts.py).
"""

from __future__ import annotations

import io
import itertools
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import sqlalchemy as sa
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter

from benchmarks import field
from benchmarks.figures import Figure, at_most, stated
from benchmarks.proof.postgres import migrated
from bot.background import apart
from bot.background.likeness import fingerprints
from storage.database import Database
from storage.files import pictures
from storage.files.evidence import Evidence, State
from storage.files.pictures import Fingerprint
from supervision.doubts import Print, bands

if TYPE_CHECKING:
    from collections.abc import Callable

SIZE = (1280, 960)
MOST_MS = 50.0
"""A search may take so long; it happens in the background."""


@dataclass(frozen=True, slots=True)
class Plan:
    """``drawn`` pictures are compared; ``stored`` fingerprints are searched, ``searches`` times."""

    drawn: int = 90
    stored: int = 100_000
    searches: int = 50


async def run(plan: Plan | None = None) -> tuple[list[Figure], str]:
    """Measure and return the figures."""
    plan = plan or Plan()
    return [*await _known_again(plan), *await _found(plan)], ""


# --- how well ---


def changes() -> dict[str, Callable[[Image.Image], bytes]]:
    """Return what happens to pictures, by name."""
    return {
        "halved, quality 70": lambda one: _jpeg(one.resize((640, 480)), 70),
        "320 × 240, quality 60": lambda one: _jpeg(one.resize((320, 240)), 60),
        "saved again, quality 30": lambda one: _jpeg(one, 30),
        "20 % brighter": lambda one: _jpeg(ImageEnhance.Brightness(one).enhance(1.2), 80),
        "cut by 1 %": lambda one: _jpeg(_cut(one, 0.01), 85),
        "cut by 2 %": lambda one: _jpeg(_cut(one, 0.02), 85),
        "cut by 4 %": lambda one: _jpeg(_cut(one, 0.04), 85),
    }


def _jpeg(picture: Image.Image, quality: int) -> bytes:
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=quality)
    return file.getvalue()


def _cut(picture: Image.Image, share: float) -> Image.Image:
    """Cut a share off the left and the bottom, half of it off the other sides."""
    width, height = picture.size
    half = share / 2
    return picture.crop((int(width * share), int(height * half), int(width * (1 - half)), int(height * (1 - share))))


def drawn(seed: int) -> Image.Image:
    """Draw a picture like no other of its kind."""
    chance = Random(seed)  # noqa: S311 - to be made again, not to be secret
    made = Image.new("RGB", SIZE, tuple(chance.randrange(120, 256) for _ in range(3)))
    (_room, _page, _table)[seed % 3](ImageDraw.Draw(made), chance)
    return made.filter(ImageFilter.GaussianBlur(1))


def _room(pen: ImageDraw.ImageDraw, chance: Random) -> None:
    for at in range(chance.randrange(9, 30)):
        x, y = chance.randrange(SIZE[0]), chance.randrange(SIZE[1])
        colour = tuple(chance.randrange(256) for _ in range(3))
        box = (x, y, x + chance.randrange(40, 500), y + chance.randrange(40, 400))
        (pen.rectangle if at % 3 else pen.ellipse)(box, fill=colour)


def _page(pen: ImageDraw.ImageDraw, chance: Random) -> None:
    pen.rectangle((0, 0, *SIZE), fill=(245, 245, 240))
    y = 60
    for _ in range(chance.randrange(12, 28)):
        x, last = 80, chance.choice((1160, 1160, 1160, 700, 400))
        while x < last:
            width = chance.randrange(12, 60)
            if chance.random() < 0.75:  # noqa: PLR2004 - a word, else a gap
                pen.rectangle((x, y, x + width, y + 14), fill=(30, 30, 40))
            x += width + chance.randrange(6, 14)
        y += chance.randrange(24, 40)


def _table(pen: ImageDraw.ImageDraw, chance: Random) -> None:
    pen.rectangle((0, 0, *SIZE), fill=(250, 250, 250))
    rows, columns = chance.randrange(8, 20), chance.randrange(3, 7)
    high, wide = SIZE[1] // (rows + 2), (SIZE[0] - 120) // columns
    for row in range(rows + 1):
        pen.line((60, 60 + row * high, SIZE[0] - 60, 60 + row * high), fill=(0, 0, 0), width=2)
    for column in range(columns + 1):
        pen.line((60 + column * wide, 60, 60 + column * wide, 60 + rows * high), fill=(0, 0, 0), width=2)
    for row, column in itertools.product(range(rows), range(columns)):
        if chance.random() < 0.6:  # noqa: PLR2004 - signed, else empty
            x, y = 70 + column * wide, 66 + row * high
            points = [(x + chance.randrange(120), y + chance.randrange(max(1, high - 20))) for _ in range(6)]
            pen.line(points, fill=(20, 20, 90), width=4)


async def _known_again(plan: Plan) -> list[Figure]:
    originals = [drawn(seed) for seed in range(plan.drawn)]
    first, each = await _prints([_jpeg(one, 87) for one in originals])
    found = [stated("pictures: a fingerprint, in a process that is there", each * 1e3, "ms")]
    changed, _ = await _prints([change(one) for change in changes().values() for one in originals])
    for at, name in enumerate(changes()):
        later = changed[at * plan.drawn : (at + 1) * plan.drawn]
        missed = sum(not one.is_near(other) for one, other in zip(first, later, strict=True))
        found.append(stated(f"pictures: not known again, {name}", missed / plan.drawn * 100, "%"))
    pairs = list(itertools.combinations(first, 2))
    mistaken = sum(one.is_near(other) for one, other in pairs)
    return [*found, at_most(f"pictures: taken for another, of {len(pairs):,} pairs", mistaken, "pairs", 0)]


async def _prints(files: list[bytes]) -> tuple[list[Print], float]:
    """Return fingerprints, and the seconds each took beside the start of the process."""
    with tempfile.TemporaryDirectory(prefix="xundu-bench-") as name:
        paths = [Path(name) / str(at) for at in range(len(files))]
        for path, data in zip(paths, files, strict=True):
            path.write_bytes(data)
        began = time.perf_counter()
        await apart.run(300, fingerprints, [])
        start = time.perf_counter() - began
        began = time.perf_counter()
        taken = await apart.run(300, fingerprints, [str(path) for path in paths])
        seconds = time.perf_counter() - began - start
    found = [Print.read(*one) for one in taken if one is not None]
    assert len(found) == len(files)
    return found, max(0.0, seconds) / len(files)


# --- how fast ---


async def _found(plan: Plan) -> list[Figure]:
    chance = Random(7)  # noqa: S311 - to be made again, not to be secret
    with tempfile.TemporaryDirectory(prefix="xundu-bench-") as name:
        url = await migrated(f"sqlite:///{name}/xundu.db")
        await field.seed(url, 1, 1)
        database = Database(url)
        try:
            known = await _season(database, plan, chance)
            times = []
            async with database.read(brief=True) as db:
                campaign = await db.scalar(sa.text("SELECT min(id) FROM campaigns"))
                for at in range(plan.searches):
                    number, one = chance.choice(known)
                    wanted = Print(one.bits ^ 1 << at % 64 ^ 1 << at * 7 % 64, one.wide)
                    began = time.perf_counter()
                    found = await pictures.lookalikes(db, wanted, int(campaign or 0))
                    times.append((time.perf_counter() - began) * 1e3)
                    assert number in [each.id for each in found]
        finally:
            await database.close()
    return [at_most(f"pictures: one looked for among {plan.stored:,}, SQLite", times, "ms", MOST_MS)]


async def _season(database: Database, plan: Plan, chance: Random) -> list[tuple[int, Print]]:
    now = datetime.now(UTC)
    prints = [Print(chance.getrandbits(64), chance.getrandbits(256)) for _ in range(plan.stored)]
    async with database.begin() as db:
        visit, person = (
            await db.execute(sa.text("SELECT (SELECT min(id) FROM visits), (SELECT min(id) FROM people)"))
        ).one()
        piece = {"visit_id": visit, "path": "", "kind": "photo", "sender_id": person, "sent_at": now}
        piece |= {"state": State.stored, "scan": False, "forwarded": False}
        piece |= dict.fromkeys(("file_id", "unique_id", "album_id", "name", "mime", "caption"), "") | {
            "size": 0,
            "attempts": 0,
        }
        pieces = [piece | {"id": at} for at in range(1, plan.stored + 1)]
        await db.execute(sa.insert(Evidence.__table__), pieces)  # type: ignore[arg-type]  # it is a Table
        rows = []
        for at, one in enumerate(prints, 1):
            cut = dict(zip(("band0", "band1", "band2", "band3"), bands(one.bits), strict=True))
            bits = one.bits - (1 << 64) if one.bits >> 63 else one.bits
            rows.append(
                cut | {"evidence_id": at, "bits": bits, "wide": f"{one.wide:064x}", "attempts": 1, "done_at": now}
            )
        await db.execute(sa.insert(Fingerprint.__table__), rows)  # type: ignore[arg-type]  # it is a Table
    return list(enumerate(prints, 1))
