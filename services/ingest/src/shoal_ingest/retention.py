"""How long ingest keeps the rows of its tables."""

from shoal.persistence import Retention

TABLES = (
    Retention("projects", "Projects and the hashes of their keys."),
    Retention("generations", "The dimension of the vectors of each encoder that producers name."),
    Retention("erasures", "Samples that were erased, so that none of them comes back."),
    Retention(
        "halves",
        "Requests and responses of KServe that wait for each other: deleted after SHOAL_JOIN_WINDOW_HOURS.",
    ),
    Retention(
        "samples",
        "One row a sample: its id and a digest of its content, to know a sample that is sent again.",
    ),
    Retention("media", "Images that samples use; others are removed, with their files, after 24 hours."),
    Retention(
        "image_fetches",
        "Samples that wait for the image at their address: at most an hour longer than ingest works on it.",
    ),
    Retention("media_uses", "Which sample uses which image, until the sample is erased."),
    Retention(
        "outbox", "Messages until Kafka has them; those that Kafka can never take stay for an operator."
    ),
)
