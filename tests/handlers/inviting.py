"""Making an invitation as a person does, for the tests of it and of what becomes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.handlers.phone import BOT

if TYPE_CHECKING:
    from tests.handlers.phone import Phone

LINK = f"https://t.me/{BOT}?start="


def link_in(phone: Phone) -> str:
    (link,) = [line for line in phone.last.text.splitlines() if line.startswith(LINK)]
    return link


async def invite(phone: Phone, *taps: str, name: str = "") -> str:
    """Make an invitation the way a person does; returns what its link carries."""
    await phone.text("/invite")
    for label in taps:
        await phone.tap(label)
    if name:
        await phone.text(name)
    else:
        await phone.tap("跳过")
    return link_in(phone).removeprefix(LINK)
