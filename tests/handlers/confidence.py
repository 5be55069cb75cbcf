"""A bench with a key: a visit, an inspector, another one, and the leader of their group."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from forms.convert import convert
from handlers.campaign import GUIDE, folder
from handlers.journeys import JOURNEYS
from storage.campaign import forms as form_versions
from storage.database import Database
from storage.people import Role
from storage.vault.sealing import Keyring, new_key
from storage.visit import interviews
from tests.handlers.conftest import campaign
from tests.handlers.phone import Bench
from tests.handlers.site import plan

if TYPE_CHECKING:
    from pathlib import Path

    from storage.visit.interviews import Interview
    from tests.handlers.phone import Phone

KEY = new_key()


@dataclass(slots=True)
class Confidence:
    """Who may talk with whom on which visit."""

    bench: Bench
    visit_id: int
    inspector: Phone
    colleague: Phone
    leader: Phone

    async def interview(self, number: int = 1) -> Interview:
        async with self.bench.database.read() as db:
            found = await interviews.get(db, number)
        assert found is not None
        return found

    async def begin(self, *words: str) -> Phone:
        """Begin an interview and say something in it."""
        await self.inspector.press(f"interview.begin:{self.visit_id}", 1)
        for one in words:
            await self.inspector.text(one)
        return self.inspector


async def confidence(url: str, folder_: Path, *, key: str = KEY, guided: bool = True) -> Confidence:
    database = Database(url, keyring=Keyring.parse(key) if key else None)
    await campaign(database)
    bench = Bench.on(database, folder_, JOURNEYS)
    if guided:
        made = convert(folder("theme-education").joinpath(GUIDE).read_bytes(), GUIDE)
        async with database.begin() as db:
            await form_versions.publish(
                db,
                form_id=made.form_id,
                version=made.version,
                title=made.title,
                xform=made.xform,
                source=b"",
                source_name=GUIDE,
                now=bench.now,
            )
    visit_id = await plan(bench, unit="ZJ01")
    inspector = await bench.let_in("督导员01", Role.inspector, group="二组")
    colleague = await bench.let_in("督导员04", Role.inspector, group="二组")
    leader = await bench.let_in("张组长", Role.leader, group="二组")
    return Confidence(bench, visit_id, inspector, colleague, leader)
