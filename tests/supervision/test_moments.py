"""When, as people write it."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supervision.moments import moment_in

NOW = datetime(2026, 10, 21, 1, 30, tzinfo=UTC)
"""Half past nine in Beijing."""

BEIJING = ZoneInfo("Asia/Shanghai")


@pytest.mark.parametrize(
    ("words", "there"),
    [
        ("18:00", "10-21 18:00"),
        ("9:00", "10-22 09:00"),
        ("明天 9:00", "10-22 09:00"),
        ("后天9点", "10-23 09:00"),
        ("今天 8：15", "10-21 08:15"),
        ("11-25 14:00", "11-25 14:00"),
        ("11月25日 14点30分", "11-25 14:30"),
        ("2026-12-01 8:00", "12-01 08:00"),
        ("2小时后", "10-21 11:30"),
        ("30 min", "10-21 10:00"),
        ("3天后", "10-24 09:30"),
        ("tomorrow 9:00", "10-22 09:00"),
    ],
)
def test_times_are_understood(words: str, there: str):
    found = moment_in(words, NOW, BEIJING)
    assert found is not None
    assert found.astimezone(BEIJING).strftime("%m-%d %H:%M") == there


@pytest.mark.parametrize("words", ["", "很快", "25:00", "9:61", "13-01 9:00", "2-30 9:00", "明天", "9"])
def test_what_is_no_time_is_none(words: str):
    assert moment_in(words, NOW, BEIJING) is None


@given(st.text("0123456789:-点明天后小时分 ", max_size=16))
def test_nothing_that_is_typed_breaks_it(words: str):
    found = moment_in(words, NOW, BEIJING)
    assert found is None or found.tzinfo is not None
