"""What stays of the library and of quizzes when somebody is erased who had a part in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from storage import people
from storage.voices import library, quizzes
from storage.voices.library import LibraryItem
from storage.voices.quizzes import Quiz

if TYPE_CHECKING:
    from datetime import datetime

    from storage.database import Database
    from tests.storage.conftest import World


async def test_of_somebody_erased_no_draft_stays_and_not_why_they_were_let_go_without_a_quiz(
    database: Database, world: World, now: datetime
) -> None:
    mine = {"author_id": world.first.id, "created_at": now}
    async with database.begin() as db:
        await library.add(db, LibraryItem(**mine, title="草稿"))
        kept = await library.add(db, LibraryItem(**mine, title="已发布"))
        kept.publish(now)
        await quizzes.add(db, Quiz(**mine, title="草稿"))
        quiz = await quizzes.add(db, Quiz(**mine, title="已开考", state=quizzes.State.open))
        (await quizzes.result(db, quiz.id, world.first.id)).waive(world.first.id, "家里有事", now)
        await db.flush()
        person = await people.by_id(db, world.first.id)
        assert person is not None
        await people.erase(db, person, now)
    async with database.read() as db:
        assert list(await db.scalars(sa.select(LibraryItem.title))) == ["已发布"]
        assert list(await db.scalars(sa.select(Quiz.title))) == ["已开考"]
        result = (await quizzes.results(db, quiz.id, [world.first.id]))[world.first.id]
        assert (result.clear, result.reason) == (True, "")
