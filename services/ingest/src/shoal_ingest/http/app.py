"""The HTTP application of ingest."""

from fastapi import FastAPI, Request
from starlette.responses import Response

from shoal.http.application import create_app
from shoal.http.problems import Problem, problem_response
from shoal.messaging import PublishFailed
from shoal_ingest.http import erasures, inferences, kserve, media, projects
from shoal_ingest.http.inference_schemas import InferencesProblem
from shoal_ingest.http.parts import Parts
from shoal_ingest.usecases.bodies.inference import Inference


def make_app(parts: Parts) -> FastAPI:
    """Return the application; it answers 503 if Kafka does not acknowledge."""
    app = create_app(
        title="Shoal ingest",
        summary="Accepts inference logs and images, and manages projects and their keys.",
        routers=[inferences.routes, kserve.routes, projects.routes, erasures.routes, media.routes],
        parts=parts,
        models=[Inference, InferencesProblem],
    )
    app.add_exception_handler(PublishFailed, _not_acknowledged)
    return app


async def _not_acknowledged(_: Request, error: Exception) -> Response:
    problem = Problem(
        503,
        "Not acknowledged",
        f"Kafka did not acknowledge: {error}",
        fix="Send the same body again; inferences that Kafka has already are not counted twice",
    )
    return problem_response(problem)
