"""Menus fit the role, the language and the telephone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from handlers import menu
from handlers.access import ACCESS
from handlers.journeys import JOURNEYS
from handlers.registry import Registry
from handlers.text import LANGUAGES, Speech, speech
from storage.people import Role

if TYPE_CHECKING:
    from handlers.chat import Button


def behind_more(roles: tuple[Role, ...], said: Speech) -> list[Button]:
    """Return every button behind "More", in the drawers too, but those that lead back."""
    shown = [button for row in menu.buttons(roles, said) for button in row]
    found = []
    for one in shown:
        verb, _, drawer = one.data.partition(":")
        within = menu.buttons(roles, said, int(drawer)) if verb == "welcome.more" else ((one,),)
        found += [button for row in within for button in row if button.data != "welcome.more"]
    return found


EVERY_ROLE = [(), *((role,) for role in Role), tuple(Role)]


def test_every_command_is_an_offer_in_the_same_words():
    registry = Registry(JOURNEYS)
    offers = {offer.name: offer for offer in menu.OFFERS}
    assert set(registry.commands) == set(offers)
    for name, command in registry.commands.items():
        assert (command.label, command.description) == (offers[name].label, offers[name].description)


def test_every_button_behind_more_leads_somewhere():
    taps = {f"{journey.name}.{verb}" for journey in JOURNEYS for verb in journey.taps}
    assert {offer.tap for offer in menu.OFFERS if offer.tap} <= taps


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_two_labels_of_the_keyboard_are_alike(language: str):
    labels = [speech(language).label(offer.label) for offer in menu.OFFERS if offer.label]
    assert len(labels) == len(set(labels))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("roles", EVERY_ROLE, ids=str)
def test_menus_offer_only_what_the_roles_may_do_and_fit_the_screen(roles: tuple[Role, ...], language: str):
    said = speech(language)
    (row,) = menu.keyboard(roles, said)
    registry = Registry(JOURNEYS)
    names = [registry.labels[label] for label in row] + [name for name, _ in menu.commands(roles, said)]
    held = {"stranger", *roles}
    assert all(ACCESS[f"/{name}"] & held for name in names)
    assert 1 <= len(row) <= menu.MAIN_PLACES + 1
    assert all(1 <= len(description) <= 256 for _, description in menu.commands(roles, said))
    taps = [button.data for button in behind_more(roles, said)]
    assert all(ACCESS[tap] & held for tap in taps)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("roles", EVERY_ROLE, ids=str)
def test_more_shows_what_the_keyboard_does_not_and_each_once(roles: tuple[Role, ...], language: str):
    said = speech(language)
    (row,) = menu.keyboard(roles, said)
    behind = [button.label for button in behind_more(roles, said)]
    assert len(behind) == len(set(behind))
    assert not set(behind) & set(row)
    held = {"stranger", *roles}
    reached = {said.label(one.label) for one in menu.offers(roles) if one.tap and ACCESS[one.tap] & held}
    assert reached <= {*behind, *row}, "what is shown once must not be shown nowhere"


@pytest.mark.parametrize("roles", EVERY_ROLE, ids=str)
def test_nobody_is_shown_more_than_a_handful_of_buttons_at_once(roles: tuple[Role, ...]):
    said = speech("zh_CN")
    shown = [menu.buttons(roles, said, drawer) for drawer in range(len(menu.DRAWERS) + 1)]
    assert all(sum(len(row) for row in rows) <= menu.FLAT + 1 for rows in shown)


@pytest.mark.parametrize("roles", EVERY_ROLE, ids=str)
def test_every_drawer_holds_more_than_one_thing(roles: tuple[Role, ...]):
    said = speech("zh_CN")
    for button in (one for row in menu.buttons(roles, said) for one in row):
        verb, _, drawer = button.data.partition(":")
        if verb == "welcome.more":
            lying = [one for row in menu.buttons(roles, said, int(drawer)) for one in row]
            assert len(lying) > 2, "two and the way back"


def test_a_menu_button_is_understood_in_every_language_whatever_the_person_speaks():
    registry = Registry(JOURNEYS)
    for language in LANGUAGES:
        for offer in menu.OFFERS:
            if offer.label:
                assert registry.command_in(speech(language).label(offer.label), "bot") == (offer.name, "")


def test_a_command_for_another_bot_is_none_of_ours():
    registry = Registry(JOURNEYS)
    assert registry.command_in("/help@other_bot", "xundu_bot") is None
    assert registry.command_in("/HELP@Xundu_Bot  me ", "xundu_bot") == ("help", "me")
