"""Instances of repeats keep the numbers they were given, whatever is taken away, and answers go with them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from supervision.instances import ADDED, ENOUGH, Instances, numbers_in, plain


def begun(place: str) -> int | None:
    """A room to begin with, no beds; tools are counted by the form."""
    return {"/d/room": 1, "/d/room/bed": 0}.get(plain(place))


def test_what_comes_after_one_that_was_taken_away_moves_up_and_keeps_its_number():
    there = Instances({"/d/room[1]": "", "/d/room[2]": ADDED, "/d/room[3]": ADDED}, begun)
    assert there.numbers("/d/room") == [2, 3]
    assert there.position("/d/room[3]/q") == "/d/room[2]/q"
    assert there.stored("/d/room[2]/q") == "/d/room[3]/q"
    assert there.position("/d/room[1]/q") is None


def test_a_number_is_never_given_twice():
    assert Instances({"/d/room[2]": ADDED, "/d/room[3]": ""}, begun).following("/d/room") == 4
    assert Instances({}, begun).following("/d/room") == 2


def test_what_lies_in_a_repeat_that_was_taken_away_is_gone_with_it_and_all_else_is_where_it_is_now():
    stored = {
        "/d/room[1]": "",
        "/d/room[1]/q": "a",
        "/d/room[2]": ADDED,
        "/d/room[2]/q": "b",
        "/d/room[2]/bed[4]": ADDED,
        "/d/room[2]/bed[4]/who": "c",
        "/d/room": ENOUGH,
        "/d/tool[2]/full": "yes",
        "/d/gate": "no",
    }
    assert Instances(stored, begun).values(stored) == {
        "/d/room[1]/q": "b",
        "/d/room[1]/bed[1]/who": "c",
        "/d/tool[2]/full": "yes",
        "/d/gate": "no",
        "/d/room": "1",
        "/d/room[1]/bed": "1",
    }


def test_what_was_there_once_is_told_from_what_never_was():
    there = Instances({"/d/room[2]": ""}, begun)
    assert there.taken_away("/d/room[2]/q")
    assert not there.taken_away("/d/room[3]/q")
    assert not there.taken_away("/d/room[1]/q")


marks = st.dictionaries(
    st.sampled_from([f"/d/room[{at}]" for at in range(1, 6)] + [f"/d/room[2]/bed[{at}]" for at in range(1, 4)]),
    st.sampled_from(["", ADDED]),
)


@given(marks)
def test_there_and_back_is_the_same_path(stored: dict[str, str]):
    there = Instances(stored, begun)
    for place in ("/d/room", "/d/room[2]/bed"):
        for number in there.numbers(place):
            path = f"{place}[{number}]/q"
            now = there.position(path)
            if now is not None:
                assert there.stored(now) == path
                assert len(numbers_in(now)) == len(numbers_in(path))
