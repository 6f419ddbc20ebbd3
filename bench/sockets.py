"""Sockets that are subscribed to an import and read what comes, as browsers do, in a process of their own."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from typing import Any

END = ("completed", "failed", "cancelled")


@dataclass
class Sockets:
    """The process of so many sockets, all of them subscribed."""

    process: subprocess.Popen[str]

    def heard(self) -> list[dict[str, Any]]:
        """Return what each socket has heard, once all have heard of the end."""
        output, _ = self.process.communicate(timeout=60)
        heard: list[dict[str, Any]] = json.loads(output)
        return heard


def subscribe(url: str, token: str, job_id: str, number: int) -> Sockets:
    """Return once all sockets are subscribed."""
    process = subprocess.Popen(
        [sys.executable, __file__, url.replace("http", "ws", 1), job_id, str(number)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin
    assert process.stdout
    process.stdin.write(f"{token}\n")
    process.stdin.flush()
    if process.stdout.readline() != "subscribed\n":
        raise SystemExit("The sockets could not subscribe.")
    return Sockets(process)


async def watch(url: str, token: str, job_id: str, number: int) -> None:
    """Print "subscribed" once all sockets are, and in the end what each has heard, as JSON."""
    waiting = [asyncio.Event() for _ in range(number)]
    listening = [asyncio.create_task(listen(url, token, job_id, subscribed)) for subscribed in waiting]
    for task, subscribed in zip(listening, waiting, strict=True):
        await asyncio.wait([task, asyncio.create_task(subscribed.wait())], return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            task.result()
    print("subscribed", flush=True)
    print(json.dumps(await asyncio.gather(*listening)))


async def listen(url: str, token: str, job_id: str, subscribed: asyncio.Event) -> dict[str, Any]:
    """Return how many messages of each type came, and the last snapshot."""
    from websockets.asyncio.client import connect

    counts: Counter[str] = Counter()
    headers = {"Authorization": f"Bearer {token}"}
    async with connect(f"{url}/ws/imports", additional_headers=headers) as socket:
        await socket.send(json.dumps({"type": "subscribe", "jobId": job_id}))
        async for text in socket:
            message = json.loads(text)
            counts[message["type"]] += 1
            if message["type"] == "subscribed":
                subscribed.set()
            if message["type"] in END:
                return {"counts": counts, "last": message["data"]}
    raise SystemExit("A socket was closed before the import was at its end.")


if __name__ == "__main__":
    asyncio.run(watch(sys.argv[1], sys.stdin.readline().strip(), sys.argv[2], int(sys.argv[3])))
