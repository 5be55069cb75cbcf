"""Asks somebody to do what is late: one message with a button for each visit, once a day, never at night.

The message is made when it is sent: what is done by then is not mentioned, and whoever is done hears nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from markupsafe import Markup

from handlers import digesting, reminding
from handlers.chat import Button
from handlers.digest import reach
from handlers.errors import Stale
from handlers.journey import data, number
from handlers.progress import brief
from handlers.rows import in_rows
from handlers.text import speech
from storage import people
from storage.campaign import calendars, campaigns, digest_plans
from storage.chat import timers

if TYPE_CHECKING:
    from handlers.chat import Timer
    from handlers.turn import Turn

NUDGE: Final = "digest.nudge"
SHOWN: Final = 6


async def nudge(turn: Turn, args: tuple[str, ...]) -> None:
    """Have a person who is late told, unless somebody has done so today."""
    campaign, group = await reach.asked(turn, args)
    if group is None:
        raise Stale
    person = await people.by_id(turn.db, number(args, 1))
    facts = await digesting.gather(turn.db, campaign, group, turn.now)
    if person is None or person.telegram_id is None or person.id not in facts.laggards():
        turn.toast(turn.label("That is no longer late. Nobody is nudged."), alert=True)
        return
    if not await digest_plans.nudge(turn.db, person.id, facts.today, turn.who.id, turn.now):
        turn.toast(turn.label("{who} has been nudged today already.", who=person.name), alert=True)
        return
    at = await reminding.not_before(turn.db, campaign, person, turn.now)
    key = f"nudge:{person.id}:{facts.today.isoformat()}"
    about = {"campaign": campaign.id, "group": group.id, "person": person.id}
    await timers.plan(turn.db, key, at, person.telegram_id, NUDGE, about)
    turn.record("person.nudged", f"person:{person.id}")
    if at > turn.now:
        zone = calendars.zone_of_group(campaign, group)
        turn.toast(turn.label("{who} will be told {when}.", who=person.name, when=turn.speech.moment(at, zone)))
    else:
        turn.toast(turn.label("{who} is told now.", who=person.name))


async def tell(turn: Turn, timer: Timer) -> None:
    """Tell a person what of theirs is late."""
    person = await people.by_id(turn.db, int(timer.args["person"]))
    campaign = await campaigns.get(turn.db, int(timer.args["campaign"]))
    group = await campaigns.group(turn.db, int(timer.args["group"]))
    if person is None or person.telegram_id != turn.chat_id or campaign is None or group is None:
        return
    facts = await digesting.gather(turn.db, campaign, group, turn.now)
    late = [one for one in facts.late if person.id in one.people]
    if not late or not digesting.is_on(campaign, group, turn.now):
        return
    turn.speech = speech(person.language)
    said = [
        turn.n(
            "Your leader asks you to finish {count} visit:", "Your leader asks you to finish {count} visits:", len(late)
        )
    ]
    for place, one in enumerate(late[:SHOWN], 1):
        day = turn.speech.day(one.on)
        how = turn.label("under way") if one.begun else turn.label("not begun")
        said.append(Markup("{}. {} · {} · {}").format(place, brief(one.unit, 30), day, how))
    if len(late) > SHOWN:
        said.append(turn.t("… and {count} more", count=len(late) - SHOWN))
    rows = in_rows(
        [
            Button(f"{place}. {brief(one.unit, 12)}", data("visit", "open", one.visit_id))
            for place, one in enumerate(late[:SHOWN], 1)
        ]
    )
    turn.say(Markup("\n").join(said), rows)
