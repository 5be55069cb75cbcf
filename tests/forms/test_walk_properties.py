"""Whatever is answered in whatever order: what was worked out bit by bit equals what is worked out anew."""
# ruff: noqa: E501 - a form is a wide table

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from forms.canonical import InvalidAnswer
from forms.convert import convert
from forms.form import Form
from forms.walk import Walk

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=ZoneInfo("Asia/Shanghai"))

SOURCE = """
| survey |
| | type | name | label | relevant | required | constraint | calculation | choice_filter | trigger | repeat_count |
| | select_one l | a | A | | yes | | | | | |
| | select_multiple l | m | M | ${a} != 'c' | not(selected(${a}, 'b')) | count-selected(.) < 3 | | f = ${a} or f = 'x' | | |
| | begin group | g | G | not(not(selected(${m}, 'a'))) or ${a} = 'b' | | | | | | |
| | integer | i | I | | ${a} = 'a' | . > 0 and . < ${k} | | | | |
| | calculate | k | | | | | if(${a} = 'a', 3, 5) | | | |
| | begin group | h | H | ${i} > 1 | | | | | | |
| | text | t | T | ${a} = 'a' or string-length(${u}) > 1 | | | | | | |
| | calculate | tt | | ${i} != 2 | | | concat(${t}, '-', ${i}, '-', ${m}) | | | |
| | end group | | | | | | | | | |
| | end group | | | | | | | | | |
| | text | u | U | ${tt} != '' | | | | | | |
| | text | w | W | | | | concat('w', ${u}) | | ${u} | |
| | begin repeat | r | R | ${a} != '' | | | | | | ${i} |
| | integer | x | X ${i} | | | . >= position(..) | | | | |
| | select_one l | c | C | ${x} > 1 | | | | name = ${a} or f = 'x' | | |
| | calculate | run | | | | | coalesce(${x}, 0) + coalesce(indexed-repeat(${run}, ${r}, position(..) - 1), 0) | | | |
| | end repeat | | | | | | | | | |
| | begin repeat | s | S | | | | | | | |
| | text | y | Y | ${a} = 'b' | | | | | | |
| | end repeat | | | | | | | | | |
| | calculate | total | | | | | concat(sum(${x}), '/', count(${s}), '/', join(',', ${y})) | | | |
| choices |
| | list_name | name | label | f |
| | l | a | A | a |
| | l | b | B | x |
| | l | c | C | b |
| settings |
| | form_id | version |
| | t | 1 |
"""

FORM = Form.parse(convert(SOURCE.encode(), "t.md").xform)
VALUES = st.sampled_from(["", "a", "b", "c", "a b", "a b c", "1", "2", "3", "x", "xyz"])
PATHS = st.sampled_from(
    ["/data/a", "/data/m", "/data/g/i", "/data/g/h/t", "/data/u", "/data/w"]
    + [f"/data/r[{at}]/{name}" for at in (1, 2, 3) for name in ("x", "c")]
    + [f"/data/s[{at}]/y" for at in (1, 2)]
)
STEPS = st.lists(st.tuples(st.sampled_from(["set", "set", "set", "set", "add", "remove"]), PATHS, VALUES), max_size=25)


def take(walk: Walk, step: tuple[str, str, str]) -> tuple[str, ...]:
    """Take one step; one that is refused changes nothing."""
    what, path, value = step
    before = (walk.flat(), walk.values())
    try:
        if what == "set":
            return walk.set(path, value, strict=False).paths
        if what == "add":
            walk.add("/data/s")
        else:
            walk.remove("/data/s[1]")
    except InvalidAnswer:
        assert (walk.flat(), walk.values()) == before
    return ()


@settings(max_examples=300, deadline=None)
@given(STEPS)
def test_bit_by_bit_equals_anew(steps: list[tuple[str, str, str]]) -> None:
    walk = Walk(FORM, {}, now=NOW)
    for step in steps:
        take(walk, step)
    anew = Walk(FORM, walk.values(), now=NOW)
    assert anew.flat() == walk.flat()
    assert anew.xml() == walk.xml()
    assert [(one.path, one.kind) for one in anew.violations()] == [(one.path, one.kind) for one in walk.violations()]
    assert anew.values() == walk.values()


@settings(max_examples=150, deadline=None)
@given(STEPS)
def test_every_change_is_told_and_nothing_else(steps: list[tuple[str, str, str]]) -> None:
    walk = Walk(FORM, {}, now=NOW)
    for step in steps:
        before = walk.flat()
        told = set(take(walk, step))
        after = walk.flat()
        if step[0] == "set":
            changed = {path for path in before.keys() & after.keys() if before[path] != after[path]}
            assert changed <= told
            gone_or_come = {path for path in before.keys() ^ after.keys() if not path.startswith("/data/r[")}
            assert gone_or_come <= told
            assert all(before.get(path) != after.get(path) for path in told & (before.keys() | after.keys()))
