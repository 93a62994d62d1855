"""Answers about an annotator's work: progress, and the projects that a key opens."""

from collections.abc import Mapping

from pydantic import Field

from shoal.contracts.base import Name
from shoal.http.schemas import Answer
from shoal.inputs import with_examples
from shoal.security import ProjectInfo
from shoal_gateway.domain.guidelines import Guideline
from shoal_gateway.domain.tasks import Lane
from shoal_gateway.usecases.inhouse.work import MOST_COUNTED, AnnotatorProgress, QueueProgress

WAITING = f"Tasks that the annotator may take now; counted up to {MOST_COUNTED}."


class ProgressAnswer(Answer):
    """The in-house queue of one lane, and one annotator's work in it."""

    model_config = with_examples(
        {
            "waiting": 40,
            "done": 12,
            "yours": 7,
            "votes": 24,
            "answered": 8,
            "answered_since": 3,
            "skipped": 1,
            "waiting_for_you": 31,
            "can_undo": True,
        }
    )

    waiting: int = Field(description="Tasks that wait for answers.")
    complete: int = Field(alias="done", description="Tasks with all answers.")
    yours: int = Field(description="Current answers of the annotator.")
    votes: int = Field(description="Current answers of all annotators.")
    answered: int = Field(
        description="Tasks that the annotator has answered; each counts once, and the number never falls."
    )
    answered_since: int = Field(description="Those answered for the first time since `since`.")
    skipped: int = Field(description="Tasks that the annotator has skipped and not answered.")
    waiting_for_you: int = Field(description=WAITING)
    can_undo: bool = Field(description="Whether the annotator has an answer or skip to return to.")

    @classmethod
    def of(cls, queue: QueueProgress, own: AnnotatorProgress) -> "ProgressAnswer":
        """Return the answer about a lane and an annotator."""
        return cls(
            waiting=queue.waiting,
            done=queue.complete,
            yours=own.current,
            votes=queue.votes,
            answered=own.answered,
            answered_since=own.answered_since,
            skipped=own.skipped,
            waiting_for_you=own.waiting,
            can_undo=own.can_undo,
        )


class ProjectAnswer(Answer):
    """A project that the key opens."""

    project: Name
    title: str
    guideline_title: str | None = Field(description="Null without a guideline: nothing can be labelled yet.")
    guideline_version: str | None
    waiting_for_you: int = Field(description=WAITING)
    reviews_for_you: int | None = Field(
        description="Reviews that the annotator may take now; null without the role reviewer."
    )

    @classmethod
    def of(
        cls, info: ProjectInfo, guideline: Guideline | None, waiting: Mapping[Lane, Mapping[str, int]]
    ) -> "ProjectAnswer":
        """Return the answer about a project. waiting: by lane and project."""
        reviews = waiting.get(Lane.REVIEW)
        return cls(
            project=info.project,
            title=info.title,
            guideline_title=guideline.title if guideline else None,
            guideline_version=f"{guideline.major}.{guideline.minor}" if guideline else None,
            waiting_for_you=waiting[Lane.LABEL][info.project],
            reviews_for_you=reviews[info.project] if reviews is not None else None,
        )


class ProjectsAnswer(Answer):
    """The projects that the key opens, by name."""

    model_config = with_examples(
        {
            "projects": [
                {
                    "project": "newsdesk",
                    "title": "News desk",
                    "guideline_title": "Topics of newswire",
                    "guideline_version": "1.0",
                    "waiting_for_you": 31,
                    "reviews_for_you": 2,
                }
            ]
        }
    )

    projects: list[ProjectAnswer]
