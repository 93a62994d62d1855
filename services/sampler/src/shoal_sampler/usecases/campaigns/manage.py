"""Create, change, pause, resume and finish campaigns."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from shoal.contracts.ids import stable_id
from shoal.contracts.selections import CampaignChanged, CampaignState
from shoal.runtime.refusal import Caution, Refused
from shoal.vectors import BadVector, read_vector, to_bytes
from shoal.wording import format_count
from shoal_sampler.domain.campaigns.campaign import NotAllowed, check_transition
from shoal_sampler.domain.campaigns.kinds import needs_examples
from shoal_sampler.usecases.campaigns.checks import CheckCampaign
from shoal_sampler.usecases.campaigns.definition import Definition, Example, Strategy
from shoal_sampler.usecases.campaigns.examples import example_sample, unknown_example
from shoal_sampler.usecases.ports import CampaignRow, Campaigns, StoredVector, VectorLookup
from shoal_sampler.usecases.publishing import campaign_message

EMBEDDING_WAIT_S = 3.0
"""Longest wait for examples that are not embedded yet."""
_POLL_S = 0.25


MOST_CAMPAIGNS = 200
"""Campaigns of a project that are not done."""


class ManageCampaigns:
    """Operations of users on campaigns."""

    def __init__(
        self,
        *,
        campaigns: Campaigns,
        vectors: VectorLookup,
        check: CheckCampaign,
        clock: Callable[[], datetime],
    ) -> None:
        self._campaigns = campaigns
        self._vectors = vectors
        self._check = check
        self._clock = clock

    async def create(self, project: str, definition: Definition) -> tuple[CampaignRow, bool]:
        """Create a campaign; return it and whether it is new. Repeating the request changes nothing.

        Raises Refused if another campaign has the name, an example cannot be used, the provider is unknown,
        the budget pays for no job, or the project has MOST_CAMPAIGNS.
        """
        await self._check.refuse(project, definition)
        resolved = await self._resolved(project, definition)
        event = _changed_event(project, resolved, state=resolved.state, version=1, now=self._clock())
        await self._refuse_too_many(project, event.campaign_id)
        is_new = await self._campaigns.add(event, campaign_message(event))
        row = await self.get(project, event.campaign_id)
        if not is_new and not _same_terms(row.event, event):
            raise Refused(
                "conflict",
                f"project {project!r} has another campaign {definition.name!r}",
                field="name",
                fix=f"Choose another name, or change it with PUT /v1/projects/{project}/campaigns/{definition.name}",
            )
        return row, is_new

    async def _refuse_too_many(self, project: str, campaign_id: str) -> None:
        """Raise Refused for one more campaign: every window asks all of them, while other projects wait."""
        others = await self._campaigns.unfinished(project)
        if len(others) >= MOST_CAMPAIGNS and campaign_id not in others:
            raise Refused(
                "conflict",
                f"project {project!r} has {len(others)} campaigns that are not done",
                field="name",
                fix=f"Finish one with POST /v1/projects/{project}/campaigns/<name>/finish",
            )

    async def change(self, project: str, campaign: str, definition: Definition) -> CampaignRow:
        """Replace a campaign's policy and budget by a new version. Raises Refused."""
        row = await self.get(project, campaign)
        if definition.name != row.event.name:
            raise Refused(
                "invalid", "a campaign keeps its name", field="name", fix=f"Send {row.event.name!r}"
            )
        if definition.budget.votes < row.votes_reserved:
            detail = f"budget.votes: {definition.budget.votes}, but {row.votes_reserved} votes are reserved"
            raise Refused("conflict", detail, field="budget.votes", fix=f"Send {row.votes_reserved} or more")
        await self._check.refuse(project, definition, votes_reserved=row.votes_reserved)
        resolved = await self._resolved(project, definition)
        return await self._replace(row, resolved, "active" if resolved.state == "draft" else resolved.state)

    async def cautions(self, project: str, definition: Definition) -> list[Caution]:
        """Return warnings about parts of a definition that are probably mistakes."""
        return await self._check.cautions(project, definition)

    async def earlier_samples(self, project: str, definition: Definition) -> list[Caution]:
        """Return a warning if samples were decided before a new campaign, which does not consider them."""
        if definition.state == "draft" or not (count := await self._campaigns.decided(project)):
            return []
        samples = format_count(count, "sample was", "samples were")
        detail = f"{samples} decided before this campaign, which considers later ones only"
        fix = "Nothing has to be done if the campaign is for new samples; to choose among all, use a new project"
        return [Caution(detail, "project", fix)]

    async def move(self, project: str, campaign: str, state: CampaignState) -> CampaignRow:
        """Pause, resume or finish a campaign; repeating it changes nothing. Raises Refused."""
        row = await self.get(project, campaign)
        if row.event.state == state:
            return row
        return await self._replace(row, None, state)

    async def get(self, project: str, campaign: str) -> CampaignRow:
        """Return a campaign by id or name. Raises Refused."""
        row = await self._campaigns.get(project, campaign, self._clock())
        if row is None:
            raise Refused(
                "unknown",
                f"project {project!r} has no campaign {campaign[:200]!r}",
                field="campaign",
                fix=f"See GET /v1/projects/{project}/campaigns",
                title="Unknown campaign",
            )
        return row

    async def list(self, project: str) -> list[CampaignRow]:
        """Return a project's campaigns."""
        return await self._campaigns.list(project, self._clock())

    async def _replace(
        self, row: CampaignRow, definition: Definition | None, state: CampaignState
    ) -> CampaignRow:
        old = row.event
        try:
            check_transition(old.state, state)
        except NotAllowed as error:
            raise Refused(
                "conflict", str(error), field="state", fix="See the campaign's present state"
            ) from error
        now, version = self._clock(), old.version + 1
        if definition is None:
            event = old.model_copy(update={"state": state, "version": version, "changed_at": now})
        else:
            event = _changed_event(old.project, definition, state=state, version=version, now=now)
        if not await self._campaigns.replace(event, campaign_message(event)):
            detail = "the campaign was changed, or spent votes, at the same moment"
            raise Refused(
                "conflict", detail, field="version", fix="Read the campaign again, then repeat the request"
            )
        return await self.get(old.project, old.campaign_id)

    async def _resolved(self, project: str, definition: Definition) -> Definition:
        """Return the definition with every example's vector filled in, all of one generation."""
        strategy = definition.strategy
        if not needs_examples(strategy.kind):
            return definition
        lists = {
            name: [
                (_example_sample(project, name, index, example), example)
                for index, example in enumerate(getattr(strategy, name))
            ]
            for name in ("examples", "counter_examples")
        }
        sample_ids = [
            sample for part in lists.values() for sample, example in part if sample and not example.vector
        ]
        vectors = await self._find_vectors(project, sample_ids) if sample_ids else {}
        generation = _example_generation(strategy, vectors)
        resolved = {name: _resolve_examples(name, part, vectors, generation) for name, part in lists.items()}
        changed = strategy.model_copy(update={**resolved, "generation": generation})
        return definition.model_copy(update={"strategy": changed})

    async def _find_vectors(self, project: str, sample_ids: Sequence[str]) -> dict[str, StoredVector]:
        """Return the samples' vectors; wait for those that were sent a moment ago and are being embedded."""
        deadline = asyncio.get_running_loop().time() + EMBEDDING_WAIT_S
        while True:
            vectors = await self._vectors.find(project, sample_ids)
            if len(vectors) == len(set(sample_ids)) or asyncio.get_running_loop().time() > deadline:
                return vectors
            await asyncio.sleep(_POLL_S)


def _example_sample(project: str, name: str, index: int, example: Example) -> str | None:
    """Return the id of the example's sample; None for a vector."""
    if example.vector is not None and example.source_id is None:
        return example.sample_id
    return example_sample(project, example, example.box, f"strategy.{name}[{index}]")


def _example_generation(strategy: Strategy, vectors: dict[str, StoredVector]) -> str:
    if strategy.generation is not None:
        return strategy.generation
    if vectors:
        return next(iter(vectors.values())).generation
    if strategy.examples[0].vector is None:
        raise unknown_example(strategy.examples[0], strategy.examples[0].box, "strategy.examples[0]")
    raise Refused(
        "invalid",
        "strategy.generation: missing, and no example is an embedded sample, whose generation would be used",
        field="strategy.generation",
        fix="Name the embedding generation of the vectors as name-version-dimension, or give examples by sample_id",
    )


def _resolve_examples(
    name: str,
    examples: Sequence[tuple[str | None, Example]],
    vectors: dict[str, StoredVector],
    generation: str,
) -> tuple[Example, ...]:
    dimension = _dimension_of(generation)
    resolved = []
    for index, (sample_id, example) in enumerate(examples):
        field = f"strategy.{name}[{index}]"
        vector = example.vector
        if vector is None:
            stored = vectors.get(sample_id or "")
            if stored is None:
                raise unknown_example(example, example.box, field)
            if stored.generation != generation:
                raise _other_generation(field, stored.generation, generation)
            vector = to_bytes(stored.vector)
        try:
            read_vector(vector, dimension)
        except BadVector as error:
            detail = f"{field}.vector: {len(vector) // 4} numbers: {error}"
            fix = f"Send a vector of generation {generation}"
            raise Refused("invalid", detail, field=f"{field}.vector", fix=fix) from error
        resolved.append(Example(sample_id=sample_id, vector=vector))
    return tuple(resolved)


def _dimension_of(generation: str) -> int:
    last = generation.rpartition("-")[2]
    if not last.isdecimal():
        raise Refused(
            "invalid",
            f"strategy.generation: {generation!r} does not end with a dimension",
            field="strategy.generation",
            fix="Name the embedding generation of the vectors as name-version-dimension",
        )
    return int(last)


def _other_generation(field: str, generation: str, target: str) -> Refused:
    detail = f"{field}: has a vector of generation {generation}, but the campaign uses {target}"
    return Refused("invalid", detail, field=field, fix="Use examples of one embedding generation")


def _changed_event(
    project: str, definition: Definition, *, state: CampaignState, version: int, now: datetime
) -> CampaignChanged:
    return CampaignChanged(
        project=project,
        campaign_id=stable_id("campaign", project, definition.name),
        name=definition.name,
        state=state,
        version=version,
        strategy=definition.strategy.model_dump(mode="json", exclude_none=True),
        filter=definition.filter.model_dump(mode="json"),
        budget=definition.budget.model_dump(mode="json"),
        labeling=definition.labeling.model_dump(mode="json"),
        until=definition.until,
        changed_at=now,
    )


def _same_terms(event: CampaignChanged, other: CampaignChanged) -> bool:
    fields: tuple[Any, ...] = ("strategy", "filter", "budget", "labeling", "until")
    return all(getattr(event, name) == getattr(other, name) for name in fields)
