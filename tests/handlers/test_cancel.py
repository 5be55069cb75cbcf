"""/cancel gives up the innermost thing that is under way, says which, and loses nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.handlers.site import card, site, title

if TYPE_CHECKING:
    from tests.handlers.phone import Bench


async def test_a_note_being_written_is_given_up_and_the_item_stays(bench: Bench):
    here = await site(bench)
    phone = await here.at(9)
    await phone.text("先记一句")
    await phone.tap("✎")
    await phone.text("/cancel")
    assert title(phone).startswith("9. ")
    assert "已取消，第9题没有新加备注。" in card(phone).text
    await phone.tap("✅")
    assert await here.answers() == {"i09": "done", "i09_note": "先记一句"}


async def test_the_list_of_evidence_is_left_for_its_item(bench: Bench):
    here = await site(bench)
    phone = await here.at(9)
    await phone.photo()
    await phone.tap("📎")
    await phone.text("/cancel")
    assert title(phone).startswith("9. ")
    assert "已回到第9题，没有改动。" in card(phone).text
    assert await here.evidence() == {"i09_photo": 1}


async def test_from_an_item_the_visit_is_left_with_a_way_back_to_the_same_place(bench: Bench):
    here = await site(bench)
    phone = await here.enter()
    await phone.text("1 ✅")
    await here.at(7)
    await phone.text("/cancel")
    assert phone.last.text == "已退出「浙江省区域管理公司党委」的检查表。您答过、发过的都已保存。"
    assert await here.answers() == {"i01": "done"}
    await phone.tap("接着答")
    assert title(phone).startswith("2. ")
    await phone.tap("☰")
    await phone.text("/cancel")
    assert phone.last.labels == ["接着答"]
    await phone.text("/cancel")
    assert phone.last.text == "现在没有可取消的操作。您答过、发过的都已保存。"


async def test_what_waits_is_kept_and_said_to_be_kept(bench: Bench):
    here = await site(bench)
    phone = await here.enter()
    await phone.tap("☰")
    await phone.photo()
    await phone.text("/cancel")
    assert phone.last.text.endswith("照片1张还存着，没有归档。")
    await here.at(2)
    assert await here.evidence() == {"i02_photo": 1}
