"""qa on a migrated PostgreSQL with one project."""

from collections.abc import AsyncIterator

import pytest

from adapters.qa.qakit import NOON, Qa
from shoal.persistence import migrate, open_pool
from shoal_qa.adapters.postgres.database import PostgresDatabase
from shoal_qa.adapters.postgres.guidelines import PostgresGuidelines, PostgresRules
from shoal_qa.usecases.evaluate import Evaluate
from shoal_qa.usecases.record import RecordAnnotations, RecordJobs
from shoal_qa.usecases.rules import Rule


@pytest.fixture
async def qa(postgres_dsn: str) -> AsyncIterator[Qa]:
    await migrate(postgres_dsn, schema="qa", package="shoal_qa", outbox=True)
    pool = await open_pool(postgres_dsn, "qa")
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
    yield Qa(pool, RecordJobs(database, evaluate), RecordAnnotations(database, evaluate), database, evaluate)
    await pool.close()
