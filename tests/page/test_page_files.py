"""The files of the page, read and not run."""

import re
from pathlib import Path

import sandbox

PAGE = Path(sandbox.__file__).parent / "page"
NAMESPACE = "http://www.w3.org/2000/svg"
LOADS = re.compile(r"""(?:src|href|url|import|from|fetch)\s*[=(]?\s*["'(]*(?:https?:)?//""")


def test_every_module_of_the_page_is_short():
    long = {path.name: lines for path in PAGE.glob("js/*.js") if (lines := path.read_text("utf-8").count("\n")) > 300}
    assert long == {}


def test_nothing_in_the_page_comes_from_elsewhere():
    sources = [path for path in PAGE.rglob("*") if path.suffix in {".html", ".css", ".js", ".svg"}]
    assert len(sources) > 30
    texts = {path.name: path.read_text("utf-8").replace(NAMESPACE, "") for path in sources}
    assert [name for name, text in texts.items() if LOADS.search(text)] == []
    assert "default-src 'none'" in texts["index.html"]


def test_every_word_the_page_asks_for_is_in_its_catalogues():
    catalogue = (PAGE / "js/words.js").read_text("utf-8")
    said = {key for path in PAGE.glob("js/*.js") for key in re.findall(r'say\(\s*"(\w+)"', path.read_text("utf-8"))}
    assert len(said) > 60
    missing = [key for key in said if len(re.findall(rf"^  {key}: ", catalogue, re.MULTILINE)) != 2]
    assert missing == []
