"""The random audit over HTTP."""

from fastapi import APIRouter

from shoal.http.openapi import problem_responses
from shoal.http.projects import OperatorProject
from shoal_sampler.domain.campaigns.audit import Audit
from shoal_sampler.http.parts import Wired
from shoal_sampler.http.schemas import AuditAnswer, AuditIn

routes = APIRouter(prefix="/v1/projects/{project}/audit", tags=["audit"])


@routes.get("", summary="Show the audit", responses=problem_responses(404))
async def show_audit(project: OperatorProject, parts: Wired) -> AuditAnswer:
    """Return the audit in force and what it has spent."""
    return AuditAnswer.of(project, await parts.manage_audits.get(project))


@routes.put("", summary="Replace the audit", responses=problem_responses(404))
async def replace_audit(project: OperatorProject, body: AuditIn, parts: Wired) -> AuditAnswer:
    """Replace the audit: the share of all samples that is labelled, whatever the campaigns choose."""
    return AuditAnswer.of(project, await parts.manage_audits.put(project, Audit(**body.model_dump())))
