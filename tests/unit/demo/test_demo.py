"""The demo's own parts: texts, summary, page, and the simulated workforce's interface."""

import numpy as np
import pytest
from httpx import ASGITransport, AsyncClient
from sklearn.metrics import accuracy_score, f1_score

from shoal_local.demo.plan import Outcome, Plan, Votes
from shoal_local.demo.report import report_page
from shoal_local.demo.reuters.articles import Article, parse_articles, without_repeats
from shoal_local.demo.summary import Facts, summarize_arms
from shoal_local.demo.workforce import Minds, Terms, Workforce, make_app, make_people, text_key

TRUTH = ["a", "a", "b", "c"] * 30


def outcome(arm: str, seed: int, wrong: int) -> Outcome:
    predicted = np.array(TRUTH)
    predicted[:wrong] = "c"
    first = np.array(["a"] * len(TRUTH))
    return Outcome(
        arm=arm,
        seed=seed,
        predictions=[first, predicted],
        votes_spent=[240],
        votes=Votes(100, 70, 40, 38),
        rare_labels=5,
        campaign_labels=2,
        topics_labelled=3,
        cost_per_label=0.2,
        alpha=0.5,
        dataset="/tmp",
        labels_by_topic={"b": 4, "c": 2},
    )


def test_a_tab_file_without_headers_and_repeats() -> None:
    raw = "class\ttext\nd\ts\nclass\tmeta\nearn\tprofit up\nacq\tbid\nearn\tprofit up\n\tno topic\n"
    assert without_repeats(parse_articles(raw)) == [Article("profit up", "earn"), Article("bid", "acq")]


def test_the_summary_s_scores_are_scikit_learn_s() -> None:
    outcomes = [
        outcome(arm, seed, wrong) for seed in (1, 2) for arm, wrong in (("random", 40), ("shoal", 10))
    ]
    summary = summarize_arms(outcomes, TRUTH, np.random.default_rng(0))
    for arm, wrong in (("random", 40), ("shoal", 10)):
        predicted, truth = outcome(arm, 1, wrong).predictions[-1], np.array(TRUTH)
        last = summary[arm].curve[-1]
        assert last.accuracy.mean == pytest.approx(accuracy_score(truth, predicted))
        assert last.macro_f1.mean == pytest.approx(f1_score(truth, predicted, average="macro"))
        assert last.accuracy.low <= last.accuracy.mean <= last.accuracy.high


def test_the_page_stands_alone() -> None:
    outcomes = [outcome(arm, 1, wrong) for arm, wrong in (("random", 40), ("shoal", 10))]
    html = report_page(
        summarize_arms(outcomes, TRUTH, np.random.default_rng(0)),
        outcomes,
        Facts(plan=Plan(), seconds=90, labels_per_minute=500, stream_minutes=1, rare=["b", "c"]),
    )
    assert "simulation" in html
    assert html.count("<svg") == 4
    for outside in ("http://", "https://", "src=", "<script", "<link"):
        assert outside not in html


def task(number: int) -> dict[str, object]:
    head = {"external_id": f"t{number}", "project": "news", "guideline": "1"}
    return {**head, "content": {"text": f"x{number}"}, "votes": 2}


def batch(*tasks: object) -> dict[str, object]:
    guideline = {"label_schema": {"classes": [{"name": "a"}, {"name": "b"}]}}
    return {"callback_url": None, "guidelines": {"1": guideline}, "tasks": list(tasks)}


@pytest.fixture
def workforce() -> Workforce:
    minds = Minds({text_key(f"x{n}"): "a" for n in range(5)}, {}, 1)
    return Workforce(make_people(1), minds, Terms(api_key="key"))


async def test_the_workforce_keeps_the_interface(workforce: Workforce) -> None:
    headers = {"authorization": "Bearer key"}
    async with AsyncClient(transport=ASGITransport(make_app(workforce)), base_url="http://w") as plain:
        assert (await plain.get("/annotations", params={"project": "news"})).status_code == 401
        http = plain
        http.headers.update(headers)
        first = (await http.post("/tasks", json=batch(task(1)))).json()["results"]
        again = (await http.post("/tasks", json=batch(task(1), task(2)))).json()["results"]
        assert [result["status"] for result in first] == ["created"]
        assert [result["status"] for result in again] == ["exists", "created"]
        assert (await http.put("/tasks/t1/votes", json={"votes": 3})).json()["votes"] == 3
        assert (await http.put("/tasks/t1/votes", json={"votes": 2})).json()["votes"] == 3  # never fewer
        assert (await http.put("/tasks/none/votes", json={"votes": 2})).status_code == 404
        assert (await http.delete("/tasks/t2")).status_code == 204
        page_ = (await http.get("/annotations", params={"project": "news"})).json()
        assert page_["annotations"] == []
        assert page_["next_cursor"]


def test_people_are_the_same_for_the_same_seed_and_answer_the_same() -> None:
    crowd = make_people(3)
    assert crowd == make_people(3)
    assert sum(person.spams for person in crowd) == 3
    minds = Minds({text_key("x"): "a"}, {}, 3)
    assert [minds.answer(person, "x", ["a", "b"]) for person in crowd] == [
        minds.answer(person, "x", ["a", "b"]) for person in crowd
    ]
