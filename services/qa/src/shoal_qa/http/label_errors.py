"""Labels that are probably wrong, over HTTP."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import Field

from shoal.http.openapi import problem_responses
from shoal.http.projects import OperatorProject
from shoal.http.schemas import Answer
from shoal.inputs import with_examples
from shoal_qa.http.parts import Wired
from shoal_qa.usecases.label_errors.find import DoubtfulLabel

MostErrors = Annotated[int, Query(ge=1, le=5000, description="Largest number of errors to return.")]
Part = dict[str, Any] | str | None
_BOX = {"label": "cod", "left": 0.1, "top": 0.2, "right": 0.3, "bottom": 0.4, "attributes": []}
_ERROR: dict[str, Any] = {
    "job_id": "j-1",
    "sample_id": "0b1f6a5c-58d4-5a3c-8f6b-0f4f7d3f3f1e",
    "major": 1,
    "error": "class",
    "object": 0,
    "wrong": 0.62,
    "label": _BOX,
    "suggestion": {**_BOX, "label": "tuna"},
}


class LabelErrorAnswer(Answer):
    """A part of a label that may be wrong."""

    job_id: str
    sample_id: str
    major: int = Field(description="Major number of the guideline.")
    error: Literal["missing", "spurious", "class", "place", "answer"] = Field(
        description="The label lacks an object or class, has one that is not there, names another class, is "
        "badly placed, or is wrong as a whole."
    )
    object: int | None = Field(description="Position of the object in the label, from 0; null for others.")
    wrong: float = Field(description="Probability of an error; 1 or 0 if a gold answer shows it.")
    label: Part = Field(description="The object, class or answer; null if it is missing.")
    suggestion: Part = Field(description="A more probable one; null if nothing is there.")


class LabelErrorsAnswer(Answer):
    """The most probable errors of a project's labels."""

    model_config = with_examples({"judged": 96, "checked": 150, "unseen": 3.2, "errors": [_ERROR]})

    judged: int = Field(description="Labels with votes that were looked at, the newest ones.")
    checked: int = Field(
        description="Gold answers that calibrated `wrong`: those of labels, and of gold items whose votes would have "
        "led to a label. Without any, the sum of `wrong` is a rough number."
    )
    unseen: float = Field(
        description="Estimated objects and classes that all judged labels together lack and no error names; 0 "
        "without gold."
    )
    errors: list[LabelErrorAnswer]


routes = APIRouter(prefix="/v1/projects/{project}", tags=["labels"])


@routes.get("/label-errors", summary="List probable label errors", responses=problem_responses(404))
async def list_label_errors(
    project: OperatorProject, parts: Wired, limit: MostErrors = 100
) -> LabelErrorsAnswer:
    """Return the parts of current labels that the votes contradict most, the most probable error first.

    The project's gold calibrates the probabilities. A fit of all votes takes seconds, with many labels up to
    a minute.
    """
    page = await parts.find_label_errors(project, limit)
    return LabelErrorsAnswer(
        judged=page.judged,
        checked=page.checked,
        unseen=round(page.unseen, 2),
        errors=[_error_answer(error) for error in page.errors],
    )


def _error_answer(error: DoubtfulLabel) -> LabelErrorAnswer:
    doubt = error.doubt
    return LabelErrorAnswer(
        job_id=error.job_id,
        sample_id=error.sample_id,
        major=error.major,
        error=doubt.error,
        object=doubt.part,
        wrong=round(doubt.wrong, 4),
        label=_part_answer(doubt.label),
        suggestion=_part_answer(doubt.suggestion),
    )


def _part_answer(part: Any) -> Part:
    """Return an object, class or answer as JSON."""
    if part is None or isinstance(part, str):
        return part
    content: dict[str, Any] = part.model_dump(mode="json")
    return content
