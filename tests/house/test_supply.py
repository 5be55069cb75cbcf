"""The licences on the page are those of what is locked, and the bill of materials is one that others can read."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from cyclonedx.model.bom import Bom

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / ".ci" / "supply.py"
PINNED = sorted(re.findall(r"^([a-z0-9-]+)==([^\s;]+)", (ROOT / "requirements.lock").read_text("utf-8"), re.MULTILINE))
"""Names and versions; one that has other versions for other Pythons is here more than once."""


def test_the_page_names_the_licence_of_everything_that_is_handed_on():
    page = (ROOT / "docs/licences.md").read_text("utf-8")
    rows = re.findall(r"^\| ([a-z0-9-]+) \| (\d[^ ]*) \| (.+) \|$", page, re.MULTILINE)
    assert sorted((name, version) for name, version, _ in rows) == PINNED, "run `make licences`"


def test_only_one_library_is_more_than_weakly_copyleft():
    page = (ROOT / "docs/licences.md").read_text("utf-8")
    assert "To be looked at" not in page
    assert re.findall(r"^\| ([a-z0-9-]+) \| .*GPL", page, re.MULTILINE) == ["python-telegram-bot"]


@pytest.fixture
def bill(tmp_path: Path) -> dict:
    file = tmp_path / "build" / "sbom.json"
    subprocess.run([sys.executable, SCRIPT, file], check=True, capture_output=True)
    return json.loads(file.read_text("utf-8"))


def test_the_bill_of_materials_lists_everything_with_its_hashes(bill: dict):
    assert sorted((one["name"], one["version"]) for one in bill["components"]) == PINNED
    assert all(one["externalReferences"][0]["hashes"] for one in bill["components"])


def test_the_bill_of_materials_is_read_by_the_library_of_its_format(bill: dict):
    assert len(Bom.from_json(bill).components) == len(PINNED)
