"""Who is covered in a round, who is not, and when the leader hears of it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from supervision.calendar import Calendar
from supervision.coverage import Count, Line, Stand, best, count, counted, province

CHINA = Calendar("CN")
lines = st.lists(
    st.builds(
        Line,
        st.integers(1, 10**6),
        st.just("单位"),
        st.integers(1, 5),
        st.sampled_from(["浙江省", "浙江省/杭州市", "江苏省/苏州市/吴中区", ""]),
        st.sampled_from([None, 1, 2]),
        st.sampled_from(list(Stand)),
    ),
    max_size=40,
)


def line(stand: Stand, group: int | None = 1, area: str = "浙江省") -> Line:
    return Line(1, "甲", 4, area, group, stand)


def test_of_several_visits_the_furthest_counts_and_none_is_uncovered():
    assert best([Stand.planned, Stand.covered]) is Stand.covered
    assert best([Stand.planned, Stand.under_way]) is Stand.under_way
    assert best([]) is Stand.uncovered


@given(lines)
def test_parts_add_up_to_the_whole_however_they_are_cut(found):
    whole = count(found)
    assert whole.total == len(found)
    for by in (lambda one: one.level, province, lambda one: one.group_id):
        parts = counted(found, by).values()
        assert Count(*(sum(getattr(one, name) for one in parts) for name in Count.__slots__)) == whole
