"""What was not taken stays to be seen; what a colleague sends, or takes away, is on the others' cards."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from storage.people import Role
from storage.vault.verification import Verification
from storage.visit import asides
from storage.visit.visits import Answer
from supervision.custody import Fault
from tests.handlers.site import SMALL, button, card, site

if TYPE_CHECKING:
    from tests.handlers.phone import Bench
    from tests.handlers.site import Site

FOLLOWED = 10
"""Seconds after which a colleague's card has followed."""


async def set_aside(bench: Bench) -> Site:
    """A visit on which the first typed 3 people where the second had counted 5, and let the second's stand."""
    here = await site(bench, SMALL)
    two = await here.at(3, here.two)
    await two.text("5")
    one = await here.at(3)
    await one.text("3")
    await one.press(button(card(one), "对方的", exactly=True), card(one).id)
    return here


async def test_a_typed_value_that_was_not_taken_stays_to_be_seen_by_the_leader_with_whose_it_was(bench: Bench):
    here = await set_aside(bench)
    assert (await here.answers())["people"] == "5"
    leader = await bench.let_in("组长", Role.leader, group="二组")
    await here.at(3, leader)
    await leader.tap("📎")
    assert "督导员01曾答「3」（" in leader.last.text
    assert "未采用" in leader.last.text


async def test_what_was_not_taken_comes_back_with_no_undo_and_breaks_no_chain(bench: Bench):
    here = await set_aside(bench)
    two = await here.at(3, here.two)
    await two.text("6")
    await two.tap("Undo")
    assert (await here.answers())["people"] == "5"
    async with bench.database.read() as db:
        assert (await Verification(db).run()).breaks == []
        (one,) = await asides.of_paths(db, here.visit_id, ["/data/people"])
        assert (one.value, one.superseded_at) == ("3", one.at)
    async with bench.database.begin() as db:
        await db.execute(sa.update(Answer).where(Answer.id == one.id).values(value="4"))
    async with bench.database.read() as db:
        assert [each.fault for each in (await Verification(db).run()).breaks] == [Fault.content_changed]


async def test_a_photo_alone_is_on_a_colleagues_card_soon_and_so_is_its_going(bench: Bench):
    here = await site(bench)
    await (await here.enter()).tap("✅")
    two = await here.enter(here.two)
    await two.tap("☰")
    await bench.wait(seconds=FOLLOWED)
    assert "7·📎" not in card(two).text
    await here.one.photo("7 没有签到表")
    await bench.wait(seconds=FOLLOWED)
    assert "7·📎" in card(two).text
    await here.one.tap("撤销")
    await bench.wait(seconds=FOLLOWED)
    assert "7·📎" not in card(two).text
