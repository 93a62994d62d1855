"""Rows that an earlier release writes beside this one."""

import pytest

from adapters.gateway.servicekit import running_gateway, wait_until
from adapters.gateway.typekit import IMAGE, NAMES, SCHEMAS

pytestmark = pytest.mark.servers
PREDICTION = {"boxes": [{"label": NAMES[0], "left": 0.1, "top": 0.1, "right": 0.5, "bottom": 0.5}]}


async def test_an_earlier_release_beside_this_one_erases_all(migrated_dsn: str) -> None:
    async with running_gateway(migrated_dsn) as gateway:
        gateway.project("reef", SCHEMAS["boxes"])
        job = await gateway.job("reef", 1, "inhouse", content=IMAGE, prediction=PREDICTION)
        row = "SELECT content_more, prediction_more FROM jobs WHERE job_id = $1"
        assert None not in tuple(await gateway.pool.fetchrow(row, job))
        await gateway.pool.execute(
            "UPDATE jobs SET content = NULL, prediction = NULL, erased = true WHERE job_id = $1", job
        )
        assert tuple(await gateway.pool.fetchrow(row, job)) == (None, None)


async def test_a_guideline_that_an_earlier_release_stored_is_a_single_choice(migrated_dsn: str) -> None:
    body = {
        "project": "news",
        "major": 1,
        "minor": 0,
        "title": "t",
        "text": "",
        "classes": [{"name": "x", "definition": "", "examples": ["e"]}],
        "prelabels_allowed": True,
    }
    async with running_gateway(migrated_dsn) as gateway:
        gateway.project("news")

        async def is_stored() -> bool:
            return await gateway.count("SELECT count(*) FROM guidelines") == 1

        await wait_until(is_stored, "the guideline is stored")
        store = "INSERT INTO guidelines (project, major, minor, body) VALUES ('old', 1, 0, $1)"
        await gateway.pool.execute(store, {**body, "project": "old"})
        read = gateway.service.app.state.parts.guidelines  # type: ignore[union-attr]
        guideline = await read.get("old", 1)
        assert (guideline.schema.kind, guideline.prelabels) == ("single_choice", "shown")
        assert guideline.schema.classes[0].examples == ("e",)
