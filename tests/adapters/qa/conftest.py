"""qa on a migrated PostgreSQL with one project."""

from collections.abc import AsyncIterator

import pytest

from adapters.qa.qakit import NOON, Qa
from shoal.persistence import open_pool
from shoal_qa.adapters.postgres.guidelines import PostgresGuidelines, PostgresRules
from shoal_qa.adapters.postgres.transactions.database import PostgresDatabase
from shoal_qa.usecases.annotations.record import RecordAnnotations, RecordJobs
from shoal_qa.usecases.evaluation.evaluate import Evaluate
from shoal_qa.usecases.rules import Rule


@pytest.fixture
async def qa(migrated_dsn: str) -> AsyncIterator[Qa]:
    pool = await open_pool(migrated_dsn, "qa")
    classes = [{"name": name, "definition": "", "examples": []} for name in ("x", "y")]
    document = {
        "title": "",
        "text": "",
        "label_schema": {"kind": "single_choice", "classes": classes},
        "prelabels_allowed": False,
    }
    await PostgresGuidelines(pool).publish("news", document, NOON)
    rule = Rule(model="majority", accept_probability=0.7, max_votes=3, exhausted="close")
    await PostgresRules(pool).put("news", rule, NOON)
    database = PostgresDatabase(pool)
    evaluate = Evaluate(database, lambda: NOON)
    record_jobs = RecordJobs(database, evaluate, lambda: NOON)
    yield Qa(pool, record_jobs, RecordAnnotations(database, evaluate), database, evaluate)
    await pool.close()
