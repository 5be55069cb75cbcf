"""``xundu import units``: what would change, what is wrong, and all of it or nothing, from the command line."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import pytest

from bot.__main__ import main
from bot.commands.importing import spoken
from tests.handlers.setting_up import ROWS, workbook

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def served(tmp_path: Path, sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The settings of a bot whose database holds a campaign."""
    monkeypatch.setenv("XUNDU_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("XUNDU_DATABASE_URL", sqlite_url)
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    database = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"))
    database.execute(
        "INSERT INTO campaigns (name, title, starts_on, ends_on, timezone, pack) "
        "VALUES ('c1', '{}', '2026-09-07', '2027-02-03', 'Asia/Shanghai', 'theme-education')"
    )
    database.commit()
    database.close()
    return tmp_path


def units(folder: Path) -> list[tuple[str, str | None]]:
    database = sqlite3.connect(folder / "xundu.db")
    try:
        return database.execute("SELECT code, retired_why FROM units ORDER BY code").fetchall()
    finally:
        database.close()


def run(folder: Path, *more: str, content: bytes) -> int:
    file = folder / "register.xlsx"
    file.write_bytes(content)
    return main(["import", "units", str(file), *more])


def test_a_dry_run_says_what_would_change_and_stores_nothing(served, capsys):
    assert run(served, "--dry-run", content=workbook()) == 0
    assert "单位：新增 3，修改 0，退出 0，恢复 0" in capsys.readouterr().out
    assert units(served) == []


def test_a_register_is_imported_and_units_it_does_not_name_drop_out_with_the_reason_or_are_kept(served, capsys):
    assert run(served, content=workbook()) == 0
    assert run(served, "--keep", content=workbook(ROWS[:2])) == 0
    assert units(served) == [("X-0", None), ("X-1", None), ("X-2", None)]
    assert run(served, "--why", "合并", content=workbook(ROWS[:2])) == 0
    assert "- X-2 西湖党支部" in capsys.readouterr().out
    assert units(served) == [("X-0", None), ("X-1", None), ("X-2", "合并")]


def test_a_bad_row_in_the_middle_leaves_nothing(served, capsys):
    many = [("Z-0", "集团", "一级", None, "党组", None, None, None, 1, None)]
    many += [
        (f"Z-{at}", f"支部{at}", "支部", "Z-0", "党支部", "浙江省", None, None, 5, "三组") for at in range(1, 2000)
    ]
    many[1000] = ("Z-1000", "坏的", "九级", "Z-0", "党支部", "浙江省", None, None, 5, "三组")
    assert run(served, content=workbook(many)) == 1
    said = capsys.readouterr().err
    assert "1 处需要修改" in said
    assert "信息表 C1003" in said
    assert units(served) == []


def test_the_campaign_is_the_one_that_is_on_or_the_one_named(served, capsys):
    assert run(served, "--campaign", "c1", content=workbook()) == 0
    assert run(served, "--campaign", "other", content=workbook()) == 1
    assert "There is no campaign other. Campaigns: c1." in capsys.readouterr().err


def test_a_file_that_is_not_there_is_said(served, capsys):
    assert main(["import", "units", str(served / "nowhere.xlsx")]) == 1
    assert "cannot be read" in capsys.readouterr().err


def test_it_speaks_what_the_system_speaks():
    assert spoken({"LANG": "zh_CN.UTF-8"}) == "zh_CN"
    assert spoken({"LC_ALL": "de_DE.UTF-8", "LANG": "zh_CN"}) == "en"
    assert spoken({}) == "en"
