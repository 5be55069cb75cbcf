"""The passage around a hit, and how like one another texts are."""

from __future__ import annotations

import pytest

from supervision.passage import likeness, looked_for, passage, put_behind, where


def test_a_phrase_is_the_words_between_spaces_and_commas_each_once():
    assert looked_for(" 会议，记录  会议 a、b ") == ["会议", "记录", "a", "b"]
    assert looked_for(" ，。 ") == []


@pytest.mark.parametrize(
    ("text", "phrase", "shown"),
    [
        ("一二三四五六七八九十", "五六", ("…三四", "五六", "七八…")),
        ("五六七", "五六", ("", "五六", "七")),
        ("Guards stay on", "GUARDS", ("", "Guards", " s…")),
        ("一\n\n二  三", "二", ("一 ", "二", " 三")),
        ("一二三四五六", "没有", ("", "", "一二三四…")),
    ],
)
def test_the_passage_stands_around_the_first_hit(text: str, phrase: str, shown: tuple[str, str, str]):
    assert passage(text, phrase, around=2) == shown


def test_likeness_goes_by_pairs_of_characters_and_words():
    assert likeness("会议记录", "写会议记录的要求") == 1.0
    assert 0 < likeness("会议怎么记录", "会议的记录") < 1
    assert likeness("会议记录", "用餐标准") == 0.0
    assert likeness("guards on", "the guards") == 0.5
    assert likeness("？！", "任何") == 0.0


def test_the_part_that_has_most_of_a_phrase_is_shown_and_the_item_itself_before_its_files():
    words = put_behind(
        put_behind("纪律要求\n见附件，不得私用。", "用车 规定.docx", "公务用车\f不得私用"), "b.pdf", "租车"
    )
    assert where(words, "附件") == ("", "纪律要求\n见附件，不得私用。")
    assert where(words, "不得私用") == ("", "纪律要求\n见附件，不得私用。")
    assert where(words, "不得私用 公务用车") == ("用车 规定.docx", "公务用车 不得私用")
    assert where(words, "租车") == ("b.pdf", "租车")
    assert where(words, "没有") == where(words, "，") == ("", "纪律要求\n见附件，不得私用。")
