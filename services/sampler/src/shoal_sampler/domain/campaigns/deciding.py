"""One window of samples, all policies of a project: the decision itself.

Samples that compete with each other wait until `window_samples` of them are there or the oldest has waited
`window_seconds`; everything else is decided as it arrives, by the same code. Decisions depend on what is
left of the budgets and on what is chosen already, so they are stored and never taken twice: a replayed
sample keeps its decision.
"""

import numpy as np
import numpy.typing as npt

from shoal_sampler.domain.campaigns.audit import POLICY as AUDIT
from shoal_sampler.domain.campaigns.audit import Audit, included
from shoal_sampler.domain.campaigns.budget import Ledger
from shoal_sampler.domain.campaigns.campaign import Campaign
from shoal_sampler.domain.campaigns.decisions import Job, PolicyDecision, Record
from shoal_sampler.domain.campaigns.keyed import draws
from shoal_sampler.domain.campaigns.samples import Sample
from shoal_sampler.domain.campaigns.window import Memory, Standing, Window
from shoal_sampler.domain.campaigns.wishes import Wish, pace, rank, strategy_of
from shoal_sampler.domain.models.probabilities import score_matrix
from shoal_sampler.domain.pools.pool import Pool
from shoal_sampler.domain.vectors.rows import empty

Rows = npt.NDArray[np.int64]


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
    """Return one record per sample, in order; ledgers and standings are updated.

    samples: of one embedding generation and one project, at least one. The audit goes first and looks at
    nothing but ids. Campaigns follow by priority; a campaign that wants a sample that someone has taken
    shares its job and pays nothing.
    """
    window = Window(samples=samples, memory=memory, salt=salt)
    _audit(window, project, audit, audit_ledger)
    for standing in sorted(standings, key=lambda each: (-each.campaign.priority, each.campaign.campaign_id)):
        _campaign(window, standing)
    return window.records


def _audit(window: Window, project: str, audit: Audit, ledger: Ledger) -> None:
    """Take the audit's share. A sample that the day's votes cannot pay any more has probability 0."""
    if audit.rate == 0.0:
        return
    lucky = included(audit, window.salt, project, [sample.sample_id for sample in window.samples])
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
                taken=bool(lucky[index]),
                reason="random audit",
            )
        )


def _campaign(window: Window, standing: Standing) -> None:
    campaign, selection = standing.campaign, standing.campaign.selection
    rows = np.array(
        [i for i, sample in enumerate(window.samples) if campaign.looks_at(sample)], dtype=np.int64
    )
    standing.seen += len(window.samples)
    standing.eligible += len(rows)
    rows = _without_repeats(window, standing, rows)
    if not len(rows):
        return
    pool = _pool(window, campaign, rows)
    wanted = len(rows)
    if selection.windowed and selection.share is not None:
        wanted, standing.credit = pace(standing.credit, selection.share, standing.eligible)
    wish = rank(selection, pool, wanted, strategy_of(selection, standing.votes_reserved, pool))
    picked = _take_wished(window, standing, rows, wish)
    _explore(window, standing, [int(row) for row in rows if row not in picked])


def _without_repeats(window: Window, standing: Standing, rows: Rows) -> Rows:
    """Leave out what repeats a choice made before; a sample that someone takes now can still be shared."""
    similarity = standing.campaign.selection.duplicate_similarity
    fresh = [
        row
        for row in rows
        if window.records[row].job is not None or not window.duplicates.repeats(int(row), similarity)
    ]
    standing.duplicates += len(rows) - len(fresh)
    return np.array(fresh, dtype=np.int64)


def _pool(window: Window, campaign: Campaign, rows: Rows) -> Pool:
    samples = [window.samples[row] for row in rows]
    chance = draws(window.salt, f"draw:{campaign.campaign_id}", [sample.sample_id for sample in samples])
    examples, counter_examples = campaign.selection.examples, campaign.selection.counter_examples
    dimension = window.vectors.shape[1]
    return Pool(
        vectors=window.vectors[rows],
        scores=score_matrix([sample.scores for sample in samples]),
        draws=chance.astype(np.float32),
        weights=np.ones(len(rows), np.float32),
        chosen=window.memory.chosen,
        population=np.concatenate([window.memory.population, window.vectors[rows]]),
        examples=examples if len(examples) else empty(dimension),
        counter_examples=counter_examples if len(counter_examples) else empty(dimension),
        seed=int(chance[0] * 2**32),
    )


def _take_wished(window: Window, standing: Standing, rows: Rows, wish: Wish) -> set[int]:
    """Take the wished samples in order and return them."""
    selection = standing.campaign.selection
    probability = (selection.share or 1.0) if wish.strategy == "random" else 1.0
    picked: set[int] = set()
    for place, score in zip(wish.ranking.indices, wish.ranking.scores, strict=True):
        row = int(rows[place])
        if len(picked) >= wish.wanted:
            break
        if _take(window, standing, row=row, probability=probability, reason=wish.reason, score=float(score)):
            picked.add(row)
    return picked


def _take(
    window: Window,
    standing: Standing,
    *,
    row: int,
    probability: float,
    reason: str,
    score: float | None = None,
) -> bool:
    """Take one sample, unless it repeats a choice or cannot be paid; tell whether it was taken."""
    campaign, record = standing.campaign, window.records[row]
    if record.job is not None:
        standing.shared += 1
        reason = f"{reason}; shares another policy's job"
    elif window.duplicates.repeats(row, campaign.selection.duplicate_similarity):
        standing.duplicates += 1
        return False
    elif standing.ledger.reserve(campaign.max_votes):
        return False
    else:
        window.take(row, _job(campaign, record.sample_id))
    standing.taken += 1
    record.decisions.append(
        PolicyDecision(
            policy=campaign.policy,
            version=campaign.version,
            probability=probability,
            taken=True,
            reason=reason,
            score=score,
        )
    )
    return True


def _job(campaign: Campaign, sample_id: str) -> Job:
    return Job(
        sample_id=sample_id,
        purpose="label",
        votes=campaign.votes,
        max_votes=campaign.max_votes,
        campaign_id=campaign.campaign_id,
        provider=campaign.provider,
        priority=campaign.priority,
    )


def _explore(window: Window, standing: Standing, rest: list[int]) -> None:
    """Give what the rule left a known chance, and record it."""
    campaign = standing.campaign
    chance = _chance_of_the_rest(standing)
    if chance == 0.0 or standing.ledger.refusal(campaign.max_votes):
        return
    ids = [window.samples[row].sample_id for row in rest]
    lucky = draws(window.salt, f"explore:{campaign.campaign_id}", ids) < campaign.selection.exploration
    for row, is_lucky in zip(rest, lucky, strict=True):
        if is_lucky and _take(window, standing, row=row, probability=chance, reason="exploration"):
            continue
        if not is_lucky:
            decision = PolicyDecision(
                policy=campaign.policy,
                version=campaign.version,
                probability=chance,
                taken=False,
                reason="not drawn",
            )
            window.records[row].decisions.append(decision)


def _chance_of_the_rest(standing: Standing) -> float:
    """Return the probability of a sample that the rule did not choose: a random campaign's own, or
    exploration.
    """
    selection = standing.campaign.selection
    return (selection.share or 0.0) if selection.kind == "random" else selection.exploration
