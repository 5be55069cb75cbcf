"""An answer to an item that there is not: said, never written on another item."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.handlers.site import card, site

if TYPE_CHECKING:
    from tests.handlers.phone import Bench


@pytest.mark.parametrize(
    "words", ["77 到位", "77、到位 都看了", "第77题部分 台账旧", "77 partly ledger out of date", "0 未落实"]
)
async def test_an_answer_to_an_item_that_there_is_not_never_becomes_a_note_on_another(bench: Bench, words: str):
    here = await site(bench)
    phone = await here.enter()
    await phone.text(words)
    assert f"⚠ 没有第{int(''.join(filter(str.isdigit, words)))}题，没有记下。" in card(phone).text
    assert await here.answers() == {}


@pytest.mark.parametrize("words", ["77 人到位", "30 好", "40 no answer", "12月到位", "到位 77"])
async def test_a_number_before_words_that_are_no_answer_stays_a_note(bench: Bench, words: str):
    here = await site(bench)
    phone = await here.enter()
    await phone.text(words)
    assert "没有第" not in card(phone).text
