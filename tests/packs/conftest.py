"""The packs as their readers see them: the rows of the checklist, the tables of the campaign."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from pyxform.xls2json_backends import md_to_dict

PACKS = Path(__file__).parents[2] / "packs"
NAMES = sorted(path.parent.name for path in PACKS.glob("*/campaign.toml"))


@dataclass(frozen=True)
class Pack:
    name: str

    @property
    def folder(self) -> Path:
        return PACKS / self.name

    @property
    def checklist(self) -> bytes:
        return (self.folder / "checklist.md").read_bytes()

    @property
    def sheets(self) -> dict[str, list[dict[str, str]]]:
        return md_to_dict(BytesIO(self.checklist))

    @property
    def campaign(self) -> dict[str, Any]:
        return tomllib.loads((self.folder / "campaign.toml").read_text(encoding="utf-8"))

    @property
    def demo(self) -> dict[str, Any]:
        return tomllib.loads((self.folder / "demo.toml").read_text(encoding="utf-8"))


@pytest.fixture(params=NAMES)
def pack(request: pytest.FixtureRequest) -> Pack:
    return Pack(request.param)


@pytest.fixture(scope="session")
def theme() -> Pack:
    return Pack("theme-education")


@pytest.fixture(scope="session")
def safety() -> Pack:
    return Pack("workplace-safety")
