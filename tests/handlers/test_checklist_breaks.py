"""What somebody who tries to break the walk finds: words of another, a file put in another's place, empty words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers import chat
from tests.handlers.site import SMALL, card, complaint, site

if TYPE_CHECKING:
    from tests.handlers.phone import Bench


async def test_a_photo_replaced_while_it_waits_is_the_one_that_is_filed(bench: Bench):
    here = await site(bench)
    about = here.one.about() | {"message_id": await here.one.photo("分工在墙")}
    await here.one.happen(
        chat.Photo(**about, file_id="better", unique_id="better-one", caption="分工在墙上", size=9_000, edited=True)
    )
    await here.enter()
    await here.at(1)
    assert [(piece.file_id, piece.size) for piece in await here.pieces()] == [("better", 9_000)]
    assert await here.answers() == {"i01_note": "分工在墙上"}


async def test_a_file_too_large_does_not_take_the_place_of_one_that_waits(bench: Bench):
    here = await site(bench)
    about = here.one.about() | {"message_id": await here.one.file()}
    await here.one.happen(chat.File(**about, file_id="huge", unique_id="huge-one", size=30 * 2**20, edited=True))
    assert "20" in here.one.last.text
    await here.enter()
    await here.at(1)
    assert [piece.size for piece in await here.pieces()] == [50_000]


async def test_what_waits_changes_nobody_else_s_answer_until_its_own_item_is_tapped(bench: Bench):
    here = await site(bench)
    second = here.two
    await second.text("2 ❌ 没有分工\n4 ✅")
    for album in ("3 ✅", "", ""):
        await second.photo(album, album_id="A1")
    await here.enter()
    await here.one.text("2 ✅\n3 ❌")
    await here.enter(second)
    await here.at(7, second)
    assert await here.answers() == {"i02": "done", "i03": "missing", "i04": "done"}
    assert await here.evidence() == {}
    assert "3 photos" in card(second).text
    assert "没有分工" in card(second).text
    await here.at(2, second)
    await here.at(3, second)
    answers = await here.answers()
    assert (answers["i02"], answers["i02_note"], answers["i03"]) == ("missing", "没有分工", "done")
    assert list((await here.evidence()).values()) == [3]
    assert "waiting" not in await here.state(second)


async def test_a_command_for_another_bot_is_complained_of_on_the_card(bench: Bench):
    here = await site(bench, SMALL)
    await here.enter()
    phone = await here.at(3)
    await phone.text("/menu@another_bot")
    assert complaint(phone) == "这里要填数字，如 12。什么都没有改动。"


async def test_a_message_of_nothing_but_spaces_empties_no_answer(bench: Bench):
    here = await site(bench, SMALL)
    await here.enter()
    phone = await here.at(4)
    message = await phone.text("昨天")
    await here.at(4)
    await phone.text("\u3000\n\u3000")
    assert complaint(phone).startswith("这类消息用不了")
    await phone.edit(message, "\u3000")
    assert complaint(phone).startswith("这类消息用不了")
    assert await here.answers() == {"day": "2026-10-20"}
