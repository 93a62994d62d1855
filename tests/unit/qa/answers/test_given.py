"""Gold items count for calibration with as many answers as other jobs have."""

from shoal.contracts.answers import NumberAnswer
from shoal_qa.usecases.answers.given import GivenAnswers, thinned_answers


def job_of(first: int, answers: int) -> GivenAnswers:
    values = range(first, first + answers)
    return GivenAnswers(annotator=list(values), answers=[NumberAnswer(value=value) for value in values])


def test_gold_keeps_as_many_answers_as_ordinary_jobs_have() -> None:
    jobs = [job_of(0, 3), job_of(100, 12), job_of(200, 3), job_of(300, 2), job_of(400, 3)]
    first, second = thinned_answers(jobs, [1, 3])
    assert len(first.answers) == 3
    assert second == jobs[3], "gold with fewer answers keeps all"
    assert [answer.model_dump()["value"] for answer in first.answers] == list(first.annotator), (
        "answers keep their annotators"
    )
    assert set(first.annotator) <= set(jobs[1].annotator)
    assert thinned_answers(jobs, [1, 3]) == [first, second], "the choice is the same each time"


def test_without_ordinary_jobs_gold_keeps_all_answers() -> None:
    jobs = [job_of(0, 3), job_of(100, 12)]
    assert thinned_answers(jobs, [0, 1]) == jobs
