"""The Bot API on the wire: every dialect of a request, and refusals that need no library to be seen."""

from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest

from sandbox.errors import ApiError
from sandbox.methods import METHODS

if TYPE_CHECKING:
    from sandbox.botapi import Incoming, Perform
    from sandbox.server import Sandbox
    from tests.sandbox.conftest import Hand

MARKUP = {"inline_keyboard": [[{"text": "好", "callback_data": "a"}]]}


class Wire:
    def __init__(self, http: aiohttp.ClientSession, sandbox: Sandbox) -> None:
        self._http = http
        self._base = f"{sandbox.url}/bot{sandbox.token}"

    async def __call__(self, method: str, verb: str = "POST", **options: Any) -> tuple[int, dict[str, Any]]:
        async with self._http.request(verb, f"{self._base}/{method}", **options) as answer:
            body = json.loads(await answer.text(), parse_constant=pytest.fail)
            assert body["ok"] is (answer.status == 200)
            assert body.get("error_code", 200) == answer.status
            return answer.status, body


@pytest.fixture
def wire(http: aiohttp.ClientSession, sandbox: Sandbox) -> Wire:
    return Wire(http, sandbox)


async def test_every_dialect_says_the_same(wire: Wire, person: Hand) -> None:
    plain = {"chat_id": str(person.id), "text": "您好 + &", "disable_notification": "true"}
    form = aiohttp.FormData(default_to_multipart=True)
    for name, value in {**plain, "reply_markup": json.dumps(MARKUP)}.items():
        form.add_field(name, value)
    answers = [
        await wire("sendMessage", "GET", params={**plain, "reply_markup": json.dumps(MARKUP)}),
        await wire("SENDMESSAGE", data={**plain, "reply_markup": json.dumps(MARKUP)}),
        await wire("sendmessage", data=form),
        await wire("sendMessage", json={**plain, "chat_id": person.id, "reply_markup": MARKUP}),
        await wire("sendMessage", json={**plain, "disable_notification": True, "reply_markup": json.dumps(MARKUP)}),
        await wire("sendMessage", params={"chat_id": person.id}, json={"text": "您好 + &", "reply_markup": MARKUP}),
    ]
    for status, body in answers:
        assert status == 200
        assert (body["result"]["text"], body["result"]["reply_markup"]) == ("您好 + &", MARKUP)


async def test_a_number_is_taken_for_a_text_as_telegram_does(wire: Wire, person: Hand) -> None:
    _, body = await wire("sendMessage", json={"chat_id": person.id, "text": 22})
    assert body["result"]["text"] == "22"


async def test_an_unknown_method_does_not_exist(wire: Wire) -> None:
    assert await wire("sendPigeon") == (
        404, {"ok": False, "error_code": 404, "description": "Not Found: method not found"}
    )  # fmt: skip


@pytest.mark.parametrize("token", ["1:wrong", "700000000:OfflineTelegramSandboxTokenAAAAAAAB", "x", "令牌"])
async def test_a_wrong_token_is_unauthorized(http: aiohttp.ClientSession, sandbox: Sandbox, token: str) -> None:
    async with http.post(f"{sandbox.url}/bot{token}/getMe") as answer:
        assert answer.status == 401
        assert await answer.json() == {"ok": False, "error_code": 401, "description": "Unauthorized"}


@pytest.mark.parametrize(
    ("method", "values", "description"),
    [
        ("sendMessage", {"text": "x"}, "chat_id is empty"),
        ("sendMessage", {"chat_id": "", "text": "x"}, "chat_id is empty"),
        ("sendMessage", {"chat_id": "me"}, "message text is empty"),
        ("sendMessage", {"chat_id": "@nobody", "text": "x"}, "chat not found"),
        (
            "sendMessage",
            {"chat_id": "1", "text": "x", "reply_markup": "{"},
            "can't parse reply keyboard markup JSON object",
        ),
        ("sendMessage", {"chat_id": "1", "text": "x", "parse_mode": "BBCode"}, "unsupported parse_mode"),
        ("sendPhoto", {"chat_id": "1"}, "there is no photo in the request"),
        ("sendPhoto", {"chat_id": "1", "photo": "attach://nothing"}, "there is no photo in the request"),
        ("sendMediaGroup", {"chat_id": "1", "media": "[{"}, "can't parse media JSON object"),
        (
            "sendMediaGroup",
            {"chat_id": "1", "media": '[{"type":"photo","media":"attach://nothing"}]'},
            "can't parse InputMedia: media not found",
        ),
        ("sendMediaGroup", {"chat_id": "1", "media": "[]"}, "there are no messages to send"),
        ("sendLocation", {"chat_id": "1", "longitude": "1"}, "latitude is empty"),
        ("editMessageText", {"text": "x"}, "chat_id is empty"),
        ("editMessageText", {"chat_id": "1", "message_id": "1"}, "message text is empty"),
        ("deleteMessages", {"chat_id": "1", "message_ids": "7,8"}, "can't parse message_ids JSON object"),
        ("getFile", {}, "file_id not specified"),
        ("setMyCommands", {"commands": "x"}, "can't parse commands JSON object"),
        ("getChatMember", {"chat_id": "1"}, "invalid user_id specified"),
    ],
)
async def test_what_is_missing_or_malformed_is_named(
    wire: Wire, method: str, values: dict[str, str], description: str
) -> None:
    status, body = await wire(method, data=values)
    assert (status, body["description"]) == (400, f"Bad Request: {description}")


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/x-www-form-urlencoded", b"chat_id=1&text=%ff%fe"),
        ("application/json", b'{"chat_id": 1, "text": "\\ud800"}'),
        (
            "multipart/form-data; boundary=b",
            b'--b\r\nContent-Disposition: form-data; name="text"\r\n\r\n\xff\r\n--b--\r\n',
        ),
    ],
)
async def test_what_is_no_utf8_is_refused(wire: Wire, kind: str, body: bytes) -> None:
    status, answer = await wire("sendMessage", data=body, headers={"Content-Type": kind})
    assert (status, answer["description"]) == (400, "Bad Request: strings must be encoded in UTF-8")


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/json", b"{"),
        ("application/json", b"[1]"),
        ("multipart/form-data; boundary=b", b"nothing of the kind"),
        ("multipart/form-data", b"--b--"),
    ],
)
async def test_a_broken_body_is_a_bad_request(wire: Wire, kind: str, body: bytes) -> None:
    status, _ = await wire("sendMessage", data=body, headers={"Content-Type": kind})
    assert status == 400


async def test_a_character_that_stands_for_nonsense_may_be_meant(wire: Wire, person: Hand) -> None:
    _, body = await wire("sendMessage", data={"chat_id": str(person.id), "text": "\ufffd"})
    assert body["result"]["text"] == "\ufffd"


async def test_entities_given_by_offset_are_checked(wire: Wire, person: Hand) -> None:
    for length, status in ((2, 200), (4, 400)):
        entities = json.dumps([{"type": "bold", "offset": 1, "length": length}])
        got, _ = await wire("sendMessage", data={"chat_id": str(person.id), "text": "🏟督", "entities": entities})
        assert got == status


async def test_a_layer_can_refuse_and_can_spoil_an_answer(wire: Wire, person: Hand, sandbox: Sandbox) -> None:
    seen: list[str] = []

    async def flood(incoming: Incoming, perform: Perform) -> object:
        seen.append(incoming.method)
        result = await perform(incoming)
        if len(seen) == 1:
            raise ApiError(429, "Too Many Requests: retry after 3", {"retry_after": 3})
        return result

    sandbox.bot_api.add_layer(flood)
    status, body = await wire("sendMessage", data={"chat_id": str(person.id), "text": "x"})
    assert (status, body["parameters"]) == (429, {"retry_after": 3})
    assert (await person.chat())["messages"][-1]["text"] == "x"
    assert (await wire("getMe"))[0] == 200
    assert seen == ["sendmessage", "getme"]


NONSENSE = (
    "", "0", "-1", "x", "督" * 70, "null", "true", "[]", "{}", "[[]]",
    '[{"type":"photo","media":"attach://f"}]', "1e400",
    '{"inline_keyboard":[[{"text":"a","url":"x"}],[]]}', '{"keyboard":[[{}]]}', '{"type":"chat","chat_id":"9"}',
    "9" * 400,
    '{"message_id":1,"allow_sending_without_reply":true}', '[{"type":"emoji","emoji":"x"}]', '[{"command":"a"}]',
    "attach://f",
    "[1,2,null]", "NaN", "Infinity", "<b>", "&#x110000;", "\u202e\u200b",
)  # fmt: skip


@pytest.mark.parametrize("method", sorted(set(METHODS) - {"getupdates"}))
async def test_no_nonsense_breaks_a_method(wire: Wire, person: Hand, method: str) -> None:
    choose = random.Random(method)  # noqa: S311 - the same nonsense every time
    model, _ = METHODS[method]
    for _ in range(25):
        form = aiohttp.FormData(default_to_multipart=True)
        for name in model.model_fields:
            if name == "chat_id" and choose.random() < 0.8:
                form.add_field(name, str(person.id))
            elif choose.random() < 0.6:
                form.add_field(name, choose.choice(NONSENSE))
        if choose.random() < 0.3:
            form.add_field("f", b"x", filename="f")
        status, _ = await wire(method, data=form)
        assert status in {200, 400}
