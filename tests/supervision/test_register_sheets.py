"""Sheets of groups and of rounds beside the units of a register, and what is wrong in them."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

import openpyxl

from handlers.campaign import terms_of
from supervision.register.faults import What
from supervision.register.model import Register, RoundLine, Standing, plain_register, register_of
from supervision.register.reading import read
from tests.handlers.setting_up import GROUPS, workbook

TERMS = terms_of("theme-education")


def look(content: bytes, standing: Standing | None = None) -> Register:
    return read(content, TERMS, standing or Standing())


def wrong(found: Register) -> list[tuple[str, What]]:
    return [(one.cell, one.what) for one in found.wrong]


def saved(book: Any) -> bytes:
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def groups_of(*lines: tuple[Any, ...]) -> Register:
    return look(workbook(groups=(GROUPS[0], *lines)))


def test_faults_in_the_sheet_of_groups_are_named():
    found = groups_of(
        ("三组", "组长", "赵", "浙江省", None),
        ("三组", "组长", "赵", None, None),
        (None, "组员", None, None, "调研"),
        ("三组", "书记", "钱", None, None),
        ("三组", None, "孙", None, None),
        ("四组", "组长", "李", "浙江省", None),
    )
    assert wrong(found) == [
        ("C3", What.person_twice),
        ("C4", What.person_missing),
        ("B5", What.role_unknown),
        ("B6", What.role_missing),
        ("D7", What.area_twice),
    ]


def test_who_stands_in_two_groups_and_groups_without_a_leader_are_remarked():
    found = groups_of(("三组", "组长", "赵", "浙江省", None), ("四组", "组员", "赵", None, None))
    assert found.wrong == ()
    assert sorted(one.what for one in found.remarks) == [What.leader_missing, What.person_elsewhere]


def with_rounds(*lines: tuple[Any, ...]) -> Register:
    book = openpyxl.load_workbook(io.BytesIO(workbook()))
    sheet = book.create_sheet("轮次")
    for line in (("轮次", "开始日期", "结束日期", "省份范围"), *lines):
        sheet.append(line)
    return look(saved(book), Standing(starts_on=date(2026, 9, 7), ends_on=date(2027, 2, 3)))


def test_rounds_are_read_in_words_numbers_and_across_the_new_year():
    found = with_rounds(
        ("第一轮", "10月16日", "10月30日", "浙江、江苏"),
        (2, 46344, 46350),
        ("第十二轮（回头看）", "2026年12月20日", "1月10日"),
    )
    assert found.wrong == ()
    assert found.rounds == (
        RoundLine(1, date(2026, 10, 16), date(2026, 10, 30), ("浙江省", "江苏省")),
        RoundLine(2, date(2026, 11, 18), date(2026, 11, 24)),
        RoundLine(12, date(2026, 12, 20), date(2027, 1, 10)),
    )


def test_faults_in_the_sheet_of_rounds_are_named():
    found = with_rounds(
        ("首轮", "10月1日", "10月2日"), ("2", "下周", None),
        ("3", "2026-11-02", "2026-11-01"), ("4", "2026-11-02", "2026-11-03"),
        ("第四轮", "2026-11-05", "2026-11-06"),
    )  # fmt: skip
    assert wrong(found) == [
        ("A2", What.round_unclear),
        ("B3", What.day_unclear),
        ("C3", What.day_missing),
        ("C4", What.ends_before),
        ("A6", What.round_twice),
    ]


def test_a_register_comes_back_whole_from_where_it_was_put_by():
    found = with_rounds(("第一轮", "10月16日", "10月30日", "浙江"))
    assert register_of(plain_register(found)) == Register(
        found.units, found.groups, found.seats, found.rounds, found.columns, found.by_area
    )
