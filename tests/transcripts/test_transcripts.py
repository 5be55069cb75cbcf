"""Golden conversations: what people say and tap, and every word the bot answers.

Each ``*.txt`` here is a play. A line that starts with one of :data:`ACTIONS` is done by the person, all else is what
the screen then shows. The same play runs on the engine alone and, through a driver, against the sandbox, and must come
out the same to the letter. ``REWRITE=1 pytest tests/transcripts`` writes down what the engine says now: read the diff.
"""

from __future__ import annotations

import os
import re
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from zlib import crc32

import pytest

from handlers.checklist import sharing
from sandbox.transcript import Transcript
from storage.visit import draws
from tests.transcripts.stages import engine_stage, sandbox_stage

if TYPE_CHECKING:
    from storage.database import Database
    from tests.transcripts.stages import Stage

HERE = Path(__file__).parent
PLAYS = sorted(path.stem for path in HERE.glob("*.txt"))
ALONE = sorted(f"engine/{path.stem}" for path in HERE.glob("engine/*.txt"))
"""Plays in which files are looked at: what comes of them in a process of its own is tested in tests/bot."""

DRIVERS = ("aiogram", "ptb")
ON_BOTH = ("first-minute", "quick")
"""Plays that are held over both libraries; each of the others over one, for what the two do differently is tested
call by call in tests/bot."""
OVER_TELEGRAM = [
    (name, driver)
    for name in PLAYS
    for at, driver in enumerate(DRIVERS)
    if name in ON_BOTH or crc32(name.encode()) % len(DRIVERS) == at
]

ACTIONS = {
    "▶ ": "start",
    "✎ ": "say",
    "↪ ": "forward",
    "✏ ": "edit",
    "👆 ": "tap",
    "👆👆 ": "double",
    "📷 ": "photo",
    "🖼 ": "album",
    "📎 ": "file",
    "🎤 ": "voice",
    "📍 ": "place",
    "🧷 ": "sticker",
    "⏳ ": "wait",
    "⚙ ": "form",
    "✈ ": "away",
    "📶 ": "back",
    "📸 ": "picture",
}
"""How a line that a person does begins, and ⚙: a visit with the form of that name (``forms/``) is planned for the group
of the phone's demonstration. ``⏳ 600``: so many seconds pass; ✈ and 📶: the phone has no signal, and has one again;
``📸 old``: a picture of that name. ``— 7003`` hands the play to another phone; ⏎ in words is a new line."""


@pytest.fixture(autouse=True)
def _the_same_draw_every_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(draws, "fresh_seed", lambda: bytes(32))


@pytest.fixture(autouse=True)
def _cards_follow_when_the_play_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sharing, "PAUSE", timedelta(minutes=5))


REWRITE = bool(os.environ.get("REWRITE"))

_CLOCK = re.compile(r"\b\d\d:\d\d\b")
_TOKEN = re.compile(r"start=i_[\w-]+")


async def play(text: str, stage: Stage) -> str:
    """Do what the play says and return it with what the screens really showed."""
    papers: dict[int, Transcript] = {}
    written: list[str] = []
    who = 0
    for line in text.splitlines():
        if line.startswith("# "):
            written.append(line)
        if line.startswith("— "):
            who = int(line.split()[1])
            written += ["", line]
        found = next((prefix for prefix in ACTIONS if line.startswith(prefix)), None)
        if found is None or line.startswith("    "):
            continue
        paper = papers.setdefault(who, Transcript())
        words = line.removeprefix(found)
        asked = words.strip("[]") if ACTIONS[found] in {"tap", "double"} else words.replace("⏎", "\n")
        await stage.do(who, ACTIONS[found], asked)
        before = len(paper.lines)
        paper.look(*await stage.screen(who))
        written += ["", line, *(masked(one).rstrip() for one in paper.lines[before:])]
    return "\n".join(written).strip("\n") + "\n"


def masked(line: str) -> str:
    """Hide what differs from run to run: the minute of the day and the secret part of a link."""
    return _TOKEN.sub("start=i_…", _CLOCK.sub("HH:MM", line))


@pytest.mark.parametrize("name", PLAYS + ALONE)
async def test_the_engine_alone_holds_the_conversation(name: str, sqlite_database: Database, tmp_path: Path) -> None:
    file = HERE / f"{name}.txt"
    golden = file.read_text(encoding="utf-8")
    held = await play(golden, await engine_stage(sqlite_database, tmp_path))
    if REWRITE and held != golden:
        file.write_text(held, encoding="utf-8")
        pytest.skip("written anew; read the diff")
    assert held == golden


@pytest.mark.parametrize(("name", "driver"), OVER_TELEGRAM)
async def test_the_same_conversation_over_telegram(name: str, driver: str, sqlite_url: str, tmp_path: Path) -> None:
    golden = (HERE / f"{name}.txt").read_text(encoding="utf-8")
    async with sandbox_stage(tmp_path, driver, sqlite_url) as stage:
        assert await play(golden, stage) == golden
