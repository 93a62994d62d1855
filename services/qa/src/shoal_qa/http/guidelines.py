"""Guidelines, the rule and gold items over HTTP."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, Literal, Protocol

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field, model_validator
from starlette.responses import JSONResponse, Response

from shoal.contracts.base import Id
from shoal.contracts.quality import GuidelinePublished
from shoal.http.problems import Problem
from shoal.http.projects import check_project
from shoal.security import Principal, ProjectDirectory, require
from shoal_qa.usecases.gold import AddGold, GoldItem
from shoal_qa.usecases.ports import Guidelines
from shoal_qa.usecases.rules import Rule

Operator = Annotated[Principal, Depends(require("operator"))]
Annotator = Annotated[Principal, Depends(require("annotator"))]

CREATED, OK = 201, 200
NO_NUL = r"^[^\x00]*$"


class Body(BaseModel):
    """A field that is not known is an error: it is usually a misspelt one."""

    model_config = ConfigDict(extra="forbid")


class ClassIn(Body):
    """One class."""

    name: str = Field(min_length=1, max_length=200, pattern=NO_NUL)
    definition: str = Field(default="", max_length=10_000, pattern=NO_NUL)
    examples: list[str] = []


class SchemaIn(Body):
    """What an annotator may answer."""

    kind: Literal["single_choice"] = "single_choice"
    classes: list[ClassIn] = Field(min_length=1, max_length=10_000)

    @model_validator(mode="after")
    def _named_once(self) -> "SchemaIn":
        names = [each.name for each in self.classes]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"class {twice[0]!r} is there twice: name each class once")
        return self


class GuidelineIn(Body):
    """A guideline to publish."""

    title: str = Field(default="", max_length=200, pattern=NO_NUL)
    text: str = Field(default="", max_length=200_000, pattern=NO_NUL)
    label_schema: SchemaIn
    prelabels_allowed: bool = False


class GoldItemIn(Body):
    """A text and its right answer."""

    text: str = Field(min_length=1, max_length=200_000, pattern=NO_NUL)
    label: str = Field(min_length=1, max_length=200)
    sample_id: Id | None = None


class GoldIn(Body):
    """Gold items, each answered by `votes` annotators."""

    items: list[GoldItemIn] = Field(min_length=1, max_length=10_000)
    votes: int = Field(default=5, ge=1, le=100)


class Rules(Protocol):
    """The rules of projects."""

    async def get(self, project: str) -> Rule:
        """Return a project's rule."""

    async def put(self, project: str, rule: Rule, now: datetime) -> None:
        """Replace it."""


class GoldReport(Protocol):
    """Gold items as they stand."""

    async def gold(self, project: str) -> list[dict[str, Any]]:
        """Return them."""


class GuidelineRoutes:
    """Routes for those who write the rules."""

    def __init__(
        self,
        guidelines: Guidelines,
        rules: Rules,
        add_gold: AddGold,
        report: GoldReport,
        directory: ProjectDirectory,
        clock: Callable[[], datetime],
    ) -> None:
        self._guidelines = guidelines
        self._rules = rules
        self._add_gold = add_gold
        self._report = report
        self._directory = directory
        self._clock = clock

    def router(self) -> APIRouter:
        """Return the routes."""
        routes = APIRouter(prefix="/v1/projects/{project}", tags=["guidelines"])
        routes.add_api_route("/guidelines", self.publish, methods=["POST"], status_code=CREATED)
        routes.add_api_route("/guidelines", self.versions, methods=["GET"])
        routes.add_api_route("/guidelines/current", self.current, methods=["GET"])
        routes.add_api_route("/rule", self.rule, methods=["GET"])
        routes.add_api_route("/rule", self.put_rule, methods=["PUT"])
        routes.add_api_route("/gold", self.add_gold, methods=["POST"], status_code=CREATED)
        routes.add_api_route("/gold", self.gold, methods=["GET"])
        return routes

    async def publish(self, project: str, body: GuidelineIn, principal: Operator) -> Response:
        """Publish a guideline: a new major when the classes differ, else a new minor; the same again: 200."""
        check_project(self._directory, principal, project)
        event, is_new = await self._guidelines.publish(project, body.model_dump(), self._clock())
        return JSONResponse(guideline_json(event), CREATED if is_new else OK)

    async def versions(self, project: str, principal: Annotator) -> dict[str, Any]:
        """Return every version, oldest first."""
        check_project(self._directory, principal, project)
        return {"guidelines": [guideline_json(each) for each in await self._guidelines.all(project)]}

    async def current(self, project: str, principal: Annotator) -> dict[str, Any]:
        """Return the version that new jobs are made under."""
        check_project(self._directory, principal, project)
        found = await self._guidelines.all(project)
        if not found:
            fix = f"Publish one with POST /v1/projects/{project}/guidelines"
            raise Problem(404, "No guideline yet", "the project has no guideline", field="project", fix=fix)
        return guideline_json(found[-1])

    async def rule(self, project: str, principal: Operator) -> dict[str, Any]:
        """Return the rule by which labels are accepted."""
        check_project(self._directory, principal, project)
        return (await self._rules.get(project)).model_dump()

    async def put_rule(self, project: str, body: Rule, principal: Operator) -> dict[str, Any]:
        """Replace the rule; labels are looked at again by it."""
        check_project(self._directory, principal, project)
        await self._rules.put(project, body, self._clock())
        return body.model_dump()

    async def add_gold(self, project: str, body: GoldIn, principal: Operator) -> dict[str, Any]:
        """Add samples whose answer is known; annotators get them like any other work."""
        check_project(self._directory, principal, project)
        items = [GoldItem(each.text, each.label, each.sample_id) for each in body.items]
        return {"items": len(items), "new": await self._add_gold(project, items, body.votes)}

    async def gold(self, project: str, principal: Operator) -> dict[str, Any]:
        """Return gold items and how many annotators answered each."""
        check_project(self._directory, principal, project)
        return {"items": await self._report.gold(project)}


def guideline_json(event: GuidelinePublished) -> dict[str, Any]:
    """Return a guideline for people."""
    body: dict[str, Any] = event.model_dump(mode="json")
    return body
