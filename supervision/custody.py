"""The chain of custody: how a deed is written so that everybody who has it reads the same, and what breaks a chain.

Each link says who did what and when, the digest of what came of it, and the hash of the link before it; so nothing
can be changed, taken out, put in, put elsewhere or dated back without every later hash telling. docs/custody.md says
the same in words, for whoever checks with tools of their own. Pure: no database, no clock, no files.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import Enum, StrEnum
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

LINK: Final = "xundu-link-1"
"""The form in which links are written; another one gets another name, and this one stays readable."""

HEAD: Final = "xundu-head-1"
"""The form in which a day's head is signed."""

NOTHING: Final = ""
"""What stands for the hash before the first link, and for the digest of a deed that has no content."""

SKEW: Final = timedelta(minutes=5)
"""So far the clocks of the machines that write to one chain may lie apart."""

REGISTER: Final = "register"
"""The chain in which every other one is entered when it begins, and every day's heads of all of them."""

OFFICE: Final = "office"
"""The chain of what is done about no subject that has a chain of its own."""

_write = json.JSONEncoder(ensure_ascii=True, separators=(",", ":"), sort_keys=True, check_circular=False).encode


class Link(NamedTuple):
    """One deed in its chain; ``seq`` counts from 1, ``who`` is a person's number, None for the system itself."""

    chain: str
    seq: int
    at: datetime
    who: int | None
    action: str
    subject: str
    details: Mapping[str, object]
    digest: str
    hash: str


class Fault(StrEnum):
    """What can be wrong with a chain, with what it speaks of, or with a file."""

    changed = "changed"
    removed = "removed"
    back_dated = "back-dated"
    cut = "cut"
    gone = "gone"
    unknown = "unknown"
    rewritten = "rewritten"
    content_changed = "content changed"
    content_gone = "content gone"
    content_unrecorded = "content unrecorded"
    content_order = "content order"
    head_wrong = "head wrong"
    head_gone = "head gone"
    file_gone = "file gone"
    file_changed = "file changed"


@dataclass(frozen=True, slots=True)
class Break:
    """The first thing that is wrong in a chain; ``at`` and ``who`` are what the record itself says, where it does."""

    fault: Fault
    chain: str
    seq: int = 0
    subject: str = ""
    at: datetime | None = None
    who: int | None = None


def plain(value: object) -> object:
    """Return a value as it stands in the canonical form: moments in UTC to the microsecond, degrees as seven decimals.

    Numbers that are not whole are written as text, because programs do not agree on how to print them.
    """
    if isinstance(value, Enum):
        value = value.value
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, dict):
        return {str(name): plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    return _written(value)


def _written(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.7f}"
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no canonical form")


def moment(value: datetime) -> str:
    """Return a moment as the canonical form has it: ``2026-10-21T08:00:00.000000+00:00``."""
    return (value if value.tzinfo is UTC else value.astimezone(UTC)).isoformat(timespec="microseconds")


def canonical(value: object) -> bytes:
    """Return plain data as JSON that is the same everywhere: ASCII, no spaces, names in order of their code points."""
    return _write(value).encode("ascii")


def digest_of(kind: str, content: Mapping[str, object]) -> str:
    """Return the digest of what a deed was about; ``kind`` names the fields it has, such as ``answer/1``."""
    return hashlib.sha256(canonical([kind, {name: plain(one) for name, one in content.items()}])).hexdigest()


def hash_of(
    previous: str,
    chain: str,
    seq: int,
    at: datetime,
    who: int | None,
    action: str,
    subject: str,
    details: Mapping[str, object],
    digest: str,
) -> str:
    """Return the hash of a link: SHA-256 over all it says and the hash before it, 64 hexadecimal digits."""
    said = [LINK, chain, seq, moment(at), who, action, subject, plain(details) if details else {}, digest, previous]
    return hashlib.sha256(_write(said).encode("ascii")).hexdigest()


def signed_text(day: date, head: str) -> bytes:
    """Return what is signed when a day's head is: ``xundu-head-1 2026-10-21 <hash>``."""
    return f"{HEAD} {day.isoformat()} {head}".encode("ascii")


class Reader:
    """Reads one chain link by link, in order, and finds the first that cannot be true; remembers only the last."""

    def __init__(self, chain: str) -> None:
        self.chain = chain
        self.seq = 0
        self.hash = NOTHING
        self._latest: datetime | None = None

    def read(self, link: Link) -> Break | None:
        """Take the next link; returns what is wrong with it, if anything. After a break nothing more can be told."""
        if link.seq != self.seq + 1:
            return self._broken(Fault.removed if link.seq > self.seq else Fault.changed, link)
        expected = hash_of(self.hash, self.chain, *link[1:8])
        if link.hash != expected or link.chain != self.chain:
            return self._broken(Fault.changed, link)
        if self._latest is not None and link.at < self._latest - SKEW:
            return self._broken(Fault.back_dated, link)
        self.seq, self.hash = link.seq, link.hash
        if self._latest is None or link.at > self._latest:
            self._latest = link.at
        return None

    def not_before(self, moment: datetime) -> None:
        """Let every later link be no older than this, because the register says that a day had ended then."""
        if self._latest is None or moment > self._latest:
            self._latest = moment

    def ended(self, links: int) -> Break | None:
        """Say whether the chain has as many links as it counted."""
        return None if links == self.seq else Break(Fault.cut, self.chain, self.seq + 1)

    @staticmethod
    def _broken(fault: Fault, link: Link) -> Break:
        return Break(fault, link.chain, link.seq, link.subject, link.at, link.who)
