from datetime import UTC, datetime, timedelta

import pytest

from supervision.wanting import Found, Grade, grade_of, still_open

BEGAN = datetime(2026, 10, 16, 8, tzinfo=UTC)


def _found(visit: int, grade: Grade, *, unit: int = 1, item: str = "/data/i1") -> Found:
    return Found(unit, item, visit, BEGAN + timedelta(days=visit), grade)


@pytest.mark.parametrize(
    ("sign", "grade"), [("✅", Grade.fine), ("◐", Grade.partly), ("❌", Grade.missing), ("—", None), ("·", None)]
)
def test_the_sign_of_a_choice_says_how_an_item_was_found(sign: str, grade: Grade | None) -> None:
    assert grade_of(sign) is grade


def test_a_matter_is_settled_by_a_later_visit_that_found_it_in_order() -> None:
    assert still_open([_found(1, Grade.missing), _found(2, Grade.fine)]) == []


def test_a_better_answer_that_is_wanting_itself_is_the_open_matter() -> None:
    later = _found(2, Grade.partly)
    assert still_open([later, _found(1, Grade.missing)]) == [later]


def test_a_matter_found_twice_is_one_matter() -> None:
    assert len(still_open([_found(1, Grade.partly), _found(2, Grade.missing), _found(3, Grade.missing)])) == 1


def test_what_was_settled_and_came_back_is_open() -> None:
    back = _found(3, Grade.partly)
    assert still_open([_found(1, Grade.missing), _found(2, Grade.fine), back]) == [back]


def test_another_unit_or_item_settles_nothing() -> None:
    first = _found(1, Grade.missing)
    others = [_found(2, Grade.fine, unit=2), _found(2, Grade.fine, item="/data/i2")]
    assert still_open([first, *others]) == [first]
