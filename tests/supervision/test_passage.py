"""The passage around a hit, and how like one another texts are."""

from __future__ import annotations

import pytest

from supervision.passage import likeness, looked_for, passage


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
