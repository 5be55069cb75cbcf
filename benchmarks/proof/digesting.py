"""The digests of a run with a moved clock: each comes once to whoever leads a group, and to its group chat.

On which days, and to whom, is worked out from the calendar alone; that they came is looked up in the book of the
offline Telegram, where the bot cannot write. What a killed process had sent and not yet heard of may come again.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from handlers.text import speech
from sandbox import groups
from sandbox.model import Group as Chat
from storage.campaign import calendars, campaigns, digest_plans
from supervision.calendar import DAY, moment
from supervision.digest import HOUR

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from benchmarks.proof.reminding import Move
    from benchmarks.proof.scene import Scene
    from storage.database import Session

SINCE: Final = timedelta(seconds=2)
"""A move begins so long before the moment to which the clock is put."""


@dataclass(slots=True)
class Digests:
    """What became of the digests: figures, and faults as (kind, words)."""

    expected: int = 0
    told: int = 0
    unheard: int = 0
    faults: list[tuple[str, str]] = field(default_factory=list)


async def bind(scene: Scene, db: Session, group_id: int, campaign_id: int, member: int) -> int:
    """Have the digest of a group go to a group chat as well; returns the chat's id."""
    chat = groups.create(scene.telegram.world, Chat(title="工作群", members=[member]), "member")
    (await digest_plans.plan_of(db, campaign_id, group_id, lock=True)).chat_id = chat.id
    return chat.id


async def judge(
    db: Session, readers: dict[int, list[int]], begins: datetime, moves: Sequence[Move], known: set[int]
) -> Digests:
    """Hold the digests that came against those that were due; ``readers`` are the chats of each group."""
    found = Digests()
    campaign = (await campaigns.all_campaigns(db))[0]
    calendar = await calendars.calendar_of(db, campaign)
    last = moves[-1].ends
    first = campaigns.day_in(campaign.zone, begins)
    days = [first + DAY * at for at in range((campaigns.day_in(campaign.zone, last) - first).days + 1)]
    due = {day: moment(day, HOUR, campaign.zone) for day in days if calendar.works(day)}
    due = {day: at for day, at in due.items() if begins < at <= moves[-1].begins + SINCE}
    for group in await campaigns.groups_of(db, campaign.id):
        heads = _heads(group.name)
        for chat in readers.get(group.id, ()):
            came = _came(moves, chat, heads)
            for day, at in due.items():
                found.expected += 1
                _hold(found, f"{group.name} to {chat} on {day}", came.pop(_which(moves, at), []), known)
            for which, ids in came.items():
                found.faults.append(("wrong", f"{group.name} to {chat}: digests {ids} came at {moves[which].begins}"))
    return found


def _hold(found: Digests, what: str, ids: list[int], known: set[int]) -> None:
    unheard = sum(each not in known for each in ids[:-1])
    found.told += len(ids)
    found.unheard += unheard
    if not ids:
        found.faults.append(("missing", f"the digest of {what} never came"))
    elif len(ids) - unheard > 1:
        found.faults.append(("twice", f"the digest of {what} came in messages {ids}"))


def _came(moves: Sequence[Move], chat: int, heads: tuple[str, ...]) -> dict[int, list[int]]:
    """Return the digests that came to a chat: by move, their messages in order."""
    came: dict[int, list[int]] = {}
    for which, move in enumerate(moves):
        for one in move.sent:
            if one.chat_id == chat and one.method.startswith("send") and one.text.startswith(heads):
                came.setdefault(which, []).append(one.message_id)
    return came


def _which(moves: Sequence[Move], at: datetime) -> int:
    return next(which for which, move in enumerate(moves) if at <= move.ends)


def _heads(name: str) -> tuple[str, ...]:
    """Return what a digest of a group begins with: its title, or the one line of a day without news."""
    quiet = str(
        speech("zh_CN").t("{name}: nothing new today, all on course ({done}/{total}).", name=name, done=0, total=0)
    )
    return f"{name} · ", quiet.partition("（")[0]
