"""Similar samples over HTTP."""

from fastapi import APIRouter

from shoal.http.openapi import problem_responses
from shoal.http.projects import OperatorProject
from shoal_sampler.http.parts import Wired
from shoal_sampler.http.similar_schemas import SimilarAnswer, SimilarIn

routes = APIRouter(prefix="/v1/projects/{project}/similar", tags=["similar samples"])


@routes.post("", summary="Find similar samples", responses=problem_responses(404))
async def find_similar(project: OperatorProject, body: SimilarIn, parts: Wired) -> SimilarAnswer:
    """Return the samples whose vectors have the highest cosine with that of a sample or crop.

    It is a look at what is stored; a campaign with the same example takes the samples that are to come.
    """
    generation, neighbours = await parts.find_similar(
        project, body, body.box, parts=body.parts, limit=body.limit
    )
    return SimilarAnswer.of(generation, neighbours)
