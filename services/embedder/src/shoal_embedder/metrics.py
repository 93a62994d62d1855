"""The metrics of the embedder."""

from shoal.observability.declaring import declare_counter, declare_histogram

COLLECTIONS_REMADE = declare_counter(
    "shoal_embedder_collections_made_anew_total", "Collections that were missing in Qdrant and made anew"
)
SAMPLES_EMBEDDED = declare_counter(
    "shoal_embedder_samples_total", "Samples whose vector was stored and announced"
)
TEXTS_ENCODED = declare_counter(
    "shoal_embedder_texts_total", "Texts encoded, or taken from the cache", {"how": None}
)
TEXTS_UNREADABLE = declare_counter(
    "shoal_embedder_unreadable_texts_total", "Texts whose tokens the encoder mostly does not know"
)
ENCODING_SECONDS = declare_histogram("shoal_embedder_encoding_seconds", "Time to encode one batch of texts")
