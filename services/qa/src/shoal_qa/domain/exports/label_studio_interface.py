"""The labelling interface of a Label Studio project, as XML."""

import re
from collections.abc import Mapping, Sequence
from typing import Any
from xml.sax.saxutils import quoteattr

FROM, TO = "label", "item"
"""Names of the control and of the object that it labels."""

_PROMPT = '<Text name="prompt" value="$prompt"/>'
_VARIABLE = re.compile(r"\$(?=[\w\[\].{}])")  # Label Studio replaces $price by a field of the task's data
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def check_class_names(names: Sequence[str]) -> None:
    """Raise ValueError if XML 1.0 has no way to write the name of a class."""
    for name in names:
        if _UNWRITABLE.search(name):
            raise ValueError(f"the class {name!r} has a control character, which XML cannot hold")


def studio_interface(schema: Mapping[str, Any], *, image: bool) -> str:
    """Return the XML of the labelling interface.

    schema: kind, classes and limits. image: whether the samples are images.
    """
    item = f'<Image name="{TO}" value="$image"/>' if image else f'<Text name="{TO}" value="$text"/>'
    kind = schema["kind"]
    names = schema.get("classes") or []
    control = _CONTROLS.get(kind)
    if control is not None:
        tag, child, options = control
        children = "".join(_named_child(child, name) for name in names)
        body = f'{item}<{tag} name="{FROM}" toName="{TO}"{options}>{children}</{tag}>'
    elif kind == "pair":
        body = (
            f'{_PROMPT}<Text name="left" value="$left"/><Text name="right" value="$right"/>'
            f'<Pairwise name="{FROM}" toName="left,right"/>'
        )
    elif kind == "ranking":
        body = f'{_PROMPT}<List name="{TO}" value="$items"/><Ranker name="{FROM}" toName="{TO}"/>'
    elif kind in ("number", "rating"):
        limits = f'min="{schema.get("low", 1)}" max="{schema.get("high", 5)}"'
        body = f'{item}<Number name="{FROM}" toName="{TO}" {limits}/>'
    else:
        body = f'{item}<TextArea name="{FROM}" toName="{TO}"/>'
    return f"<View>{body}</View>\n"


def _named_child(child: str, name: str) -> str:
    """Return the element of a class. Results hold its alias if it has one, which no field replaces."""
    shown = _VARIABLE.sub("$ ", name)
    alias = "" if shown == name else f" alias={quoteattr(name)}"
    return f"<{child} value={quoteattr(shown)}{alias}/>"


_CONTROLS = {
    "single_choice": ("Choices", "Choice", ' choice="single"'),
    "multi_choice": ("Choices", "Choice", ' choice="multiple"'),
    "boxes": ("RectangleLabels", "Label", ""),
    "polygons": ("PolygonLabels", "Label", ""),
    "spans": ("Labels", "Label", ""),
}
