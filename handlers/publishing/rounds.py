"""Which visits use a form: an administrator chooses it for rounds that have not begun.

A choice moves the visits of the round that are planned and not begun. One that has begun keeps its version, whatever
is chosen later; that is the whole rule, and storage/campaign/forms.py holds it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from markupsafe import Markup

from handlers.chat import Button
from handlers.errors import Stale, UserError
from handlers.journey import data, number
from handlers.progress import brief, listed
from handlers.publishing import versions
from handlers.publishing.fitness import hinders
from handlers.text import mark
from storage.campaign import campaigns
from storage.campaign import forms as form_versions

if TYPE_CHECKING:
    from handlers.turn import Turn
    from storage.campaign.campaigns import Campaign, Round
    from storage.campaign.forms import FormVersion

SHOWN: Final = 12
"""Rounds that are offered."""

UNFIT = mark("Visits cannot ask this of it: {names}. The form can be published and tried, but not used for visits.")
RETIRED = mark("This version is retired. Publish a new one to use it.")
BEGUN = mark("This round has begun. A form is chosen for rounds that have not.")


async def _ahead(turn: Turn) -> list[tuple[Campaign, Round]]:
    """Return the rounds that have not begun, with their campaigns."""
    found = []
    for campaign in await campaigns.all_campaigns(turn.db):
        today = campaigns.day_in(campaign.zone, turn.now)
        found += [(campaign, one) for one in await campaigns.rounds_of(turn.db, campaign.id) if one.starts_on > today]
    return found


async def _usable(turn: Turn, args: tuple[str, ...]) -> FormVersion:
    """Return the version a button is about; refuses one that is retired, or that no visit could hand in."""
    version = await form_versions.get(turn.db, number(args, 0))
    if version is None:
        raise Stale
    if version.retired_at is not None:
        raise UserError(RETIRED)
    lacks = hinders(await turn.kit.shelf.form(turn.db, version.id))
    if lacks:
        names = listed(turn, [brief(one.label(turn.speech.language) or one.name, 20) for one in lacks[:5]])
        raise UserError(UNFIT, names=names)
    return version


async def rounds(turn: Turn, args: tuple[str, ...]) -> None:
    """Offer the rounds that have not begun."""
    version = await _usable(turn, args)
    ahead = await _ahead(turn)
    back = (Button(turn.label("↩ Back"), data("publishing", "version", version.id)),)
    if not ahead:
        said = turn.t(
            "Every round has begun, and its visits keep the form they have. There is nothing to choose it for."
        )
        turn.card(said, (back,))
        return
    lines = [
        turn.t(
            "For which round is <b>{title}</b>, version {version}?", title=version.title, version=version.version or "–"
        )
    ]
    rows = []
    for campaign, one in ahead[:SHOWN]:
        span = {"first": turn.speech.day(one.starts_on), "last": turn.speech.day(one.ends_on)}
        chosen = await form_versions.of_round(turn.db, one.id)
        title = turn.speech.ordinal(one.number)
        line = turn.t(
            "Round {number}, {first} – {last}, “{campaign}”",
            number=title,
            campaign=campaign.title_in(turn.speech.language),
            **span,
        )
        if chosen is not None:
            form = Markup("{} {}").format(chosen.title, chosen.version)
            line += Markup("\n   ") + turn.t("now: {form}", form=form)
        lines.append(line)
        rows.append(
            (Button(turn.label("Round {number}", number=title), data("publishing", "use", version.id, one.id)),)
        )
    lines.append(turn.t("\nVisits of the round that are planned get it at once; one that has begun keeps its own."))
    turn.card(Markup("\n").join(lines), (*rows, back))


async def use(turn: Turn, args: tuple[str, ...]) -> None:
    """Choose the version for a round."""
    version = await _usable(turn, args)
    one = next((one for _, one in await _ahead(turn) if one.id == number(args, 1)), None)
    if one is None:
        raise UserError(BEGUN)
    moved = await form_versions.choose(turn.db, one, version, turn.who, turn.now)
    turn.record("form.chosen", f"form:{version.id}", round=one.id, visits=moved)
    text, rows = await versions.card(turn, version)
    said = turn.n(
        "\n✓ Round {number} begins with it; {count} planned visit has it now.",
        "\n✓ Round {number} begins with it; {count} planned visits have it now.",
        moved,
        number=turn.speech.ordinal(one.number),
    )
    turn.card(text + Markup("\n") + said, rows)
