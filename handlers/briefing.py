"""The briefing before a visit, on one card: what the unit is, what is open there, what to look at, who goes along.

Everything in it is known already and nobody types any of it. Seen once, it is not shown again until it says something
else; whoever wants it finds it in the overview.
"""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from markupsafe import Markup

from handlers import announcing, matters
from handlers.campaign import pack_of, terms_of
from handlers.chat import Button
from handlers.journey import data
from handlers.progress import brief, called, clipped, listed
from storage import people
from storage.campaign import campaigns, guidance
from storage.visit import briefings, findings
from supervision.pack import PackError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from handlers.chat import Rows
    from handlers.turn import Turn
    from storage.campaign.campaigns import Campaign
    from storage.visit.visits import Visit

MATTERS: Final = 5
POINTS: Final = 6
WORDS: Final = 80
TAGS: Final = 6
TEAM: Final = 6


async def show(turn: Turn, visit: Visit) -> None:
    """Show the briefing, and note that it has been seen."""
    text, rows, looks, _ = await _card(turn, visit)
    await briefings.see(turn.db, visit.id, turn.who.id, looks, turn.now)
    turn.card(text, rows)


async def show_unseen(turn: Turn, visit: Visit, *, only_if_it_matters: bool = False) -> bool:
    """Show the briefing unless the person has seen it as it is; False when it was not shown.

    ``only_if_it_matters``: only where something is open at the unit, or there is something to look at.
    """
    if visit.state == "submitted":
        return False
    text, rows, looks, matters_here = await _card(turn, visit)
    if only_if_it_matters and not matters_here:
        return False
    if await briefings.seen(turn.db, visit.id, turn.who.id) == looks:
        return False
    await briefings.see(turn.db, visit.id, turn.who.id, looks, turn.now)
    turn.card(text, rows)
    return True


async def _card(turn: Turn, visit: Visit) -> tuple[Markup, Rows, str, bool]:
    """Return the card, what tells it from another one, and whether it says anything that calls for a look.

    A colleague who comes in makes no other card of it.
    """
    campaign = await campaigns.get(turn.db, visit.unit.campaign_id)
    zone = await turn.kit.shelf.zone(turn.db, visit.unit.campaign_id)
    lines = [turn.t("<b>{unit}</b>", unit=visit.unit.name)]
    lines += _about(turn, visit, campaign)
    at = len(lines)
    points = await guidance.of(turn.db, visit.unit_id, visit.round_id)
    if points:
        lines.append(turn.t("\n<b>Look here</b>"))
        lines += [turn.t("· {point}", point=clipped(one.text, WORDS)) for one in points[:POINTS]]
    last = await findings.last_visit(turn.db, visit.unit_id, visit.id)
    found = await findings.of_unit(turn.db, visit.unit_id)
    if last is not None:
        day = turn.speech.day(last.at.astimezone(zone).date())
        counted = f"✅ {last.fine}  ◐ {last.partly}  ❌ {last.missing}"
        lines.append(turn.t("\n<b>Last visit</b> {day}: {counted}", day=day, counted=counted))
    if found:
        lines.append(turn.n("<b>{count} open matter</b>", "<b>{count} open matters</b>", len(found)))
        lines += await matters.lines(turn, found, zone, MATTERS)
    line = _discipline(campaign, turn.speech.language)
    if line:
        lines.append(turn.t("\n<i>{line}</i>", line=line))
    begin = turn.label("▶ Go on") if visit.state == "open" else turn.label("▶ Begin")
    rows = (
        (Button(begin, data("visit", "begin", visit.id)),),
        (
            Button(turn.label("◀ List"), data("visit", "today")),
            Button(turn.label("☰ Overview"), data("checklist", "overview", visit.id)),
        ),
    )
    looks = sha256("\n".join(map(str, lines)).encode()).hexdigest()[:16]
    lines[at:at] = [await announcing.line(turn, visit), *await _others(turn, visit)]
    return Markup("\n").join(lines), (*rows, *await announcing.rows(turn, visit)), looks, bool(points or found)


def _about(turn: Turn, visit: Visit, campaign: Campaign | None) -> list[Markup]:
    """Return what the unit is, when the visit is planned and whom to call."""
    unit, said = visit.unit, []
    terms = terms_of(campaign.pack) if campaign is not None and campaign.pack else None
    titles = {one.code: one.titles.get(turn.speech.language, one.code) for one in (terms.tags if terms else ())}
    level = terms.level_titles.get(unit.level, {}).get(turn.speech.language, "") if terms else ""
    what = [level, unit.area.replace("/", ""), *(titles.get(tag, tag) for tag in unit.tags[:TAGS])]
    if any(what):
        said.append(Markup.escape(" · ".join(filter(None, what))))
    if visit.planned_on is not None:
        said.append(turn.t("Planned: {day}", day=turn.speech.day(visit.planned_on)))
    if unit.contact or unit.phone:
        said.append(turn.t("Contact: {who}", who=" ".join(filter(None, (unit.contact, unit.phone)))))
    return said


async def _others(turn: Turn, visit: Visit) -> list[Markup]:
    """Return who else is on the visit; nothing for whoever goes alone."""
    others = {one.person_id for one in visit.members} | {one.person_id for one in visit.parts}
    others.discard(turn.who.id)
    if not others:
        return []
    names = await people.names(turn.db, others)
    who = [brief(names.get(one, ""), 12) or called(None) for one in sorted(others)][:TEAM]
    return [turn.t("With you: {who}", who=listed(turn, who))]


def _discipline(campaign: Campaign | None, language: str) -> str:
    """Return the discipline line of the campaign's pack, '' where it says nothing of it."""
    said = _said(campaign.pack) if campaign is not None and campaign.pack else {}
    return str(said.get(language) or next(iter(said.values()), ""))


@cache
def _said(pack: str) -> Mapping[str, str]:
    """Read the line of a pack in each language, once."""
    try:
        return pack_of(pack).discipline
    except PackError:
        return {}
