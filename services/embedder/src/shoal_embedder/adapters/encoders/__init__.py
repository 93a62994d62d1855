"""The registry of encoders, one file per encoder; the first encoder of texts and of images is the default."""

from shoal_embedder.adapters.encoders.lite0 import LITE0
from shoal_embedder.adapters.encoders.minilm import MINILM
from shoal_embedder.adapters.encoders.named import Item, NamedEncoder

_ALL = (MINILM, LITE0)
ENCODERS: dict[str, NamedEncoder] = {encoder.name: encoder for encoder in _ALL}


def encoder_names(item: Item) -> list[str]:
    """Return the names of the encoders of texts or of images, the default first."""
    return [name for name, encoder in ENCODERS.items() if encoder.encodes == item]


def find_encoder(name: str | None, item: Item) -> NamedEncoder:
    """Return an encoder of texts or of images, the default for None. Raises ValueError."""
    names = encoder_names(item)
    if name is not None and name not in names:
        raise ValueError(f"{name[:100]!r} is not an encoder of {item}: use one of {', '.join(names)}")
    return ENCODERS[name or names[0]]
