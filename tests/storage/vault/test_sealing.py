"""Keys: what one seals another does not open, and nothing tells what was sealed."""

import os

import pytest

from storage.vault.sealing import BadKey, Box, Damaged, KeyLost, Keyring, id_of, is_sealed, key_of, new_key

WORDS = "食堂的事拖了三年没人管"


def ring(*keys: str) -> Keyring:
    return Keyring.parse("\n".join(keys))


def test_what_is_sealed_opens_for_the_same_purpose_only() -> None:
    keys = ring(new_key())
    sealed = keys.seal(WORDS.encode(), "one")
    assert keys.open(sealed, "one").decode() == WORDS
    with pytest.raises(Damaged):
        keys.open(sealed, "another")


def test_the_same_words_never_look_the_same() -> None:
    keys = ring(new_key())
    assert len({keys.seal(b"yes", "p") for _ in range(100)}) == 100


def test_the_first_key_writes_and_all_read() -> None:
    old, new = new_key(), new_key()
    sealed = ring(old).seal(b"words", "p")
    both = ring(new, old)
    assert both.open(sealed, "p") == b"words"
    assert key_of(both.seal(b"words", "p")) == both.ids[0]
    anew = both.sealed_anew(sealed, "p")
    assert anew is not None
    assert ring(new).open(anew, "p") == b"words"
    assert both.sealed_anew(anew, "p") is None


def test_a_key_that_is_gone_is_named_and_a_wrong_byte_is_found() -> None:
    keys = ring(new_key())
    sealed = keys.seal(b"words", "p")
    with pytest.raises(KeyLost, match=key_of(sealed)):
        ring(new_key()).open(sealed, "p")
    for at in range(len(sealed)):
        bent = bytearray(sealed)
        bent[at] ^= 1
        with pytest.raises((Damaged, KeyLost)):
            keys.open(bytes(bent), "p")
    for size in range(len(sealed)):
        with pytest.raises((Damaged, KeyLost)):
            keys.open(sealed[:size], "p")


def test_a_keys_name_says_nothing_of_it_and_its_words_are_never_repeated() -> None:
    key = new_key()
    assert ring(key).ids[0] not in key
    assert key not in repr(ring(key))
    for wrong in ("", "hunter2", key[:-1], key + "x", key.replace("xk1_", "xk2_"), "xk1_" + "!" * 43):
        with pytest.raises(BadKey) as error:
            Keyring.parse(wrong)
        assert not wrong or wrong not in str(error.value)


def test_keys_may_stand_in_lines_with_remarks_or_be_parted_by_commas() -> None:
    one, two = new_key(), new_key()
    assert ring(f"{one}  # since October", "# older", two).ids == Keyring.parse(f"{one}, {two}").ids


def test_what_is_not_sealed_is_known() -> None:
    assert not is_sealed(WORDS.encode())
    assert is_sealed(ring(new_key()).seal(b"", "p"))
    assert len(id_of(os.urandom(32))) == 8


@pytest.mark.parametrize("words", ["", "是", WORDS, " 前后有空格 \r\n", "\x00\ud83d half", "长" * 5000])
def test_words_come_back_to_the_byte_and_their_length_does_not_show(words: str) -> None:
    box = Box.new()
    sealed = box.seal_words(words, "here")
    assert box.open_words(sealed, "here") == words
    assert (len(sealed) - 12 - 16) % 64 == 0
    with pytest.raises(Damaged):
        box.open_words(sealed, "there")
    with pytest.raises(Damaged):
        Box.new().open_words(sealed, "here")
