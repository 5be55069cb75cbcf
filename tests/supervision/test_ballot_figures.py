"""Of what is published about a survey nothing small can be worked out, by area and by level together."""

from __future__ import annotations

from collections import Counter
from itertools import combinations
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from supervision.ballot import Question, counted, items_of
from supervision.ballot_figures import figures_of
from supervision.suppression import places_of

LEAST = 5
ITEMS = items_of(
    [
        Question("choice", "甲", ("很有", "有", "无")),
        Question("scale", "乙", low=1, high=3),
        Question("number", "丙"),
    ]
)
PLACES = [("浙江", "3"), ("浙江", "5"), ("江苏", "5"), ("上海", "3"), ("", "")]
CROWDS = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 2), st.integers(0, 30)), min_size=1, max_size=12)


def tallied(crowd: list[tuple[int, int, int]]) -> tuple[dict[str, Any], list[tuple[str, str, int]], set[str]]:
    """Let so many people of a place give the same answers; returns the tally, everybody, and every place asked."""
    asked = [PLACES[place] for place, _, many in crowd for _ in range(many)]
    places = places_of(asked, 2 * LEAST)
    tally: dict[str, Any] = {}
    people = []
    for place, choice, many in crowd:
        area, level = PLACES[place]
        for _ in range(many):
            told = places[f"{area}|{level}"]
            counted(tally, ITEMS, {"1": str(choice), "2": str(choice), "3": str(choice)}, told)
            people.append((*[*told.split("|"), ""][:2], choice))
    return tally, people, set(places.values())


@settings(max_examples=150, deadline=None)
@given(CROWDS)
def test_no_row_no_cell_and_no_difference_of_rows_is_small(crowd: list[tuple[int, int, int]]):
    tally, people, places = tallied(crowd)
    for one in figures_of(ITEMS, tally, LEAST, places):
        assert one.count == len(people) >= LEAST
        cells = [count for _, count in one.cells] or [one.count]
        assert min(cells) >= LEAST
        assert sum(cells) == one.count
        groups = [set(labels) for labels, _ in one.cells]
        for rows in (one.by_area, one.by_level):
            for row in rows:
                assert min(row.figures) >= LEAST
            if rows:
                assert [sum(column) for column in zip(*(row.figures for row in rows), strict=True)] == cells
        # Whoever knows the register knows which people of an area are of a level: what a row of the one and a row of
        # the other have in common, and what only one of them has, can be told by subtracting.
        for area, level in ((a, b) for a in one.by_area for b in one.by_level):
            for at in range(len(area.figures)):
                wanted = groups[at] if groups else None
                both = sum(
                    1
                    for a, b, choice in people
                    if a in area.names and b in level.names and (wanted is None or one.item.choices[choice] in wanted)
                )
                met = any(a in area.names and b in level.names for a, b in map(_parts, places))
                assert both >= LEAST or not met


def _parts(place: str) -> tuple[str, str]:
    area, level = [*place.split("|"), ""][:2]
    return area, level


@settings(max_examples=100, deadline=None)
@given(CROWDS)
def test_a_mean_never_opens_what_was_put_together(crowd: list[tuple[int, int, int]]):
    tally, people, places = tallied(crowd)
    for one in figures_of(ITEMS, tally, LEAST, places):
        if one.mean is not None and one.item.choices:
            assert all(len(labels) == 1 for labels, _ in one.cells)
        if one.item.kind == "number":
            assert one.mean == sum(choice for _, _, choice in people) / len(people)
            for some in range(1, len(one.by_area)):
                for rows in combinations(one.by_area, some):
                    assert sum(row.figures[0] for row in rows) >= LEAST


def test_one_respondent_shows_nothing():
    tally, _, places = tallied([(0, 1, 1)])
    assert figures_of(ITEMS, tally, LEAST, places) == []


def test_areas_that_are_large_enough_are_shown_one_by_one():
    tally, people, places = tallied([(0, at, 10) for at in range(3)] + [(2, at, 8) for at in range(3)])
    found = figures_of(ITEMS, tally, LEAST, places)
    assert [count for _, count in found[0].cells] == [18, 18, 18]
    assert [(row.names, row.figures) for row in found[0].by_area] == [(("江苏",), (8, 8, 8)), (("浙江",), (10, 10, 10))]
    assert found[1].mean == 2.0
    assert Counter(area for area, _, _ in people) == {"浙江": 30, "江苏": 24}
