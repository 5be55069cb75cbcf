"""Words nobody types by accident: every kind of text that has broken a program before."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from random import Random

MARKUP = (
    "<b>bold</b>",
    "</b></i>",
    "<a href='tg://user?id=1'>you</a>",
    "<script>alert(1)</script>",
    "&amp;&lt;&#0;&#x202e;",
    "&",
    "<",
    "<!--",
    "]]>",
    "<tg-emoji emoji-id='5368324170671202286'>x</tg-emoji>",
)
"""What would be markup if anybody forgot to escape it."""

FORMATS = (
    "{0.__class__}",
    "{0.__class__.__init__.__globals__}",
    "{name}",
    "{unit.__class__}",
    "{}",
    "{",
    "}",
    "{{}}",
    "{number:>999999999}",
    "%s%s%n",
    "%(name)s",
    "%999999999d",
    "${jndi:ldap://127.0.0.1/x}",
    "#{7*7}{{7*7}}",
    "$(id)`id`",
    "'; DROP TABLE people; --",
    "' OR '1'='1",
    "\\x00\\u0000\\n",
    "=cmd|' /C calc'!A0",
)
"""What would be obeyed if anybody took words for a pattern."""

UNICODE = (
    "\u202egnirob\u202c",
    "\u2066\u2067\u2068\u2069",
    "\u200b\u200c\u200d\u2060\ufeff",
    "é" + "\u0301" * 400,
    "Z̷̗̎a̶̺͐l̸̤̈g̵͙̈ȯ̷̭" * 20,
    "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466" * 30,
    "\U0001f1e8\U0001f1f3" * 40,
    "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
    "\ufdfd" * 60,
    "𝒳𝔘𝕏𝙐" * 50,
    "\u0000",
    "督\u0000导",
    "\ud800",
    "\udfff\ud800",
    "a\ud83dz",
    "\ufffe\uffff\U0010ffff",
    "\u2028\u2029\u0085",
    "\r\n\t\v\f\b\x1b[31m",
    "İıſK",
    "ﷺ" * 200,
    "한\u1112\u1161\u11ab" * 50,
    "١٢٣ ４５６ ⅷ ²",
    " ",
    "\u3164\u2800\u00a0",
    "💥" * 1500,
    "督" * 4096,
)
"""What is hard to draw, to count or to encode."""

PATHS = (
    "../../etc/passwd",
    "..\\..\\windows\\system32\\config",
    "/etc/shadow",
    "C:\\CON",
    "CON",
    "nul.txt",
    "LPT1.jpg",
    "a\u0000.jpg",
    "file:///etc/passwd",
    "http://127.0.0.1/x",
    ".",
    "..",
    "~",
    "-rf",
    "x" * 300 + ".pdf",
    'a".jpg',
    'x"; name="chat_id',
    "a\r\nContent-Type: text/html\r\n\r\n<b>",
    "报告\u202egpj.exe",
    "a/b\\c:d*e?f<g>h|i.pdf",
    " lead and trail . ",
    "\ud83d.png",
    "名" * 200 + ".docx",
)
"""File names that want to be somewhere else."""

TYPED = (
    "7 ✗ 记录缺失",
    "1 ✅\n2 ❌ 没有\n3 △",
    "99 ✗",
    "部分",
    "12",
    "-1",
    "1e309",
    "NaN",
    "2026-02-30",
    "昨天",
    "第7题",
    "部分 台账未更新",
    "\n".join(f"{number} ✗ x" for number in range(1, 200)),
    "\n".join(f"{number} zzzzzzzz" for number in range(1, 330)),
    "1 ✅\n" + "\n".join(f"{number} ✗ {'长' * 8}" for number in range(900, 600, -1)),
)
"""What an inspector types, and what somebody types who wants to see it break."""

COMMANDS = (
    "/start", "/help", "/today", "/todo", "/me", "/invite", "/privacy", "/language", "/cancel", "/more", "/forms",
    "/start i_AAAAAAAAAAAAAAAAAAAAAA", "/start@xundu_test_bot", "/TODAY", "/today@other_bot", "/", "//", "/start i_",
    "/start \x00", "/nothing <b>", "今日检查", "邀请成员", "我的信息",
)  # fmt: skip

EVERY = (*MARKUP, *FORMATS, *UNICODE, *PATHS, *TYPED, *COMMANDS)


def words(rng: Random) -> str:
    """One text, sometimes several run together."""
    if rng.random() < 0.7:
        return rng.choice(EVERY)
    if rng.random() < 0.5:
        return "".join(rng.choice(EVERY) for _ in range(rng.randint(2, 4)))[: rng.choice((64, 4096, 20000))]
    return "".join(chr(rng.randrange(0x110000)) for _ in range(rng.randint(1, 60)))
