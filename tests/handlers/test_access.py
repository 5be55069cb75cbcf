"""The access table, whole: every command and every button has a row, and who is not in the row is refused."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from handlers import invitation
from handlers.access import ACCESS, EVERYONE, STRANGER, may
from handlers.journeys import JOURNEYS
from handlers.registry import Registry
from handlers.roles import NAMES, gives
from storage import people
from storage.giving import GIVES, IN_A_GROUP, everywhere
from storage.people import Person, Role

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.handlers.phone import Bench, Phone

pytestmark = pytest.mark.timeout(400)  # a whole journey or role in one test, on a machine with other work

NOW = datetime(2026, 10, 21, tzinfo=UTC)
REFUSED = "这项功能您这里没有。"
INSTEAD = f"{REFUSED}您可以用："
HELP = f"{REFUSED}能做什么，请看 /help。"
NO_ROLE = "您目前没有担任任何角色，如再次参加，请要一个新的邀请。"
UNINVITED = "本机器人仅限受邀使用，如已收到邀请链接，请直接点开。"
TABLE = sorted(ACCESS)
ROWS = [row for row in TABLE if not row.endswith(".message")]
"""What can be asked for by a command or a button; whose messages a journey takes is tested with the engine."""


def actions() -> set[str]:
    """Everything anybody can do: commands, the taps of every journey, and messages where a journey takes them."""
    registry = Registry(JOURNEYS)
    taps = {f"{journey.name}.{verb}" for journey in JOURNEYS for verb in journey.taps}
    takes = {f"{journey.name}.message" for journey in JOURNEYS if journey.message or journey.edited}
    return taps | takes | {f"/{name}" for name in registry.commands}


def forbidden(action: str) -> list[str]:
    return sorted(EVERYONE - ACCESS[action])


async def ask(phone: Phone, action: str, *args: object) -> None:
    """Ask for an action the way a person would: write the command, or press a button that carries it."""
    if action.startswith("/"):
        await phone.text(action)
    else:
        await phone.press(":".join((action, *map(str, args))), 1)


def refusal(phone: Phone, action: str) -> str:
    """What the person was told, wherever such an action is answered."""
    if action.startswith("/"):
        return phone.last.text
    assert phone.alert
    return phone.toast


def split(actions: Iterable[str]) -> tuple[list[str], list[str]]:
    """Commands, and taps."""
    found: tuple[list[str], list[str]] = [], []
    for one in actions:
        found[not one.startswith("/")].append(one)
    return found


def seen(answer: tuple[str, bool]) -> str:
    """What a tap was answered so that one has to look at it."""
    return answer[0] if answer[1] else ""


def test_every_command_button_and_message_has_a_row():
    assert actions() - set(ACCESS) == set()


def test_every_row_belongs_to_a_command_a_button_or_a_message():
    assert set(ACCESS) - actions() == set()


def test_nobody_may_do_what_has_no_row():
    person = Person(telegram_id=1, name="", created_at=NOW)
    person.appoint(Role.admin, NOW)
    assert not may(person, "/nowhere", NOW)
    assert not may(None, "", NOW)


@pytest.mark.parametrize("role", sorted(EVERYONE))
def test_the_table_decides_by_the_roles_held_now(role: str):
    for action in TABLE:
        person = Person(telegram_id=1, name="", created_at=NOW)
        if role == STRANGER:
            assert may(None, action, NOW) == (STRANGER in ACCESS[action]), action
            continue
        person.appoint(Role(role), NOW)
        assert may(person, action, NOW) == (role in ACCESS[action]), action
        person.dismiss(Role(role), NOW)
        assert may(person, action, NOW) == (STRANGER in ACCESS[action]), action


@pytest.mark.parametrize("role", sorted(EVERYONE - {STRANGER}))
async def test_who_may_not_is_refused_and_nothing_happens(bench: Bench, role: str):
    phone = await let_in(bench, role)
    commands, taps = split(one for one in ROWS if role in forbidden(one))
    answers = await phone.press_all([f"{one}:admin:0:0" for one in taps], 1)
    assert [one for one, answer in zip(taps, answers, strict=True) if not seen(answer).startswith(INSTEAD)] == []
    assert phone.bot_said == []
    for at, action in enumerate(commands, 1):
        await ask(phone, action)
        assert refusal(phone, action).startswith(INSTEAD), action
        assert len(phone.bot_said) == at, action
    assert phone.menu == ()


async def test_a_stranger_is_told_whom_it_is_for_and_nothing_happens(bench: Bench):
    for action in (one for one in ROWS if STRANGER in forbidden(one)):
        phone = bench.stranger()
        await ask(phone, action, "admin", 0, 0)
        assert refusal(phone, action).startswith(UNINVITED), action
        assert len(phone.bot_said) == action.startswith("/"), action
        assert phone.menu == (), action


@pytest.mark.parametrize("journey", sorted({one.partition(".")[0] for one in ROWS if not one.startswith("/")}))
async def test_a_forged_button_breaks_nothing(bench: Bench, journey: str):
    """All of a journey's are pressed one after another: each finds what the one before has left."""
    await bench.let_in("另一位管理员", Role.admin)
    phones: dict[str, tuple[Phone, int]] = {}
    for action in (one for one in ROWS if one.partition(".")[0] == journey):
        role = min(ACCESS[action] - {STRANGER})
        if role not in phones:
            phone = await let_in(bench, role)
            await phone.start()
            phones[role] = phone, phone.last.id
        phone, greeting = phones[role]
        forged = ((), ("x",), ("-1", "x"), ("0",) * 5, ("二",), ("inspector", "x", "0"), ("9" * 20,) * 5)
        await phone.press_all([":".join((action, *args)) for args in forged], greeting)
        assert await bench.person(phone) is not None, action


async def let_in(bench: Bench, role: str) -> Phone:
    return await bench.let_in("某人", Role(role), group="二组" if role in IN_A_GROUP else None)


async def test_a_button_of_no_journey_is_out_of_date(bench: Bench):
    phone = await bench.let_in("某人", Role.admin)
    for data in ("", "nothing", "welcome.start", "once.forget:0", "profile", ".", "profile.", "a.b.c:d"):
        await phone.press(data, 1)
        assert phone.toast == "这个按钮已过期，什么都没有改动。"
    assert phone.bot_said == []


# --- roles cannot be escalated ---


def test_only_stewards_give_roles_and_never_above_their_own():
    assert set(gives({Role.admin})) == set(Role)
    assert set(gives({Role.office})) == IN_A_GROUP
    assert set(gives({Role.leader})) == {Role.inspector, Role.liaison, Role.contact, Role.member}
    for role in set(Role) - set(GIVES):
        assert gives({role}) == ()
    assert gives(()) == ()


def test_roles_are_offered_from_the_widest_to_the_narrowest():
    order = list(NAMES)
    offered = gives({Role.leader, Role.office})
    assert list(offered) == sorted(offered, key=order.index)


def test_a_leader_gives_roles_nowhere_but_in_the_group_led():
    assert not any(everywhere({Role.leader}, role) for role in Role)
    assert everywhere({Role.leader, Role.office}, Role.inspector)
    assert not everywhere({Role.office, Role.leader}, Role.admin)


@pytest.mark.parametrize("giver", [Role.office, Role.leader])
async def test_a_forged_invitation_to_a_higher_role_is_refused(bench: Bench, giver: Role):
    group = await bench.group("二组")
    phone = await bench.let_in("某人", giver, group="二组" if giver in IN_A_GROUP else None)
    higher = set(Role) - GIVES[giver]
    assert higher
    for role in higher:
        for verb in ("role", "group", "unit", "skip"):
            await ask(phone, f"invitation.{verb}", role, group.id if role in IN_A_GROUP else 0, 0)
            assert phone.toast == HELP
    assert phone.bot_said == []


async def test_a_leader_cannot_invite_into_another_group(bench: Bench):
    other = await bench.group("一组")
    phone = await bench.let_in("组长", Role.leader, group="二组")
    for verb in ("group", "skip"):
        await ask(phone, f"invitation.{verb}", Role.inspector, other.id, 0)
        assert phone.toast == HELP
    assert phone.bot_said == []


async def test_a_role_that_ends_while_the_name_is_being_typed_invites_nobody(bench: Bench):
    phone = await bench.let_in("组长", Role.leader, group="二组")
    await phone.text("/invite")
    await phone.tap("督导组成员")
    async with bench.database.begin() as db:
        (await people.by_telegram(db, phone.id)).dismiss(Role.leader, bench.now)
    await phone.text("督导员09")
    assert phone.last.text == NO_ROLE
    assert not any(one.picture for one in phone.bot_said)


def test_the_draft_of_an_invitation_always_fits_a_button():
    draft = invitation.Draft(Role.inspector, 2**53, 2**53)
    assert len(draft.to("group").encode()) <= 64
    assert invitation.read(tuple(draft.to("group").split(":")[1:])) == draft
