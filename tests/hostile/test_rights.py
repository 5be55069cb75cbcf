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

from handlers.access import ACCESS, STRANGER
from handlers.errors import Stale, Uninvited
from handlers.text import LANGUAGES, speech
from storage import people
from storage.database import Database
from storage.people import Role
from tests.hostile.arena import DOMAIN, MORNING, Arena
from tests.hostile.hands import Hands
from tests.hostile.updates import Actor, Forge
from tests.hostile.words import COMMANDS, FORMATS, MARKUP, UNICODE

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

UNINVITED, STALE = ({speech(language).label(error.message) for language in LANGUAGES} for error in (Uninvited, Stale))
REFUSED = ("这项功能您这里没有。", "You do not have this here.", "您目前没有担任任何角色，", "You have no role here ")
"""How a refusal begins; what the person can do instead follows."""

EVERYBODY = {STRANGER, *Role}
FIELDWORK = {"leader", "deputy", "inspector", "liaison"}
WHO: dict[str, set[str]] = {
    "/start": EVERYBODY,
    "/help": EVERYBODY,
    "/privacy": EVERYBODY,
    "welcome.help": EVERYBODY,
    "profile.privacy": EVERYBODY,
    "profile.export": EVERYBODY,
    "profile.erase": EVERYBODY,
    "profile.sure": EVERYBODY,
    "profile.gone": EVERYBODY,
    "/language": {*Role},
    "/cancel": {*Role},
    "/me": {*Role},
    "/more": {*Role},
    "welcome": {*Role},
    "profile": {*Role},
    "/invite": {"admin", "office", "leader"},
    "invitation": {"admin", "office", "leader"},
    "/status": {"admin", "office"},
    "status": {"admin", "office"},
    "/forms": {"admin", "office"},
    "publishing": {"admin", "office"},
    "publishing.publish": {"admin"},
    "publishing.published": {"admin"},
    "publishing.rounds": {"admin"},
    "publishing.use": {"admin"},
    "publishing.retire": {"admin"},
    "publishing.retired": {"admin"},
    "trial": {"admin", "office"},
    "/today": FIELDWORK,
    "/todo": FIELDWORK,
    "visit": FIELDWORK,
    "checklist": FIELDWORK,
}
"""Who may do what, said once more and apart from the table: a row there that is loosened must not pass unseen.

A whole journey where its verbs are alike.
"""

EACH = 6
"""Buttons of a kind that are pressed."""

SECRETS = ("浙江省", "杭州", "萧山", "余杭", "悄悄话")
"""Names of the second group's units, and what its inspector noted."""

OWN = ("profile.",)
"""What these buttons do they do to whoever presses them: everybody's own matter."""

OUTSIDERS = (
    STRANGER,
    *(f"{role}-1" for role in (Role.leader, Role.deputy, Role.inspector, Role.liaison, Role.contact)),
)
"""Nobody of the second group, and nobody whose role reaches into it."""


def refused(said: str) -> bool:
    return said.startswith(REFUSED) or said in UNINVITED


async def shown(arena: Arena) -> Buttons:
    """Have the second group at work until they have seen every kind of button: verb -> what such buttons carry."""
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
    assert await arena.broken() == []
    found: Buttons = {}
    for data in dict.fromkeys(data for actor in who for _, data in actor.seen):
        found.setdefault(data.partition(":")[0], []).append(data)
    pieces = (await arena.rows("evidence"))["evidence"]
    answers = (await arena.rows("answers"))["answers"]
    assert pieces
    assert answers
    forged = {  # what the walk of this form shows seldom or never, with the numbers of what is really there
        "checklist.toggle": [f"checklist.toggle:{visit}:1:0:0:0"],
        "checklist.change": [f"checklist.change:{visit}:1:0:1:{row[0]}" for row in answers[-5:]],
        "checklist.clear": [f"checklist.clear:{visit}:{item}:{row[0]}" for item in (1, 3) for row in answers[-5:]],
        "checklist.remove": [f"checklist.remove:{row[1]}:{row[0]}:0" for row in pieces],
        "checklist.restore": [f"checklist.restore:{row[1]}:{row[0]}:0" for row in pieces],
        "checklist.removed": [f"checklist.removed:{row[1]}:{row[0]}:0:twice" for row in pieces],
        "checklist.confirm": [f"checklist.confirm:{visit}:1:9:0"],
        "checklist.retract": [f"checklist.retract:{visit}:1:9:0"],
        "checklist.singly": [f"checklist.singly:{visit}:1:9:0"],
        "checklist.drop": [f"checklist.drop:{visit}", "checklist.drop:0"],
        "checklist.dropped": [f"checklist.dropped:{visit}:{row[0]}" for row in pieces],
        "checklist.choices": [f"checklist.choices:{visit}:1:0:1"],
        "checklist.day": [f"checklist.day:{visit}:2:3:20261021:0"],
        "checklist.widget": [f"checklist.widget:{visit}:2:3:0:m202610", f"checklist.widget:{visit}:1:0:0:c0"],
        "checklist.look": [f"checklist.look:{row[1]}:{row[0]}" for row in pieces],
        "checklist.undo": [f"checklist.undo:{visit}:1:99999999", f"checklist.undo:{visit}:{hands.message_id}"],
        "visit.submit": [f"visit.submit:{visit}"],
        "visit.withdraw": [f"visit.withdraw:{visit}"],
        "visit.summary": [f"visit.summary:{visit}"],
        "checklist.later": [f"checklist.later:{visit}:1:1"],
        "checklist.again": [f"checklist.again:{visit}:1"],
        "status.replay": [f"status.replay:{number}" for number in range(1, 9)],
        "status.drop": [f"status.drop:{number}" for number in range(1, 9)],
        "status.gone": [f"status.gone:{number}" for number in range(1, 9)],
        "status.show": ["status.show"],
        "invitation.skip": ["invitation.skip:office:0:0", "invitation.skip:inspector:2:0", "invitation.skip:admin:0:0"],
        "invitation.group": ["invitation.group:inspector:2:0"],
        "invitation.unit": ["invitation.unit:contact:2:4"],
        "invitation.role": ["invitation.role:admin:0:0"],
        "invitation.revoke": [f"invitation.revoke:{number}" for number in range(1, 12)],
    }
    forged |= forms()
    for verb, some in forged.items():
        found.setdefault(verb, []).extend(some)
    return {verb: some[:EACH] for verb, some in found.items()}


def forms() -> Buttons:
    """Return buttons about the form that is published, and about drafts that may be somebody's."""
    about = ("version", "questions", "rounds", "retire", "retired")
    drafts = ("draft", "asks", "warnings", "faults", "changes", "publish", "published", "drop", "dropped")
    made = {f"publishing.{verb}": [f"publishing.{verb}:1:0"] for verb in (*about, *drafts)}
    made |= {
        f"trial.{verb}": [f"trial.{verb}:0:1"] for verb in ("tap", "go", "hint", "over", "end", "add", "into", "remove")
    }
    return made | {
        "publishing.list": ["publishing.list:0"],
        "publishing.use": ["publishing.use:1:2"],
        "trial.begin": ["trial.begin:version:1", "trial.begin:draft:1"],
    }


Buttons = dict[str, list[str]]


@pytest.fixture(scope="module")
def worked(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Actor], Buttons]:
    """A folder with the database after all that work, those who were there, and the buttons they saw."""
    folder = tmp_path_factory.mktemp("worked")
    shutil.copyfile(sqlite_template, folder / "xundu.db")

    async def work() -> tuple[dict[str, Actor], Buttons]:
        database = Database(f"sqlite:///{folder / 'xundu.db'}")
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
    database = Database(f"sqlite:///{tmp_path / 'worked' / 'xundu.db'}")
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


@pytest.mark.parametrize("row", sorted(ACCESS))
def test_the_table_says_what_was_meant(row: str) -> None:
    assert ACCESS[row] == WHO.get(row, WHO.get(row.partition(".")[0]))


async def test_every_button_there_is_has_been_shown_or_forged(arena: Arena, buttons: Buttons) -> None:
    taps = {row for row in ACCESS if not row.startswith("/")}
    rows = {row for row in taps if not row.endswith(".message")}
    assert rows - set(buttons) <= {"profile.sure", "profile.gone", "visit.todo", "profile.me", "invitation.begin"}


@pytest.mark.parametrize("who", OUTSIDERS)
async def test_buttons_shown_to_others_do_nothing_in_an_outsiders_hands(
    arena: Arena, buttons: Buttons, who: str
) -> None:
    hands = hands_of(arena, who)
    before = await arena.rows(*DOMAIN)
    for verb, some in buttons.items():
        if verb.startswith(OWN):
            continue
        for data in some:
            said = await press(hands, data)
            assert not [one for one in SECRETS if one in said + hands.toast], data
            if who == STRANGER and STRANGER not in ACCESS[verb]:
                assert said == ""
                assert hands.toast in UNINVITED | STALE, data
    assert await arena.rows(*DOMAIN) == before


async def press(hands: Hands, data: str) -> str:
    """Press a button, as somebody with the patience to be let in again."""
    hands.arena.another_minute()
    return await hands.tap(data)


@pytest.mark.parametrize("role", [STRANGER, *Role])
async def test_every_cell_of_the_table_with_true_buttons(arena: Arena, buttons: Buttons, role: str) -> None:
    """Nobody is let past the table by arguments that are right; nobody in it is refused by it."""
    hands = hands_of(arena, STRANGER if role == STRANGER else f"{role}-2")
    for row in sorted(ACCESS):
        if row in {"profile.sure", "profile.gone", "profile.erase"} or row.endswith(".message"):
            continue  # the way out, of which the tests of the profile tell
        if row.startswith("/"):
            said = await hands.message(text=row)
            refusal = refused(said)
        else:
            said = await press(hands, buttons.get(row, [row])[0])
            refusal = refused(hands.toast)
            assert not (refusal and said), row
        allowed = WHO.get(row) or WHO[row.partition(".")[0]]
        if role not in allowed:
            assert refusal, f"{role} {row}"
        elif not row.startswith("invitation.") and row != "/start":  # where more is asked for than the role
            assert not refusal, f"{role} {row}"
        arena.another_minute()


async def test_nobody_who_may_not_changes_anything_by_any_row(arena: Arena, buttons: Buttons) -> None:
    quiet = (STRANGER, Role.contact, Role.member)
    before = await arena.rows("answers", "evidence", "visits", "invitations", "roles", "units")
    for role in quiet:
        hands = hands_of(arena, STRANGER if role == STRANGER else f"{role}-2")
        for row, some in buttons.items():
            if not row.startswith(OWN):
                for data in some[:3]:
                    await press(hands, data)
        for words in (*COMMANDS, *MARKUP[:2], *FORMATS[:2], *UNICODE[:2]):
            await hands.message(text=words)
            arena.another_minute()
    assert await arena.rows("answers", "evidence", "visits", "invitations", "roles", "units") == before


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
    number = 70_000_000
    for some in buttons.values():
        for chat, presser in ((victim, thief), (thief, victim)):
            number += 1
            message = {"message_id": 5, "date": 1_793_000_000, "chat": chat.chat, "text": "x"}
            query = {"id": "1", "from": presser.user, "chat_instance": "1", "data": some[0], "message": message}
            await arena.feed([{"update_id": number, "callback_query": query}])
    assert await arena.broken() == []
    assert await arena.rows(*DOMAIN, "conversations") == before


async def test_a_right_that_has_ended_opens_nothing_that_was_shown_before(arena: Arena, buttons: Buttons) -> None:
    hands = hands_of(arena, "inspector-2")
    async with arena.database.begin() as db:
        person = await people.by_telegram(db, hands.actor.id)
        assert person is not None
        person.dismiss(Role.inspector, arena.now)
    before = await arena.rows("answers", "evidence", "visits", "invitations", "roles")
    for verb, some in buttons.items():
        if not verb.startswith(OWN) and STRANGER not in ACCESS[verb]:
            said = await press(hands, some[0])
            assert refused(hands.toast) or hands.toast in STALE, verb
            assert said == "", verb
    for words in ("1 ✅", "7 ✗ 记录缺失", "/today"):
        assert not [one for one in SECRETS if one in await hands.message(text=words)]
    await hands.message(document={"file_id": "x", "file_unique_id": "y"}, caption="1 ✅")
    assert await arena.rows("answers", "evidence", "visits", "invitations", "roles") == before
