"""Programs that poll and sockets that listen while imports run: errors, times of answers, memory of the web process.

    .venv/bin/python bench/load.py [--clients 200] [--sockets 200] [--imports 2] [--seconds 120] [--rows 100000]

Exits with 1 unless there is no error and 95 % of the answers came within 300 ms.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import aiohttp
import jobs
import measuring
import people
import running
from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

USERS = ("ana@acme.example", "gina@globex.example")
POLL_SECONDS = 3.0  # as our own pages do where they have no socket
LOOK_SECONDS = 5.0  # between looks at the memory
IMPORT_LOOK_SECONDS = 0.25  # between looks whether an import is at its end
FILES = 10
MOST_SECONDS = 0.3
PATHS = ("/v1/imports/{job_id}", "/v1/imports?limit=20", "/v1/imports/{job_id}/rows?outcome=created&limit=20")
END = ("completed", "failed", "cancelled")


@dataclass
class Load:
    """What there is to watch, and what came of watching it."""

    job_ids: dict[str, str] = field(default_factory=dict)  # user → the import that runs now
    is_over: asyncio.Event = field(default_factory=asyncio.Event)
    seconds: list[float] = field(default_factory=list)  # of each answer
    errors: Counter[str] = field(default_factory=Counter)
    messages: int = 0
    imports: int = 0
    memory_mb: list[float] = field(default_factory=list)  # of the web process: idle, then each LOOK_SECONDS
    web_seconds: float = 0.0  # of a core, that the web process took


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--clients", type=int, default=200)
    parser.add_argument("--sockets", type=int, default=200)
    parser.add_argument("--imports", type=int, default=2, choices=[1, 2])
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--rows", type=int, default=100_000, help="of each file; another one follows when it is done")
    given = parser.parse_args()
    with (
        measuring.private_system(),
        tempfile.TemporaryDirectory() as folder,
        running.system(Path(folder)) as system,
    ):
        load = asyncio.run(watched(system, Path(folder), given))
    show(load, given)
    sys.exit(1 if load.errors or statistics.quantiles(load.seconds, n=20)[-1] > MOST_SECONDS else 0)


async def watched(system: running.System, folder: Path, given: argparse.Namespace) -> Load:
    """Have all of them at work for so long. An error of an import ends it."""
    load, users = Load(), USERS[: given.imports]
    # Before anything is measured: the clients have the same two cores.
    files = [made_file(folder, given.rows, number) for number in range(FILES)]
    tokens = {}
    for user in users:
        with system.client(user) as client:
            tokens[user] = client.headers["Authorization"]
    load.memory_mb.append(measuring.megabytes("VmRSS", system.web_pid))
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(system.url, connector=connector) as session, asyncio.TaskGroup() as group:
        for user in users:
            group.create_task(keep_importing(system, user, files, load))
        while len(load.job_ids) < len(users):
            await asyncio.sleep(0.1)
        for user in islice(cycle(users), given.clients):
            group.create_task(poll(session, user, tokens[user], load))
        for user in islice(cycle(users), given.sockets):
            group.create_task(listen(system, user, tokens[user], load))
        group.create_task(look_at_memory(system, load))
        before = measuring.cpu_seconds(system.web_pid)
        await asyncio.sleep(given.seconds)
        load.web_seconds = measuring.cpu_seconds(system.web_pid) - before
        load.is_over.set()
    return load


def made_file(folder: Path, rows: int, number: int) -> Path:
    """Make one of several files, each with other people."""
    path = folder / f"{number}.csv"
    people.make_csv(path, rows, start=number * rows)
    return path


async def keep_importing(system: running.System, user: str, files: Sequence[Path], load: Load) -> None:
    """Import one file after the other, again from the first if there are no more: then all of its rows are known."""
    with system.client(user) as client:
        for path in cycle(files):
            if load.is_over.is_set():
                return
            job = await asyncio.to_thread(running.upload, client, path)
            mapping = jobs.with_custom_fields({column["header"]: column["field"] for column in job["mapping"]})
            await asyncio.to_thread(running.confirm, client, job, mapping)
            load.job_ids[user] = job["id"]
            await asyncio.to_thread(running.wait_for_end, job["id"], look_seconds=IMPORT_LOOK_SECONDS)
            load.imports += 1


async def poll(session: aiohttp.ClientSession, user: str, token: str, load: Load) -> None:
    """Ask again and again, as a program does that waits."""
    await asyncio.sleep(random.uniform(0, POLL_SECONDS))
    for path in cycle(PATHS):
        if load.is_over.is_set():
            return
        began = time.monotonic()
        url = path.format(job_id=load.job_ids[user])
        try:
            async with session.get(url, headers={"Authorization": token}) as answer:
                await answer.read()
                if answer.status != 200:
                    load.errors[f"{answer.status} at {path}"] += 1
        except (aiohttp.ClientError, TimeoutError) as error:
            load.errors[f"{type(error).__name__} at {path}"] += 1
        taken = time.monotonic() - began
        load.seconds.append(taken)
        await asyncio.sleep(max(0.0, POLL_SECONDS - taken))


async def listen(system: running.System, user: str, token: str, load: Load) -> None:
    """Subscribe to each import of a user in turn, and hear it to its end."""
    url = f"{system.url.replace('http', 'ws', 1)}/ws/imports"
    try:
        async with connect(url, additional_headers={"Authorization": token}, open_timeout=60) as socket:
            while not load.is_over.is_set():
                job_id = load.job_ids[user]
                await socket.send(json.dumps({"type": "subscribe", "jobId": job_id}))
                while not load.is_over.is_set() and not is_last(await next_message(socket, load), load):
                    pass
                while not load.is_over.is_set() and load.job_ids[user] == job_id:
                    await asyncio.sleep(0.1)
    except (WebSocketException, OSError, TimeoutError) as error:
        load.errors[f"{type(error).__name__} at a socket"] += 1


async def next_message(socket: Any, load: Load) -> dict[str, Any]:
    """Return the next message; {} if none came within a second."""
    try:
        message: dict[str, Any] = json.loads(await asyncio.wait_for(socket.recv(), 1))
    except TimeoutError:
        return {}
    load.messages += 1
    return message


def is_last(message: dict[str, Any], load: Load) -> bool:
    """Tell whether a message says that the import is at its end; note a refusal, and numbers that do not add up."""
    if message.get("type") == "error":
        load.errors[f"{message['code']} at a socket"] += 1
    counts = message.get("data")
    if not counts:
        return False
    if counts["processed_rows"] != counts["success_count"] + counts["skipped_count"] + counts["error_count"]:
        load.errors["numbers that do not add up"] += 1
    return counts["status"] in END


async def look_at_memory(system: running.System, load: Load) -> None:
    while not load.is_over.is_set():
        await asyncio.sleep(LOOK_SECONDS)
        load.memory_mb.append(measuring.megabytes("VmRSS", system.web_pid))


def show(load: Load, given: argparse.Namespace) -> None:
    idle, *later = load.memory_mb
    quarters = [later[part * len(later) // 4 : (part + 1) * len(later) // 4] for part in range(4)]
    milliseconds = [1_000 * seconds for seconds in load.seconds]
    cuts = statistics.quantiles(milliseconds, n=20)
    errors = ", ".join(f"{count} × {error}" for error, count in load.errors.most_common()) or "0"
    watching = f"{given.clients} clients polling, {given.sockets} sockets"
    times = f"median {cuts[9]:.0f} ms, 95 % within {cuts[-1]:.0f} ms, at most {max(milliseconds):.0f} ms"
    for name, value in {
        "load": f"{watching}, {given.imports} imports, {given.seconds:g} s",
        "answers": f"{len(milliseconds):,}, {len(milliseconds) / given.seconds:.0f} a second",
        "errors": errors,
        "time of an answer": times,
        "messages at sockets": f"{load.messages:,}",
        "the web process took": f"{100 * load.web_seconds / given.seconds:.0f} % of a core",
        "imports done": f"{load.imports} of {given.rows:,} rows",
        "memory of the web process": (
            f"{idle:.0f} MB idle; {', '.join(f'{statistics.median(quarter):.0f}' for quarter in quarters)} MB "
            f"in each quarter, at most {max(later):.0f} MB"
        ),
    }.items():
        print(f"{name:26}{value}")


if __name__ == "__main__":
    main()
