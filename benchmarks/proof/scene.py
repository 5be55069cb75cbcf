"""The stage: a campaign with a group, some visits and an invitation for each inspector, and an offline Telegram."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from benchmarks.proof.serving import Serving
from bot.offline.demo import PACK, TOKEN
from bot.offline.script import picture
from forms.convert import convert
from handlers import campaign as campaigns_journey
from sandbox.faults import Rates, Settings
from sandbox.server import Sandbox
from storage import invitations
from storage.campaign import forms
from storage.campaign.campaigns import Group, Unit
from storage.database import Database
from storage.people import Role
from storage.visit.visits import Visit

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from benchmarks.proof.hatchery import Hatchery
    from storage.campaign.forms import FormVersion
    from storage.database import Session

FIRST_PHONE = 7101
LEDGER = 1_000_000
SECRET = "a-secret-word-for-the-proof"  # noqa: S105 - opens nothing but a process of this experiment
PHOTO = picture("proof", (320, 240))

STRICT = Rates(chat_burst=5, edit_cost=0.25)
"""Telegram's published limits for what is sent, with edits in private chats counted as the bot counts them.

Telegram publishes no figure for edits. The offline one counts them in full when it is told nothing else; the bot takes
them for a quarter, and half of the kill test is run with either, so that it is seen to hold when the bot is wrong.
"""

STRICTEST = Rates(chat_burst=5, edit_cost=1.0)
"""The same with every edit counted in full."""

BRISK = {"XUNDU_RATE_OVERALL": "1000", "XUNDU_RATE_CHAT": "100", "XUNDU_BURST_CHAT": "100"}
"""Rates for a short run, faster than any thumb."""


CHANCES = {
    "flood": 0.01,
    "http_500": 0.01,
    "http_502": 0.01,
    "reset": 0.02,
    "hang": 0.002,
    "slow": 0.01,
    "lost_reply": 0.02,
    "cut_reply": 0.01,
    "late_reply": 0.003,
    "duplicate_update": 0.05,
    "reorder_updates": 0.05,
}


def trouble(seed: int, *, rates: Rates | None = STRICT, often: float = 1.0) -> Settings:
    """Return the faults of the kill test: about one call in ten goes wrong, one update in ten comes twice or late.

    ``rates`` are Telegram's limits, None when it has none; ``often`` makes faults so much more frequent, for a short
    run that is to meet some of them.
    """
    chances = {name: chance * often for name, chance in CHANCES.items()}
    waits = {"retry_after": 1, "hang_seconds": 2.0, "slow_seconds": 0.3, "hold_seconds": 0.3}
    limits = {"strict": rates is not None, "rates": rates or Rates()}
    return Settings.model_validate({"seed": seed, **limits, **chances, **waits})


@dataclass(frozen=True, slots=True)
class Scene:
    """What the parts of an experiment share; ``door`` is polling or webhook."""

    telegram: Sandbox
    database_url: str
    folder: Path
    phones: tuple[int, ...]
    driver: str
    door: str
    hatchery: Hatchery | None = None

    def serving(self, log: str, port: int, **more: str) -> Serving:
        """Return a process that is not started yet; ``log`` is a file name, ``more`` are further variables."""
        return self.behind(port, log, port, **more)

    def behind(self, front: int, log: str, port: int, **more: str) -> Serving:
        """Return a process whose webhook is reached at another port than its own, as behind a proxy."""
        return Serving(self.settings(front, **more), self.folder / log, port, self.hatchery)

    def settings(self, webhook_port: int, **more: str) -> dict[str, str]:
        """Return the XUNDU_* variables of a process whose webhook is reached at a port."""
        told = {
            "XUNDU_BOT_TOKEN": TOKEN,
            "XUNDU_BOT_API_URL": self.telegram.url,
            "XUNDU_DATA_DIR": str(self.folder),
            "XUNDU_DATABASE_URL": self.database_url,
            "XUNDU_DRIVER": self.driver,
            "XUNDU_POLL_WAIT": "5",
        }
        if self.door == "webhook":
            told |= {
                "XUNDU_WEBHOOK_URL": f"http://127.0.0.1:{webhook_port}/telegram",
                "XUNDU_WEBHOOK_SECRET": SECRET,
            }
        return told | more


async def _shortened(db: Session, checklist: FormVersion, now: datetime) -> FormVersion:
    """Publish the checklist's first two aspects as a checklist: seven items, with every kind of follow-up in them."""
    lines = checklist.source.decode().splitlines(keepends=True)
    groups = [at for at, line in enumerate(lines) if line.startswith("| | begin_group |") and "field-list" not in line]
    choices = lines.index("| choices |\n")
    source = "".join([*lines[: groups[2]], "\n", *lines[choices:]]).encode()
    made = convert(source, checklist.source_name)
    told = {"form_id": f"{made.form_id}_short", "version": made.version, "title": made.title, "xform": made.xform}
    return await forms.publish(db, **told, source=source, source_name=checklist.source_name, now=now)


async def seed(
    database: Database, inspectors: int, visits: int, *, short: bool = False, now: datetime | None = None
) -> dict[int, str]:
    """Set the campaign up and return the invitation of each phone; ``short`` leaves most of the checklist out."""
    now = now or datetime.now(UTC)
    today = (now + timedelta(hours=8)).date()
    async with database.begin() as db:
        started = await campaigns_journey.start(db, PACK, now=now, starts_on=today)
        checklist = await _shortened(db, started.checklist, now) if short else started.checklist
        tokens = {}
        for at in range(inspectors):
            group = Group(campaign_id=started.campaign.id, name=f"第{at + 1}组")
            db.add(group)
            await db.flush()
            more: dict[str, Any] = {"level": 3, "area": "浙江省", "tags": ["committee"], "parent_id": None}
            unit = Unit(
                campaign_id=started.campaign.id, code=f"U-{at}", name=f"单位{at + 1}党委", group_id=group.id, **more
            )
            db.add(unit)
            await db.flush()
            db.add_all(
                Visit(
                    unit_id=unit.id,
                    round_id=started.rounds[0].id,
                    group_id=group.id,
                    form_version_id=checklist.id,
                    planned_on=today,
                    created_at=now,
                )
                for _ in range(visits)
            )
            _, token = await invitations.create(
                db, role=Role.inspector, name=f"督导员{at + 1}", group_id=group.id, now=now, lifetime=timedelta(days=9)
            )
            tokens[FIRST_PHONE + at] = token
    return tokens


@asynccontextmanager
async def stage(
    database_url: str,
    folder: Path,
    inspectors: int,
    visits: int,
    *,
    driver: str,
    door: str,
    hatchery: Hatchery | None = None,
    short: bool = False,
    now: datetime | None = None,
) -> AsyncIterator[Scene]:
    """Bring up Telegram and the campaign on a database that is migrated and empty.

    With a hatchery the bot starts at once; ``short`` is a checklist of seven items, ``now`` when the campaign begins.
    """
    database = Database(database_url)
    try:
        tokens = await seed(database, inspectors, visits, short=short, now=now)
    finally:
        await database.close()
    async with Sandbox(token=TOKEN, webhook_pause=0.1) as telegram:
        telegram.world.ledger.keep(LEDGER)
        for phone, token in tokens.items():
            await telegram.add_phone(id=phone, name=f"督导员{phone}", language_code="zh-hans", start=token)
        yield Scene(telegram, database_url, folder, tuple(tokens), driver, door, hatchery)
