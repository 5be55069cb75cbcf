"""The random draw: fair, the same for everybody who works it out, and written down so that nothing can be changed."""

import hashlib
import json
from collections import Counter
from dataclasses import replace
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supervision import draw
from supervision.draw import DrawError, Entry
from supervision.draw_record import Record


def seed(number: int) -> bytes:
    return hashlib.sha256(b"test %d" % number).digest()


def entries(count: int, strata: int = 1) -> list[Entry]:
    return [Entry(f"单位{at}", f"第{at % strata}层") for at in range(count)]


def by_hand(names: list[str], size: int, seed_hex: str) -> list[str]:
    """The rules as the documentation has them, written again by somebody who has only read them."""
    left, block = list(names), 0
    for i in range(size):
        n = len(left) - i
        while True:
            value = int(hashlib.sha256(f"{seed_hex}:{block}".encode()).hexdigest(), 16)
            block += 1
            if value < 2**256 // n * n:
                break
        j = i + value % n
        left[i], left[j] = left[j], left[i]
    return left[:size]


@given(st.integers(1, 60), st.integers(1, 60), st.integers(0, 10**9))
def test_the_rules_alone_draw_the_same(count: int, size: int, number: int) -> None:
    size = min(size, count)
    drawn = [one.name for one in draw.uniform(entries(count), size, seed(number))]
    assert drawn == by_hand([one.name for one in entries(count)], size, seed(number).hex())
    assert len(set(drawn)) == size


def test_a_draw_that_was_published_comes_out_the_same_for_ever() -> None:
    drawn = draw.uniform([Entry(name) for name in "甲乙丙丁戊己庚辛"], 3, bytes(32))
    assert draw.commitment(bytes(32)) == "66687aadf862bd776c8fc18b8e9f8e20089714856ee233b3902a591d0d5f2925"
    assert [one.name for one in drawn] == by_hand(list("甲乙丙丁戊己庚辛"), 3, "00" * 32)


def test_everybody_and_every_pair_is_drawn_equally_often() -> None:
    draws, count, size = 6000, 8, 3
    people = entries(count)
    single: Counter[str] = Counter()
    pairs: Counter[frozenset[str]] = Counter()
    first: Counter[str] = Counter()
    for number in range(draws):
        names = [one.name for one in draw.uniform(people, size, seed(number))]
        single.update(names)
        first[names[0]] += 1
        pairs.update(frozenset(pair) for pair in combinations(names, 2))
    assert _chi2(single, count) < 24.3  # the 0.1 % point with 7 degrees of freedom, and the seeds never change
    assert _chi2(first, count) < 24.3
    assert _chi2(pairs, count * (count - 1) // 2) < 55.5  # 27 degrees


def _chi2(found: Counter[object], kinds: int) -> float:
    expected = sum(found.values()) / kinds
    assert len(found) == kinds
    return sum((each - expected) ** 2 / expected for each in found.values())


@given(st.lists(st.integers(1, 30), min_size=1, max_size=8), st.data())
def test_each_stratum_gets_its_share_to_less_than_one_seat(sizes: list[int], data: st.DataObject) -> None:
    people = [Entry(f"{at}-{n}", str(at)) for at, size in enumerate(sizes) for n in range(size)]
    size = data.draw(st.integers(1, len(people)))
    drawn = draw.stratified(people, size, seed(data.draw(st.integers(0, 10**6))))
    seats = Counter(one.stratum for one in drawn)
    assert len({one.name for one in drawn}) == size
    for at, held in enumerate(sizes):
        assert abs(seats[str(at)] - size * held / len(people)) < 1
        assert seats[str(at)] <= held


def test_no_stratum_gains_by_standing_first() -> None:
    people = entries(12, strata=4)  # four strata of three, two seats: the remainders are all alike
    seats: Counter[str] = Counter()
    single: Counter[str] = Counter()
    for number in range(4000):
        drawn = draw.stratified(people, 2, seed(number))
        seats.update(one.stratum for one in drawn)
        single.update(one.name for one in drawn)
    assert _chi2(seats, 4) < 16.3  # 0.1 %, 3 degrees
    assert _chi2(single, 12) < 31.3  # 0.1 %, 11 degrees


def test_a_draw_of_everybody_draws_everybody() -> None:
    assert {one.name for one in draw.stratified(entries(9, 2), 9, seed(1))} == {one.name for one in entries(9)}


@pytest.mark.parametrize("size", [0, -1, 6])
def test_more_than_there_are_cannot_be_drawn(size: int) -> None:
    for method in (draw.uniform, draw.stratified):
        with pytest.raises(DrawError, match="cannot be drawn of 5"):
            method(entries(5), size, seed(1))


def test_a_name_that_stands_twice_counts_once_and_is_named() -> None:
    found = draw.listed([(" 张三 ", "一"), ("", ""), ("李四", ""), ("张三", "二"), ("李  四", "")])
    assert found.entries == (Entry("张三", "一"), Entry("李四"), Entry("李 四"))
    assert found.again == ("张三",)
    with pytest.raises(DrawError, match="twice"):
        draw.uniform([Entry("a"), Entry("a")], 1, seed(1))


# --- the record ---


def record(method: str = "uniform") -> Record:
    people = entries(20, 3)
    drawn = (draw.uniform if method == "uniform" else draw.stratified)(people, 5, seed(7))
    return Record(
        number=3,
        commitment=draw.commitment(seed(7)),
        committed_at="2026-10-21T01:00:00+00:00",
        seed=seed(7).hex(),
        method=method,
        size=5,
        population=tuple(people),
        drawn=tuple(one.name for one in drawn),
        drawn_at="2026-10-21T01:05:00+00:00",
    )


@pytest.mark.parametrize("method", ["uniform", "stratified"])
def test_a_record_comes_back_and_is_right(method: str) -> None:
    made = record(method)
    assert Record.read(made.written()) == made
    assert made.faults() == []


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"seed": seed(8).hex()}, "not the one whose hash"),
        ({"seed": "zz"}, "64 hexadecimal"),
        ({"seed": "00"}, "64 hexadecimal"),
        ({"drawn": ("单位1", "单位2", "单位3", "单位4", "单位5")}, "something else"),
        ({"drawn": ()}, "something else"),
        ({"size": 4}, "something else"),
        ({"size": 21}, "cannot be drawn"),
        ({"method": "stratified"}, "something else"),
        ({"method": "mine"}, "no method"),
        ({"population": tuple(entries(19, 3))}, "something else"),
        ({"population": tuple(reversed(entries(20, 3)))}, "something else"),
        ({"committed_at": "2026-10-21T01:06:00+00:00"}, "after the draw"),
    ],
)
def test_whatever_is_changed_in_a_record_is_found(change: dict[str, object], says: str) -> None:
    assert any(says in fault for fault in replace(record(), **change).faults()), change


@pytest.mark.parametrize(
    "written", [b"", b"[]", b"{}", b'{"format": "xundu-draw", "version": 9}', b"\xff", b"[" * 99999]
)
def test_what_is_no_record_is_refused(written: bytes) -> None:
    with pytest.raises(DrawError):
        Record.read(written)


def test_a_record_without_a_part_is_refused() -> None:
    whole = json.loads(record().written())
    for name in whole:
        with pytest.raises(DrawError):
            Record.read(json.dumps({key: value for key, value in whole.items() if key != name}).encode())
