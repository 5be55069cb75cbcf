"""Whatever stands in a workbook, reading it ends in an answer, and what it says once it says again."""

from __future__ import annotations

from datetime import UTC, date, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.campaign import terms_of
from handlers.register_words import reason
from handlers.text import speech
from supervision.register.comparing import compare
from supervision.register.faults import What
from supervision.register.model import GroupLine, Register, RoundLine, Standing, fold
from supervision.register.reading import _Whole
from supervision.register.workbook import Sheet
from tests.handlers.setting_up import HEADER

TERMS = terms_of("theme-education")
WRITTEN = (
    "|A|B|a |C-1|一级|三级|支部|九级|党委|工会|浙江省|浙江|杭州市|一组|一组、二组|25人|-3|#REF!|合计|"
    "说明：略|第一轮|10月16日|组长|督导组|编码|名称|层级"
)
words = st.sampled_from(WRITTEN.split("|"))
values = st.one_of(
    st.none(), words, st.integers(-5, 50000), st.floats(allow_nan=False), st.booleans(), st.text(max_size=8),
    st.dates(), st.just(datetime(2026, 10, 16, tzinfo=UTC)),
)  # fmt: skip
rows = st.lists(st.lists(values, max_size=11).map(tuple), max_size=8)


@given(rows, rows)
@settings(max_examples=150, deadline=None)
def test_any_cells_at_all_are_read_to_an_end_and_every_fault_can_be_said(first, second):
    sheets = [
        Sheet("一", [HEADER, *first]),
        Sheet("二", [("督导组", "职务", "姓名", "负责片区"), *second]),
        Sheet("三", first),
    ]
    found = _Whole(TERMS, Standing()).read(sheets)
    for fault in found.faults:
        assert reason(speech("zh_CN"), fault)
    assert all(one.name and one.code and 1 <= one.level <= 5 for one in found.units)


units = st.lists(
    st.tuples(
        st.sampled_from("ABCDEFGH"),
        st.sampled_from("ABCDEFGH"),
        st.sampled_from(["一组", "二组", None]),
        st.integers(0, 9),
    ),
    max_size=8,
    unique_by=lambda one: one[0],
)


def sheet_of(drawn: list[tuple[str, str, str | None, int]]) -> list[Sheet]:
    """A register of units that all stand at the top."""
    lines: list[tuple[object, ...]] = [HEADER]
    lines += [
        (code, f"单位{code}{at}", 1, None, None, "浙江省", None, None, members, group)
        for code, at, group, members in drawn
    ]
    return [Sheet("表", lines)]


@given(units, units)
@settings(max_examples=80, deadline=None)
def test_applying_a_register_twice_changes_nothing_the_second_time_and_none_is_lost(before, after):
    standing = Standing(
        groups=(GroupLine("一组"), GroupLine("二组")), rounds=(RoundLine(1, date(2026, 1, 1), date(2026, 1, 2)),)
    )
    for drawn in (before, after):
        found = _Whole(TERMS, standing).read(sheet_of(drawn))
        if [one.what for one in found.faults] == [What.empty] or found.wrong:
            continue
        changes = compare(found, standing, TERMS)
        assert len(changes.added) + len(changes.returned) + len(changes.changed) <= len(found.units)
        standing = after_applying(standing, found)
        assert compare(found, standing, TERMS).nothing


def after_applying(standing: Standing, found: Register) -> Standing:
    changes = compare(found, standing, TERMS)
    stored = dict(standing.units)
    for one in (*changes.added, *changes.returned, *(one.after for one in changes.changed)):
        stored[fold(one.code)] = one
    for one in changes.dropped:
        del stored[fold(one.code)]
    gone = standing.retired - {fold(one.code) for one in changes.returned} | {fold(one.code) for one in changes.dropped}
    return Standing(stored, standing.groups, standing.rounds, standing.seats, frozenset(gone))
