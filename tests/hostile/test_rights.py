"""Buttons in the wrong hands: everything somebody was ever shown, pressed by everybody else, does nothing."""

from __future__ import annotations

import asyncio
import copy
import itertools
import shutil
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from handlers.access import ACCESS, STRANGER
from handlers.errors import Stale, Uninvited
from handlers.text import LANGUAGES, speech
from storage import people
from storage.database import Database
from storage.people import Role
from storage.vault.sealing import Keyring, new_key
from tests.hostile.arena import DOMAIN, MORNING, Arena
from tests.hostile.forgeries import STEWARDING, formed, of_a_visit
from tests.hostile.hands import Hands
from tests.hostile.rights import WHO, meant
from tests.hostile.updates import Actor, Forge
from tests.hostile.words import COMMANDS, FORMATS, MARKUP, UNICODE

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.hostile.forgeries import Buttons

UNINVITED, STALE = ({speech(language).label(error.message) for language in LANGUAGES} for error in (Uninvited, Stale))
REFUSED = ("这项功能您这里没有。", "You do not have this here.", "您目前没有担任任何角色，", "You have no role here ")
"""How a refusal begins; what the person can do instead follows."""

KEYRING = Keyring.parse(new_key())

EACH = 2
"""Buttons of a kind that are pressed."""

SECRETS = ("浙江省", "杭州", "萧山", "余杭", "悄悄话")
"""Names of the second group's units, and what its people wrote."""

MADE = {
    "interview": "interviews",
    "activity": "activities",
    "draw": "draws",
    "notice": "notices",
    "survey": "surveys",
    "library": "library_items",
    "quiz": "quizzes",
    "enquiry": "enquiries",
    "reminder": "reminders",
}
"""What a journey makes, and the table of it."""

WATCHED = (
    *DOMAIN,
    *(
        "interviews",
        "activities",
        "draws",
        "notices",
        "surveys",
        "library_items",
        "quizzes",
        "quiz_results",
        "enquiries",
        "interview_entries",
        "quotes",
        "seats",
        "groups",
        "campaigns",
        "work_done",
        "deadline_moves",
        "register_files",
    ),
)

ASKING_MORE = ("/start", "invitation.", "plan.done", "plan.undo", "leave.")
"""Where more is asked for than the role."""

OWN = (
    "profile.",
    "quiet.set",
    "draw.begin",
    "notice.begin",
    "survey.new",
    "survey.ready",
    "survey.form",
    "library.begin",
    "quiz.new",
    "quiz.ready",
    "quiz.form",
)
"""What these buttons do they do to whoever presses them: everybody's own matter."""

OUTSIDERS = (
    STRANGER,
    *(f"{role}-1" for role in (Role.leader, Role.deputy, Role.inspector, Role.liaison, Role.contact)),
)
"""Nobody of the second group, and nobody whose role reaches into it."""


QUIET = (STRANGER, Role.contact, Role.member)
FIELD = ("answers", "evidence", "visits", "invitations", "roles", "units")
"""What only people of the field and of the office may change."""

WAY_OUT = ("profile.sure", "profile.gone", "profile.erase")


def refused(said: str) -> bool:
    return said.startswith(REFUSED) or said in UNINVITED


WORK: dict[str, tuple[str, ...]] = {  # what each of them does beforehand: a button, or words
    "inspector-2": (
        "profile.privacy",
        "interview.begin:{visit}",
        "悄悄话",
        "activity.add:{visit}:symposium",
        "draw.begin",
        "悄悄话\n余杭",
        "1",
    ),
    "leader-2": (
        "notice.begin",
        "悄悄话",
        "survey.new",
        "悄悄话",
        "悄悄话\n好\n不好",
        "enquiry.new",
        "悄悄话，能不能问？",
    ),
    "admin-2": ("library.begin", "悄悄话", "quiz.new", "悄悄话", "悄悄话\n*好\n不好"),
}


async def shown(arena: Arena) -> Buttons:
    """Have the second group at work until they have seen every kind of button."""
    who = [arena.actors["inspector-2"], arena.actors["leader-2"], arena.actors["admin-2"]]
    hands = Hands(arena, who[0])
    await hands.tap("visit.today")
    visit = next(data for _, data in who[0].seen if data.startswith("visit.open")).split(":")[1]
    await hands.tap(f"visit.open:{visit}")
    await hands.tap(f"checklist.note:{visit}:1")
    await hands.message(text="悄悄话")
    forge = Forge(Random(11), int(MORNING.timestamp()))  # noqa: S311 - to be made again, not to be secret
    forge._next = 50_000_000
    for _ in range(20):
        await arena.feed([forge.update(forge.rng.choice(who)) for _ in range(25)])
    for name, deeds in WORK.items():
        theirs = Hands(arena, arena.actors[name])
        for deed in deeds:
            await (theirs.tap(deed.format(visit=visit)) if "." in deed else theirs.message(text=deed))
            arena.another_minute()
    assert await arena.broken() == []
    found: Buttons = {}
    for data in dict.fromkeys(data for actor in who for _, data in actor.seen):
        if not data.startswith("plan."):  # the office was shown those of the first group too
            found.setdefault(data.partition(":")[0], []).append(data)
    async with arena.database.begin() as db:  # what is said from now on is said to a press
        await db.execute(sa.text("delete from timers where name like 'reminder.%'"))
    there = await arena.rows("evidence", "answers", *MADE.values())
    assert not [table for table, rows in there.items() if not rows]
    made = {journey: max(row[0] for row in there[table]) for journey, table in MADE.items()}
    pieces = [(row[0], row[1]) for row in there["evidence"]]
    seldom = of_a_visit(visit, [row[0] for row in there["answers"]], pieces, hands.message_id)
    for forged in (formed(visit, made), seldom, STEWARDING):
        for verb, some in forged.items():
            found.setdefault(verb, []).extend(some)
    return {verb: [*some[: EACH - 1], some[-1]] for verb, some in found.items()}


@pytest.fixture(scope="module")
def worked(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Actor], Buttons]:
    """A folder with the database after all that work, those who were there, and the buttons they saw."""
    folder = tmp_path_factory.mktemp("worked")
    shutil.copyfile(sqlite_template, folder / "xundu.db")

    async def work() -> tuple[dict[str, Actor], Buttons]:
        database = Database(f"sqlite:///{folder / 'xundu.db'}", keyring=KEYRING)
        arena = await Arena.on(database, folder, "ptb")
        try:
            return arena.actors, await shown(arena)
        finally:
            await database.close()

    with ThreadPoolExecutor(1) as outside:  # a loop of its own: the module outlives every test's
        actors, buttons = outside.submit(asyncio.run, work()).result()
    return folder, actors, buttons


@pytest.fixture
def buttons(worked: tuple[Path, dict[str, Actor], Buttons]) -> Buttons:
    return worked[2]


@pytest.fixture
async def arena(worked: tuple[Path, dict[str, Actor], Buttons], tmp_path: Path) -> AsyncIterator[Arena]:
    """An arena that goes on from there."""
    folder, actors, _ = worked
    shutil.copytree(folder, tmp_path / "worked")
    database = Database(f"sqlite:///{tmp_path / 'worked' / 'xundu.db'}", keyring=KEYRING)
    made = await Arena.on(database, tmp_path / "worked", "ptb", copy.deepcopy(actors))
    made.now += timedelta(hours=1)
    made.numbers = itertools.count(950_000_000)  # what comes again is passed over, and would prove nothing
    yield made
    await database.close()


def hands_of(arena: Arena, who: str) -> Hands:
    if who == STRANGER:
        arena.actors["outsider"] = Actor(60_001, "路人")
        return Hands(arena, arena.actors["outsider"])
    return Hands(arena, arena.actors[who])


@pytest.mark.parametrize("role", [STRANGER, *Role])
def test_the_table_says_what_was_meant(role: str) -> None:
    assert {row for row in ACCESS if role in ACCESS[row]} == {row for row in ACCESS if role in meant(row)}


def test_nothing_is_meant_for_what_is_not_there() -> None:
    assert set(WHO) <= set(ACCESS) | {row.partition(".")[0] for row in ACCESS}


async def test_every_button_there_is_has_been_shown_or_forged(arena: Arena, buttons: Buttons) -> None:
    taps = {row for row in ACCESS if not row.startswith("/")}
    rows = {row for row in taps if not row.endswith(".message")}
    assert rows - set(buttons) <= {"profile.sure", "profile.gone", "visit.todo", "profile.me", "invitation.begin"}


@pytest.mark.parametrize("who", OUTSIDERS)
async def test_buttons_shown_to_others_do_nothing_in_an_outsiders_hands(
    arena: Arena, buttons: Buttons, who: str
) -> None:
    hands, role = hands_of(arena, who), who.partition("-")[0]
    before = await arena.rows(*WATCHED)
    theirs = {verb: some for verb, some in buttons.items() if role in ACCESS[verb] and not verb.startswith(OWN)}
    toasts, said = await hands.taps([data for some in theirs.values() for data in some])
    assert not [one for one in SECRETS if one in "\n".join((said, *toasts))], said
    # What the table refuses it refuses whatever the button carries, so one of a kind is enough.
    others = [some[-1] for verb, some in buttons.items() if role not in ACCESS[verb]]
    toasts, said = await hands.taps(others)
    for data, toast in zip(others, toasts, strict=True):
        assert refused(toast) or toast in STALE, data
        assert who != STRANGER or toast in UNINVITED | STALE, data
    assert said == ""
    assert await arena.rows(*WATCHED) == before


async def press(hands: Hands, data: str) -> str:
    """Press a button, as somebody with the patience to be let in again."""
    hands.arena.another_minute()
    return await hands.tap(data)


@pytest.mark.parametrize("role", [STRANGER, *Role])
async def test_every_cell_of_the_table_with_true_buttons(arena: Arena, buttons: Buttons, role: str) -> None:
    """Nobody is let past the table by arguments that are right; nobody in it is refused by it.

    And nobody who is there only to be told something changes anything by any row, or by any words.
    """
    hands = hands_of(arena, STRANGER if role == STRANGER else f"{role}-2")
    before = await arena.rows(*FIELD)
    # The way out is left aside: of it the tests of the profile tell.
    rows = sorted(row for row in ACCESS if not row.startswith(WAY_OUT) and not row.endswith(".message"))
    barred = [row for row in rows if role not in meant(row) and not row.startswith("/")]
    toasts, said = await hands.taps([buttons.get(row, [row])[0] for row in barred])
    assert [row for row, toast in zip(barred, toasts, strict=True) if not refused(toast)] == []
    assert said == ""
    others = [row for row in rows if row not in barred]
    at_once = [row for row in others if not row.startswith(("/", *ASKING_MORE))]
    toasts, _ = await hands.taps([buttons.get(row, [row])[0] for row in at_once])
    assert [row for row, toast in zip(at_once, toasts, strict=True) if refused(toast)] == []
    for row in (row for row in others if row not in at_once):
        if row.startswith("/"):
            said = await hands.message(text=row)
            refusal = refused(said)
        else:
            said = await press(hands, buttons.get(row, [row])[0])
            refusal = refused(hands.toast)
            assert not (refusal and said), row
        if role not in meant(row):
            assert refusal, f"{role} {row}"
        elif not row.startswith(ASKING_MORE):
            assert not refusal, f"{role} {row}"
        arena.another_minute()
    if role in QUIET:
        for words in (*COMMANDS, *MARKUP[:2], *FORMATS[:2], *UNICODE[:2]):
            await hands.message(text=words)
            arena.another_minute()
        assert await arena.rows(*FIELD) == before


async def test_pressing_somebodys_own_buttons_concerns_only_the_presser(arena: Arena, buttons: Buttons) -> None:
    before = {row[0]: row for row in (await arena.rows("people"))["people"]}
    hands = hands_of(arena, "member-1")
    for verb in ("profile.speak:en", "profile.erase", "profile.sure", "profile.gone"):
        await press(hands, verb)
    after = {row[0]: row for row in (await arena.rows("people"))["people"]}
    changed = [number for number, row in after.items() if row != before[number]]
    assert len(changed) == 1
    assert before[changed[0]][1] == hands.actor.id
    assert await press(hands, "profile.gone") == ""
    assert hands.toast in STALE


async def test_a_button_in_another_persons_chat_is_nobodys(arena: Arena, buttons: Buttons) -> None:
    """Telegram names who pressed and where: a press whose two do not fit together is none."""
    victim, thief = arena.actors["inspector-2"], arena.actors["inspector-1"]
    before = await arena.rows(*DOMAIN, "conversations")
    for chat, presser in ((victim, thief), (thief, victim)):
        message = {"message_id": 5, "date": 1_793_000_000, "chat": chat.chat, "text": "x"}
        about = {"id": "1", "from": presser.user, "chat_instance": "1", "message": message}
        pressed = [
            {"update_id": next(arena.numbers), "callback_query": about | {"data": some[0]}} for some in buttons.values()
        ]
        await arena.feed(pressed)
        assert await arena.count("inbox", f"chat_id = {chat.id}") >= len(pressed)
    assert await arena.broken() == []
    assert await arena.rows(*DOMAIN, "conversations") == before


async def test_a_right_that_has_ended_opens_nothing_that_was_shown_before(arena: Arena, buttons: Buttons) -> None:
    hands = hands_of(arena, "inspector-2")
    async with arena.database.begin() as db:
        person = await people.by_telegram(db, hands.actor.id)
        assert person is not None
        person.dismiss(Role.inspector, arena.now)
    before = await arena.rows("answers", "evidence", "visits", "invitations", "roles")
    pressed = [some[0] for verb, some in buttons.items() if not verb.startswith(OWN) and STRANGER not in ACCESS[verb]]
    toasts, said = await hands.taps(pressed)
    assert [
        data for data, toast in zip(pressed, toasts, strict=True) if not refused(toast) and toast not in STALE
    ] == []
    assert said == ""
    for words in ("1 ✅", "7 ✗ 记录缺失", "/today"):
        assert not [one for one in SECRETS if one in await hands.message(text=words)]
    await hands.message(document={"file_id": "x", "file_unique_id": "y"}, caption="1 ✅")
    assert await arena.rows("answers", "evidence", "visits", "invitations", "roles") == before
