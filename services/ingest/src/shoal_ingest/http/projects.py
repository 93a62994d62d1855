"""Routes of projects and keys."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from shoal.contracts.base import NO_NUL, Timestamp
from shoal.http.openapi import problem_responses
from shoal.http.problems import Problem
from shoal.http.projects import (
    Admin,
    Operator,
    ProjectName,
    check_installation,
    check_key,
    unknown_project,
)
from shoal_ingest.http.parts import Wired
from shoal_ingest.http.project_schemas import (
    ANYBODY,
    ChangesAnswer,
    KeyIn,
    NewKeyAnswer,
    ProjectAnswer,
    ProjectIn,
    ProjectsAnswer,
)

CREATED, NO_CONTENT, OK = 201, 204, 200
Since = Annotated[Timestamp, Query(description="Time after which the projects changed.")]
KeyId = Annotated[str, Path(min_length=1, max_length=200, pattern=NO_NUL, description="Id of the key.")]

routes = APIRouter(prefix="/v1/projects", tags=["projects"])


@routes.post(
    "",
    status_code=CREATED,
    summary="Create a project or change its settings",
    responses={OK: {"model": ProjectAnswer, "description": "The project existed already."}},
)
async def create_project(body: ProjectIn, key: Admin, parts: Wired, response: Response) -> ProjectAnswer:
    """Create a project (201), or change the settings that the body names (200).

    Repeating the request changes nothing.
    """
    check_key(key, body.project)
    project, is_new = await parts.manage_projects.put(body.project, body.changes())
    response.status_code = CREATED if is_new else OK
    return ProjectAnswer.of(project)


@routes.get("", summary="List projects")
async def list_projects(key: Operator, parts: Wired) -> ProjectsAnswer:
    """Return the projects that the key has access to, by name."""
    projects = await parts.manage_projects.all()
    visible = [project for project in projects if key.project in (None, project.project)]
    return ProjectsAnswer(projects=[ProjectAnswer.of(project) for project in visible])


@routes.get("/changes", summary="List changes of projects and keys")
async def list_changes(key: Admin, parts: Wired, since: Since) -> ChangesAnswer:
    """Return the projects that changed since a time, with the hashes of their keys, for Shoal's services."""
    check_installation(key)
    changes = await parts.manage_projects.changes(since)
    return ChangesAnswer(projects=changes)


@routes.post(
    "/{project}/keys",
    status_code=CREATED,
    summary="Create a key for a project",
    responses=problem_responses(404),
)
async def create_key(project: ProjectName, body: KeyIn, key: Admin, parts: Wired) -> NewKeyAnswer:
    """Create a key. It is shown only once; Shoal stores only its hash."""
    check_key(key, project)
    if body.lacks_name():
        raise Problem(
            422,
            "Missing name",
            "a key to label or review needs the name of its holder",
            field="annotator",
            fix=f'Send {{"annotator": "<name>"}}, or "{ANYBODY}" for a key that several people share',
        )
    new_key = await parts.manage_projects.new_key(project, body.roles, body.only_name())
    if new_key is None:
        raise unknown_project(project)
    key_id, secret = new_key
    return NewKeyAnswer(
        project=project,
        key_id=key_id,
        key=secret,
        roles=sorted(set(body.roles)),
        annotator=body.only_name(),
    )


@routes.delete(
    "/{project}/keys/{key_id}",
    status_code=NO_CONTENT,
    summary="Remove a key",
    responses=problem_responses(404),
)
async def remove_key(project: ProjectName, key_id: KeyId, key: Admin, parts: Wired) -> None:
    """Revoke a key."""
    check_key(key, project)
    if not await parts.manage_projects.remove_key(project, key_id):
        raise Problem(404, "Unknown key", f"no key {key_id!r}", field="key_id", fix="See GET /v1/projects")
