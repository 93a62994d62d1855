"""A guideline's Markdown becomes HTML that is safe to insert into a page."""

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoal_gateway.http.markdown import SCHEMES, render_line, render_markdown

TAGS = frozenset(
    "a blockquote br code dd div em h3 h4 h5 h6 hr li ol p pre s strong table tbody td th thead tr ul".split()  # noqa: SIM905
)
NAMES = {
    "a": {"href", "rel", "target", "title"},
    "ol": {"start"},
    "code": {"class"},
    "div": {"class", "tabindex"},
}
WORDS = """[a]( ) javascript: <script> <img/src=x/onerror=alert(1)> ![ ]( http://a.b data:text/html,x ` * | - > &#106;
<a/href='x'> " ' < & |-|-| mailto:a@b [ ]: 1. ``` //evil ~~ # style= \\ HTTPS://c.d/e"""
PIECES = st.sampled_from([*WORDS.split(), " ", "\n", "\n\n", "    ", "\t", "\n|-|-|\n"])


class Checker(HTMLParser):
    """Collects what the page must not contain."""

    def __init__(self) -> None:
        super().__init__()
        self.faults: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Check one tag."""
        allowed = NAMES.get(tag, {"class"} if tag in ("td", "th") else set())
        self.faults += [tag] if tag not in TAGS else []
        self.faults += [f"{tag} {name}" for name, _ in attrs if name not in allowed]
        if tag == "a":
            values = dict(attrs)
            scheme = (values["href"] or "").partition(":")[0].lower()
            if scheme not in SCHEMES or values["rel"] != "noopener noreferrer":
                self.faults.append(str(attrs))


def faults_in(html: str) -> list[str]:
    checker = Checker()
    checker.feed(html)
    return checker.faults


@given(st.lists(PIECES | st.text(max_size=5), max_size=25).map("".join))
def test_nothing_but_plain_elements_and_safe_links_comes_out(text: str) -> None:
    assert faults_in(render_markdown(text)) == []
    assert faults_in(render_line(text)) == []


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "&#106;avascript:alert(1)",
        "vbscript:x",
        "data:text/html,x",
        "file:///etc/passwd",
        "//evil.example",
        "https:evil",
        "/relative",
        "#part",
    ],
)
def test_a_link_to_anything_else_is_its_text(address: str) -> None:
    assert render_line(f"[text]({address})") == "text"
    assert render_line(f"![text]({address})") == "text"


@pytest.mark.parametrize("address", ["https://a.example/b?c=1", "HTTP://a.example", "mailto:ann@a.example"])
def test_a_link_opens_outside(address: str) -> None:
    html = render_line(f"[text]({address})")
    assert html.endswith('rel="noopener noreferrer" target="_blank">text</a>')


def test_an_image_is_a_link_to_it() -> None:
    assert render_line("![a fish](https://a.example/f.png)").endswith(">a fish</a>")
    assert render_line("![](https://a.example/f.png)").endswith(">image</a>")


def test_addresses_with_a_scheme_are_links_and_words_with_a_dot_are_not() -> None:
    assert render_line("see https://a.example.").count("<a ") == 1
    assert render_line("grain.it and ann@a.example") == "grain.it and ann@a.example"


def test_alignment_is_a_class_because_the_page_forbids_styles() -> None:
    html = render_markdown("|a|b|\n|:-:|--:|\n|1|2|\n")
    assert '<td class="center">1</td>' in html
    assert "style" not in html


def test_headings_start_at_the_page_s_third_level() -> None:
    assert render_markdown("# a\n\n##### b\n") == "<h3>a</h3>\n<h6>b</h6>\n"
