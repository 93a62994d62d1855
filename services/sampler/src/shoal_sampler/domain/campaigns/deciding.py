"""Decisions of all policies of a project on one window of samples.

Samples that compete with each other wait until there are `window_samples` of them or the oldest has waited
`window_seconds`; all others are decided on arrival, by the same code. Decisions depend on what is left of the
budgets and on what is chosen already, so they are stored and never repeated: a replayed sample keeps its
decision.
"""

import numpy as np
import numpy.typing as npt

from shoal_sampler.domain.campaigns.audit import POLICY as AUDIT
from shoal_sampler.domain.campaigns.audit import Audit, samples_to_audit
from shoal_sampler.domain.campaigns.budget import Ledger
from shoal_sampler.domain.campaigns.campaign import Campaign
from shoal_sampler.domain.campaigns.decisions import Job, PolicyDecision, Record
from shoal_sampler.domain.campaigns.keyed import keyed_draws
from shoal_sampler.domain.campaigns.parts import nearest_parts
from shoal_sampler.domain.campaigns.samples import Sample
from shoal_sampler.domain.campaigns.window import Memory, Standing, Window
from shoal_sampler.domain.campaigns.wishes import Wish, due_samples, rank_candidates, strategy_of
from shoal_sampler.domain.models.probabilities import score_matrix
from shoal_sampler.domain.pools.pool import Pool
from shoal_sampler.domain.vectors.rows import no_vectors

Rows = npt.NDArray[np.int64]
MOST_CELLS = 25_000_000  # scores of a window: samples times classes, 100 MB


def decide(
    project: str,
    samples: list[Sample],
    *,
    standings: list[Standing],
    audit: Audit,
    audit_ledger: Ledger,
    memory: Memory,
    salt: bytes,
) -> list[Record]:
    """Return one record per sample, in order; updates ledgers and standings.

    samples: at least one, all of one embedding generation and one project. The audit goes first and depends
    only on ids. Campaigns follow by priority; a campaign that chooses a sample that already has a job shares
    the job and pays nothing.
    """
    window = Window(samples=samples, memory=memory, salt=salt)
    _decide_audit(window, project, audit, audit_ledger)
    for standing in sorted(standings, key=_by_priority):
        _decide_campaign(window, standing)
    return window.records


def _by_priority(standing: Standing) -> tuple[int, str]:
    """Return the sort key of a campaign: the highest priority first, then by id."""
    return -standing.campaign.priority, standing.campaign.campaign_id


def _decide_audit(window: Window, project: str, audit: Audit, ledger: Ledger) -> None:
    """Take the audit's share. Once the day's votes are spent, samples have probability 0."""
    if audit.rate == 0.0:
        return
    lucky = samples_to_audit(audit, window.salt, project, [sample.sample_id for sample in window.samples])
    for index, sample in enumerate(window.samples):
        if ledger.refusal(audit.max_votes, audit.max_votes):
            return
        if lucky[index]:
            ledger.reserve(audit.max_votes, audit.max_votes)
            window.take(
                index,
                Job(
                    sample_id=sample.sample_id, purpose="audit", votes=audit.votes, max_votes=audit.max_votes
                ),
            )
        window.records[index].decisions.append(
            PolicyDecision(
                policy=AUDIT,
                version=audit.version,
                probability=audit.rate,
                is_taken=bool(lucky[index]),
                reason="random audit",
            )
        )


def _decide_campaign(window: Window, standing: Standing) -> None:
    campaign, selection = standing.campaign, standing.campaign.selection
    rows = np.array(
        [i for i, sample in enumerate(window.samples) if campaign.looks_at(sample)], dtype=np.int64
    )
    standing.samples_seen += len(window.samples)
    standing.eligible += len(rows)
    rows = _without_repeats(window, standing, rows)
    if not len(rows):
        return
    pool = _campaign_pool(window, campaign, rows)
    due = len(rows)
    if selection.windowed and selection.share is not None:
        due, standing.credit = due_samples(standing.credit, selection.share, standing.eligible)
    wish = rank_candidates(selection, pool, due, strategy_of(selection, standing.votes_reserved, pool))
    picked = _take_wishes(window, standing, rows, wish)
    _explore_rest(window, standing, [int(row) for row in rows if row not in picked])


def _without_repeats(window: Window, standing: Standing, rows: Rows) -> Rows:
    """Drop samples that repeat an earlier choice; a sample with a job in this window stays, to be shared."""
    similarity = standing.campaign.selection.duplicate_similarity
    fresh: list[int] = []
    for row in map(int, rows):
        if window.records[row].job is not None or not window.duplicates.repeats(row, similarity):
            fresh.append(row)
        else:
            _leave_duplicate(window, standing, row)
    return np.array(fresh, dtype=np.int64)


def _leave_duplicate(window: Window, standing: Standing, row: int) -> None:
    window.records[row].repeats = True
    standing.duplicates += 1


def _campaign_pool(window: Window, campaign: Campaign, rows: Rows) -> Pool:
    samples = [window.samples[row] for row in rows]
    chance = keyed_draws(
        window.salt, f"draw:{campaign.campaign_id}", [sample.sample_id for sample in samples]
    )
    examples, counter_examples = campaign.selection.examples, campaign.selection.counter_examples
    vectors = nearest_parts(samples, campaign.selection) if len(examples) else window.vectors[rows]
    dimension = vectors.shape[1]
    return Pool(
        vectors=vectors,
        scores=score_matrix([sample.scores for sample in samples], most_cells=MOST_CELLS),
        draws=chance.astype(np.float32),
        weights=np.ones(len(rows), np.float32),
        chosen_vectors=window.memory.chosen_vectors,
        population=np.concatenate([window.memory.population, window.vectors[rows]]),
        examples=examples if len(examples) else no_vectors(dimension),
        counter_examples=counter_examples if len(counter_examples) else no_vectors(dimension),
        seed=int(chance[0] * 2**32),
    )


def _take_wishes(window: Window, standing: Standing, rows: Rows, wish: Wish) -> set[int]:
    """Take the best samples of the ranking, in order, and return their rows."""
    selection = standing.campaign.selection
    probability = (selection.share or 1.0) if wish.strategy == "random" else 1.0
    picked: set[int] = set()
    for index, score in zip(wish.ranking.indices, wish.ranking.scores, strict=True):
        row = int(rows[index])
        if len(picked) >= wish.due:
            break
        if _take_sample(
            window, standing, row=row, probability=probability, reason=wish.reason, score=float(score)
        ):
            picked.add(row)
    return picked


def _take_sample(
    window: Window,
    standing: Standing,
    *,
    row: int,
    probability: float,
    reason: str,
    score: float | None = None,
) -> bool:
    """Take one sample, unless it repeats a choice or the budget cannot pay; return whether it was taken."""
    campaign, record = standing.campaign, window.records[row]
    if record.job is not None:
        standing.shared += 1
        reason = f"{reason}; shares another policy's job"
    elif window.duplicates.repeats(row, campaign.selection.duplicate_similarity):
        _leave_duplicate(window, standing, row)
        return False
    elif standing.ledger.reserve(campaign.max_votes):
        return False
    else:
        window.take(row, _label_job(campaign, record.sample_id))
    standing.samples_taken += 1
    record.decisions.append(
        PolicyDecision(
            policy=campaign.policy,
            version=campaign.version,
            probability=probability,
            is_taken=True,
            reason=reason,
            score=score,
        )
    )
    return True


def _label_job(campaign: Campaign, sample_id: str) -> Job:
    return Job(
        sample_id=sample_id,
        purpose="label",
        votes=campaign.votes,
        max_votes=campaign.max_votes,
        campaign_id=campaign.campaign_id,
        provider=campaign.provider,
        priority=campaign.priority,
    )


def _explore_rest(window: Window, standing: Standing, rest: list[int]) -> None:
    """Take samples that the rule left out with a fixed chance, and record that chance."""
    campaign = standing.campaign
    chance = _chance_of_the_rest(standing)
    if chance == 0.0 or standing.ledger.refusal(campaign.max_votes):
        return
    ids = [window.samples[row].sample_id for row in rest]
    lucky = keyed_draws(window.salt, f"explore:{campaign.campaign_id}", ids) < campaign.selection.exploration
    for row, is_lucky in zip(rest, lucky, strict=True):
        if is_lucky and _take_sample(window, standing, row=row, probability=chance, reason="exploration"):
            continue
        if not is_lucky:
            decision = PolicyDecision(
                policy=campaign.policy,
                version=campaign.version,
                probability=chance,
                is_taken=False,
                reason="not drawn",
            )
            window.records[row].decisions.append(decision)


def _chance_of_the_rest(standing: Standing) -> float:
    """Return the probability of samples that the rule left out: a random campaign's share, or exploration."""
    selection = standing.campaign.selection
    return (selection.share or 0.0) if selection.kind == "random" else selection.exploration
