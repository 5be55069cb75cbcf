"""The catalogues say in every language exactly what the code asks them to say."""

from __future__ import annotations

import re
from string import Formatter
from typing import TYPE_CHECKING

import pytest

from handlers.text import LANGUAGES
from locales import collect

if TYPE_CHECKING:
    from babel.messages.catalog import Message

TAG = re.compile(r"</?[a-z]+[^<>]*>")
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def source(message: Message) -> tuple[str, ...]:
    return message.id if isinstance(message.id, tuple | list) else (message.id,)


def placeholders(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name is not None}


def words(sentence: str) -> str:
    """What is left of a sentence without markup and values."""
    return re.sub(r"\{[^{}]*\}", "", TAG.sub("", sentence))


def sentences(language: str) -> dict[tuple[str, ...], Message]:
    return {source(message): message for message in collect.catalogue(language) if message.id}


@pytest.fixture(scope="module")
def spoken() -> set[tuple[str, ...]]:
    found = {source(message) for message in collect.template() if message.id}
    assert found, "no sentence was found in the code, so these tests would check nothing"
    return found


@pytest.fixture(params=LANGUAGES)
def written(request) -> dict[tuple[str, ...], Message]:
    return sentences(request.param)


def test_every_sentence_of_the_code_is_in_every_catalogue(spoken, written):
    assert spoken - set(written) == set(), "run `make locales`, then translate"


def test_no_catalogue_holds_a_sentence_the_code_no_longer_says(spoken, written):
    assert set(written) - spoken == set(), "run `make locales`"


def test_every_sentence_is_translated_and_none_is_a_guess(written):
    empty = [one for one, message in written.items() if not all(collect.forms(message))]
    assert empty == []
    assert [one for one, message in written.items() if message.fuzzy] == []


def test_every_translation_has_the_values_of_its_sentence(written):
    wrong = {}
    for ids, message in written.items():
        known = set().union(*map(placeholders, ids))
        *ones, most = collect.forms(message)
        # The singular may leave the count out ("a photo"); the form for many may not.
        if placeholders(most) != placeholders(ids[-1]) or any(not placeholders(one) <= known for one in ones):
            wrong[ids] = collect.forms(message)
    assert wrong == {}


def test_every_translation_has_the_markup_of_its_sentence(written):
    wrong = {
        ids: collect.forms(message)
        for ids, message in written.items()
        for one in collect.forms(message)
        if sorted(TAG.findall(one)) != sorted(TAG.findall(ids[-1]))
    }
    assert wrong == {}


def test_english_is_said_as_it_stands_in_the_code():
    changed = {ids: collect.forms(message) for ids, message in sentences("en").items() if collect.forms(message) != ids}
    assert changed == {}, "change the sentence in the code, then run `make locales`"


def test_chinese_is_chinese():
    untranslated = [
        ids
        for ids, message in sentences("zh_CN").items()
        if re.search(r"[A-Za-z]{2}", words(ids[-1]))
        for one in collect.forms(message)
        if not CHINESE.search(one)
    ]
    assert untranslated == []


def test_chinese_is_polite_and_calm_and_keeps_chinese_punctuation():
    rude = [
        one
        for message in sentences("zh_CN").values()
        for one in collect.forms(message)
        if re.search(r"你|[!！]|[\u4e00-\u9fff][,;?]|[\u4e00-\u9fff]\.(\s|$)", words(one))
    ]
    assert rude == []


def test_english_never_shouts():
    assert [ids for ids in sentences("en") if any("!" in words(one) for one in ids)] == []
