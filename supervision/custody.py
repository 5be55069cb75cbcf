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
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

LINK: Final = "xundu-link-1"
"""The form in which links are written; another one gets another name, and this one stays readable."""

HEAD: Final = "xundu-head-1"
"""The form in which a day's head is signed."""

NOTHING: Final = ""
"""What stands for the hash before the first link, and for the digest of a deed that has no content."""

FORGOTTEN: Final = "forgotten"
"""How the deed ends that says that a record was deleted, rightly: ``interviewee.forgotten``."""

SET_ASIDE: Final = "set_aside"
"""How the deed ends that says that a record was kept which never stood: ``answer.set_aside``."""

SKEW: Final = timedelta(minutes=5)
"""So far the clocks of the machines that write to one chain may lie apart."""

REGISTER: Final = "register"
"""The chain in which every other one is entered when it begins, and every day's heads of all of them."""

OFFICE: Final = "office"
"""The chain of what is done about no subject that has a chain of its own."""

_write = json.JSONEncoder(ensure_ascii=True, separators=(",", ":"), sort_keys=True, check_circular=False).encode
_text = json.encoder.encode_basestring_ascii
_sha256 = hashlib.sha256


class Link(NamedTuple):
    """One deed in its chain; ``seq`` counts from 1, ``who`` is a person's number, None for the system itself.

    ``at`` is in the canonical form, in which moments can be compared as text; ``details`` is JSON, as it was stored.
    """

    chain: str
    seq: int
    at: str
    who: int | None
    action: str
    subject: str
    details: str
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
    head_skips = "head skips"
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

    Numbers that are not whole are written as text, because programs do not agree on how to print them; bytes, which are
    sealed, as their SHA-256.
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
    if isinstance(value, bytes):
        return _sha256(value).hexdigest()
    raise TypeError(f"{type(value).__name__} has no canonical form")


def moment(value: datetime) -> str:
    """Return a moment as the canonical form has it: ``2026-10-21T08:00:00.000000+00:00``."""
    return (value if value.tzinfo is UTC else value.astimezone(UTC)).isoformat(timespec="microseconds")


def canonical(value: object) -> str:
    """Return a value as JSON that is the same everywhere: ASCII, no spaces, names in order of their code points."""
    kind = type(value)
    if kind is str:
        return _text(value)  # type: ignore[arg-type]  # it is text
    if kind is int:
        return int.__repr__(value)
    return "null" if value is None else _write(plain(value))


def digest_of(kind: str, content: Mapping[str, object]) -> str:
    """Return the digest of what a deed was about; ``kind`` names the fields it has, such as ``answer/1``."""
    inner = ",".join([f"{_text(name)}:{canonical(content[name])}" for name in sorted(content)])
    return _sha256(f"[{_text(kind)},{{{inner}}}]".encode("ascii")).hexdigest()


def hash_of(
    previous: str,
    chain: str,
    seq: int,
    at: datetime | str,
    who: int | None,
    action: str,
    subject: str,
    details: Mapping[str, object],
    digest: str,
) -> str:
    """Return the hash of a link: SHA-256 over all it says and the hash before it, 64 hexadecimal digits.

    ``at`` may be in its canonical form already. What is hashed is the canonical form of a list of these, in order.
    """
    when = at if isinstance(at, str) else moment(at)
    said = (
        f'["{LINK}",{_text(chain)},{seq},{_text(when)},{"null" if who is None else who},{_text(action)},'
        f"{_text(subject)},{canonical(details) if details else '{}'},{_text(digest)},{_text(previous)}]"
    )
    return _sha256(said.encode("ascii")).hexdigest()


def signed_text(day: date, head: str) -> bytes:
    """Return what is signed when a day's head is: ``xundu-head-1 2026-10-21 <hash>``."""
    return f"{HEAD} {day.isoformat()} {head}".encode("ascii")


def broken(fault: Fault, link: Sequence[Any]) -> Break:
    """Return a break at a link, which may hold whatever somebody has put there."""
    chain, seq, at, who, _, subject, *_ = link
    number = seq if isinstance(seq, int) else 0
    return Break(fault, _shown(chain), number, _shown(subject), when(at), who if isinstance(who, int) else None)


def _shown(value: object) -> str:
    return str(value).encode("utf-8", "replace").decode("utf-8")


def when(at: object) -> datetime | None:
    """Return a moment of the canonical form, None for what somebody has made of it."""
    try:
        found = datetime.fromisoformat(str(at))
    except ValueError:
        return None
    return found if found.tzinfo is not None else None


class Reader:
    """Reads one chain link by link, in order, and finds the first that cannot be true; remembers only the last."""

    def __init__(self, chain: str) -> None:
        self.chain = chain
        self.seq = 0
        self.hash = NOTHING
        self._latest = ""

    def read(self, link: Link) -> Break | None:
        """Take the next link; returns what is wrong with it, if anything. After a break nothing more can be told."""
        return self.follow((link,))

    def follow(self, links: Iterable[Sequence[Any]]) -> Break | None:
        """Take the next links, each with the values of a :class:`Link`; returns what is wrong with the first that is.

        The bytes that are hashed are put together here as :func:`hash_of` does it, because a season has a million.
        """
        begins = f'["{LINK}",{_text(self.chain)},'
        seq, previous, latest = self.seq, self.hash, self._latest
        link: Sequence[Any] = ()
        try:
            for link in links:
                chain, number, at, who, action, subject, details, digest, said = link
                seq += 1
                if number != seq:
                    return broken(Fault.removed if number > seq else Fault.changed, link)
                written = (
                    f"{begins}{seq},{_text(at)},{'null' if who is None else who},{_text(action)},{_text(subject)},"
                    f'{details if details == "{}" else canonical(json.loads(details))},{_text(digest)},"{previous}"]'
                )
                if said != _sha256(written.encode("ascii")).hexdigest() or chain != self.chain:
                    return broken(Fault.changed, link)
                if at >= latest:
                    latest = at
                elif datetime.fromisoformat(at) < datetime.fromisoformat(latest) - SKEW:
                    return broken(Fault.back_dated, link)
                previous = said
        except (TypeError, ValueError):  # what somebody has put there is not even text, or a number
            return broken(Fault.changed, link)
        self.seq, self.hash, self._latest = seq, previous, latest
        return None

    def not_before(self, moment: str) -> None:
        """Let every later link be no older than this, because the register says that a day had ended then."""
        self._latest = max(self._latest, moment)

    def ended(self, links: int) -> Break | None:
        """Say whether the chain has as many links as it counted."""
        return None if links == self.seq else Break(Fault.cut, self.chain, self.seq + 1)
