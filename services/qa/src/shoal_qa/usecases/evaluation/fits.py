"""The fit of a project's votes, of any kind of answers."""

from shoal.contracts.label_schemas import LabelSchema, classes_of
from shoal_qa.domain.projects.findings import Findings
from shoal_qa.domain.projects.fit import ProjectFit
from shoal_qa.domain.projects.fitting import FitOptions, ProjectVotes, fit_project, fit_without_votes
from shoal_qa.usecases.answers.fits.findings import answer_findings
from shoal_qa.usecases.answers.fits.projects import affordable_votes, answers_fit_before, fit_project_answers
from shoal_qa.usecases.answers.kinds import is_single_choice


def fit_votes(
    votes: ProjectVotes, schema: LabelSchema, options: FitOptions, before: ProjectFit | None
) -> tuple[ProjectFit, Findings]:
    """Return the fit of all votes under one label schema, and the findings about them.

    Of answers that are not single classes, those that a fit can afford count (`affordable_votes`).
    """
    if is_single_choice(schema):
        return fit_project(votes, _class_names(schema), options, before)
    votes = affordable_votes(votes)
    fit = fit_project_answers(votes, schema, options, before)
    return fit, answer_findings(votes, schema, fit)


def current_fit(schema: LabelSchema, model: str, stored: ProjectFit | None) -> ProjectFit:
    """Return the stored fit if it is of this model and kind of answers, otherwise the one before any vote."""
    single = is_single_choice(schema)
    if stored is not None and stored.fitted.name == model and single == (stored.parts is None):
        return stored
    return (
        fit_without_votes(model, tuple(_class_names(schema))) if single else answers_fit_before(schema, model)
    )


def _class_names(schema: LabelSchema) -> list[str]:
    return [item.name for item in classes_of(schema)]
