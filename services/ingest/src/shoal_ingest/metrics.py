"""The metrics of ingest."""

from shoal.observability.declaring import STAGE_BUCKETS, declare_counter, declare_gauge, declare_histogram

DIALECTS = ("shoal", "kserve")
RESULTS = (
    *("accepted", "repeated"),
    *(
        "not_json",
        "invalid",
        "too_large",
        "no_encoder",
        "media_unreadable",
        "unknown_media",
        "wrong_dimension",
        "other_content",
    ),
    *("unknown_project", "forbidden_project", "payload_unreadable"),
)
INFERENCES = declare_counter(
    "shoal_ingest_inferences_total",
    "Inferences that serving systems sent. accepted: a new sample; repeated: of a sample that was sent before; "
    "the others were rejected for this reason. Without a project if none is known. A KServe request and its "
    "response count when both are there: once for each instance, or once if they are rejected",
    {"project": None, "dialect": DIALECTS, "result": RESULTS},
)
ARRIVAL_DELAY = declare_histogram(
    "shoal_ingest_arrival_delay_seconds",
    "Time from an inference to its arrival here, for inferences that name their time; 0 if that is in the future",
    {"project": None},
    buckets=STAGE_BUCKETS,
)
INFERENCE_HALVES = declare_counter(
    "shoal_ingest_inference_halves_total",
    "Requests and responses that arrived separately; they become inferences when both are there",
    {"project": None, "dialect": ("kserve",), "half": ("request", "response")},
)
HALVES_ALONE = declare_counter(
    "shoal_ingest_halves_alone_total",
    "Requests and responses that were deleted after SHOAL_JOIN_WINDOW_HOURS because the other half never came",
)
WAITING_HALVES = declare_gauge(
    "shoal_ingest_waiting_halves",
    "Requests and responses whose other half has not arrived yet; 10,000 stands for that many or more",
    {"project": None},
)
OLDEST_HALF = declare_gauge(
    "shoal_ingest_oldest_half_seconds",
    "Age of the oldest request or response that waits for its other half, 0 if none waits",
    {"project": None},
    join=max,
)
MEDIA = declare_counter(
    "shoal_ingest_media_total",
    "Images that producers sent. stored: a new one; repeated: one that the project had; unreadable: refused. "
    "removed: one that no sample used",
    {"project": None, "result": ("stored", "repeated", "unreadable", "removed")},
)
MEDIA_BYTES = declare_counter(
    "shoal_ingest_media_bytes_total", "Bytes of accepted images, repeated ones included", {"project": None}
)
FETCHES = declare_counter(
    "shoal_ingest_image_fetches_total",
    "Samples whose image is at an address. fetched: ingested with it; repeated: ingested with the image that the "
    "sample has already; postponed: the host failed and is asked again; refused: a dead letter; dropped: erased "
    "meanwhile",
    {"project": None, "result": ("fetched", "repeated", "postponed", "refused", "dropped")},
)
WAITING_FETCHES = declare_gauge(
    "shoal_ingest_waiting_fetches",
    "Samples that wait for the image at their address; 10,000 stands for that many or more",
    {"project": None},
)
OLDEST_FETCH = declare_gauge(
    "shoal_ingest_oldest_fetch_seconds",
    "Age of the oldest sample that waits for the image at its address, 0 if none waits",
    {"project": None},
    join=max,
)
PICTURES = declare_counter(
    "shoal_ingest_pictures_total",
    "Requests for pictures under signed addresses. stored: the picture was there; made: it was made from the "
    "image; missing: the image is not there; damaged: its file is; the others were refused",
    {"result": ("stored", "made", "missing", "damaged", "expired", "not_signed")},
)
PICTURE_BYTES = declare_counter(
    "shoal_ingest_picture_bytes_total", "Bytes of pictures that people were shown", {"project": None}
)
