"""Where a campaign is set up: a bench with an administrator, and the reader of registers.

office = await open_office(bench)
await office.send("信息表.xlsx", content)
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import openpyxl
import sqlalchemy as sa

from bot.background.registering import RegisterReader
from handlers import campaign as packs
from handlers.journeys import JOURNEYS
from storage.campaign.campaigns import Campaign, Group
from storage.database import Database
from storage.people import Role
from tests.handlers.desk import Files
from tests.handlers.phone import Bench

if TYPE_CHECKING:
    from tests.handlers.phone import Phone

SHARED = Path(__file__).parents[3] / "shared" / "data"
HEADER = ("党组织编码", "党组织名称", "层级", "上级党组织编码", "组织类型", "省", "市", "区县", "党员数", "负责督导组")
GROUPS = (("督导组", "职务", "姓名", "负责片区", "分工"),
          ("三组", "组长", "赵组长", "浙江省、江苏省", "全面工作"),
          ("三组", "组员", "小钱", None, "理论学习"))  # fmt: skip
ROWS = (
    ("X-0", "集团党组", "一级", None, "党组", None, None, None, 3, None),
    ("X-1", "浙江公司党委", "三级", "X-0", "党委", "浙江省", None, None, 40, "三组"),
    ("X-2", "西湖党支部", "支部", "X-1", "党支部", "浙江省", "杭州市", "西湖区", 12, "三组"),
)


def workbook(rows: Any = ROWS, header: Any = HEADER, groups: Any = GROUPS, *, title: bool = True) -> bytes:
    """A register as an office lays it out: a title, a header, rows; groups on a sheet of their own."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "信息表"
    if title:
        sheet.append(["党组织信息表"])
        sheet.merge_cells("A1:D1")
    for row in (header, *rows):
        sheet.append(list(row))
    if groups:
        beside = book.create_sheet("督导组")
        for row in groups:
            beside.append(list(row))
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


@dataclass(slots=True)
class Office:
    """An administrator's telephone, and what happens to the registers that are sent from it."""

    bench: Bench
    admin: Phone
    files: Files
    reader: RegisterReader

    async def send(self, name: str, content: bytes, phone: Phone | None = None) -> None:
        """Send a file, and let it be fetched and read."""
        await self.lay(name, content, phone)
        await self.reader.run_due()
        await self.bench.wait(seconds=1)

    async def lay(self, name: str, content: bytes, phone: Phone | None = None) -> None:
        file_id = f"sent-{next(self.bench.numbers)}"
        self.files.lying[file_id] = content
        await (phone or self.admin).file(name=name, file_id=file_id, size=len(content))


async def here(seconds: float, function: Any, *args: Any) -> Any:
    """Run what is usually run in a process of its own right here, which is quicker."""
    del seconds
    return function(*args)


async def open_office(bench: Bench, role: Role = Role.admin, language: str = "zh_CN", run: Any = None) -> Office:
    files = Files()
    async with bench.database.begin() as db:
        await db.execute(sa.update(Campaign).values(pack="theme-education"))
    admin = await bench.let_in("王主任", role, language=language)
    reader = RegisterReader(bench.database, files, lambda: bench.now, run or here)  # type: ignore[arg-type] # only downloads
    return Office(bench, admin, files, reader)


_BEGUN: dict[datetime, bytes] = {}
"""Databases in which a campaign was begun, by the moment: converting its checklist once is enough."""


async def begun(template: Path, folder: Path, now: datetime) -> Bench:
    """A bench with a theme-education campaign of 7 September, begun at that moment, and two groups."""
    path = folder / "begun.db"
    if now not in _BEGUN:
        path.write_bytes(template.read_bytes())
        database = Database(f"sqlite:///{path}")
        async with database.begin() as db:
            made = await packs.start(db, "theme-education", now=now, starts_on=date(2026, 9, 7))
            db.add_all(Group(campaign_id=made.campaign.id, name=name) for name in ("一组", "二组"))
        await database.close()
        _BEGUN[now] = path.read_bytes()
    path.write_bytes(_BEGUN[now])
    bench = Bench.on(Database(f"sqlite:///{path}"), folder, JOURNEYS)
    bench.now = now
    return bench
