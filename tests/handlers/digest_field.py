"""A group in the field as its digests see it: a leader to be, units, visits of some days, and hours that pass."""

from __future__ import annotations

from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from storage.campaign import campaigns
from storage.campaign.campaigns import Unit
from storage.visit import findings, visits
from storage.visit.findings import Judged
from storage.visit.visits import State, Visit
from supervision.wanting import Grade
from tests.handlers.setting_up import begun

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.handlers.phone import Bench, Phone

WEDNESDAY = datetime(2026, 10, 21, 1, 0, tzinfo=UTC)
"""Nine in the morning in Beijing, in the first round."""


@asynccontextmanager
async def digest_field(template: Path, folder: Path) -> AsyncIterator[Bench]:
    """A campaign in its first round, a leader and an inspector of the second group, three units there."""
    bench = await begun(template, folder, WEDNESDAY)
    async with bench.database.begin() as db:
        group = await campaigns.group_named(db, 1, "二组")
        for code, name, area in (
            ("A", "浙江公司党委", "浙江省"),
            ("B", "萧山项目党支部", "浙江省/杭州市/萧山区"),
            ("C", "南京公司党委", "江苏省/南京市"),
        ):
            db.add(Unit(campaign_id=1, code=code, name=name, level=5, area=area, group_id=group.id))
    await bench.wait(seconds=1)
    yield bench
    await bench.database.close()


async def visit_at(bench: Bench, code: str, day: date, state: State = State.planned, *, missing: int = 0) -> int:
    """Plan a visit of the first round, and hand it in when it is to be."""
    async with bench.database.begin() as db:
        unit = await campaigns.unit_by_code(db, 1, code)
        visit = Visit(
            unit_id=unit.id,
            round_id=1,
            group_id=unit.group_id,
            form_version_id=1,
            planned_on=day,
            created_at=bench.now,
            state=state,
            opened_at=None if state is State.planned else bench.now,
            submitted_at=bench.now if state is State.submitted else None,
        )
        await visits.plan(db, visit)
        judged = [Judged(f"/data/i{at}", f"/data/i{at}", str(at), Grade.missing) for at in range(missing)]
        await findings.write(db, visit, judged)
        return visit.id


async def hours(bench: Bench, count: int) -> None:
    """Let hours pass in a bot that runs."""
    for _ in range(count):
        await bench.wait(hours=1)
        await bench.wait(seconds=1)


def digests_of(phone: Phone, name: str = "二组") -> list[str]:
    return [one.text for one in phone.bot_said if one.text.startswith((f"{name} ·", f"{name}今日"))]
