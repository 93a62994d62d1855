"""Guidelines, the rule and gold items over HTTP."""

from fastapi import APIRouter, Response

from shoal.answers import schema_problem
from shoal.contracts.quality import fill_prelabels
from shoal.http.guard import takes_many_values
from shoal.http.openapi import problem_responses
from shoal.http.problems import Problem
from shoal.http.projects import AnnotatorProject, OperatorProject
from shoal.http.schemas import CautionAnswer
from shoal_qa.http.parts import Wired
from shoal_qa.http.project_schemas import (
    AskAgainAnswer,
    AskAgainIn,
    GoldAddedAnswer,
    GoldAnswer,
    GoldIn,
    GoldItemAnswer,
    GuidelineAnswer,
    GuidelineIn,
    GuidelinesAnswer,
)
from shoal_qa.http.rule_schemas import RulePreviewAnswer
from shoal_qa.usecases.ask_again import AskRequest
from shoal_qa.usecases.gold import GoldItem
from shoal_qa.usecases.rules import Rule

CREATED, OK = 201, 200

routes = APIRouter(prefix="/v1/projects/{project}", tags=["guidelines"])


@routes.post(
    "/guidelines",
    status_code=CREATED,
    summary="Publish a guideline",
    responses={
        OK: {"model": GuidelineAnswer, "description": "The guideline equals the latest version."},
        **problem_responses(404, 409),
    },
)
@takes_many_values
async def publish_guideline(
    project: OperatorProject, body: GuidelineIn, parts: Wired, response: Response
) -> GuidelineAnswer:
    """Publish a guideline.

    Other classes, kinds or limits of answers make a new major version, other changes a new minor version
    (201). A new class keeps all labels; `changes` says what happens to those of a removed one. Without
    changes the latest version is returned (200).
    """
    if problem := schema_problem(body.label_schema):
        raise Problem(422, "Invalid label schema", problem.detail, field=problem.field, fix=problem.fix)
    document = fill_prelabels(body.model_dump(mode="json"))
    event, is_new = await parts.guidelines.publish(project, document, parts.clock())
    response.status_code = CREATED if is_new else OK
    return GuidelineAnswer.of(event)


@routes.get("/guidelines", summary="List guidelines", responses=problem_responses(404))
async def list_guidelines(project: AnnotatorProject, parts: Wired) -> GuidelinesAnswer:
    """Return every version, oldest first."""
    return GuidelinesAnswer(
        guidelines=[GuidelineAnswer.of(event) for event in await parts.guidelines.all(project)]
    )


@routes.get("/guidelines/current", summary="Show the current guideline", responses=problem_responses(404))
async def show_guideline(project: AnnotatorProject, parts: Wired) -> GuidelineAnswer:
    """Return the current version, which applies to new jobs."""
    versions = await parts.guidelines.all(project)
    if not versions:
        fix = f"Publish one with POST /v1/projects/{project}/guidelines"
        raise Problem(404, "No guideline yet", "the project has no guideline", field="project", fix=fix)
    return GuidelineAnswer.of(versions[-1])


@routes.post(
    "/guidelines/current/ask-again", summary="Ask labels again", responses=problem_responses(404, 409)
)
async def ask_again(project: OperatorProject, body: AskAgainIn, parts: Wired) -> AskAgainAnswer:
    """Request votes for samples that have an accepted label, but none that counts under this guideline.

    Such labels are in `left_out` of a dataset version. With `dry_run` nothing is requested. A repeated
    request asks no sample twice. The votes are not part of a campaign's budget.
    """
    request = AskRequest(votes=body.votes, most=body.max_votes, dry_run=body.dry_run)
    report = await parts.ask_again(project, request)
    return AskAgainAnswer(jobs=report.jobs, votes=report.votes, reasons=dict(report.reasons))


@routes.get("/rule", summary="Show the rule of acceptance", responses=problem_responses(404))
async def show_rule(project: OperatorProject, parts: Wired) -> Rule:
    """Return the rule of acceptance."""
    return await parts.rules.get(project)


@routes.put("/rule", summary="Replace the rule of acceptance", responses=problem_responses(404))
async def replace_rule(project: OperatorProject, body: Rule, parts: Wired) -> Rule:
    """Replace the rule of acceptance; every job is evaluated again."""
    await parts.rules.put(project, body, parts.clock())
    return body


@routes.post("/rule/preview", summary="Preview a rule of acceptance", responses=problem_responses(404))
async def preview_rule(project: OperatorProject, body: Rule, parts: Wired) -> RulePreviewAnswer:
    """Return what a rule would do to labels and jobs; nothing changes.

    It takes up to the time of a fit. Above 20,000 jobs the counts are estimated from a sample.
    """
    return RulePreviewAnswer.of(await parts.preview_rule(project, body))


@routes.post("/gold", status_code=CREATED, summary="Add gold items", responses=problem_responses(404, 409))
@takes_many_values
async def add_gold(project: OperatorProject, body: GoldIn, parts: Wired) -> GoldAddedAnswer:
    """Add samples with right answers; annotators get them like any other job.

    `warnings` names samples that are not in the stream so far.
    """
    items = [
        GoldItem(item.gold_content(), item.gold_answer(), item, item.answer_field()) for item in body.items
    ]
    added = await parts.add_gold(project, items, body.votes)
    cautions = [CautionAnswer.of(caution) for caution in added.cautions]
    return GoldAddedAnswer(items=len(items), new=added.new, warnings=cautions)


@routes.get("/gold", summary="List gold items", responses=problem_responses(404))
async def list_gold(project: OperatorProject, parts: Wired) -> GoldAnswer:
    """Return gold items, with the number of annotators that answered them."""
    rows = await parts.reports.gold(project)
    return GoldAnswer(items=[GoldItemAnswer(**row) for row in rows])
