"""What a constraint plainly demands is told beforehand; what it says otherwise is not guessed."""

from __future__ import annotations

import pytest

from forms import bounds
from forms.convert import convert
from forms.form import Form

TABLE = [
    ("integer", ". >= 0 and . <= 60", 0, 60),
    ("integer", ". > 0 and 60 > .", 1, 59),
    ("decimal", ". > 0 and . < 1", 0, 1),
    ("integer", ". >= 0 and (. <= 60 and . >= -5)", 0, 60),
    ("integer", ". >= -5", -5, None),
    ("integer", ". = 4", 4, 4),
    ("integer", ". >= 0 or . <= 60", None, None),
    ("integer", ". <= ${other}", None, None),
    ("integer", "not(. > 9)", None, None),
    ("integer", "", None, None),
]


def made(kind: str, constraint: str, parameters: str = "") -> Form:
    source = f"""
| survey |
| | type | name | label | constraint | parameters |
| | integer | other | O | | |
| | {kind} | it | I | {constraint} | {parameters} |
"""
    return Form.parse(convert(source.encode(), "b.md").xform)


@pytest.mark.parametrize(("kind", "constraint", "least", "most"), TABLE)
def test_the_range_of_a_number(kind: str, constraint: str, least: float | None, most: float | None) -> None:
    found = bounds.of_number(made(kind, constraint).questions["/data/it"])
    assert (found.least, found.most) == (least, most)
    assert found.both == (None if least is None or most is None else (least, most))


def test_the_length_of_a_text() -> None:
    asked = made("text", "string-length(.) < 1001 and . != 'x'").questions["/data/it"]
    assert bounds.of_length(asked).most == 1000
    assert bounds.of_number(asked).most is None


def test_the_range_of_a_slider_is_its_own() -> None:
    asked = made("range", "", "start=1 end=5 step=1").questions["/data/it"]
    assert bounds.of_number(asked).both == (1, 5)
