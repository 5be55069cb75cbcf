"""Shows somebody the invitations they made: who used which, which still wait, and takes one back.

Only one's own: what others made is theirs to take back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from markupsafe import Markup

from handlers.belonging import campaign_of, place_of, zone_of
from handlers.chat import Button
from handlers.errors import Stale
from handlers.journey import data, number
from handlers.panel import show
from handlers.roles import NAMES
from storage import invitations, people

if TYPE_CHECKING:
    from handlers.turn import Turn
    from storage.invitations import Invitation

SHOWN: Final = 12
"""How many of the latest invitations are listed."""


async def mine(turn: Turn, _: tuple[str, ...]) -> None:
    """List the latest invitations of the person who asks."""
    await _list(turn)


async def revoke(turn: Turn, args: tuple[str, ...]) -> None:
    """Take an invitation back that nobody has used."""
    found = await invitations.get(turn.db, number(args, 0), lock=True)
    if found is None or found.created_by != turn.who.id or not _waits(turn, found):
        raise Stale
    found.revoke(turn.now)
    turn.record("invitation.revoked", f"invitation:{found.id}")
    turn.toast(turn.label("Taken back. The link no longer lets anybody in."))
    await _list(turn)


async def _list(turn: Turn) -> None:
    made = await invitations.made_by(turn.db, turn.who.id, limit=SHOWN)
    begin = Button(turn.label("Invite people"), data("invitation", "begin"))
    if not made:
        show(turn, turn.t("You have not invited anybody yet."), ((begin,),))
        return
    names = await people.names(turn.db, {one.used_by for one in made if one.used_by is not None})
    lines = [turn.t("<b>My invitations</b>")]
    lines += [await _line(turn, at, one, names) for at, one in enumerate(made, 1)]
    taken = [
        Button(turn.label("Take back {number}", number=at), data("invitation", "revoke", one.id))
        for at, one in enumerate(made, 1)
        if _waits(turn, one)
    ]
    rows = [tuple(taken[at : at + 3]) for at in range(0, len(taken), 3)]
    show(turn, Markup("\n").join(lines), (*rows, (begin,)))


async def _line(turn: Turn, at: int, made: Invitation, names: dict[int, str]) -> Markup:
    """Put one invitation into words: number, role, group or unit, name, and what became of it."""
    place = await place_of(turn.db, made.role, group_id=made.group_id, unit_id=made.unit_id)
    parts = [turn.label(NAMES[made.role]), *([place.name] if place else []), *([made.name] if made.name else [])]
    zone = zone_of(await campaign_of(turn.db, made.group_id))
    if made.used_at is not None:
        name = names.get(made.used_by or 0, "")
        when = turn.speech.moment(made.used_at, zone)
        fate = (
            turn.t("used by {name}, {time}", name=name, time=when)
            if name
            else turn.t("used {time} by somebody whose data has since been erased", time=when)
        )
    elif made.revoked_at is not None:
        fate = turn.t("taken back {time}", time=turn.speech.moment(made.revoked_at, zone))
    elif turn.now >= made.expires_at:
        fate = turn.t("ran out {time}", time=turn.speech.moment(made.expires_at, zone))
    else:
        fate = turn.t("waiting, good until {time}", time=turn.speech.moment(made.expires_at, zone))
    return Markup("{}. {} – {}").format(at, " · ".join(parts), fate)


def _waits(turn: Turn, made: Invitation) -> bool:
    return made.used_at is None and made.revoked_at is None and turn.now < made.expires_at
