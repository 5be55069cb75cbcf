"""The recipient's side: one tap says that a notice has been read.

A role that has ended takes nobody's copy away: whoever got it may say so. Nothing is written twice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers.belonging import campaign_of, zone_of
from handlers.chat import Tap
from handlers.errors import Stale
from handlers.journey import number
from handlers.notice.copies import Copy
from storage import people
from storage.voices import deliveries, notices

if TYPE_CHECKING:
    from handlers.turn import Turn


async def read(turn: Turn, args: tuple[str, ...]) -> None:
    """Write down that the person has read it, the first time; the button gives way to the moment."""
    if turn.person is None:
        raise Stale
    notice = await notices.get(turn.db, number(args, 0))
    mine = await deliveries.of(turn.db, notice.id, turn.person.id, lock=True) if notice is not None else None
    if notice is None or mine is None or notice.state is notices.State.expired:
        raise Stale
    if mine.read_at is not None:
        turn.toast(turn.label("You have confirmed it already. Thank you."))
        return
    mine.read_at = turn.now
    turn.toast(turn.label("Noted: read."))
    author = await people.names(turn.db, {notice.author_id})
    copy = Copy(notice, author.get(notice.author_id, ""), turn.speech, zone_of(await campaign_of(turn.db, None)))
    if isinstance(turn.event, Tap) and mine.message_id in (None, turn.event.message_id):
        turn.reply(copy.change(turn.event.message_id, read_at=turn.now))
    else:  # a reminder: the copy itself is further up
        turn.change(turn.t("✅ Read: “{words}”", words=copy.reminder_words))
        if mine.message_id is not None:
            turn.reply(copy.change(mine.message_id, read_at=turn.now))


async def sample(turn: Turn, _: tuple[str, ...]) -> None:
    """Say that the button of a preview does nothing."""
    turn.toast(turn.label("This is only the preview. The people who get it tap here."))
