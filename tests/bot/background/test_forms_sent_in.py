"""A form that is sent to the running bot is fetched, read apart and shown, all the way through."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from bot.app import App
from storage.people import Person, Role
from tests.bot.conftest import until
from tests.bot.test_app import settings  # noqa: F401 - a fixture

if TYPE_CHECKING:
    from bot.config import Settings
    from sandbox.client import Phone
    from tests.bot.conftest import Faults

FORM = "| survey |\n| | type | name | label |\n| | text | why | Why |\n| settings |\n| | form_title |\n| | Reasons |\n"


async def test_a_form_sent_to_the_running_bot_is_shown(settings: Settings, phone: Phone, faults: Faults) -> None:  # noqa: F811
    async with App(settings) as app:
        running = asyncio.create_task(app.run(asyncio.Event()))
        async with app.database.begin() as db:
            person = Person(telegram_id=phone.id, name="王主任", created_at=app._clock())
            person.appoint(Role.admin, app._clock())
            db.add(person)
        await phone.send("document", FORM.encode(), "reasons.md")
        await until(lambda: any("1 题，来自reasons.md" in text for text in faults.texts()), seconds=30)
        running.cancel()
    assert any("正在读取「reasons.md」…" in text for text in faults.texts())
