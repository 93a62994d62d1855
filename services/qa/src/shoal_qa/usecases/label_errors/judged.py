"""Label errors by votes, calibrated on gold: for files and for the labels of a running project."""

from collections.abc import Mapping, Sequence

from shoal.contracts.answers import Answer
from shoal.contracts.label_schemas import LabelSchema
from shoal_qa.usecases.label_errors.by_votes import JudgedLabel, errors_by_votes
from shoal_qa.usecases.label_errors.checked import CheckedDoubts, calibrate_doubts
from shoal_qa.usecases.label_errors.doubts import Doubt


def judge_labels(
    schema: LabelSchema,
    labels: Sequence[JudgedLabel],
    gold: Mapping[int, Answer],
    *,
    annotators: int,
    model: str = "auto",
) -> CheckedDoubts:
    """Return the doubts about labels that have votes, with probabilities that hold on gold.

    gold: right answers by number of the label. Labels that are the consensus of their votes and labels of
    another source err in different ways, so that each are calibrated on their own gold.
    """
    doubts = errors_by_votes(schema, labels, annotators=annotators, model=model)
    answers, unseen = [one.label for one in labels], 0.0
    out: list[Doubt] = []
    for derived in (True, False):
        of_source = {task for task, one in enumerate(labels) if one.votes and one.derived == derived}
        checked = calibrate_doubts(
            schema,
            answers,
            [doubt for doubt in doubts if doubt.task in of_source],
            {task: answer for task, answer in gold.items() if task in of_source},
        )
        out += checked.doubts
        unseen += checked.unseen * len(of_source)
    judged = sum(bool(one.votes) for one in labels)
    return CheckedDoubts(doubts=out, unseen=unseen / max(judged, 1))
