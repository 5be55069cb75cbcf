"""Numbers, dates and times as people type them. It is Sunday, 22 November 2026, in Shanghai."""
# ruff: noqa: E501 - tables of examples

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.canonical import InvalidAnswer
from forms.convert import convert
from forms.form import Form
from forms.typed import chinese_number, typed

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
SOURCE = """
| survey |
| | type | name | label | parameters |
| | integer | integer | I | |
| | decimal | share | Share (%) | |
| | decimal | decimal | D | |
| | date | date | A | |
| | time | time | T | |
| | dateTime | moment | M | |
| | geopoint | place | G | |
| | select_one c | one | S | |
| | select_multiple c | several | S | |
| | range | range | R | start=1 end=10 step=1 |
| | text | text | X | |
| choices |
| | list_name | name | label |
| | c | a | ✅ Apple |
| | c | b | Big Pear |
"""
FORM = Form.parse(convert(SOURCE.encode(), "t.md").xform)


def read(name: str, text: str, language: str = "zh_CN") -> str:
    question = FORM.questions[f"/data/{name}"]
    return typed(question, text, now=NOW, language=language, choices=question.choices)


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("integer", "35", "35"), ("integer", "３５", "35"), ("integer", "35人", "35"), ("integer", "-4", "-4"),
        ("integer", "1,234", "1234"), ("integer", "二十三", "23"), ("integer", "十二个", "12"), ("integer", "35。", "35"),
        ("integer", "约３５人", "35"), ("integer", "about 12 people", "12"), ("integer", "共1,200名", "1200"),
        ("integer", "1.2万", "12000"), ("share", "90%", "90.0"), ("share", "９０％", "90.0"), ("share", "约90.5 %", "90.5"),
        ("share", "百分之九十", "90.0"), ("share", "90", "90.0"),
        ("decimal", "３．５", "3.5"), ("decimal", "35", "35.0"), ("decimal", ".5", "0.5"),
        ("decimal", "1,234.56", "1234.56"), ("range", "5", "5"),
        ("date", "2026-10-16", "2026-10-16"), ("date", "2026/10/6", "2026-10-06"), ("date", "2026年10月16日", "2026-10-16"),
        ("date", "20261016", "2026-10-16"), ("date", "10月16日", "2026-10-16"), ("date", "１０月１６号", "2026-10-16"),
        ("date", "明天", "2026-11-23"), ("date", "昨天。", "2026-11-21"), ("date", "前天", "2026-11-20"),
        ("date", "大后天", "2026-11-25"), ("date", "Tomorrow", "2026-11-23"), ("date", "yesterday", "2026-11-21"),
        ("date", "周三", "2026-11-18"), ("date", "下周一", "2026-11-23"), ("date", "上星期五", "2026-11-13"),
        ("date", "next monday", "2026-11-23"), ("date", "friday", "2026-11-20"),
        ("date", "3天后", "2026-11-25"), ("date", "三天前", "2026-11-19"), ("date", "2周后", "2026-12-06"),
        ("date", "in 3 days", "2026-11-25"), ("date", "2 weeks ago", "2026-11-08"),
        ("date", "16/10", "2026-10-16"), ("date", "10/16", "2026-10-16"), ("date", "10/6", "2026-10-06"),
        ("date", "16/10/2025", "2025-10-16"), ("date", "28号", "2026-11-28"), ("date", "下个月5号", "2026-12-05"),
        ("date", "1月3日", "2027-01-03"), ("date", "去年12月28日", "2025-12-28"),
        ("date", "Oct 16", "2026-10-16"), ("date", "16 October 2025", "2025-10-16"), ("date", "October 16th, 2025", "2025-10-16"),
        ("time", "14:30", "14:30:00.000+08:00"), ("time", "14：30", "14:30:00.000+08:00"),
        ("time", "下午2点半", "14:30:00.000+08:00"), ("time", "2:30 pm", "14:30:00.000+08:00"),
        ("time", "8点", "08:00:00.000+08:00"), ("time", "12am", "00:00:00.000+08:00"),
        ("time", "晚上8点一刻", "20:15:00.000+08:00"),
        ("moment", "明天下午3点", "2026-11-23T15:00:00.000+08:00"),
        ("moment", "2026-10-16 14:30", "2026-10-16T14:30:00.000+08:00"),
        ("moment", "2026-10-16T14:30", "2026-10-16T14:30:00.000+08:00"),
        ("place", "30.27, 120.15", "30.27 120.15 0.0 0.0"), ("place", "30.27 120.15 5 3", "30.27 120.15 5.0 3.0"),
        ("one", "Apple", "a"), ("one", "✅", "a"), ("one", "big pear", "b"), ("one", "b", "b"),
        ("several", "Big Pear, apple", "a b"), ("several", "b a", "a b"),
        ("text", "  35人  ", "35人"), ("text", "", ""),
    ],
)  # fmt: skip
def test_typed_answer_is_understood(name: str, text: str, value: str) -> None:
    assert read(name, text) == value


@pytest.mark.parametrize(
    ("name", "text", "code"),
    [
        ("integer", "many", "not_a_number"), ("integer", "3.5", "not_an_integer"), ("integer", "9" * 12, "out_of_range"),
        ("integer", "-", "not_a_number"), ("integer", "1e5", "not_a_number"), ("integer", "0x10", "not_a_number"),
        ("integer", "35 or 36", "not_a_number"), ("decimal", "50%", "not_a_number"),
        ("integer", "近20人", "not_a_number"), ("integer", "20多人", "not_a_number"), ("share", "%", "not_a_number"),
        ("share", "百分之", "not_a_number"), ("share", "3/4", "not_a_number"), ("integer", "百分之九十", "not_a_number"),
        ("range", "11", "out_of_range"),
        ("date", "2026-02-30", "not_a_date"), ("date", "soon", "not_a_date"), ("date", "13/13", "not_a_date"),
        ("date", "二月", "not_a_date"), ("time", "25:00", "not_a_time"), ("time", "1430", "not_a_time"),
        ("moment", "明天", "not_a_datetime"), ("moment", "x", "not_a_datetime"), ("place", "杭州", "not_a_place"),
        ("place", "91 0", "not_a_place"), ("one", "Cherry", "not_a_choice"), ("several", "a, cherry", "not_a_choice"),
    ],
)  # fmt: skip
def test_what_is_not_understood_is_refused_with_a_code(name: str, text: str, code: str) -> None:
    with pytest.raises(InvalidAnswer) as caught:
        read(name, text)
    assert caught.value.code == code


def test_day_and_month_that_could_be_either_are_asked_about_in_english() -> None:
    with pytest.raises(InvalidAnswer) as caught:
        read("date", "10/6", "en")
    assert caught.value.code == "ambiguous_date"
    assert read("date", "6/6", "en") == "2026-06-06"


@pytest.mark.parametrize(
    ("text", "number"), [("一百零五", 105), ("三千", 3000), ("两万三千", 23_000), ("十", 10), ("二〇二六", 2026)]
)
def test_chinese_numbers_are_read(text: str, number: int) -> None:
    assert chinese_number(text) == number


@given(st.sampled_from(list(FORM.questions)), st.text(max_size=30), st.sampled_from(["zh_CN", "en"]))
def test_any_text_is_understood_or_refused(path: str, text: str, language: str) -> None:
    question = FORM.questions[path]
    try:
        stored = typed(question, text, now=NOW, language=language, choices=question.choices)
    except InvalidAnswer as error:
        stored = error.code
    assert isinstance(stored, str)


@given(st.dates())
def test_date_as_it_is_stored_is_understood(day: object) -> None:
    assert read("date", str(day)) == str(day)
