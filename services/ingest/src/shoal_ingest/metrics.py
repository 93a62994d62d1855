"""The metrics of ingest."""

from shoal.observability.declaring import counter

INFERENCES = counter("shoal_ingest_inferences_total", "Inferences by result", {"result": None})
INFERENCE_HALVES = counter(
    "shoal_ingest_inference_halves_total",
    "Requests and responses that arrive separately",
    {"dialect": None, "half": None},
)
HALVES_ALONE = counter("shoal_ingest_halves_alone_total", "Halves whose other half never arrived")
