"""Modules stay small enough to be read in one go."""

from __future__ import annotations

import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
CAP = 400
"""Lines. Around 100 is usual; at 250 it is time to look for the seam."""

GENERATED = ("storage/migrations/versions/",)


def tracked(*patterns: str) -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", *patterns],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [Path(name) for name in listed.stdout.splitlines() if (ROOT / name).is_file()]


def test_no_module_is_longer_than_the_cap():
    modules = [one for one in tracked("*.py") if not str(one).startswith(GENERATED)]
    assert len(modules) > 20
    long = {str(one): count for one in modules if (count := (ROOT / one).read_text("utf-8").count("\n")) > CAP}
    assert long == {}


def test_no_module_has_a_name_that_says_nothing():
    vague = {"utils", "util", "helpers", "helper", "manager", "common", "base", "misc"}
    assert [str(one) for one in tracked("*.py") if one.stem in vague] == []


def test_the_rooms_are_empty_at_the_door():
    rooms = ("bot", "handlers", "supervision", "forms", "storage", "reports", "sandbox", "packs", "locales", "tests")
    doors = [ROOT / room / "__init__.py" for room in rooms]
    assert [str(door) for door in doors if door.is_file() and door.read_text("utf-8").strip()] == []
