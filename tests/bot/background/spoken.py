"""A Telegram that hands out something that was said, or refuses to."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

SPOKEN = b"OggS" + b"what was said " * 100


@dataclass(slots=True)
class Telegram:
    """What a download brings, one thing after the other."""

    brings: list[bytes | Exception] = field(default_factory=lambda: [SPOKEN])
    asked: int = 0

    async def download(self, file_id: str) -> AsyncIterator[bytes]:
        assert file_id.startswith("file-")
        self.asked += 1
        found = self.brings.pop(0) if len(self.brings) > 1 else self.brings[0]
        if isinstance(found, Exception):
            raise found
        yield found[:100]
        yield found[100:]
