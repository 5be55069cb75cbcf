"""What ``xundu verify`` says: how much was checked, and of what is wrong which visit, which item, when and what.

Works while the bot does, on one moment of the database. What people wrote is not shown.
"""

from __future__ import annotations

import json
import re
import sys
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Final

from bot.commands import signing
from bot.hold import CommandError
from bot.progress import Progress
from handlers.shelf import Shelf
from storage.campaign import campaigns
from storage.database import Database
from storage.files import evidence
from storage.files.blobs import Blobs
from storage.vault import rehashing, verification
from storage.visit import visits
from supervision.custody import REGISTER, Break, Fault

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from bot.config import Settings
    from storage.database import Session
    from storage.vault.verification import Found

SAYS: Final = {
    Fault.changed: "link {seq} was changed, put in or moved after it was made",
    Fault.removed: "links before number {seq} were removed",
    Fault.back_dated: "link {seq} is dated before what had been done already",
    Fault.cut: "the last links, from number {seq} on, were removed",
    Fault.gone: "the whole chain was removed",
    Fault.unknown: "the register does not know this chain: it was put in",
    Fault.rewritten: "the chain is not the one in the register: it was rewritten up to link {seq}",
    Fault.content_changed: "the {kind} is not what was recorded",
    Fault.content_gone: "the {kind} was deleted",
    Fault.content_unrecorded: "the {kind} was put in without a record",
    Fault.content_order: "an {kind} that had been replaced was made the current one, or the current one was not",
    Fault.head_wrong: "the head of {day} is not the one that was given out: something up to that day was changed",
    Fault.head_gone: "the register has no head of {day}, but one was given out",
    Fault.head_skips: "it was changed how far the days' heads reach here: the next ones would leave links out",
    Fault.file_gone: "the file of the {kind} is missing",
    Fault.file_changed: "the file of the {kind} is not the one that was sent",
}

KINDS: Final = {
    "entry": "entry of an interview",
    "look": "record of a look at an interview",
    "interviewee": "name of who was interviewed",
    "coverage": "number of people to be talked with",
}
"""What records are called whose own name says too little."""

_INDEX = re.compile(r"\[\d+\]")


@dataclass(frozen=True, slots=True)
class Told:
    """A break in words: ``where`` names the visit and the item, ``what`` says what is wrong."""

    where: str
    what: str


def given_out(heads: Sequence[str], file: Path | None, key: Path | None) -> list[signing.Head]:
    """Read the heads that were given out; with a key, each line must be signed with it. Raises CommandError."""
    lines = list(heads)
    if file is not None:
        try:
            lines += [one for one in file.read_text("utf-8").splitlines() if one.strip() and not one.startswith("#")]
        except (OSError, UnicodeDecodeError):
            raise CommandError(f"--heads: {file} cannot be read.") from None
    found = []
    for line in lines:
        try:
            found.append(signing.parse(line))
        except ValueError:
            raise CommandError(f"A head is DATE=HASH, such as 2026-10-21=3f2a…, not {line!r}.") from None
    if key is not None:
        public = signing.public_key(key)
        for one in found:
            if not signing.genuine(public, one):
                raise CommandError(f"The head of {one.day} was not signed with the key in {key}.")
    return found


async def verified(
    settings: Settings, heads: Sequence[signing.Head], *, files: bool = False, as_json: bool = False
) -> tuple[str, bool]:
    """Check everything and return (what there is to say, whether all is sound). Raises Unavailable."""
    database, progress = Database(settings.database.reveal(), keyring=settings.keyring()), Progress(sys.stderr)
    try:
        async with database.read() as db:
            links = await verification.count(db)
            check = verification.Verification(db, lambda done: progress("links", done, links))
            found = await check.run([(one.day, one.hash) for one in heads])
            if files:
                total = await rehashing.count_files(db)
                await rehashing.files(
                    db, Blobs(settings.evidence_dir), found, lambda done: progress("files", done, total)
                )
            told = [await _told(db, one) for one in found.in_order]
    finally:
        progress.end()
        await database.close()
    said = _as_json(found, told) if as_json else _as_text(found, told, files=files)
    return said, not found.breaks


def _as_text(found: Found, told: Sequence[Told], *, files: bool) -> str:
    checked = f"{found.links:,} links in {found.chains:,} chains, {found.rows:,} records, {len(found.heads):,} days"
    checked += f", {found.files:,} files" if files else ""
    lines = [f"Checked {checked}."]
    if found.earlier:
        lines.append(f"{found.earlier:,} records are older than the chain of custody; nothing is said of them.")
    if not told:
        lines.append("All is as it was recorded.")
        if found.heads:
            day, head = max(found.heads.items())
            lines.append(f"The last head is {day} {head}")
        return "\n".join(lines)
    lines.append(f"FIRST BREAK  {told[0].where}: {told[0].what}.")
    lines += [f"also         {one.where}: {one.what}." for one in told[1:]]
    return "\n".join(lines)


def _as_json(found: Found, told: Sequence[Told]) -> str:
    breaks = [
        {
            "fault": wrong.fault.value,
            "chain": wrong.chain,
            "link": wrong.seq or None,
            "subject": wrong.subject,
            "at": wrong.at.isoformat() if wrong.at else None,
            "person": wrong.who,
            **asdict(one),
        }
        for wrong, one in zip(found.in_order, told, strict=True)
    ]
    counted = {name: getattr(found, name) for name in ("links", "chains", "rows", "earlier", "files")}
    heads = {day.isoformat(): head for day, head in sorted(found.heads.items())}
    return json.dumps({"sound": not breaks, **counted, "heads": heads, "breaks": breaks}, ensure_ascii=False, indent=1)


# --- in words ---


async def _told(db: Session, wrong: Break) -> Told:
    kind, _, number = wrong.subject.partition(":")
    what = SAYS[wrong.fault].format(seq=wrong.seq, kind=KINDS.get(kind, kind), day=number)
    if wrong.chain == REGISTER:
        return Told("the register", what)
    visit_id = int(wrong.chain.partition(":")[2]) if wrong.chain.startswith("visit:") else 0
    visit = await visits.get(db, visit_id) if visit_id else None
    where = [wrong.chain.replace(":", " ")]
    zone = None
    if visit is not None:
        where[0] += f" ({visit.unit.name})"
        zone = await campaigns.zone_of(db, visit.unit.campaign_id)
        if item := await _item(db, visit, kind, int(number or 0)):
            where.append(item)
    if wrong.subject and kind != "visit":
        where.append(wrong.subject.replace(":", " "))
    if wrong.at is not None:
        where.append(f"{wrong.at.astimezone(zone):%Y-%m-%d %H:%M}" if zone else f"{wrong.at:%Y-%m-%d %H:%M} UTC")
    if wrong.who is not None:
        where.append(f"by person {wrong.who}")
    return Told(", ".join(where), what)


async def _item(db: Session, visit: visits.Visit, kind: str, number: int) -> str:
    """Return the item of the checklist that a record belongs to, '' when that cannot be told any more."""
    path = None
    if kind == "answer":
        path = await verification.path_of_answer(db, number)
    elif kind == "evidence" and (piece := await evidence.get(db, number)) is not None:
        path = piece.path
    if not path:
        return ""
    form = await Shelf().form(db, visit.form_version_id)
    plain = _INDEX.sub("", path)
    at = next((one.number for one in form.screens if any(each.path == plain for each in one.questions)), None)
    return f"item {at}" if at else path
