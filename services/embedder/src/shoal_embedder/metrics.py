"""The metrics of the embedder."""

from shoal.observability.declaring import counter, histogram

COLLECTIONS_REMADE = counter(
    "shoal_embedder_collections_made_anew_total", "Collections that were missing in Qdrant and made anew"
)
SAMPLES_EMBEDDED = counter("shoal_embedder_samples_total", "Samples whose vector was stored and announced")
TEXTS_ENCODED = counter("shoal_embedder_texts_total", "Texts encoded, or taken from the cache", {"how": None})
TEXTS_UNREADABLE = counter(
    "shoal_embedder_unreadable_texts_total", "Texts whose tokens the encoder mostly does not know"
)
ENCODING_SECONDS = histogram("shoal_embedder_encoding_seconds", "Time to encode one batch of texts")
