"""No figure that is published, nor any that can be worked out from those published, stands for too few people."""

from __future__ import annotations

from collections import Counter
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from supervision.suppression import groups_of, places_of, rows_of, side_by_side, totals

LEAST = 5
COUNTS = st.lists(st.integers(0, 9), min_size=2, max_size=4)


def solutions(cells: int, whole: int) -> list[tuple[int, ...]]:
    """Every way in which a group of cells can make up its figure."""
    if cells == 1:
        return [(whole,)]
    return [(first, *rest) for first in range(whole + 1) for rest in solutions(cells - 1, whole - first)]


@given(COUNTS)
def test_every_figure_is_large_and_no_small_cell_can_be_told(counts: list[int]):
    groups = groups_of(counts, LEAST)
    assert (groups == ()) == (sum(counts) < LEAST)
    if not groups:
        return
    assert sorted(at for group in groups for at in group) == list(range(len(counts)))
    assert sum(totals(counts, groups)) == sum(counts)
    for group, whole in zip(groups, totals(counts, groups), strict=True):
        assert whole >= LEAST
        if len(group) > 1:
            for at, cell in enumerate(group):
                possible = {one[at] for one in solutions(len(group), whole)}
                assert len(possible) > LEAST, f"{counts[cell]} could be told from {whole}"
        else:
            assert counts[group[0]] >= LEAST


def test_what_is_large_is_shown_as_it_is_and_one_small_cell_takes_another_along():
    assert groups_of([40, 12, 8], LEAST) == ((0,), (1,), (2,))
    assert groups_of([40, 12, 0], LEAST) == ((0,), (1, 2))
    assert groups_of([40, 3, 3, 9], LEAST) == ((0,), (1, 2), (3,))
    assert groups_of([3, 1], LEAST) == ()
    assert groups_of([5, 0], LEAST) == ((0, 1),)


TABLES = st.integers(2, 3).flatmap(
    lambda cells: st.dictionaries(
        st.sampled_from("甲乙丙丁戊"),
        st.lists(st.integers(0, 25), min_size=cells, max_size=cells),
        min_size=1,
        max_size=5,
    )
)


@settings(max_examples=200)
@given(TABLES)
def test_whatever_rows_are_added_and_subtracted_nothing_small_comes_out(table: dict[str, list[int]]):
    whole = [sum(column) for column in zip(*table.values(), strict=True)]
    groups = groups_of(whole, LEAST)
    rows = rows_of(table, groups, LEAST)
    if not rows:
        return
    assert sorted(row for group in rows for row in group) == sorted(table)
    published = [[sum(totals(table[row], groups)[at] for row in group) for at in range(len(groups))] for group in rows]
    # What is published is these atoms and their sums; the whole is one of the sums. Any difference is again a sum.
    assert [sum(column) for column in zip(*published, strict=True)] == list(totals(whole, groups))
    for chosen in product((0, 1), repeat=len(published)):
        for at in range(len(groups)):
            told = sum(row[at] for row, taken in zip(published, chosen, strict=True) if taken)
            assert told == 0 or told >= LEAST
            assert told > 0 or not any(chosen)


def test_a_single_small_row_is_not_left_over_to_be_subtracted():
    table = {"甲": [20, 20], "乙": [30, 30], "丙": [2, 9]}
    assert rows_of(table, groups_of([52, 59], LEAST), LEAST) == (("乙",), ("丙", "甲"))
    assert rows_of({"甲": [20, 20], "丙": [2, 9]}, ((0,), (1,)), LEAST) == ()


def test_an_area_that_is_nearly_a_whole_level_is_not_shown_beside_it():
    groups = ((0,), (1,))
    joint = {("甲", "3"): [20, 20], ("乙", "3"): [1, 1], ("乙", "5"): [30, 30]}
    assert not side_by_side(joint, (("甲",), ("乙",)), (("3",), ("5",)), groups, LEAST)
    joint[("乙", "3")] = [10, 10]
    assert side_by_side(joint, (("甲",), ("乙",)), (("3",), ("5",)), groups, LEAST)
    joint[("甲", "5")] = [0, 0]
    assert not side_by_side(joint, (("甲",), ("乙",)), (("3",), ("5",)), groups, LEAST)


@given(st.lists(st.tuples(st.sampled_from(["甲", "乙", "丙", ""]), st.sampled_from(["3", "5", ""])), max_size=40))
def test_whatever_an_answer_tells_of_a_place_enough_people_share(asked: list[tuple[str, str]]):
    places = places_of(asked, LEAST)
    told = Counter(places[f"{area}|{level}"] for area, level in asked)
    assert all(count >= LEAST for count in told.values()) or (len(told) == 1 and len(asked) < LEAST)
    for area, level in asked:
        assert places[f"{area}|{level}"] in ("", f"{area}|", f"{area}|{level}")
