"""What ``xundu inbox`` does: shows updates that were set aside, puts them back in line, or gives them up.

Works while the bot does, on the database alone. What people wrote is shown only when it is asked for by name; what is
done is written into the audit trail.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from storage import audit, people
from storage.chat import inbox
from storage.chat.conversations import Conversation
from storage.entity import LARGEST
from storage.people import Role
from storage.vault.sealed import Unreadable
from storage.visit import interviews

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from storage.chat.inbox import Arrival
    from storage.database import Database, Session

LISTED = 1000

_INTERVIEW = "interview"
"""What the journey is called in which names and quotes are typed."""


class NotSetAside(Exception):
    """There is no such update among those set aside; the message names it."""


async def listed(database: Database) -> str:
    """List what was set aside, the oldest first: number, arrival, chat, door, kind and place of the error."""
    async with database.read() as db:
        rows = await inbox.set_aside(db, LISTED)
    if not rows:
        return "Nothing is set aside."
    lines = [("ID", "ARRIVED (UTC)", "CHAT", "FROM", "ERROR")]
    lines += [
        (str(row.id), f"{row.received_at:%Y-%m-%d %H:%M:%S}", str(row.chat_id), row.source.value, row.error or "")
        for row in rows
    ]
    widths = [max(len(line[at]) for line in lines) for at in range(len(lines[0]))]
    return "\n".join(
        "  ".join(word.ljust(width) for word, width in zip(line, widths, strict=True)).rstrip() for line in lines
    )


async def shown(database: Database, number: int, *, payload: bool) -> str:
    """Show one; what it holds only with ``payload``. Raises NotSetAside."""
    async with database.read() as db:
        row = await _one(db, number)
        confidential = payload and await _said_in_confidence(db, row)
    about = {
        "id": row.id,
        "from": row.source.value,
        "update_id": row.update_id,
        "chat": row.chat_id,
        "arrived": row.received_at.isoformat(),
        "attempts": row.attempts,
        "error": row.error,
    }
    lines = [f"{name:<10} {value}" for name, value in about.items() if value is not None]
    if isinstance(row.payload, Unreadable):
        lines.append(f"holds      what is sealed and cannot be opened here: {row.payload.why}")
    elif confidential:
        lines.append("holds      what was said in an interview: that is shown to nobody here")
    elif payload:
        lines.append(json.dumps(row.payload, ensure_ascii=False, indent=1))
    else:
        lines.append(
            f"holds      {', '.join(_kinds(row)) or 'nothing'} (--payload shows it: it is what a person wrote)"
        )
    return "\n".join(lines)


async def _said_in_confidence(db: Session, row: Arrival) -> bool:
    """Tell whether it may belong to an interview: then nobody reads it, not even the operator.

    It came in the middle of one; or where the chat stands at one, where names and passages to quote are typed as well;
    or it is another wording. Where the chat has gone on since, nobody can tell any more: then it depends on whether
    its sender ever had to do with interviews.
    """
    chat = await db.get(Conversation, row.chat_id)
    reworded = (row.payload or {}).get("edited_message")
    number = reworded.get("message_id") if isinstance(reworded, dict) else None
    if isinstance(number, int) and await interviews.by_message(db, row.chat_id, number) is not None:
        return True
    person = await people.by_telegram(db, row.chat_id)
    if chat is not None and chat.updated_at <= row.received_at and chat.journey != _INTERVIEW:
        return person is not None and await interviews.under_way(db, person.id, row.received_at)
    if person is None:
        return False
    return person.has(row.received_at, Role.leader) or await interviews.held_any(db, person.id)


def _kinds(row: Arrival) -> list[str]:
    """Return what kind of thing it is, in Telegram's own names."""
    return [name for name in row.payload or {} if name != "update_id"]


async def freed(database: Database, numbers: Sequence[int], now: datetime, *, drop: bool) -> str:
    """Put updates back in line, or give them up: all of those named, or none. Raises NotSetAside."""
    async with database.begin() as db:
        for number in dict.fromkeys(numbers):
            row = await _one(db, number, lock=True)
            if drop:
                row.drop()
            else:
                row.replay()
            audit.record(db, "inbox.dropped" if drop else "inbox.replayed", f"arrival:{number}", now=now)
        if not drop:
            database.notify(db, "inbox")
    count = len(dict.fromkeys(numbers))
    return f"{count} given up." if drop else f"{count} back in line; a running bot takes them up within a second."


async def _one(db: Session, number: int, *, lock: bool = False) -> Arrival:
    row = await inbox.get(db, number, lock=lock) if abs(number) <= LARGEST else None
    if row is None or row.state is not inbox.State.aside:
        raise NotSetAside(f"Nothing with the number {number} is set aside. 'xundu inbox list' shows what is.")
    return row
