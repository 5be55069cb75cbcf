"""Whatever is called for behind "More" leads back there: nobody is left in front of a card without a way on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from handlers import menu
from handlers.text import speech
from storage.people import Role
from tests.handlers.site import site
from tests.handlers.test_menu import behind_more

if TYPE_CHECKING:
    from tests.handlers.phone import Bench, Phone

IN_A_GROUP = {Role.leader, Role.deputy, Role.inspector, Role.liaison}
WORDS = {"welcome.help"}
"""What is answered in words, with the keyboard under them."""
STEPS = 3


def taps(phone: Phone) -> list[str]:
    return [button.data for row in phone.last.buttons for button in row]


def home(phone: Phone, role: Role) -> bool:
    """Tell whether what is shown leads to "More", to what the keyboard offers anyway, or to the visit one is on."""
    held = [offer.tap.partition(":")[0] for offer in menu.offers([role]) if offer.main and offer.tap]
    ways = {tap.partition(":")[0] for tap in taps(phone)}
    return bool(ways & {"welcome.more", "checklist.overview", *held})


@pytest.mark.parametrize("busy", [False, True], ids=["with nothing yet", "with a visit today"])
@pytest.mark.parametrize("role", Role)
async def test_whatever_lies_behind_more_leads_back(bench: Bench, role: Role, busy: bool):
    if busy:
        await site(bench)
    group = "二组" if role in IN_A_GROUP else None
    phone = await bench.let_in("某人", role, group=group, unit="ZJ" if role is Role.contact else None)
    called = [button.data for button in behind_more((role,), speech("zh_CN"))]
    assert called
    assert [one for one in called if one not in WORDS and not await leads_home(phone, role, (one,))] == []


async def leads_home(phone: Phone, role: Role, way: tuple[str, ...]) -> bool:
    """Tell whether a card that is reached by these taps leads home, itself or by two cards more."""
    await phone.text("/more")
    for tap in way:
        await phone.press(tap, phone.last.id)
    if home(phone, role):
        return True
    if len(way) < STEPS:
        for one in taps(phone):
            if await leads_home(phone, role, (*way, one)):
                return True
    return False
