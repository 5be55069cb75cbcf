"""Two dates as people type them."""

from datetime import date

import pytest

from supervision.spans import span


@pytest.mark.parametrize(
    "words",
    ["2026-10-26 2026-10-28", "10月26日至10月28日", "2026/10/26到2026/10/28", "10-26 — 10-28", " 10月26日 10月28日 "],
)
def test_two_dates_are_read_however_they_are_typed(words: str) -> None:
    assert span(words, 2026) == (date(2026, 10, 26), date(2026, 10, 28))


def test_one_date_is_one_day() -> None:
    assert span("10-26", 2026) == (date(2026, 10, 26),)


@pytest.mark.parametrize("words", ["", "下周", "10-26 下周", "2026-10-32", "10-26 10-27 10-28"])
def test_anything_else_is_none(words: str) -> None:
    assert span(words, 2026) is None
