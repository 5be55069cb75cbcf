"""What is installed is pinned by hash, and the lock files say nothing about where it comes from."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
RUNTIME, DEVELOPMENT = "requirements.lock", "requirements-dev.lock"


def pins(name: str) -> dict[str, Requirement]:
    """Return every pinned requirement of a lock file, checking that each has hashes."""
    found = {}
    text = (ROOT / name).read_text("utf-8").replace("\\\n", " ")
    for line in text.splitlines():
        pinned, *hashes = line.split("--hash=")
        requirement = Requirement(pinned.strip())
        assert hashes, f"{requirement.name} has no hash"
        assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", one.strip()) for one in hashes), requirement.name
        assert str(requirement.specifier).startswith("=="), f"{requirement.name} is not pinned"
        found[canonicalize_name(requirement.name)] = requirement
    return found


@pytest.fixture(scope="module")
def project() -> dict:
    return tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


@pytest.mark.parametrize("name", [RUNTIME, DEVELOPMENT])
def test_a_lock_holds_hashes_and_no_address(name):
    assert len(pins(name)) > 20
    text = (ROOT / name).read_text("utf-8")
    assert "://" not in text
    assert re.findall(r"^\s*-(?!-hash=).*$", text, re.MULTILINE) == []


def test_development_has_the_very_versions_that_run_in_production():
    runtime, development = pins(RUNTIME), pins(DEVELOPMENT)
    assert {name: str(one.specifier) for name, one in runtime.items()} == {
        name: str(one.specifier) for name, one in development.items() if name in runtime
    }


@pytest.mark.parametrize(("lock", "group"), [(RUNTIME, "dependencies"), (DEVELOPMENT, "dev")])
def test_every_declared_package_is_locked_within_its_bounds(project, lock, group):
    declared = project["project"]["dependencies"] if group == "dependencies" else project["dependency-groups"]["dev"]
    pinned = pins(lock)
    for text in declared:
        wanted = Requirement(text)
        version = str(pinned[canonicalize_name(wanted.name)].specifier).removeprefix("==")
        assert wanted.specifier.contains(version), f"{wanted} is locked at {version}: run `make lock`"


def test_the_package_can_never_be_published(project):
    assert "Private :: Do Not Upload" in project["project"]["classifiers"]
