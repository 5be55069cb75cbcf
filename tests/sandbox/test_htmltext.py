"""Telegram's HTML: the cases of Telegram's own client library, and texts made at random."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.errors import ApiError
from sandbox.formatting import finish, units
from sandbox.htmlout import write_html
from sandbox.htmltext import ParseError, parse_html

INVALID = (
    "Text contains invalid Unicode characters after decoding HTML entities, check for unmatched surrogate code units"
)


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("&#57311;", INVALID),
        ("&#xDFDF;", INVALID),
        ("&#xDFDF", INVALID),
        ("🏟 🏟&lt;<abacaba", "Unclosed start tag at byte offset 13"),
        ("🏟 🏟&lt;<abac aba>", 'Unsupported start tag "abac" at byte offset 13'),
        ("🏟 🏟&lt;<abac>", 'Unsupported start tag "abac" at byte offset 13'),
        ("🏟 🏟&lt;<i   =aba>", 'Empty attribute name in the tag "i" at byte offset 13'),
        ("🏟 🏟&lt;<i    aba>", 'Expected equal sign in declaration of an attribute of the tag "i" at byte offset 13'),
        ("🏟 🏟&lt;<i    aba  =  ", 'Unclosed start tag "i" at byte offset 13'),
        ("🏟 🏟&lt;<i    aba  =  190azAz-.,", "Unexpected end of name token at byte offset 27"),
        ('🏟 🏟&lt;<i    aba  =  "&lt;&gt;&quot;>', "Unclosed start tag at byte offset 13"),
        ("🏟 🏟&lt;<i    aba  =  '&lt;&gt;&quot;>", "Unclosed start tag at byte offset 13"),
        ("🏟 🏟&lt;</", "Unexpected end tag at byte offset 13"),
        ("🏟 🏟&lt;<b></b></", "Unexpected end tag at byte offset 20"),
        ("🏟 🏟&lt;<i>a</i   ", "Unclosed end tag at byte offset 17"),
        ("🏟 🏟&lt;<i>a</em   >", 'Unmatched end tag at byte offset 17, expected "</i>", found "</em>"'),
        ("<b>督导", 'Can\'t find end tag corresponding to start tag "b"'),
        ("第3题 < 5", 'Unsupported start tag "" at byte offset 8'),
        ("<br>", 'Unsupported start tag "br" at byte offset 0'),
        ("<span>x</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
        ('<tg-emoji emoji-id="x">y</tg-emoji>', "Invalid custom emoji identifier specified"),
    ],
)
def test_wrong_html_is_refused_in_telegrams_words(source: str, reason: str) -> None:
    with pytest.raises(ApiError) as refused:
        parse_html(source)
    assert refused.value.description == f"Bad Request: can't parse entities: {reason}"


@pytest.mark.parametrize(
    ("source", "text", "entities"),
    [
        ("", "", []),
        ("&lt;&gt;&amp;&quot;&laquo;&raquo;&#12345678;", '<>&"&laquo;&raquo;&#12345678;', []),
        ("➡️ ➡️<i>➡️ ➡️</i>", "➡️ ➡️➡️ ➡️", [("italic", 5, 5)]),
        ("➡️ ➡️<strike>➡️ ➡️</strike>", "➡️ ➡️➡️ ➡️", [("strikethrough", 5, 5)]),
        ("➡️ ➡️<i>➡️ ➡️</i><b>➡️ ➡️</b>", "➡️ ➡️➡️ ➡️➡️ ➡️", [("italic", 5, 5), ("bold", 10, 5)]),
        ("🏟 🏟<i>🏟 &lt🏟</i>", "🏟 🏟🏟 <🏟", [("italic", 5, 6)]),
        ("🏟 🏟<i>🏟 &gt;<b aba   =   caba>&lt🏟</b></i>", "🏟 🏟🏟 ><🏟", [("italic", 5, 7), ("bold", 9, 3)]),
        ("🏟 🏟&lt;<i    aba  =  '&lt;&gt;&quot;'>a</>", "🏟 🏟<a", [("italic", 6, 1)]),
        ("🏟 🏟&lt;<i>a</    >", "🏟 🏟<a", [("italic", 6, 1)]),
        ("🏟 🏟&lt;<b></b>", "🏟 🏟<", []),
        ("🏟 🏟&lt;<pre><code>🏟 🏟&lt;</code></>", "🏟 🏟<🏟 🏟<", [("pre", 6, 6), ("code", 6, 6)]),
        ("<blockquote expandable>x</blockquote>", "x", [("expandable_blockquote", 0, 1)]),
        ("&#128512;&#xD83D;&#xDE00;", "😀😀", []),
    ],
)
def test_right_html_becomes_text_and_utf16_offsets(
    source: str, text: str, entities: list[tuple[str, int, int]]
) -> None:
    parsed, found = finish(*parse_html(source))
    assert parsed == text
    assert [(one["type"], one["offset"], one["length"]) for one in found] == entities


@pytest.mark.parametrize(
    ("source", "url"),
    [
        ("<a href=telegram.org>x</a>", "http://telegram.org/"),
        ("<a   href=  'telegram.org?&lt;'   >x</a>", "http://telegram.org/?<"),
        ("<a>telegram.org</a>", "http://telegram.org/"),
        ("<a>https://telegram.org/asdsa?asdasdwe#12e3we</a>", "https://telegram.org/asdsa?asdasdwe#12e3we"),
    ],
)
def test_a_link_gets_the_address_telegram_gives_it(source: str, url: str) -> None:
    _, found = parse_html(source)
    assert [one["url"] for one in found] == [url]


def test_a_link_that_leads_nowhere_is_plain_text() -> None:
    assert parse_html("<a>督导 </a>") == ("督导 ", [])


def test_code_with_a_language_is_one_entity() -> None:
    expected = [{"type": "pre", "offset": 0, "length": 4, "language": "fift"}]
    assert parse_html('<pre><code class="language-fift">abcd</code></pre>')[1] == expected
    assert parse_html('<code class="language-fift"><pre>abcd</pre></code>')[1] == expected


def test_styles_join_where_they_touch_and_stay_out_of_code() -> None:
    _, found = finish(*parse_html("<b>a<b>b</b></b><b>c</b><b>d<code>e</code>f</b>"))
    assert [(one["type"], one["offset"], one["length"]) for one in found] == [
        ("bold", 0, 4),
        ("code", 4, 1),
        ("bold", 5, 1),
    ]


def test_what_surrounds_a_text_is_cut_off_and_offsets_follow() -> None:
    text, found = finish(*parse_html("\n  🏟<b>督导 </b>\n"))
    assert (text, found) == ("🏟督导", [{"type": "bold", "offset": 2, "length": 2}])


def test_commands_links_and_mentions_are_found_but_not_in_code() -> None:
    _, found = finish("🏟 /start@xundu_bot a@b.cn @somebody #督导 https://t.me/x. /no/path", [])
    assert [one["type"] for one in found] == ["bot_command", "email", "mention", "hashtag", "url"]
    assert found[0] == {"type": "bot_command", "offset": 3, "length": 16}
    assert found[4]["length"] == len("https://t.me/x")
    assert [one["type"] for one in finish(*parse_html("<code>/start</code>"))[1]] == ["code"]


leaf = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1, max_size=8)
tags = st.sampled_from(["b", "i", "u", "s", "tg-spoiler", "code", "blockquote"])


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


tree = st.recursive(
    leaf.map(_escaped),
    lambda inner: st.one_of(
        st.tuples(tags, inner).map(lambda pair: f"<{pair[0]}>{pair[1]}</{pair[0]}>"),
        st.tuples(inner, inner).map("".join),
    ),
    max_leaves=12,
)


@given(tree)
def test_any_nesting_is_read_and_every_entity_lies_within_the_text(source: str) -> None:
    text, found = finish(*parse_html(source))
    assert all(one["offset"] >= 0 and one["length"] > 0 for one in found)
    assert all(one["offset"] + one["length"] <= units(text) for one in found)


@given(tree)
def test_what_the_page_is_given_says_the_same_as_what_was_sent(source: str) -> None:
    text, found = finish(*parse_html(source))
    again, _ = parse_html(write_html(text, found))
    assert again == text


@given(st.text(max_size=60))
def test_any_text_is_either_read_or_refused(source: str) -> None:
    try:
        text, found = finish(*parse_html(source))
    except ParseError:
        return
    assert all(one["offset"] + one["length"] <= units(text) for one in found)
