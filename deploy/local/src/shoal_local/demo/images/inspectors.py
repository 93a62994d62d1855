"""Simulated inspectors at the in-house queue, over the same HTTP API as the annotator's page.

A SIMULATION, not people: each takes a task, loads its picture from the signed address, and answers. What
they see is looked up by the picture's SHA-256; their skills and mistakes are those of `Minds`.
"""

import asyncio
import io
from collections.abc import Sequence
from typing import Any

import httpx
from PIL import Image

from shoal_local.demo.workforce.people import Minds, Person

NOT_FOUND, CONFLICT = 404, 409
REST_S = 0.6  # between two looks at an empty queue


class Inspectors:
    """The people of one project. Raises RuntimeError for a picture or an answer that the services refuse."""

    def __init__(
        self, *, project: str, url: str, http: httpx.AsyncClient, people: Sequence[Person], minds: Minds
    ) -> None:
        self._project = project
        self._url = url
        self._http = http
        self._people = people
        self._minds = minds

    async def work(self) -> None:
        """Answer tasks until this is cancelled."""
        try:
            async with asyncio.TaskGroup() as together:
                for person in self._people:
                    together.create_task(self._work_alone(person))
        except ExceptionGroup as group:
            raise group.exceptions[0] from None

    async def _work_alone(self, person: Person) -> None:
        while True:
            task = await self._next_task(person)
            if task is None:
                await asyncio.sleep(REST_S)
            else:
                await self._load_picture(task)
                await self._answer_task(person, task)

    async def _next_task(self, person: Person) -> dict[str, Any] | None:
        address = f"{self._url}/v1/projects/{self._project}/queue/next"
        answer = await self._http.get(address, params={"annotator": person.name})
        if answer.status_code == NOT_FOUND:  # the gateway has not heard of the guideline yet
            return None
        _check_answer(answer)
        task: dict[str, Any] | None = answer.json() if answer.content else None
        return task

    async def _load_picture(self, task: dict[str, Any]) -> None:
        media = task["content"]["media"]
        answer = _check_answer(await self._http.get(media["url"]))
        size = Image.open(io.BytesIO(answer.content)).size
        if size != (media["width"], media["height"]):
            raise RuntimeError(f"a picture has {size} pixels, not {media['width']} x {media['height']}")

    async def _answer_task(self, person: Person, task: dict[str, Any]) -> None:
        classes = [item["name"] for item in task["schema"]["classes"]]
        answer = self._minds.answer(person, task["content"]["sha256"], classes)
        body: dict[str, Any] = {"annotator": person.name, "duration_s": round(answer.duration_s, 2)}
        if answer.label is None:
            body["answer"] = {"kind": "skip", "code": "unreadable"}
        else:
            body["answer"] = {"kind": "class", "label": answer.label}
        response = await self._http.post(f"{self._url}/v1/tasks/{task['task_id']}/annotations", json=body)
        if response.status_code != CONFLICT:  # meanwhile, others' answers were enough
            _check_answer(response)


def _check_answer(answer: httpx.Response) -> httpx.Response:
    if not answer.is_success:
        raise RuntimeError(
            f"{answer.request.method} {answer.request.url}: {answer.status_code} {answer.text}"
        )
    return answer
