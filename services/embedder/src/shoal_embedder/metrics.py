"""The metrics of the embedder."""

from shoal.encoders import CONTENT_KINDS
from shoal.observability.declaring import declare_counter, declare_histogram

SAMPLES_EMBEDDED = declare_counter(
    "shoal_embedder_samples_total",
    "Samples whose vector Qdrant has and whose event is in Kafka: they are searchable",
    {"project": None},
)
SAMPLES_REFUSED = declare_counter(
    "shoal_embedder_refused_samples_total",
    "Samples that cannot be embedded and became dead letters: a broken vector, no encoder for the kind of "
    "content, an image that cannot be read, or a vector of another length than the others of the project",
    {"project": None, "reason": ("bad_vector", "no_encoder", "media_unreadable", "wrong_dimension")},
)
ENCODER_REFUSALS = declare_counter(
    "shoal_embedder_encoder_refusals_total",
    "Samples that could not be encoded, by kind of content: their project names no encoder for it, or the image "
    "could not be read (services/embedder/README.md)",
    {"project": None, "kind": CONTENT_KINDS, "reason": ("no_encoder", "media_unreadable")},
)
IMAGES_READ = declare_counter(
    "shoal_embedder_images_total",
    "Images that were read and encoded (encoded), or that could not be read (unreadable)",
    {"result": ("encoded", "unreadable")},
)
IMAGE_ENCODING_SECONDS = declare_histogram(
    "shoal_embedder_image_encoding_seconds",
    "Time of the encoder, a model on the CPU, for up to 32 images at once",
)
CROPS = declare_counter(
    "shoal_embedder_crops_total",
    "Boxes of predictions in projects that make crops of them. embedded: the crop is a sample with a vector of "
    "its own; too_small: a side has fewer pixels than the project asks for; above_limit: the image has more boxes "
    "than the project wants crops",
    {"project": None, "result": ("embedded", "too_small", "above_limit")},
)
TEXTS_ENCODED = declare_counter(
    "shoal_embedder_texts_total",
    "Texts that the encoder turned into a vector (encoded), or whose vector was still in memory (remembered)",
    {"how": ("encoded", "remembered")},
)
TEXTS_UNREADABLE = declare_counter(
    "shoal_embedder_unreadable_texts_total",
    "Texts that the encoder mostly does not know, such as another language or base64; they are kept, but their "
    "similarity to others means little",
    {"project": None},
)
BATCH_SAMPLES = declare_histogram(
    "shoal_embedder_batch_samples",
    "Samples that are embedded together; small batches under load cost throughput",
    buckets=(1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000),
)
ENCODING_SECONDS = declare_histogram(
    "shoal_embedder_encoding_seconds", "Time of the encoder, a model on the CPU, for one batch of texts"
)
STORE_SECONDS = declare_histogram(
    "shoal_embedder_store_seconds",
    "Time until Qdrant has the vectors of one batch and collection in its log",
)
COLLECTIONS_REMADE = declare_counter(
    "shoal_embedder_collections_made_anew_total",
    "Collections of vectors that were missing in Qdrant, made anew and filled again from Kafka",
)
