"""``xundu draw verify``: a published draw worked out again without a database."""

from pathlib import Path

import pytest

from bot.__main__ import main
from tests.supervision.test_draw import record


def test_a_right_draw_is_said_to_be_right(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "draw.json"
    file.write_bytes(record().written())
    assert main(["draw", "verify", str(file)]) == 0
    said = capsys.readouterr().out
    assert "as it should be: 5 of 20" in said
    assert all(name in said for name in record().drawn)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (record().written().replace(b'"size": 5', b'"size": 4'), "NOT as it should be"),
        (b"hello", "not a record of a draw"),
        (None, "cannot be read"),
    ],
)
def test_a_wrong_draw_ends_with_status_one(
    content: bytes | None, says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "draw.json"
    if content is not None:
        file.write_bytes(content)
    assert main(["draw", "verify", str(file)]) == 1
    assert says in capsys.readouterr().err
