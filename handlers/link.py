"""The link that lets one person in, and its picture: made in the chat, and by whoever runs the bot.

The link holds the only copy of the token there is: it is handed back to be shown once and is written down nowhere.
"""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Final

from storage import audit, invitations

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from storage.database import Session
    from storage.people import Role

NAME_LENGTH: Final = 60
"""Characters in a name; longer is a slip of the thumb."""


def link_of(bot_username: str, token: str) -> str:
    """Return the deep link that carries a token to the bot."""
    return f"https://t.me/{bot_username}?start={token}"


async def invite(
    db: Session,
    *,
    role: Role,
    name: str,
    group_id: int | None = None,
    unit_id: int | None = None,
    created_by: int | None = None,
    now: datetime,
    lifetime: timedelta,
    bot_username: str,
) -> str:
    """Make an invitation and return its deep link, the only copy of the token there is.

    Asks nobody's leave: the caller has seen to it that whoever asks may give this role (the command line may always).
    """
    invitation, token = await invitations.create(
        db,
        role=role,
        name=name,
        group_id=group_id,
        unit_id=unit_id,
        created_by=created_by,
        now=now,
        lifetime=lifetime,
    )
    audit.record(
        db,
        "invitation.created",
        f"invitation:{invitation.id}",
        now=now,
        person_id=created_by,
        details={"role": role.value, "group": group_id, "unit": unit_id},
    )
    return link_of(bot_username, token)


def picture(link: str) -> bytes:
    """Draw the link as a QR code: PNG, black on white with the quiet zone scanners need."""
    import segno  # noqa: PLC0415 - wanted when somebody is invited, which is seldom

    written = BytesIO()
    segno.make(link, error="m", micro=False).save(written, kind="png", scale=12, border=4)
    return written.getvalue()
