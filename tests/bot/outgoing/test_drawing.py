"""A picture is drawn apart as its message goes out: others do not wait, a stop loses nothing, trouble leaves words."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from bot.drivers.driver import utc_now
from bot.outgoing.drawing import NotDrawn, draw_apart, draw_here
from handlers.chat import Say, dump, load
from reports.drawing import draw_all
from storage.files.blobs import Blobs
from tests.bot.conftest import until
from tests.bot.outgoing.post import Post, at_work

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from bot.drivers.driver import Driver
    from bot.outgoing.drawing import Drawn, Run
    from sandbox.client import Phone
    from sandbox.server import Sandbox
    from storage.database import Database

WANTED = {"theme": "dark", "blocks": [("heading", {"title": "二组", "under": "10月21日"})]}
DIGEST = Say(text="二组", drawing=WANTED)


class Hand:
    """Draws when it is told to, in this very process, and remembers how much at a time."""

    def __init__(self) -> None:
        self.may = asyncio.Event()
        self.together: list[int] = []

    async def __call__(self, seconds: float, function: object, wanted: list[dict[str, Any]]) -> Drawn:
        del seconds, function
        self.together.append(len(wanted))
        await self.may.wait()
        return draw_all(wanted)


@pytest.fixture
def hand() -> Hand:
    return Hand()


@pytest.fixture
def make_drawing(
    sqlite_database: Database, one_driver: Driver, tmp_path: Path, telegram: Sandbox
) -> Callable[[Run], Post]:
    """Make a deliverer that has pictures drawn by somebody."""
    blobs = Blobs(tmp_path / "drawn")
    telegram.world.add_phone(4243, "督导员02", "zh-hans", "", None)

    def made(run: Run) -> Post:
        post = Post(sqlite_database, one_driver, blobs.find, utc_now, blobs=blobs)
        post.deliverer._drawer._run = run
        return post

    return made


def test_data_survives_the_outbox_and_a_message_without_a_picture_has_none():
    assert load(dump(DIGEST)) == DIGEST
    assert "drawing" not in dump(Say(text="x"))


def test_what_no_picture_was_made_of_is_left_out():
    wanted: list[dict[str, Any]] = [{}, {"theme": "light", "blocks": [("nothing", {})]}, {"blocks": 5}]
    assert draw_all(wanted) == [None, None, None]


async def test_a_process_of_its_own_draws_and_leaves_out_what_it_cannot():
    (picture, other) = await draw_apart(60, draw_here, [WANTED, {"blocks": 5}])
    assert picture is not None
    assert picture.startswith(b"\x89PNG")
    assert other is None


async def test_a_process_that_takes_too_long_is_ended():
    with pytest.raises(NotDrawn):
        await draw_apart(0.0, draw_here, [WANTED])


async def test_a_process_that_ends_by_itself_is_noticed():
    with pytest.raises(NotDrawn):
        await draw_apart(60, draw_here, 5)  # type: ignore[arg-type]


async def test_others_are_written_to_while_a_picture_is_drawn(
    make_drawing: Callable[[Run], Post], hand: Hand, phone: Phone
) -> None:
    async with at_work(make_drawing(hand)) as post:
        await post.put(4242, DIGEST)
        await until(lambda: bool(hand.together))
        (other,) = await post.put(4243, Say(text="回复"))

        async def told() -> bool:
            return (await post.fates())[other].state != "pending"

        await until(told)
        assert await phone.messages() == []
        hand.may.set()
        await until(post.settled)
    (shown,) = await phone.messages()
    assert shown["photo"]
    assert shown["caption_html"] == "二组"


async def test_trouble_with_a_picture_sends_the_words_alone(make_drawing: Callable[[Run], Post], phone: Phone) -> None:
    async def broken(*given: object) -> Drawn:
        del given
        raise NotDrawn

    async with at_work(make_drawing(broken)) as post:
        await post.put(4242, DIGEST, DIGEST)
        await until(post.settled)
    assert [bool(one.get("photo")) for one in await phone.messages()] == [False, False]
    assert len(await phone.messages()) == 2


async def test_a_picture_that_was_not_drawn_before_the_end_is_drawn_by_whoever_comes_next(
    make_drawing: Callable[[Run], Post], hand: Hand, phone: Phone
) -> None:
    async with at_work(make_drawing(hand)) as post:
        await post.put(4242, DIGEST)
        await until(lambda: bool(hand.together))
    assert await phone.messages() == []
    hand.may.set()
    async with at_work(make_drawing(hand)) as post:
        await until(post.settled)
    (shown,) = await phone.messages()
    assert shown["photo"]
