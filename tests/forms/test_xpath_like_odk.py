"""Expressions come to what ODK's own engine (@getodk/xforms-engine 0.22.0) makes of them.

The expected values in odk_expressions.jsonl were written by that engine, in Asia/Shanghai. Left out, and different on
purpose: ``a | b`` (it has none yet), ``--a`` (it cannot read it), a calculation that reads itself.
"""

from __future__ import annotations

import json
import re
from datetime import datetime
from pathlib import Path
from xml.sax.saxutils import quoteattr
from zoneinfo import ZoneInfo

import pytest

from forms.form import Form
from forms.walk import Walk

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=ZoneInfo("Asia/Shanghai"))

CASES = [json.loads(line) for line in (Path(__file__).parent / "odk_expressions.jsonl").read_text().splitlines()]

XFORM = """<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"
 xmlns:jr="http://openrosa.org/javarosa"><h:head><h:title>t</h:title><model>
<instance><data id="t"><a>5</a><b>7.25</b><e/><s>x</s><t>Hello world</t><m>a b</m><m1>b</m1><d>2026-10-16</d>
<grp><g1>3</g1><g2>4</g2><g3>5</g3></grp>{nodes}</data></instance>
<instance id="l"><root>
<item><name>a</name><label>LA</label><extra/><num>1</num></item>
<item><name>b</name><label>LB</label><extra>E1</extra><num>2.5</num></item>
<item><name>c</name><label>LC</label><extra>E2</extra><num>3</num></item>
<item><name>d</name><label>LD</label><extra>E2</extra><num>3</num></item></root></instance>
<bind nodeset="/data/a" type="int"/><bind nodeset="/data/b" type="decimal"/><bind nodeset="/data/e" type="string"/>
<bind nodeset="/data/d" type="date"/>{binds}</model></h:head><h:body>
<input ref="/data/a"><label>A</label></input><input ref="/data/b"><label>B</label></input>
<input ref="/data/e"><label>E</label></input><input ref="/data/s"><label>S</label></input>
<input ref="/data/t"><label>T</label></input>
<select ref="/data/m"><label>M</label><itemset nodeset="instance('l')/root/item"><value ref="name"/><label ref="label"/>
</itemset></select>
<select1 ref="/data/m1"><label>M</label><itemset nodeset="instance('l')/root/item"><value ref="name"/>
<label ref="label"/></itemset></select1>
<input ref="/data/d"><label>D</label></input></h:body></h:html>"""


def with_paths(expression: str) -> str:
    quoted = re.sub(r"'\$\{(\w+)\}'", r"'/data/\1'", expression)
    return re.sub(r"\$\{(\w+)\}", r" /data/\1 ", quoted)


@pytest.fixture(scope="module")
def walk() -> Walk:
    """All expressions as calculations of one form."""
    binds = "".join(
        f'<bind nodeset="/data/c{at}" type="string" calculate={quoteattr(with_paths(case[0]))}/>'
        for at, case in enumerate(CASES)
    )
    nodes = "".join(f"<c{at}/>" for at in range(len(CASES)))
    return Walk(Form.parse(XFORM.format(nodes=nodes, binds=binds)), {}, now=NOW)


@pytest.mark.parametrize("at", range(len(CASES)), ids=[case[0] for case in CASES])
def test_expression_comes_to_what_odk_makes_of_it(walk: Walk, at: int) -> None:
    assert walk.value(f"/data/c{at}") == CASES[at][1]
