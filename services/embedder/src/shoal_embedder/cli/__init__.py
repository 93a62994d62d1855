"""`shoal embedder`: the model's file; `shoal embed`: vectors of texts and images in files."""

from shoal_embedder.cli.embed import embed
from shoal_embedder.cli.service import app

__all__ = ["app", "embed"]
