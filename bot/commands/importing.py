"""``xundu import units``: a register brought in by whoever runs the bot, of whatever size, all of it or nothing.

Reads, compares and says what the chat would; what is wrong is named with its cell, and then nothing is stored.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from bot.background.register_work import explained, summary
from bot.hold import CommandError
from handlers import arranging
from handlers.campaign import terms_of
from handlers.register_words import FIELDS, place, reason
from handlers.text import nearest, speech
from storage.campaign import campaigns, register
from storage.database import Database
from supervision.register import reading
from supervision.register.comparing import compare

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime
    from pathlib import Path
    from typing import Any

    from bot.config import Settings
    from handlers.text import Speech
    from storage.campaign.campaigns import Campaign
    from storage.database import Session
    from supervision.register.faults import Fault

NAMED: Final = 200
"""Faults that are printed; the count is of all."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """An import as it was typed; ``keep`` leaves in the register what the file does not name."""

    file: Path
    campaign: str
    why: str
    language: str
    dry: bool = False
    keep: bool = False


def spoken(environment: Mapping[str, str]) -> str:
    """Return the language the system speaks, as far as we do."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if environment.get(name):
            return nearest(environment[name])
    return "en"


async def imported(settings: Settings, wanted: Wanted, now: datetime) -> str:
    """Import a register and return what was done, or with ``dry`` would be; raises CommandError and stores nothing."""
    try:
        content = wanted.file.read_bytes()
    except OSError as error:
        raise CommandError(f"{wanted.file} cannot be read ({error.strerror}).") from error
    words = speech(wanted.language)
    database = Database(settings.database.reveal())
    try:
        if wanted.dry:
            async with database.read() as db:
                return await _done(db, wanted, content, words, now)
        async with database.begin() as db:
            return await _done(db, wanted, content, words, now)
    finally:
        await database.close()


async def _done(db: Session, wanted: Wanted, content: bytes, words: Speech, now: datetime) -> str:
    campaign = await _campaign(db, wanted.campaign, now)
    terms = terms_of(campaign.pack)
    standing = await register.standing(db, campaign)
    found = reading.read(content, terms, standing)
    faults = explained(found.faults, terms, standing, found, wanted.language)
    remarks = list(_said(words, [one for one in faults if one.remark]))
    if found.wrong:
        wrong = _said(words, [one for one in faults if not one.remark])
        head = str(
            words.n(
                "{count} thing to put right; nothing was imported:",
                "{count} things to put right; nothing was imported:",
                len(found.wrong),
            )
        )
        raise CommandError("\n  ".join([head, *wrong, *remarks]))
    changes = compare(found, standing, terms)
    if wanted.keep:
        changes = changes.kept()
    told = summary(changes, found)
    lines = [*_told(words, told["counts"]), *_names(words, told), *remarks]
    if changes.nothing:
        return "\n".join([words.label("The register says this already. There is nothing to import."), *remarks])
    if wanted.dry:
        return "\n".join([words.label("This would change; nothing was stored:"), *lines])
    await register.apply(db, campaign, changes, why=wanted.why, now=now)
    await arranging.imported(db, campaign, changes, None, now)
    return "\n".join([words.label("Imported into {campaign}:", campaign=campaign.name), *lines])


async def _campaign(db: Session, name: str, now: datetime) -> Campaign:
    found = await campaigns.campaign_named(db, name) if name else await campaigns.current(db, now)
    if found is not None:
        return found
    known = ", ".join(one.name for one in await campaigns.all_campaigns(db)) or "none yet"
    raise CommandError(
        f"There is no campaign {name}. Campaigns: {known}." if name else "There is no campaign yet: start one first."
    )


def _said(words: Speech, faults: list[Fault]) -> Iterator[str]:
    for one in faults[:NAMED]:
        mark = "· " if one.remark else "✗ "
        yield mark + ": ".join(filter(None, (place(words, one), reason(words, one))))
    if len(faults) > NAMED:
        yield words.label("… and {count} more", count=len(faults) - NAMED)


def _told(words: Speech, counts: Mapping[str, int]) -> Iterator[str]:
    yield words.label("units: {added} new, {changed} changed, {dropped} drop out, {returned} come back", **counts)
    yield words.label(
        "groups: {groups} new, {regrouped} with other areas; places {people}; rounds {rounds}; group by area {by_area}",
        **counts,
    )


def _names(words: Speech, told: Mapping[str, Any]) -> Iterator[str]:
    for code, name, fields in told["changed"][:NAMED]:
        said = "; ".join(
            f"{words.label(FIELDS[field])} {before or '–'} → {after or '–'}" for field, before, after in fields
        )
        yield f"~ {code} {name}: {said}"
    for code, name in told["dropped"][:NAMED]:
        yield f"- {code} {name}"
