"""What must hold of the page whatever a bot sends and whoever reads it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from tests.page.conftest import DESKTOP, PHONE, Desk, begin_checklist, phone_of, take

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from playwright.async_api import Page

    Open = Callable[..., Awaitable[Page]]

pytestmark = pytest.mark.asyncio(loop_scope="session")

HOSTILE = (
    '<script>window.harm = 1</script><img src=x onerror="window.harm = 2"><b onclick="window.harm = 3">bold</b>'
    '<a href="javascript:window.harm = 4">link</a><iframe src="/"></iframe><svg onload="window.harm = 5"></svg>'
    '<style>body { display: none }</style><i style="position: fixed">tilted</i>'
)


async def test_only_telegrams_tags_reach_the_page(desk: Desk, open_page: Open, complaints: list[str]):
    page = await open_page(PHONE)
    draw = """async (html) => {
        const { fromHtml } = await import("/static/js/markup.js");
        const box = document.createElement("div");
        document.body.append(box);
        box.append(...fromHtml(html, { link: () => null, command: () => {}, shown: "" }));
        await new Promise((resolve) => setTimeout(resolve, 50));
        return [box.innerHTML, window.harm ?? null];
    }"""
    assert await page.evaluate(draw, HOSTILE) == ["<b>bold</b><span>link</span><i>tilted</i>", None]
    # Parsing alone makes the browser note that the page's policy would have stopped them too: a second line of defence.
    assert all("Content Security Policy" in one for one in complaints)
    complaints.clear()
    kept = '<b>b</b><i>i</i><u>u</u><s>s</s><code>a &lt; b</code><pre tabindex="0">p</pre><blockquote>q</blockquote>'
    assert (await page.evaluate(draw, kept))[0] == kept
    links = '<a href="https://example.org/?a=1&amp;b=2">x</a> https://example.org/。/help'
    drawn = (await page.evaluate(draw, links))[0]
    assert drawn.count('rel="noopener noreferrer"') == 2
    assert 'href="https://example.org/"' in drawn
    assert '<button type="button" class="link command-link">/help</button>' in drawn


async def test_both_languages_say_the_same_things(desk: Desk, open_page: Open):
    page = await open_page(PHONE)
    read = 'import("/static/js/words.js").then(({ CATALOGUES }) => CATALOGUES)'
    catalogues: dict[str, dict[str, str]] = await page.evaluate(read)
    chinese, english = catalogues["zh-CN"], catalogues["en"]
    assert chinese.keys() == english.keys()
    for key, words in english.items():
        assert sorted(re.findall(r"\{\w+\}", words)) == sorted(re.findall(r"\{\w+\}", chinese[key])), key


@pytest.mark.parametrize("who", [0, 4], ids=["zh_CN", "en"])
async def test_nothing_is_wider_than_a_narrow_phone(desk: Desk, open_page: Open, who: int):
    page = await open_page((320, 740))
    await take(page, who)
    phone = phone_of(page, desk, who)
    await begin_checklist(phone)
    long = "https://example.org/" + "a" * 120
    await desk.bot.say(desk.ids[who], f"<b>Feedback on the rectification</b> {long}\n<code>{'x' * 90}</code>")
    await expect(phone.locator(".theirs").last).to_contain_text("Feedback")
    wider = """() => [...document.querySelectorAll(".phone:not([hidden]) *")]
        .filter((node) => node.getBoundingClientRect().right > innerWidth + 0.5 && !node.closest("pre, .unseen"))
        .map((node) => node.className)"""
    for width in (320, 360, 430):
        await page.set_viewport_size({"width": width, "height": 740})
        assert await page.evaluate(wider) == []
        assert await page.evaluate("document.documentElement.scrollWidth") == width
    small = """() => [...document.querySelectorAll(".phone:not([hidden]) .inline-button, .phone:not([hidden]) .key")]
        .filter((node) => node.getBoundingClientRect().height < 40).length"""
    assert await page.evaluate(small) == 0


async def test_every_control_has_a_name(desk: Desk, open_page: Open):
    page = await open_page(DESKTOP)
    await begin_checklist(phone_of(page, desk, 0))
    nameless = """() => [...document.querySelectorAll("button, a[href], input, textarea, select, [role=button]")]
        .filter((node) => !node.closest("[hidden]") && !(node.getAttribute("aria-label") ?? node.textContent).trim())
        .map((node) => node.outerHTML.slice(0, 120))"""
    assert await page.evaluate(nameless) == []
    log = phone_of(page, desk, 0).get_by_role("log")
    await expect(log).to_have_attribute("aria-label", "与巡督的对话")
