"""Who is covered in a round, who is not, and when the leader hears of it."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from supervision.calendar import Calendar
from supervision.coverage import Count, Line, Stand, alerts, best, count, counted, province

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


def test_the_leader_hears_of_uncovered_units_with_five_working_days_left_and_no_sooner():
    found = [line(Stand.uncovered), line(Stand.planned), line(Stand.covered), line(Stand.uncovered, None)]
    ends = date(2026, 10, 30)  # a Friday
    assert alerts(found, date(2026, 10, 22), ends, CHINA) == {}
    assert [len(one) for one in alerts(found, date(2026, 10, 23), ends, CHINA).values()] == [1]
    assert alerts(found, ends, ends, CHINA)
    assert alerts(found, date(2026, 10, 31), ends, CHINA) == {}
