"""The page of the rooms names what is there, all that is there, and nothing that is gone."""

from __future__ import annotations

import re
import subprocess
from fnmatch import fnmatch
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "architecture.md"
TREE = ROOT / "docs" / "rooms.md"
ROOMS = ("bot", "handlers", "supervision", "forms", "storage", "reports", "sandbox", "locales")
STEP = 2
"""Spaces a line of the tree is indented for each folder."""


def tree() -> list[str]:
    """Return the paths that the tree of the rooms names; a pattern such as ``library_*.py`` stays one."""
    block = TREE.read_text("utf-8").split("```")[1]
    paths: list[str] = []
    folders: list[str] = []
    for line in block.splitlines():
        names = re.match(r"( *)((?:[\w.*-]+(?:\.\w+|/)(?:, )?)+)(?: {2,}|$)", line)
        if names is None or len(names[1]) > 3 * STEP:
            continue  # an explanation that goes on
        depth = len(names[1]) // STEP
        for name in names[2].split(", "):
            paths.append("/".join([*folders[:depth], name.rstrip("/")]) + ("/" if name.endswith("/") else ""))
            if name.endswith("/"):
                folders[depth:] = [name.rstrip("/")]
    return paths


@pytest.fixture(scope="module")
def files() -> list[str]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [name for name in listed.stdout.splitlines() if (ROOT / name).is_file()]


def test_every_path_in_the_tree_exists(files):
    named = tree()
    assert len(named) > 40
    gone = [
        one
        for one in named
        if not any(file.startswith(one) if one.endswith("/") else fnmatch(file, one) for file in files)
    ]
    assert gone == []


def test_every_path_in_the_text_exists():
    text = re.sub(r"```.*?```", "", PAGE.read_text("utf-8"), flags=re.DOTALL)
    named = [one for one in re.findall(r"`([\w./-]+)`", text) if "/" in one]
    assert named
    assert [one for one in named if not (ROOT / one).exists()] == []


def test_every_folder_at_the_top_has_its_line(files):
    folders = {f"{one.split('/')[0]}/" for one in files if "/" in one}
    assert folders - set(tree()) == set()
    listed = re.findall(r"^([\w.]+/) ", PAGE.read_text("utf-8").split("```")[1], re.MULTILINE)
    assert set(listed) == folders


def test_every_module_of_the_rooms_is_named_or_lies_in_a_folder_that_is_explained_whole(files):
    named = tree()
    opened = {
        one for one in named if one.endswith("/") and any(other != one and other.startswith(one) for other in named)
    }
    whole = tuple(one for one in named if one.endswith("/") and one not in opened)
    modules = [one for one in files if one.startswith(tuple(f"{room}/" for room in ROOMS)) and one.endswith(".py")]
    unnamed = [
        one
        for one in modules
        if not one.endswith("/__init__.py")
        and not one.startswith(whole)
        and not any(fnmatch(one, name) for name in named)
    ]
    assert unnamed == [], "add them to the tree in docs/rooms.md"


@pytest.mark.parametrize("room", ["bot", "storage"])
def test_the_tests_of_a_room_lie_in_folders_like_its_own(room, files):
    own, mirror = (
        {one.removeprefix(start).split("/")[0] for one in files if one.startswith(start) and "/" in one[len(start) :]}
        for start in (f"{room}/", f"tests/{room}/")
    )
    assert mirror
    assert mirror <= own


def test_it_is_one_page():
    assert len(PAGE.read_text("utf-8").splitlines()) <= 60
