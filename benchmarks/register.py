"""A register of a hundred thousand units, brought in by the command: how long, how much memory, and all or nothing.

The command runs in a process of its own, as an office would run it. Once as it is, once more unchanged, and once with a
faulty row in the middle, which must leave nothing.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import openpyxl
import sqlalchemy as sa

from benchmarks.figures import Figure, stated
from benchmarks.proof.postgres import migrated
from handlers import campaign as packs
from storage.campaign.campaigns import Unit
from storage.database import Database

NOW: Final = datetime(2026, 9, 7, 1, 0, tzinfo=UTC)
HEADER: Final = ("党组织编码", "党组织名称", "层级", "上级党组织编码", "省", "市", "党员数")
KIB_IN_MIB: Final = 1024


@dataclass(frozen=True, slots=True)
class Plan:
    """How many ``units`` the register has; ``again``: whether it is brought in once more, unchanged."""

    units: int = 100_000
    again: bool = True


async def run(plan: Plan | None = None) -> tuple[list[Figure], str]:
    """Measure and return the figures."""
    plan = plan or Plan()
    with tempfile.TemporaryDirectory(prefix="xundu-bench-") as name:
        folder = Path(name)
        url = await migrated(f"sqlite:///{folder}/xundu.db")
        database = Database(url)
        try:
            async with database.begin() as db:
                await packs.start(db, "theme-education", now=NOW)
            bad, good = folder / "bad.xlsx", folder / "good.xlsx"
            await asyncio.to_thread(_write, bad, plan.units, plan.units // 2)
            await asyncio.to_thread(_write, good, plan.units, 0)
            refused = await asyncio.to_thread(_imported, url, folder, bad, 1)
            assert await _stored(database) == 0
            taken = await asyncio.to_thread(_imported, url, folder, good, 0)
            assert await _stored(database) == plan.units
            again = await asyncio.to_thread(_imported, url, folder, good, 0) if plan.again else None
        finally:
            await database.close()
    title = f"register: {plan.units:,} units"
    figures = []
    named = [("brought in", taken), ("with a faulty row, nothing stored", refused)]
    named += [("once more, unchanged", again)] if again else []
    for what, (seconds, memory) in named:
        figures.append(stated(f"{title}, {what}", seconds, "s"))
        figures.append(stated(f"{title}, {what}, memory (RSS)", memory, "MiB"))
    return figures, ""


def _write(file: Path, units: int, faulty: int) -> None:
    """Write a register; the unit ``faulty`` has a level there is none of, 0 for no fault."""
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("党组织信息表")
    sheet.append(HEADER)
    for at in range(units):
        above, level = ("", "一级") if at == 0 else ("U0", "三级") if at <= units // 50 else (f"U{at // 50}", "支部")
        written = "九级" if at and at == faulty else level
        sheet.append(
            (f"U{at}", f"第{at}党组织", written, above, "浙江省" if at else "", "杭州市" if at else "", at % 90)
        )
    book.save(file)


async def _stored(database: Database) -> int:
    async with database.read() as db:
        return await db.scalar(sa.select(sa.func.count()).select_from(Unit)) or 0


def _imported(url: str, folder: Path, file: Path, expected: int) -> tuple[float, float]:
    """Run the command and return (seconds, the most memory it held in MiB)."""
    environment = {
        **os.environ,
        "XUNDU_DATABASE_URL": url,
        "XUNDU_DATA_DIR": str(folder),
        "XUNDU_BOT_TOKEN": f"7000000000:{'x' * 35}",
    }
    command = [sys.executable, "-m", "bot", "import", "units", str(file), "--language", "en"]
    began = time.perf_counter()
    process = os.posix_spawn(
        command[0],
        command,
        environment,
        file_actions=[(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0), (os.POSIX_SPAWN_DUP2, 1, 2)],
    )
    _, status, used = os.wait4(process, 0)
    assert os.waitstatus_to_exitcode(status) == expected
    return time.perf_counter() - began, used.ru_maxrss / KIB_IN_MIB
