"""Refuse campaigns that can never take a sample, and warn about those that probably take none."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from shoal.messaging import Transient
from shoal.runtime.refusal import Caution, Refused
from shoal.suggestions import closest_name
from shoal.wording import format_count
from shoal_sampler.usecases.campaigns.definition import Conditions, Definition
from shoal_sampler.usecases.campaigns.directory import GuidelineDirectory
from shoal_sampler.usecases.ports.stream import Attribute, Condition, Matches, Stream
from shoal_sampler.usecases.providers import ProviderDirectory

PROVIDER_WAIT_S = 5.0
"""Longest wait for a provider that was configured a moment ago: its event passes Kafka."""
_MOST_CONDITIONS = 50  # that are looked up; a longer list is no spelling mistake
_SHOWN = 10  # names in a message
_FIELDS: dict[Attribute, str] = {
    "predicted_label": "filter.predicted_labels",
    "model": "filter.models",
    "model_version": "filter.model_versions",
    "tags": "filter.tags",
}
_WORDS: dict[Attribute, str] = {
    "predicted_label": "is predicted as",
    "model": "comes from model",
    "model_version": "comes from model version",
    "tags": "has the tag",
}


class CheckCampaign:
    """Checks a definition against the project's providers, guideline and samples."""

    def __init__(
        self,
        *,
        guidelines: GuidelineDirectory,
        providers: ProviderDirectory,
        stream: Stream,
        clock: Callable[[], datetime],
    ) -> None:
        self._guidelines = guidelines
        self._providers = providers
        self._stream = stream
        self._clock = clock

    async def refuse(self, project: str, definition: Definition, *, votes_reserved: int = 0) -> None:
        """Raise Refused for an unknown provider, and for a budget below one job unless it is spent."""
        if not votes_reserved:
            _check_budget(definition)
        provider = definition.labeling.provider
        if provider is not None and not await self._providers.has(project, provider, PROVIDER_WAIT_S):
            raise self._unknown_provider(project, provider)

    async def cautions(self, project: str, definition: Definition) -> list[Caution]:
        """Return warnings about parts with which the campaign may never take a sample."""
        cautions = list(self._lasting_cautions(definition))
        conditions = list(_conditions_of(definition.filter))
        matches = await self._matches(project, conditions[:_MOST_CONDITIONS])
        classes = self._guidelines.classes(project)
        for condition, count in zip(conditions, matches.counts, strict=False):
            if count == 0 and (caution := _filter_caution(condition, classes, matches)):
                cautions.append(caution)
        if matches.samples and all(matches.counts) and not matches.together:
            detail = f"filter: none of {format_count(matches.samples, 'sample')} so far meets all of its conditions"
            cautions.append(Caution(detail, "filter", "Leave one out, or keep it if such samples will come"))
        return cautions

    async def _matches(self, project: str, conditions: Sequence[Condition]) -> Matches:
        try:
            crops = self._guidelines.labels_crops(project)
            return await self._stream.matches(project, conditions, with_crops=crops)
        except Transient:  # a warning less: campaigns can be created while Qdrant is away
            return Matches(0, [0] * len(conditions), 0, {})

    def _lasting_cautions(self, definition: Definition) -> Iterator[Caution]:
        if definition.until is not None and definition.until <= self._clock():
            detail = f"until: {definition.until.isoformat()} is over, so the campaign takes no sample"
            yield Caution(detail, "until", "Give a later time, or leave it out")
        coverage, budget = definition.strategy.coverage_votes, definition.budget.votes
        if coverage >= budget > 0:
            detail = (
                f"strategy.coverage_votes: {coverage} votes for coverage leave none of {budget} for margin"
            )
            yield Caution(detail, "strategy.coverage_votes", "Lower it, or raise budget.votes")

    def _unknown_provider(self, project: str, provider: str) -> Refused:
        names = self._providers.names(project)
        return Refused(
            "invalid",
            f"labeling.provider: project {project!r} has no provider {provider!r}; it has {', '.join(names)}",
            field="labeling.provider",
            fix=f"{_fix_start(provider, names)}configure it at the gateway with "
            f"PUT /v1/projects/{project}/providers/{provider}",
        )


def _check_budget(definition: Definition) -> None:
    votes, job = definition.budget.votes, definition.labeling.max_votes
    if votes < job:
        raise Refused(
            "invalid",
            f"budget.votes: {votes} pays for no job, as every job reserves labeling.max_votes: {job}",
            field="budget.votes",
            fix=f"Raise budget.votes to {job} or more, or lower labeling.max_votes",
        )


def _conditions_of(conditions: Conditions) -> Iterator[Condition]:
    yield from (Condition("predicted_label", label) for label in conditions.predicted_labels)
    yield from (Condition("model", model) for model in conditions.models)
    yield from (Condition("model_version", version) for version in conditions.model_versions)
    yield from (Condition("tags", f"{name}={value}") for name, value in conditions.tags.items())


def _filter_caution(condition: Condition, classes: Sequence[str], matches: Matches) -> Caution | None:
    """Return a warning about a condition that no sample meets so far; None before there are samples."""
    field, value = _FIELDS[condition.attribute], condition.value
    none = f"none of {format_count(matches.samples, 'sample')} so far {_WORDS[condition.attribute]} {value!r}"
    if condition.attribute == "predicted_label" and classes and value not in classes:
        detail = f"{field}: {value!r} is no class of the guideline ({_first_names(classes)})"
        detail += f", and {none}" if matches.samples else ""
        fix = f"{_fix_start(value, classes)}keep it only if the model says {value!r}"
        return Caution(detail, field, fix)
    if not matches.samples:
        return None
    values = matches.values.get(condition.attribute, [])
    detail = f"{field}: {none}" + (f", but for instance {_first_names(values)}" if values else "")
    return Caution(detail, field, f"{_fix_start(value, values)}keep it only if such samples will come")


def _fix_start(value: str, names: Sequence[str]) -> str:
    close = closest_name(value, names)
    return "Correct it, or " if close is None else f"Write {close!r} if you mean it, or "


def _first_names(names: Sequence[str]) -> str:
    more = len(names) - _SHOWN
    return ", ".join(names[:_SHOWN]) + (f" and {more:,} more" if more > 0 else "")
