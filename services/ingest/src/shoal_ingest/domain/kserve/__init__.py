"""What model servers are asked and answer: KServe's V1 protocol and the Open Inference Protocol (V2).

Sources: https://kserve.github.io/website/docs/concepts/architecture/data-plane/v1-protocol,
https://github.com/kserve/open-inference-protocol/blob/main/specification/protocol/inference_rest.md and the
servers' own code: kserve/kserve python/huggingfaceserver and python/kserve/kserve/utils, SeldonIO/MLServer
runtimes/huggingface and mlserver/codecs, pytorch/serve ts/torch_handler, and Triton's binary and
classification extensions. services/ingest/README.md lists the shapes.
"""

from shoal_ingest.domain.kserve.bodies import parse_body
from shoal_ingest.domain.kserve.requests import MOST_INSTANCES, Request, read_request
from shoal_ingest.domain.kserve.responses import Response, read_response
from shoal_ingest.domain.kserve.values import Answer, BadPayload

__all__ = [
    "MOST_INSTANCES",
    "Answer",
    "BadPayload",
    "Request",
    "Response",
    "parse_body",
    "read_request",
    "read_response",
]
