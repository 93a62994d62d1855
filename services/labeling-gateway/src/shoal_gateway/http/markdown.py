"""A guideline's Markdown as HTML, without raw HTML and images; links lead to web pages and mail only."""

from collections.abc import Iterator
from functools import lru_cache
from urllib.parse import urlsplit

from markdown_it import MarkdownIt
from markdown_it.token import Token

SCHEMES = frozenset({"http", "https", "mailto"})
SHIFT = 2  # a guideline's first heading is the page's third level


class _Parser(MarkdownIt):
    """Makes a link of every address; _may_link decides later, and keeps the text of those it refuses."""

    def validateLink(self, url: str) -> bool:  # noqa: N802
        del url
        return True


def _make_parser() -> MarkdownIt:
    parser = _Parser("commonmark", {"html": False, "linkify": True})
    parser.enable(["table", "strikethrough", "linkify"])
    assert parser.linkify is not None
    parser.linkify.set({"fuzzy_link": False, "fuzzy_email": False})  # "grain.it" is a text, not an address
    return parser


_parser = _make_parser()


@lru_cache(maxsize=64)
def render_markdown(text: str) -> str:
    """Return a document as HTML that is safe to insert into a page."""
    return _render_tokens(_parser.parse(text))


@lru_cache(maxsize=2048)
def render_line(text: str) -> str:
    """Return a line, such as a class's definition, as HTML without paragraphs."""
    return _render_tokens(_parser.parseInline(text))


def _render_tokens(tokens: list[Token]) -> str:
    return str(_parser.renderer.render(list(_safe_blocks(tokens)), _parser.options, {}))


def _safe_blocks(tokens: list[Token]) -> Iterator[Token]:
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(6, int(token.tag[1:]) + SHIFT)}"
        if token.type in ("th_open", "td_open"):
            _name_alignment(token)
        if token.children is not None:
            token.children = list(_safe_spans(token.children))
        if token.type == "table_open":
            yield Token("table_room_open", "div", 1, attrs={"class": "table", "tabindex": "0"}, block=True)
        yield token
        if token.type == "table_close":
            yield Token("table_room_close", "div", -1, block=True)


def _name_alignment(token: Token) -> None:
    """Say a cell's alignment by a class: the page's policy forbids style attributes."""
    style = str(token.attrs.pop("style", ""))
    if style:
        token.attrs["class"] = style.removeprefix("text-align:")


def _safe_spans(tokens: list[Token]) -> Iterator[Token]:
    """Yield a line's tokens; an image becomes a link to it, and a link to anything but SCHEMES its text."""
    is_link: list[bool] = []
    for token in tokens:
        if token.type == "link_open":
            is_link.append(_may_link(token.attrs.get("href")))
            if is_link[-1]:
                yield _mark_outward(token)
        elif token.type == "link_close":
            if is_link.pop():
                yield token
        elif token.type == "image":
            yield from _image_link(token, inside_link=any(is_link))
        else:
            yield token


def _may_link(address: object) -> bool:
    try:
        parts = urlsplit(str(address))
    except ValueError:
        return False
    return parts.scheme in SCHEMES and bool(parts.path if parts.scheme == "mailto" else parts.netloc)


def _mark_outward(token: Token) -> Token:
    token.attrs |= {"rel": "noopener noreferrer", "target": "_blank"}
    return token


def _image_link(token: Token, *, inside_link: bool) -> Iterator[Token]:
    name = Token("text", "", 0, content=token.content or "image")
    address = token.attrs.get("src")
    if inside_link or not _may_link(address):
        yield name
        return
    yield _mark_outward(Token("link_open", "a", 1, attrs={"href": str(address)}))
    yield name
    yield Token("link_close", "a", -1)
