"""A hundred thousand rows through the whole system, undisturbed and killed in the middle."""

from __future__ import annotations

import asyncio
import json
import random
import signal

import pytest
import websockets

from tests.system.conftest import System
from tests.system.people import MAPPING, write_people
from tests.waiting import wait_until

COUNTS = "total_rows, processed_rows, created_count, updated_count, unchanged_count, skipped_count, error_count"


@pytest.fixture
def ana(system):
    """A customer of acme, with her token."""
    with system.api("ana@acme.example") as client:
        yield client


def start_import(client, path, **options) -> str:
    with path.open("rb") as file:
        answer = client.post("/v1/imports/upload", files={"file": (path.name, file)}, data=options)
    assert answer.status_code == 201, answer.text
    job_id = answer.json()["id"]
    answer = client.post(f"/v1/imports/{job_id}/confirm", json={"field_mapping": MAPPING})
    assert answer.status_code == 202, answer.text
    return job_id


def stored_counts(system: System, job_id: str) -> dict[str, int]:
    (row,) = system.query(f"SELECT {COUNTS} FROM import_jobs WHERE id = %s", job_id)
    return dict(zip(COUNTS.split(", "), row, strict=True))


def is_finished(system: System, job_id: str) -> bool:
    return system.query("SELECT status FROM import_jobs WHERE id = %s", job_id) == [("completed",)]


def assert_exact(system: System, job_id: str, people) -> None:
    """Hold what the database has against the truth about the file, not against what the job says of itself."""
    made = system.query("SELECT count(*), count(DISTINCT company) FROM contacts WHERE import_job_id = %s", job_id)
    assert made == [(people.valid, people.valid)], "each valid row has a company of its own: none is lost or doubled"
    assert stored_counts(system, job_id) == {
        "total_rows": people.rows,
        "processed_rows": people.rows,
        "created_count": people.valid,
        "updated_count": 0,
        "unchanged_count": 0,
        "skipped_count": people.duplicates,
        "error_count": people.invalid,
    }
    logged = system.query(
        "SELECT level, count(*), count(DISTINCT row_index) FROM import_errors WHERE import_job_id = %s GROUP BY 1",
        job_id,
    )
    assert sorted(logged) == [
        ("duplicate", people.duplicates, people.duplicates),
        ("error", people.invalid, people.invalid),
    ]
    (ledger,) = system.query(
        "SELECT sum(hi - lo), count(*), sum(length(outcomes)), sum(length(contact_ids)) FROM import_chunks "
        "WHERE import_job_id = %s",
        job_id,
    )
    assert (ledger[0], ledger[2], ledger[3]) == (people.rows, people.rows, 16 * people.rows)


def test_every_message_of_a_large_import_adds_up(system, ana, tmp_path):
    people = write_people(tmp_path / "people.csv", rows=100_000, seed=1, area=212)
    job_id = start_import(ana, people.path)

    messages = asyncio.run(follow(system, ana.headers["Authorization"], job_id))

    assert messages[-1]["type"] == "completed"
    for message in messages:
        counts = message["data"]
        assert counts["success_count"] == (
            counts["created_count"] + counts["updated_count"] + counts["unchanged_count"]
        )
        assert counts["processed_rows"] == counts["success_count"] + counts["skipped_count"] + counts["error_count"]
    assert len({message["data"]["processed_rows"] for message in messages}) >= 5
    assert_exact(system, job_id, people)


async def follow(system: System, authorization: str, job_id: str) -> list[dict]:
    """Return every message about a job, from the subscription to its end."""
    headers = {"Authorization": authorization}
    async with asyncio.timeout(120), websockets.connect(system.socket_url, additional_headers=headers) as connection:
        await connection.send(json.dumps({"type": "subscribe", "jobId": job_id}))
        messages = []
        async for text in connection:
            messages.append(json.loads(text))
            ends = ("completed", "failed", "cancelled")
            if messages[-1]["type"] in ends or messages[-1].get("data", {}).get("status") in ends:
                return messages
    raise AssertionError("The connection ended before the import did.")


@pytest.mark.parametrize(("victim", "area"), [("worker", 415), ("web", 312)])
def test_an_import_whose_process_is_killed_five_times_ends_by_itself_and_exact(system, ana, tmp_path, victim, area):
    moments = random.Random(area)
    people = write_people(tmp_path / "people.csv", rows=100_000, seed=area, area=area)
    job_id = start_import(ana, people.path)
    for kill in range(1, 6):
        done = stored_counts(system, job_id)["processed_rows"]
        # Each kill strikes while rows are being loaded, and leaves enough of them for the next.
        goal = min(done + moments.randrange(1_000, 12_000), people.rows * kill // 6)
        wait_until(lambda goal=goal: stored_counts(system, job_id)["processed_rows"] >= goal)
        killed = wait_until(lambda: system.child(victim))
        killed.send_signal(signal.SIGKILL)
        wait_until(lambda killed=killed: (child := system.child(victim)) and child.pid != killed.pid)

    wait_until(lambda: is_finished(system, job_id))

    assert_exact(system, job_id, people)
