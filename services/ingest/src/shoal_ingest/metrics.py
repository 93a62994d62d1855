"""The metrics of ingest."""

from shoal.observability.declaring import declare_counter

INFERENCES = declare_counter("shoal_ingest_inferences_total", "Inferences by result", {"result": None})
INFERENCE_HALVES = declare_counter(
    "shoal_ingest_inference_halves_total",
    "Requests and responses that arrive separately",
    {"dialect": None, "half": None},
)
HALVES_ALONE = declare_counter("shoal_ingest_halves_alone_total", "Halves whose other half never arrived")
