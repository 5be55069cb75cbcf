"""Albums lose nothing, in whatever order their pieces come, mixed with others, and with updates that come twice."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from handlers import chat
from storage.chat import inbox
from storage.files.evidence import Evidence
from storage.vault import verification
from tests.handlers.screen import written
from tests.handlers.site import plan, site

if TYPE_CHECKING:
    from tests.handlers.phone import Bench

ALBUMS = {"a": ("5", 4), "b": ("", 3), "c": ("7 没有签到表", 3)}
"""What the caption of one piece says, and how many pieces there are."""

PIECES = [(album, at) for album, (_, many) in ALBUMS.items() for at in range(many)]


@given(order=st.permutations(PIECES), captioned=st.integers(0, 2), twice=st.sets(st.integers(0, len(PIECES) - 1)))
@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_shuffled_and_repeated_albums_lose_nothing(
    bench: Bench, order: list[tuple[str, int]], captioned: int, twice: set[int]
):
    if not bench.phones:
        await site(bench)
    phone = next(iter(bench.phones.values()))
    visit = await plan(bench)
    await phone.press(f"checklist.go:{visit}:3", 1)
    for place, (album, at) in enumerate(order):
        number = next(bench.numbers)
        words = ALBUMS[album][0] if at == captioned else ""
        event = chat.Photo(
            **phone.about(),
            message_id=visit * 1000 + number,
            file_id=f"{visit}{album}{at}",
            unique_id=f"{visit}{album}{at}",
            album_id=f"{visit}{album}",
            caption=words,
        )
        for _ in range(2 if place in twice else 1):  # Telegram repeats an update it has no confirmation of
            async with bench.database.begin() as db:
                await inbox.store(db, [(1_000_000 + visit * 1000 + number, phone.id, written(event))], bench.now)
            await bench.run(phone.id)
    async with bench.database.read() as db:
        pieces = (await db.scalars(sa.select(Evidence).where(Evidence.visit_id == visit))).all()
        assert (await verification.Verification(db).run()).breaks == []
    assert Counter(one.unique_id for one in pieces) == Counter(f"{visit}{album}{at}" for album, at in PIECES)
    for album in ALBUMS:
        places = {one.path.rpartition("/")[0] for one in pieces if one.album_id == f"{visit}{album}"}
        assert len(places) == 1, (album, places)
