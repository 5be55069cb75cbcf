"""Quiet hours, chosen from "About me"."""

from __future__ import annotations

from datetime import time

import pytest

from storage.campaign import calendars
from storage.people import Role
from supervision.calendar import Quiet


@pytest.mark.parametrize("role", [Role.inspector, Role.office])
async def test_quiet_hours_are_chosen_with_two_taps(bench, role):
    phone = await bench.let_in("督导员01", role, group="二组" if role is Role.inspector else None)
    await phone.text("/me")
    await phone.tap("免打扰")
    assert "21:00 至 08:00" in phone.last.text
    await phone.tap("22:00")
    await phone.tap("7:00")
    assert "22:00 至 07:00" in phone.last.text
    person = await bench.person(phone)
    async with bench.database.read() as db:
        assert await calendars.quiet_of(db, person.id) == Quiet(time(22), time(7))
    await phone.tap("不设免打扰")
    assert "任何时间都可以提醒" in phone.last.text
    await phone.tap("默认")
    async with bench.database.read() as db:
        assert await calendars.quiet_of(db, person.id) == Quiet()


async def test_a_forged_button_of_quiet_hours_changes_nothing(bench):
    phone = await bench.let_in("督导员01", Role.inspector, group="二组")
    await phone.text("/me")
    for forged in ("quiet.set:2500:0800", "quiet.set:21", "quiet.set:ab:cd", "quiet.set:1:2:3"):
        await phone.press(forged, phone.last.id)
        assert phone.alert
    person = await bench.person(phone)
    async with bench.database.read() as db:
        assert await calendars.quiet_of(db, person.id) == Quiet()
