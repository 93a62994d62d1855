"""One belief, one decision: a command over files and the running service say the same of the same votes."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shoal_qa.domain.certificates.certificate import Certificate
from shoal_qa.domain.certificates.promises import Promise
from shoal_qa.domain.consensus import Consensus, Options, consensus
from shoal_qa.domain.jobs.beliefs import JobVotes, job_beliefs, job_posteriors
from shoal_qa.domain.jobs.lifecycle import Accept, Change, Job, Request, advance_job
from shoal_qa.domain.projects.fit import ProjectFit
from shoal_qa.domain.stopping.rule import Action
from shoal_qa.domain.votes.arrays import UNKNOWN, NamedVotes, name_votes
from shoal_qa.usecases.rules import Rule

CLASSES = ["a", "b", "c"]
TASKS = 40


def votes_of(seed: int, right: float) -> tuple[NamedVotes, np.ndarray]:
    """Return 0 to 4 votes of six annotators on each task, and the truth: (tasks,)."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(3, size=TASKS)
    rows = [
        (f"t{task:02}", f"w{annotator}", CLASSES[truth[task] if rng.random() < right else rng.integers(3)])
        for task in range(TASKS)
        for annotator in rng.choice(6, rng.integers(5), replace=False)
    ]
    return name_votes(rows, CLASSES, [f"t{task:02}" for task in range(TASKS)]), truth


def promised(certificate: Certificate | None) -> Promise | None:
    if certificate is None:
        return None
    return Promise(
        target=certificate.target,
        confidence=certificate.confidence,
        threshold=certificate.threshold,
        bound=certificate.bound,
        gold=certificate.gold,
        accepted_gold=certificate.accepted_gold,
        coverage=certificate.coverage,
        more_gold=certificate.more_gold,
    )


def as_the_service(named: NamedVotes, found: Consensus, rule: Rule) -> list[Action]:
    """Return what the service does with jobs whose outstanding votes have all come."""
    promise = promised(found.certificate)
    fit = ProjectFit(
        fitted=found.fitted,
        calibration=found.calibration,
        classes=CLASSES,
        annotators=named.annotators,
        promise=promise,
        crowd=found.crowd,
    )
    own: list[list[tuple[str, str]]] = [[] for _ in range(TASKS)]
    votes = named.votes
    for task, annotator, label in zip(votes.task, votes.annotator, votes.label, strict=True):
        own[task].append((named.annotators[annotator], CLASSES[label]))
    jobs = [JobVotes(given, most=rule.max_votes) for given in own]
    acceptance = rule.acceptance(promise)
    steps = []
    for belief, action in zip(
        job_beliefs(jobs, job_posteriors(jobs, fit), fit, acceptance.stopping),
        found.action.tolist(),
        strict=True,
    ):
        assert belief.action == action or action == Action.ACCEPT  # gold tasks are accepted in files alone
        job = Job(state="open", votes_requested=min(belief.votes, rule.max_votes), most=rule.max_votes)
        _, changes = advance_job(job, belief, acceptance)
        steps.append(action_of(changes))
    return steps


def action_of(changes: list[Change]) -> Action:
    if isinstance(changes[0], Accept):
        return Action.ACCEPT
    (request,) = (change for change in changes if isinstance(change, Request))
    return {"more": Action.MORE, "review": Action.REVIEW, "cancel": Action.FUTILE}[request.action]


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    right=st.floats(0.3, 0.95),
    model=st.sampled_from(["majority", "dawid-skene", "one-coin"]),
    gold=st.sampled_from([0, 20]),
    rule=st.builds(
        Rule,
        accept_probability=st.floats(0.5, 0.95),
        target_precision=st.sampled_from([None, 0.5, 0.8]),
        min_votes=st.integers(1, 3),
        max_votes=st.integers(3, 6),
        futile_below=st.floats(0, 0.5),
        vote_price=st.floats(0.1, 2.0),
        review_price=st.floats(0.1, 20.0),
        exhausted=st.sampled_from(["review", "close"]),
    ),
)
def test_files_and_the_service_decide_alike(
    seed: int, right: float, model: str, gold: int, rule: Rule
) -> None:
    named, truth = votes_of(seed, right)
    known = np.where(np.arange(TASKS) < gold, truth, UNKNOWN).astype(np.int32)
    options = Options(
        model=model,
        target_precision=rule.target_precision,
        accept_probability=rule.accept_probability,
        min_votes=rule.min_votes,
        max_votes=rule.max_votes,
        futile_below=rule.futile_below,
        vote_price=rule.vote_price,
        review_price=rule.review_price if rule.exhausted == "review" else None,
    )
    found = consensus(named.votes, known, options)
    of_service = as_the_service(named, found, rule)
    for task in np.flatnonzero(known == UNKNOWN):
        action = Action(int(found.action[task]))
        if action is Action.FUTILE and rule.exhausted == "review":
            action = (
                Action.REVIEW
            )  # only gold could certify it, and while there is too little an expert looks
        assert of_service[task] == action


@pytest.mark.parametrize("exhausted", ["review", "close"])
def test_they_say_every_action_in_some_case(exhausted: str) -> None:
    """So that the property above is not one of a rule that always says the same."""
    seen = set()
    for seed in range(6):
        named, _ = votes_of(seed, 0.85)
        rule = Rule(exhausted=exhausted, max_votes=4, accept_probability=0.8)
        options = Options(
            model="one-coin",
            accept_probability=0.8,
            min_votes=2,
            max_votes=4,
            review_price=5 if exhausted == "review" else None,
        )
        found = consensus(named.votes, None, options)
        assert as_the_service(named, found, rule) == found.action.tolist()
        seen |= set(found.action.tolist())
    assert seen == {Action.ACCEPT, Action.MORE, Action.REVIEW if exhausted == "review" else Action.FUTILE}
