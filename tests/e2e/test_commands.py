"""Commands against running services: counts, places of faults, warnings and exit codes."""

import asyncio
import gzip
import json
import os
import sys
from pathlib import Path

import httpx
import pytest

from e2e.client import Client
from e2e.conftest import Running
from shoal.contracts.ids import sample_id

pytestmark = [pytest.mark.servers, pytest.mark.timeout(900)]


async def shoal(running: Running, folder: Path, *arguments: str) -> tuple[int, str, str]:
    """Run a command; return its exit code, its result and its messages."""
    urls = running.shoal.urls
    addresses = {"SHOAL_INGEST_URL": urls["ingest"], "SHOAL_SAMPLER_URL": urls["sampler"]}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "shoal.command_line.main", *arguments),
        cwd=folder,
        env={**os.environ, **addresses, "COLUMNS": "200"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    assert process.returncode is not None
    return process.returncode, out.decode(), err.decode()


def line(number: int, project: str = "commands") -> str:
    return json.dumps({"project": project, "source_id": str(number), "text": f"text {number}"})


async def test_sending_files_counts_every_line_once(running: Running, tmp_path: Path) -> None:
    async with httpx.AsyncClient(timeout=30) as http:
        await Client(running.shoal, http).project("commands", ["a", "b"])
    first = [line(1), "", line(2), '{"project": "commands", "text": "no id"}', line(1)]
    (tmp_path / "a.jsonl").write_text("\ufeff" + "\r\n".join(first))
    packed = gzip.compress("\n".join([line(3), line(4)[:20]]).encode())
    (tmp_path / "b.jsonl.gz").write_bytes(packed)
    files = ("a.jsonl", "b.jsonl.gz")
    code, out, err = await shoal(running, tmp_path, "ingest", "send", *files, "--format", "json")
    assert code == 1
    assert json.loads(out) == {
        "lines": 6,
        "accepted": 3,
        "repeated": 1,
        "refused": 2,
        "files": [
            {"file": "a.jsonl", "lines": 4, "accepted": 2, "repeated": 1, "refused": 1},
            {"file": "b.jsonl.gz", "lines": 2, "accepted": 1, "repeated": 0, "refused": 1},
        ],
    }
    assert err.splitlines() == [
        "a.jsonl line 4: source_id: Field required. Add the field",
        "b.jsonl.gz line 2: cut off inside a JSON object. Complete the object, or remove it",
    ]


async def test_ids_are_printed_in_the_order_of_the_lines(running: Running, tmp_path: Path) -> None:
    async with httpx.AsyncClient(timeout=30) as http:
        await Client(running.shoal, http).project("ids", ["a", "b"])
    numbers = [5, 3, 5, 1]
    (tmp_path / "log.jsonl").write_text("\n".join(line(number, "ids") for number in numbers))
    arguments = ("ingest", "send", "log.jsonl", "--ids", "--batch", "2", "--format", "csv")
    code, out, err = await shoal(running, tmp_path, *arguments)
    assert (code, err.strip()) == (0, "4 lines: 3 accepted, 1 repeated, 0 refused")
    rows = [
        f"log.jsonl,{position},default,{number},{sample_id('ids', 'default', str(number))}"
        for position, number in enumerate(numbers, start=1)
    ]
    assert out.splitlines() == ["file,line,source,source_id,sample_id", *rows]


async def test_nothing_is_sent_when_one_of_the_files_cannot_be_read(running: Running, tmp_path: Path) -> None:
    (tmp_path / "good.jsonl").write_text(line(1))
    (tmp_path / "wide.jsonl").write_bytes(line(1).encode("utf-16"))
    arguments = ("good.jsonl", "wide.jsonl", "missing.jsonl", ".")
    code, out, err = await shoal(running, tmp_path, "ingest", "send", *arguments)
    assert (code, out) == (2, "")
    assert err.splitlines() == [
        "wide.jsonl is UTF-16: save it as UTF-8, for instance with iconv -f UTF-16 -t UTF-8",
        "missing.jsonl cannot be read: No such file or directory; check the path",
        ". is a directory: name its files, for instance ./*.jsonl",
        "nothing was sent",
    ]


async def test_refusals_and_warnings_about_a_campaign_are_printed(running: Running, tmp_path: Path) -> None:
    async with httpx.AsyncClient(timeout=30) as http:
        await Client(running.shoal, http).project("warned", ["grain", "trade"])
    campaign = {"name": "c", "strategy": {"kind": "random"}, "budget": {"votes": 9}}
    (tmp_path / "c.json").write_text(json.dumps({**campaign, "labeling": {"provider": "nobody"}}))
    code, out, err = await shoal(running, tmp_path, "sampler", "create", "warned", "c.json")
    assert (code, out) == (2, "")
    assert "it has inhouse. Correct it, or configure it at the gateway" in err
    (tmp_path / "c.json").write_text(json.dumps({**campaign, "filter": {"predicted_labels": ["Grain"]}}))
    code, out, err = await shoal(running, tmp_path, "sampler", "create", "warned", "c.json")
    assert code == 0
    assert "warning: filter.predicted_labels: 'Grain' is no class of the guideline (grain, trade)" in err
