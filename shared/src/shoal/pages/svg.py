"""SVG elements; text and attributes are escaped."""

from markupsafe import Markup

WIDTH, HEIGHT = 520, 300
TOP, BOTTOM = 14, 44


def svg_element(name: str, *children: str, **attributes: str | float | None) -> Markup:
    """Return an element; children that are not Markup are escaped as text.

    In names of attributes, `_` becomes `-` and a final `_` is dropped (`class_`). Floats get one decimal;
    attributes of None are left out.
    """
    written = [
        Markup(' {}="{}"').format(key.rstrip("_").replace("_", "-"), _format_number(value))
        for key, value in attributes.items()
        if value is not None
    ]
    head = Markup("").join(written)
    if not children:
        return Markup("<{}{}/>").format(name, head)
    return Markup("<{}{}>{}</{}>").format(name, head, Markup("").join(children), name)


def svg_drawing(
    height: int, *parts: Markup, label: str, width: int = WIDTH, **attributes: str | None
) -> Markup:
    """Return a whole drawing. label: its description for screen readers."""
    box = {"viewBox": f"0 0 {width} {height}", **attributes}
    return svg_element("svg", Markup("").join(parts), **box, role="img", aria_label=label)


def svg_text(words: str, x: float, y: float, anchor: str | None = None, **attributes: str | None) -> Markup:
    """Return words at a point. anchor: "middle" or "end"; by default the words start there."""
    return svg_element("text", words, **attributes, x=x, y=y, text_anchor=anchor)


def svg_title(words: str) -> Markup:
    """Return a title, which browsers show under the pointer."""
    return svg_element("title", words)


def _format_number(value: str | float | None) -> str:
    return f"{value:.1f}" if isinstance(value, float) else str(value)
