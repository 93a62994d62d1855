"""Sets of classes as text: a JSON list, or Label Studio's {"choices": [...]}."""

from json import JSONDecodeError, loads


def parse_set(text: str) -> set[str] | None:
    """Return the classes of a JSON list of names, or of one under `choices`; None for any other text."""
    if text[:1] not in ("[", "{"):
        return None
    try:
        content = loads(text)
    except JSONDecodeError:
        return None
    names = content.get("choices") if isinstance(content, dict) else content
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        return None
    return {name.strip() for name in names} - {""}
