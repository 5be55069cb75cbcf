"""A visit for tests to walk: the theme pack's checklist or a small form of a test's own, two inspectors, one bench."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING

from forms.convert import Converted, convert
from handlers.campaign import folder
from storage import people
from storage.campaign import forms as form_versions
from storage.campaign.campaigns import Unit
from storage.files import evidence
from storage.people import Role
from storage.visit import asides, visits
from storage.visit.visits import Visit

if TYPE_CHECKING:
    from storage.files.evidence import Evidence
    from storage.people import Person
    from tests.handlers.phone import Bench, Phone
    from tests.handlers.screen import Shown

UNIT = "浙江省区域管理公司党委"

SMALL = """
| survey | | | | | | | | | |
| | type | name | label | appearance | relevant | required | required_message | constraint | constraint_message |
| | image | sign | 请拍门牌 | | | | | | |
| | image | board | 请拍公示栏 | | | yes | 请拍一张公示栏。 | | |
| | integer | people | 在岗人数 | | | yes | | . >= 0 and . <= 60 | 请填0至60之间的整数。 |
| | date | day | 上次检查日期 | | | | | . <= today() | 日期不能晚于今天。 |
| | text | said | 职工怎么说 | | | | | string-length(.) <= 20 | 不能超过20个字。 |
| | select_multiple lacks | lacking | 缺什么 | | | | | . = 'none' or not(selected(., 'none')) | 「不缺」只能单选。 |
| | begin_group | exit | 出口 | field-list | | | | | |
| | select_one grade | door | 出口畅通 | | | yes | | | |
| | image | door_photo | 请拍出口 | | ${door} = 'no' | yes | 请拍一张出口。 | | |
| | integer | blocked | 堵了几处 | | ${door} = 'no' | | | | |
| | text | door_note | 情况 | | | | | string-length(.) <= 30 | 备注不能超过30个字。 |
| | text | who | 谁负责 | | ${door} = 'no' | | | | |
| | end_group | | | | | | | | |
| | begin_group | fire | 消防 | field-list | | | | | |
| | select_one grade | fire_ok | 灭火器有效 | | | yes | | | |
| | text | fire_note | 具体情况 | | | ${fire_ok} = 'no' | 请写一句具体情况。 | | |
| | integer | expired | 过期几个 | | ${fire_ok} = 'no' | | | | |
| | end_group | | | | | | | | |
| | select_one grade | bare | 没有备注的一题 | | | yes | | | |
| choices | | | |
| | list_name | name | label |
| | grade | yes | ✅ 是 |
| | grade | no | ❌ 否 |
| | lacks | lamp | 灯 |
| | lacks | rope | 绳 |
| | lacks | none | 不缺 |
| settings | | | |
| | form_title | form_id | version |
| | 小表 | small | 1 |
"""
"""1 sign, 2 board: pictures; 3 people, 4 day: typed; 5 said: text; 6 lacking: several; 7, 8: groups; 9 bare."""


@cache
def converted(source: str) -> Converted:
    if source == "theme":
        return convert(folder("theme-education").joinpath("checklist.md").read_bytes(), "checklist.md")
    return convert(source.encode(), "small.md")


@dataclass(slots=True)
class Site:
    """One visit, the two inspectors of its group, and what is stored about it."""

    bench: Bench
    visit_id: int
    one: Phone
    two: Phone

    async def enter(self, phone: Phone | None = None) -> Phone:
        """Open the visit on a telephone, the way a tap on the list does."""
        phone = phone or self.one
        await phone.press(f"visit.open:{self.visit_id}", 1)
        return phone

    async def at(self, item: int, phone: Phone | None = None) -> Phone:
        """Open one item."""
        phone = phone or self.one
        await phone.press(f"checklist.go:{self.visit_id}:{item}", 1)
        return phone

    async def answers(self) -> dict[str, str]:
        """The answers that stand, by the question's name."""
        async with self.bench.database.read() as db:
            return {path.rpartition("/")[2]: value for path, value in (await visits.answers(db, self.visit_id)).items()}

    async def history(self, name: str) -> list[str]:
        """Every value that one question ever had and that stood, oldest first."""
        async with self.bench.database.read() as db:
            standing = await visits.standing(db, self.visit_id)
            path = next((one.path for one in standing if one.path.endswith(f"/{name}")), "")
            return [one.value for one in await asides.history(db, self.visit_id, path)]

    async def evidence(self) -> dict[str, int]:
        """How many pieces lie with each question, by its name."""
        found: dict[str, int] = {}
        for piece in await self.pieces():
            name = piece.path.rpartition("/")[2]
            found[name] = found.get(name, 0) + 1
        return found

    async def pieces(self) -> list[Evidence]:
        async with self.bench.database.read() as db:
            return list(await evidence.of_visit(db, self.visit_id))

    async def visit(self) -> Visit:
        async with self.bench.database.read() as db:
            found = await visits.get(db, self.visit_id)
        assert found is not None
        return found

    async def state(self, phone: Phone | None = None) -> dict[str, object]:
        """What the chat remembers."""
        from storage.chat import conversations  # noqa: PLC0415 - for this alone

        async with self.bench.database.begin() as db:
            return (await conversations.load(db, (phone or self.one).id, self.bench.now)).state


def card(phone: Phone) -> Shown:
    """The newest message of the bot that has buttons."""
    return next(one for one in reversed(phone.bot_said) if one.buttons)


def title(phone: Phone) -> str:
    """The line of the card that names its item; '' on the overview."""
    lines = card(phone).text.splitlines()
    return next((line for line in lines if line.split(".")[0].isdigit()), "")


def complaint(phone: Phone) -> str:
    """Why the newest message was not taken, as the card at the bottom of the chat says it; '' when it says nothing."""
    shown = phone.last
    assert shown is card(phone), "the card stays behind above something"
    return shown.text.rpartition("\n⚠ ")[2] if "\n⚠ " in shown.text else ""


def button(shown: Shown, label: str, *, exactly: bool = False) -> str:
    """What the button with these words carries."""
    fits = (lambda one: one == label) if exactly else (lambda one: label in one)
    found = [one.data for row in shown.buttons for one in row if fits(one.label)]
    assert len(found) == 1, (label, shown.labels)
    return found[0]


async def plan(bench: Bench, source: str = "theme", *, unit: str = "ZJ", in_days: int = 0, group: str = "二组") -> int:
    """Plan a visit and return its id."""
    form = converted(source)
    group_id = (await bench.group(group)).id
    async with bench.database.begin() as db:
        version = await form_versions.latest(db, form.form_id)
        if version is None:
            version = await form_versions.publish(
                db,
                form_id=form.form_id,
                version=form.version,
                title=form.title,
                xform=form.xform,
                source=b"",
                source_name="checklist.md",
                now=bench.now,
            )
        unit_id = await bench._unit_id(db, unit)
        visit = await visits.plan(
            db,
            Visit(
                unit_id=unit_id,
                group_id=group_id,
                form_version_id=version.id,
                planned_on=(bench.now + timedelta(days=in_days)).date(),
                created_at=bench.now,
            ),
        )
        return visit.id


async def site(bench: Bench, source: str = "theme", *, unit: str = "ZJ") -> Site:
    """Plan a visit for a group with two inspectors, the second one in English."""
    visit_id = await plan(bench, source, unit=unit)
    one = await bench.let_in("督导员01", Role.inspector, group="二组")
    two = await bench.let_in("督导员04", Role.inspector, group="二组", language="en")
    return Site(bench, visit_id, one, two)


async def person_of(bench: Bench, phone: Phone) -> Person:
    async with bench.database.read() as db:
        found = await people.by_telegram(db, phone.id)
    assert found is not None
    return found


async def add_unit(bench: Bench, code: str, name: str, level: int, tags: list[str], group: str = "二组") -> None:
    """Put another unit on the bench."""
    row = await bench.group(group)
    async with bench.database.begin() as db:
        db.add(Unit(campaign_id=row.campaign_id, code=code, name=name, level=level, group_id=row.id, tags=tags))
