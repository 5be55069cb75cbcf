"""Where forms are sent in: a bench with an administrator, and the reader that fetches and reads what they send.

desk = await open_desk(bench)
await desk.send("visit.md", FORM)
assert desk.admin.last.text == "…"
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bot.background.reading import Reader
from storage.campaign.campaigns import Round
from storage.people import Role
from storage.visit.visits import Visit

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from datetime import date

    from tests.handlers.phone import Bench, Phone


@dataclass(slots=True)
class Files:
    """What lies at Telegram, by file id."""

    lying: dict[str, bytes] = field(default_factory=dict)

    async def download(self, file_id: str) -> AsyncIterator[bytes]:
        yield self.lying[file_id]


@dataclass(slots=True)
class Desk:
    """An administrator's telephone, and what happens to the files that are sent from it."""

    bench: Bench
    admin: Phone
    files: Files
    reader: Reader

    async def send(self, name: str, content: bytes | str, phone: Phone | None = None, **more: Any) -> None:
        """Send a file, and let it be fetched and read."""
        await self.lay(name, content, phone, **more)
        await self.read()

    async def lay(self, name: str, content: bytes | str, phone: Phone | None = None, **more: Any) -> None:
        """Send a file that nobody reads yet."""
        data = content.encode() if isinstance(content, str) else content
        file_id = f"sent-{next(self.bench.numbers)}"
        self.files.lying[file_id] = data
        await (phone or self.admin).file(name=name, file_id=file_id, size=more.pop("size", len(data)), **more)

    async def read(self) -> None:
        """Let what waits be read, and its news arrive."""
        await self.reader.run_due()
        await self.bench.wait(seconds=1)

    async def publish(self, name: str, content: bytes | str) -> None:
        """Send a form and publish it."""
        await self.send(name, content)
        await self.admin.tap("发布…")
        await self.admin.tap("发布")

    async def plan(self, number: int, starts_on: date, form_version_id: int, count: int = 1) -> tuple[int, list[int]]:
        """Plan a round with visits; returns its id and theirs."""
        async with self.bench.database.begin() as db:
            made = Round(campaign_id=1, number=number, starts_on=starts_on, ends_on=starts_on.replace(day=28))
            db.add(made)
            await db.flush()
            planned = [
                Visit(
                    unit_id=2,
                    group_id=2,
                    round_id=made.id,
                    form_version_id=form_version_id,
                    created_at=self.bench.now,
                )
                for _ in range(count)
            ]
            db.add_all(planned)
            await db.flush()
            return made.id, [one.id for one in planned]


async def open_desk(bench: Bench, *, language: str = "zh_CN") -> Desk:
    files = Files()
    admin = await bench.let_in("王主任", Role.admin, language=language)
    reader = Reader(bench.database, files, lambda: bench.now)  # type: ignore[arg-type] # of the driver it only downloads
    return Desk(bench, admin, files, reader)
