"""What lies with an item, as a hurried person reads it: what can be opened counts, and what is looked at can go."""

from __future__ import annotations

from typing import TYPE_CHECKING

from storage.files import evidence
from tests.handlers.site import UNIT, card, site

if TYPE_CHECKING:
    from tests.handlers.phone import Bench


async def test_a_photo_that_is_looked_at_can_be_removed_and_brought_back(bench: Bench):
    here = await site(bench)
    phone = await here.enter()
    await phone.photo()
    await phone.photo()
    stored = await bench.blobs.put_bytes(b"a picture")
    async with bench.database.begin() as db:
        for piece in await evidence.of_visit(db, here.visit_id):
            piece.stored(stored.sha256, stored.size)
    await phone.tap("📎")
    await phone.tap("查看 2")
    await phone.tap("✕ 移除 2")
    await phone.tap("发错了")
    assert "✓ 已移除：照片1张" in card(phone).text
    assert "查看 2" not in card(phone).labels
    await phone.tap("撤销")
    assert "查看 2" in card(phone).labels


async def test_a_picture_that_cannot_be_opened_is_no_evidence_in_the_overview_and_the_summary(bench: Bench):
    here = await site(bench)
    phone = await here.enter()
    await phone.photo(caption="1")
    await phone.photo(caption="3")
    async with bench.database.begin() as db:
        (await evidence.of_visit(db, here.visit_id))[0].damaged()
    await phone.text("  ".join(f"{number}✅" for number in range(1, 23)))
    assert "1✅ 2✅ 3✅📎" in card(phone).text
    await phone.tap("提交")
    assert "📎 1  ✎ 0" in card(phone).text


async def test_a_caption_that_is_only_a_number_is_not_repeated_when_a_photo_is_taken_in(bench: Bench):
    here = await site(bench)
    await here.one.photo(caption="第1题")
    await here.one.photo(caption="第1题 没有分工文件")
    await here.one.tap(UNIT[:4])
    assert "✓ 已存：第1题 照片2张、「第1题 没有分工文件」" in card(here.one).text
