"""What the echo bots send: a card of the size and the markup of ours, so that only the bots differ."""

from __future__ import annotations

TOAST = "第3题：到位"


def text(number: int) -> str:
    """Return the text of a card, in HTML."""
    return (
        f"<b>单位9000001党委</b>\n▓▓▓░░░░░░░ {number}/22\n<i>一、组织领导</i>\n\n"
        f"<b>{number}. 领导机构不撤、工作力度不减，责任落实到人</b>\n"
        "看什么：领导小组及办公室名单、分工文件；请2名成员说明各自职责和近期工作"
    )


def buttons(number: int) -> list[list[tuple[str, str]]]:
    """Return the rows of buttons as (label, data); the first one goes on."""
    grades = ("✅ 到位", "🟡 部分落实", "❌ 未落实", "➖ 不适用")
    tools = ("📎 0", "✎ 备注", "◀", "▶", "☰")
    rows = [
        [(label, f"echo.answer:{number}:{at}") for at, label in enumerate(pair)] for pair in (grades[:2], grades[2:])
    ]
    return [*rows, [(label, f"echo.tool:{number}:{at}") for at, label in enumerate(tools)]]


def following(data: str) -> int:
    """Return the number after the one that a button carries."""
    return int(data.split(":")[1]) + 1
