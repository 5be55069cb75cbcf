"""Three inspectors on one visit in any order: no answer is lost, and none is overwritten by who has not seen it."""

from __future__ import annotations

import asyncio
import shutil
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from handlers.journeys import JOURNEYS
from storage.database import Database
from storage.people import Role
from storage.visit import visits
from tests.handlers.conftest import campaign
from tests.handlers.phone import Bench
from tests.handlers.plays import plays
from tests.handlers.site import Site, card, person_of, site

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from storage.visit.visits import Answer
    from tests.handlers.phone import Phone

ITEMS = ("1", "3", "4")
SIGNS = ("✅", "◐", "❌")
who = st.integers(0, 2)
step = st.one_of(
    st.tuples(st.just("tap"), who, st.sampled_from(ITEMS), st.integers(0, 2)),
    st.tuples(st.just("type"), who, st.sampled_from(ITEMS), st.integers(0, 2)),
    st.tuples(st.just("type"), who, st.sampled_from(ITEMS), st.integers(0, 2)),
    st.tuples(st.just("choose"), who, st.just(""), st.integers(0, 2)),
    st.tuples(st.just("choose"), who, st.just(""), st.integers(0, 2)),
    st.tuples(st.just("open"), who, st.sampled_from(ITEMS), st.just(0)),
    st.tuples(st.just("wait"), st.just(0), st.just(""), st.just(0)),
)
CHOOSING = ("checklist.mine", "checklist.theirs", "checklist.both", "checklist.change", "checklist.noted")


async def everything(here: Site) -> list[Answer]:
    """Every answer to a main question there ever was, oldest first."""
    async with here.bench.database.read() as db:
        paths = {one.path for one in await visits.standing(db, here.visit_id)}
        found = [one for path in sorted(paths) for one in await visits.history(db, here.visit_id, path)]
    return [one for one in found if not one.path.endswith("_note")]


def buttons(phone: Phone, verbs: tuple[str, ...]) -> list[str]:
    rows = card(phone).buttons
    return [one.data for row in rows for one in row if one.data.partition(":")[0] in verbs]


async def act(here: Site, phone: Phone, kind: str, item: str, at: int) -> str:
    """Do one thing and return what the tapped button carried, '' for none."""
    found: list[str] = []
    match kind:
        case "open":
            await here.at(int(item), phone)
        case "wait":
            await here.bench.wait(seconds=20)
        case "type":
            await phone.text(f"{item} {SIGNS[at]}")
        case "tap":
            found = buttons(phone, ("checklist.answer",))
        case _:
            found = buttons(phone, CHOOSING)
    if not found:
        return ""
    data = found[at % len(found)]
    await phone.press(data, card(phone).id)
    return data


async def play(database: Database, folder: Path, steps: list[tuple[str, int, str, int]]) -> None:
    await campaign(database)
    bench = Bench.on(database, folder, JOURNEYS)
    here = await site(bench)
    phones = [here.one, here.two, await bench.let_in("督导员05", Role.inspector, group="二组")]
    ids = [(await person_of(bench, phone)).id for phone in phones]
    for phone in phones:
        await here.enter(phone)
    for kind, at, item, pick in steps:
        before = await everything(here)
        pressed = await act(here, phones[at], kind, item, pick)
        after = await everything(here)
        assert {(one.id, one.value, one.by_id) for one in before} <= {(one.id, one.value, one.by_id) for one in after}
        for new in [one for one in after if one.id not in {old.id for old in before}]:
            assert new.by_id == ids[at]
            stood = next((one for one in before if one.path == new.path and one.superseded_at is None), None)
            if stood is not None and stood.by_id != new.by_id:
                assert pressed.rpartition(":")[2] == str(stood.id), f"{new.value} over {stood.value}, unseen"
    standing = [one for one in await everything(here) if one.superseded_at is None]
    assert len({one.path for one in standing}) == len(standing)


@plays(6)
@given(steps=st.lists(step, min_size=12, max_size=24))
def test_however_three_interleave_nobody_overwrites_what_they_have_not_seen(
    sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, int, str, int]]
):
    folder = tmp_path_factory.mktemp("three")
    shutil.copyfile(sqlite_template, folder / "xundu.db")

    async def run() -> None:
        database = Database(f"sqlite:///{folder / 'xundu.db'}")
        try:
            await play(database, folder, steps)
        finally:
            await database.close()

    asyncio.run(run())
    shutil.rmtree(folder)
