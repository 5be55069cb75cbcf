"""The register at a glance: how many units on which level, who answers for them, one unit looked up, the template.

Shows only. What a file would change is in ``found.py``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from markupsafe import Markup

from handlers.campaign import template_of, terms_of
from handlers.chat import Button
from handlers.errors import Stale, UserError
from handlers.journey import data, number
from handlers.once import put_once
from handlers.progress import brief, listed
from handlers.reasons import reason_words
from handlers.text import mark
from storage.campaign import campaigns, register_files

if TYPE_CHECKING:
    from handlers.chat import Rows
    from handlers.turn import Turn
    from storage.campaign.campaigns import Campaign, Unit

NAMED: Final = 5
"""Units without a group that are named."""

FOUND: Final = 8
"""Units shown for some words; more than that takes more words."""

NO_CAMPAIGN = mark("There is no campaign yet. /campaign starts one; then the register can be imported.")


async def campaign_in(turn: Turn) -> Campaign:
    """Return the campaign whose register is open, else the one that is on; raises UserError when there is none."""
    held = turn.state.get("campaign") if turn.conversation.journey == "units" else None
    campaign = await campaigns.get(turn.db, held) if isinstance(held, int) else None
    campaign = campaign or await campaigns.current(turn.db, turn.now)
    if campaign is None:
        raise UserError(NO_CAMPAIGN)
    return campaign


async def units(turn: Turn, _: object) -> None:
    """Show the register, and wait for a file."""
    campaign = await campaign_in(turn)
    turn.remember("units", campaign=campaign.id)
    turn.card(*await drawn(turn, campaign))


async def of_campaign(turn: Turn, args: tuple[str, ...]) -> None:
    """Show the register of one of several campaigns."""
    campaign = await campaigns.get(turn.db, number(args, 0))
    if campaign is None:
        raise Stale
    turn.remember("units", campaign=campaign.id)
    turn.card(*await drawn(turn, campaign))


async def drawn(turn: Turn, campaign: Campaign) -> tuple[Markup, Rows]:
    """Draw the register of a campaign."""
    counts = await campaigns.count_units(turn.db, campaign.id)
    total = sum(counts.values())
    lines = [turn.t("<b>Register of units</b> · {title}", title=campaign.title_in(turn.speech.language))]
    if total:
        levels = " · ".join(turn.label("level {level}: {count}", level=at, count=counts[at]) for at in sorted(counts))
        lines.append(turn.n("{count} unit ({levels})", "{count} units ({levels})", total, levels=levels))
        nobody = (await campaigns.count_by_group(turn.db, campaign.id)).get(None, 0)
        if nobody:
            lines.append(turn.n("⚠ no group answers for {count}", "⚠ no group answers for {count}", nobody))
            named = await campaigns.units_of_nobody(turn.db, campaign.id, NAMED)
            lines += [Markup("   {} {}").format(one.code, brief(one.name, 24)) for one in named]
            if nobody > NAMED:
                lines.append(turn.t("… and {count} more", count=nobody - NAMED))
        lines.append(
            turn.t("\nTo change it, send the Excel file (.xlsx, .xls) or CSV here: you see first what would change.")
        )
        lines.append(turn.t("To look a unit up, type part of its code or name."))
    else:
        lines.append(turn.t("No unit yet. Send the register here as an Excel file (.xlsx, .xls) or CSV."))
        lines.append(turn.t("Nothing is stored before you have seen what is in it."))
    rows: list[tuple[Button, ...]] = []
    file = await register_files.of_person(turn.db, turn.who.id, campaign.id)
    if file is not None:
        rows.append((Button(turn.label("The file you sent"), data("units", "file", file.id)),))
    rows.append((Button(turn.label("Get a template"), data("units", "template", campaign.id)),))
    others = [one for one in await campaigns.all_campaigns(turn.db) if one.id != campaign.id][:3]
    rows += [(Button(one.title_in(turn.speech.language)[:30], data("units", "of", one.id)),) for one in others]
    rows.append((Button(turn.label("◀ Campaign"), data("campaign", "show", campaign.id)),))
    return Markup("\n").join(lines), tuple(rows)


async def template(turn: Turn, args: tuple[str, ...]) -> None:
    """Send an empty register with the right columns, what each is for, and an example of each."""
    campaign = await campaigns.get(turn.db, number(args, 0))
    content = template_of(campaign.pack, turn.speech.language) if campaign else None
    if campaign is None or content is None:
        raise UserError(mark("This campaign has no template. Needed are the columns code, name, level and superior."))
    turn.remember("units", campaign=campaign.id)
    turn.say(
        turn.t("Fill it in and send it back here. Columns may stand in any order, and more than these do no harm."),
        document=await put_once(turn, content),
        filename=turn.label("register.xlsx"),
    )


async def search(turn: Turn, words: str) -> None:
    """Show the units that have these words in their code or name."""
    campaign = await campaign_in(turn)
    words = " ".join(words.split())[:60]
    found = await campaigns.find_units(turn.db, campaign.id, words, FOUND + 1)
    back = (Button(turn.label("↩ Back"), data("units", "show")),)
    if not found:
        turn.card(turn.t("No unit has “{words}” in its code or name. Try another part of it.", words=words), (back,))
        return
    rows = tuple((Button(one.name[:40], data("units", "unit", one.id)),) for one in found[:FOUND])
    said = turn.n("{count} unit has “{words}”:", "{count} units have “{words}”:", min(len(found), FOUND), words=words)
    if len(found) > FOUND:
        said = turn.t("The first {count} with “{words}”; type more to find fewer:", count=FOUND, words=words)
    turn.card(said, (*rows, back))


async def unit(turn: Turn, args: tuple[str, ...]) -> None:
    """Show one unit with all the register says of it."""
    one = await campaigns.unit(turn.db, number(args, 0))
    if one is None:
        raise Stale
    turn.card(await _one(turn, one), ((Button(turn.label("↩ Back"), data("units", "show")),),))


async def _one(turn: Turn, one: Unit) -> Markup:
    campaign = await campaigns.get(turn.db, one.campaign_id)
    terms = terms_of(campaign.pack if campaign else "")
    level = terms.level_titles.get(one.level, {}).get(turn.speech.language, "")
    lines = [
        turn.t("<b>{name}</b>", name=one.name),
        turn.t("{code} · level {level} {title}", code=one.code, level=one.level, title=level),
    ]
    if one.retired_at is not None and campaign is not None:
        day = turn.speech.day(campaigns.day_in(campaign.zone, one.retired_at))
        lines.append(turn.t("Dropped out on {day}: {why}", day=day, why=reason_words(turn.speech, one.retired_why)))
    above = await campaigns.unit(turn.db, one.parent_id) if one.parent_id else None
    group = await campaigns.group(turn.db, one.group_id) if one.group_id else None
    facts = (
        (mark("Superior"), above.name if above else ""),
        (mark("Area"), one.area.replace("/", " ")),
        (mark("Group"), group.name if group else turn.label("none")),
        (mark("Tags"), str(listed(turn, [terms.title_of(tag, turn.speech.language) for tag in one.tags]))),
        (mark("People"), "" if one.members is None else str(one.members)),
        (mark("Contact"), " ".join(filter(None, (one.contact, one.phone)))),
        (mark("Note"), one.note or ""),
    )
    lines += [turn.t("{what}: {value}", what=turn.label(what), value=value) for what, value in facts if value]
    return Markup("\n").join(lines)
