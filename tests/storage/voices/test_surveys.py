"""What is stored of an anonymous survey cannot be joined to people, by whatever the rows themselves give away."""

from __future__ import annotations

import json
from collections import Counter
from datetime import timedelta
from itertools import count
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from storage import people
from storage.database import Database
from storage.people import Person, Role
from storage.voices import notices, surveys
from storage.voices.surveys import BATCH, Answer, Pool, State, Survey, Turnout
from supervision.ballot_figures import figures_of

if TYPE_CHECKING:
    from datetime import datetime

    from storage.database import Session

VOTERS = 43
FIRST = 9_100_000_000
QUESTIONS = {"questions": [{"kind": "choice", "text": "谁", "choices": [str(at) for at in range(VOTERS)]}]}


async def opened(db: Session, now: datetime) -> Survey:
    author = Person(telegram_id=1, name="王主任", created_at=now)
    db.add(author)
    await db.flush()
    survey = Survey(author_id=author.id, questions=QUESTIONS, created_at=now)
    await surveys.add(db, survey)
    await surveys.start(db, survey, now, now)
    return survey


async def vote(db: Session, survey_id: int, voter: int, now: datetime, place: str = "") -> bool:
    """Let voter number n say "n", so that a test can see whose answer is whose."""
    survey = await surveys.get(db, survey_id, lock=True)
    assert survey is not None
    return await surveys.cast(db, survey, FIRST + voter, {"1": str(voter)}, place, now)


async def said(db: Session, order: object) -> list[int]:
    found = await db.execute(sa.select(Answer.answers).order_by(order))
    return [int(one["1"]) for (one,) in found]


async def test_answers_lie_in_no_order_that_tells_who_came_when(database: Database, now: datetime):
    async with database.begin() as db:
        survey = await opened(db, now)
    for voter in range(VOTERS):
        async with database.begin() as db:
            assert await vote(db, survey.id, voter, now)
    async with database.read() as db:
        moved = await db.scalar(sa.select(sa.func.count()).select_from(Answer))
        pool = (await db.scalars(sa.select(Pool))).one().answers["answers"]
        hours = set(await db.scalars(sa.select(Answer.hour)))
        if database.embedded:
            with pytest.raises(sa.exc.OperationalError):
                await db.execute(sa.text("SELECT rowid FROM survey_answers"))
            orders: list[object] = [Answer.id]
        else:
            orders = [sa.text("ctid"), Answer.id]
            together = Counter(await db.scalars(sa.text("SELECT xmin::text FROM survey_answers")))
            assert set(together.values()) == {BATCH}, "one transaction never wrote fewer than a batch"
        for order in orders:
            found = await said(db, order)
            assert found != sorted(found)
    assert moved == 30
    assert len(pool) == VOTERS - moved >= BATCH, "so many always stay behind"
    assert [int(one["answers"]["1"]) for one in pool] != sorted(int(one["answers"]["1"]) for one in pool)
    assert {(one.minute, one.second, one.microsecond) for one in hours} == {(0, 0, 0)}


ROUNDS = 12
MANY = 40
"""Lined up by lot one of 43 fits on average: 12 rounds give 12 ± 3.5, and forty would be eight deviations off."""


async def joined(database: Database, now: datetime) -> Counter[str]:
    """Let each voter say their own number, and line voters and answers up in order; returns how many fit."""
    fits = Counter[str]()
    for at in range(ROUNDS):
        async with database.begin() as db:
            survey = Survey(author_id=1, questions=QUESTIONS, created_at=now)
            if not at:
                db.add(Person(telegram_id=1, name="王主任", created_at=now))
                await db.flush()
            await surveys.add(db, survey)
            await surveys.start(db, survey, now, now)
            for voter in range(VOTERS):
                await vote(db, survey.id, voter, now)
            await surveys.close(db, survey, now)
            found = await db.execute(sa.select(Answer.answers).where(Answer.survey_id == survey.id))
            by_id = [int(one["1"]) for (one,) in found]
        fits["id"] += sum(place == voter for place, voter in enumerate(by_id))
        fits["backwards"] += sum(place == voter for place, voter in enumerate(reversed(by_id)))
        fits["by halves"] += sum((place < VOTERS // 2) == (voter < VOTERS // 2) for place, voter in enumerate(by_id))
        assert sorted(by_id) == list(range(VOTERS))
    return fits


async def test_joining_answers_to_voters_by_any_order_hits_no_more_than_chance(
    sqlite_database: Database, now: datetime
):
    fits = await joined(sqlite_database, now)
    assert max(fits["id"], fits["backwards"]) < MANY
    assert abs(fits["by halves"] - ROUNDS * VOTERS / 2) < 8 * (ROUNDS * VOTERS / 4) ** 0.5  # who came early, who late


@pytest.mark.parametrize("without", ["the lot in the pool", "ids drawn by lot"])
async def test_that_measure_sees_an_order_where_one_is_left(
    sqlite_database: Database, now: datetime, monkeypatch: pytest.MonkeyPatch, without: str
):
    """The test above is worth something: without what keeps the order away it would fail."""
    numbers = count()
    monkeypatch.setattr(surveys.secrets, "token_hex", lambda _: f"{next(numbers):032x}")
    if without == "the lot in the pool":
        monkeypatch.setattr(surveys._LOT, "shuffle", lambda _: None)
        assert (await joined(sqlite_database, now))["id"] > MANY
    else:
        fits = await joined(sqlite_database, now)
        assert abs(fits["by halves"] - ROUNDS * VOTERS / 2) > 4 * (ROUNDS * VOTERS / 4) ** 0.5


PLACES = ("浙江|3", "浙江|5", "江苏|", "")


async def test_whatever_is_looked_at_twice_has_grown_by_a_batch_of_one_place(sqlite_database: Database, now: datetime):
    """However often somebody looks, no figure of an area or a level ever moves because one person answered."""
    lot = Random(7)  # noqa: S311 - who answers where is no secret
    rare = "42"
    before: dict[str, int] = {}
    async with sqlite_database.begin() as db:
        survey = await opened(db, now)
        survey.places = {one: one for one in PLACES}
        given = Counter[str]()
        for voter in range(160):
            place = lot.choices(PLACES, (60, 20, 12, 8))[0]
            given[place] += 1
            current = await surveys.get(db, survey.id, lock=True)
            assert current is not None
            said_ = rare if voter == 80 else "1"
            assert await surveys.cast(db, current, FIRST + voter, {"1": said_}, place, now)
            after = {one: sum(current.tally.get(one, {}).get("1", ())) for one in PLACES}
            grown = {one: after[one] - before.get(one, 0) for one in PLACES if after[one] != before.get(one, 0)}
            assert grown in ({}, {place: BATCH})
            before = after
            shown = figures_of(current.items, current.tally, 5, PLACES)
            assert all(one.count % BATCH == 0 for one in shown)
        assert {one: given[one] - after[one] for one in PLACES if given[one] >= 2 * BATCH}
        for one in PLACES:
            assert given[one] - after[one] in range(BATCH, 2 * BATCH) or after[one] == 0
        await surveys.close(db, survey, now)
        assert {one: sum(survey.tally.get(one, {}).get("1", ())) for one in PLACES} == {
            one: given[one] for one in PLACES
        }
        assert survey.moved == survey.cast == 160


async def test_nearly_the_same_people_are_not_asked_the_same_again(sqlite_database: Database, now: datetime):
    async with sqlite_database.begin() as db:
        first = await opened(db, now)
        asked = [Person(telegram_id=FIRST + at, name=f"成员{at}", created_at=now) for at in range(20)]
        db.add_all(asked)
        await db.flush()
        ids = [one.id for one in asked]
        notice = await notices.add(db, 1, now)
        await notices.send(db, notice, ids[:12], now)
        first.notice_id = notice.id
        again = await surveys.add(db, Survey(author_id=1, questions=QUESTIONS, created_at=now))
        for audience, apart in ((12, 0), (13, 1), (16, 4), (17, 0), (8, 4), (7, 0)):
            assert await surveys.too_like(db, again, ids[:audience]) == apart
        assert await surveys.too_like(db, again, ids[12:15]) == 0  # nobody was asked before
        again.questions = {"questions": [{"kind": "choice", "text": "别的", "choices": ["甲", "乙"]}]}
        assert await surveys.too_like(db, again, ids[:13]) == 0


async def test_what_an_erased_author_began_goes_and_what_others_answered_is_closed_at_its_time(
    sqlite_database: Database, now: datetime
):
    async with sqlite_database.begin() as db:
        survey = await opened(db, now)
        await surveys.add(db, Survey(author_id=survey.author_id, title="草稿", created_at=now))
        await vote(db, survey.id, 3, now)
        author = await db.get(Person, survey.author_id)
        assert author is not None
        await people.erase(db, author, now)
        assert list(await db.scalars(sa.select(Survey.id))) == [survey.id]
        assert await surveys.overdue(db, now + surveys.LATE) == []
        assert await surveys.overdue(db, now + surveys.LATE + timedelta(seconds=1)) == [survey.id]


async def test_nobody_answers_twice_and_closing_destroys_who_has(database: Database, now: datetime):
    async with database.begin() as db:
        survey = await opened(db, now)
        assert await vote(db, survey.id, 7, now)
        assert not await vote(db, survey.id, 7, now)
        assert await surveys.has_answered(db, survey, FIRST + 7)
        assert not await surveys.has_answered(db, survey, FIRST + 8)
    async with database.begin() as db:
        found = await surveys.get(db, survey.id, lock=True)
        assert found is not None
        assert (found.cast, found.moved) == (1, 0)
        await surveys.close(db, found, now)
    async with database.read() as db:
        found = await surveys.get(db, survey.id)
        assert found is not None
        assert (found.state, found.key, found.moved) == (State.closed, None, 1)
        assert await db.scalar(sa.select(sa.func.count()).select_from(Turnout)) == 0
        assert await db.scalar(sa.select(sa.func.count()).select_from(Pool)) == 0
        assert not await surveys.has_answered(db, found, FIRST + 7)
        with pytest.raises(ValueError, match="no key"):
            found.token(FIRST + 7)


async def test_after_closing_no_token_and_no_key_lies_where_rows_were(sqlite_url: str, now: datetime):
    database = Database(sqlite_url)
    async with database.begin() as db:
        survey = await opened(db, now)
        await vote(db, survey.id, 0, now)
        more = range(1, 200)  # enough to fill pages, which become free as a whole
        db.add_all(Turnout(survey_id=survey.id, token=survey.token(FIRST + voter)) for voter in more)
        key, tokens = survey.key, [survey.token(FIRST + voter) for voter in range(200)]
    assert key is not None
    path = Path(sqlite_url.removeprefix("sqlite:///"))
    assert all(token.encode() in _raw(path) for token in tokens)
    async with database.begin() as db:
        found = await surveys.get(db, survey.id, lock=True)
        assert found is not None
        await surveys.close(db, found, now)
    await database.close()  # what was written last goes into the file, and its log away
    left = _raw(path)
    assert key not in left
    assert not any(token.encode() in left for token in tokens)


def _raw(path: Path) -> bytes:
    """Everything that lies beside the name of the database, as whoever copies the folder has it."""
    return b"".join(one.read_bytes() for one in sorted(path.parent.glob(f"{path.name}*")))


async def test_nothing_stored_of_an_answer_names_its_voter(sqlite_database: Database, now: datetime):
    async with sqlite_database.begin() as db:
        survey = await opened(db, now)
        for voter in range(25):
            await vote(db, survey.id, voter, now)
        rows = [row.as_data() for row in (await db.scalars(sa.select(Answer))).all()]
        tokens = [row.as_data() for row in (await db.scalars(sa.select(Turnout))).all()]
    written = json.dumps([rows, tokens])
    assert not any(str(FIRST + voter) in written for voter in range(25)), "no Telegram id"
    assert {key for row in rows for key in row} == {"id", "survey_id", "hour", "place", "answers"}
    assert {key for row in tokens for key in row} == {"survey_id", "token"}


async def test_only_those_who_were_reached_and_are_silent_are_known(sqlite_database: Database, now: datetime):
    async with sqlite_database.begin() as db:
        survey = await opened(db, now)
        asked = [Person(telegram_id=FIRST + at, name=f"成员{at}", created_at=now) for at in range(4)]
        for one in asked:
            one.appoint(Role.member, now)
        db.add_all(asked)
        await db.flush()
        notice = await notices.add(db, 1, now)
        await notices.send(db, notice, [one.id for one in asked], now)
        survey.notice_id = notice.id
        await db.execute(
            sa.text("UPDATE deliveries SET state = 'sent' WHERE person_id <> :last"), {"last": asked[3].id}
        )
        await vote(db, survey.id, 1, now)
        assert await surveys.silent(db, survey) == [asked[0].id, asked[2].id]
        assert await surveys.was_asked(db, survey, asked[0].id)
        assert not await surveys.was_asked(db, survey, 1)
        await surveys.close(db, survey, now)
        assert await surveys.silent(db, survey) == []
