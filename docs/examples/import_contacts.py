"""Import a file of contacts into IRISX: upload it, confirm it, watch it, and fetch the rows that failed.

pip install httpx websockets
IRISX_EMAIL=… IRISX_PASSWORD=… python import_contacts.py people.csv --url https://imports.example.com
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

ENDS = ("completed", "failed", "cancelled")


def main() -> None:
    given = arguments()
    with httpx.Client(base_url=given.url, timeout=120) as client:
        sign_in(client, os.environ["IRISX_EMAIL"], os.environ["IRISX_PASSWORD"])
        job = upload(client, given.file)
        for column in job["mapping"]:
            print(f"{column['header']} → {column['field'] or 'not imported'}: {column['reason']}")
        confirm(client, job["id"])
        ended = asyncio.run(follow(given.url, client.headers["Authorization"], job["id"]))
        print(
            f"{ended['status']}: {ended['processed_rows']} of {ended['total_rows']} rows = "
            f"{ended['created_count']} created + {ended['updated_count']} updated + "
            f"{ended['unchanged_count']} unchanged + {ended['skipped_count']} skipped + {ended['error_count']} failed"
        )
        if ended["error_count"] or ended["skipped_count"]:
            download_errors(client, job["id"], given.errors)
            print(f"What failed or was skipped is in {given.errors}, with the reasons.")
    if ended["status"] != "completed":
        sys.exit(1)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Import a file of contacts into IRISX.")
    parser.add_argument("file", type=Path, help="CSV, TSV, XLSX or XLS")
    parser.add_argument("--url", default="http://127.0.0.1:8000")
    parser.add_argument("--errors", type=Path, default=Path("errors.csv"), help="where to write what failed")
    return parser.parse_args()


def sign_in(client: httpx.Client, email: str, password: str) -> None:
    """Get a token and send it with all that follows. It ends after 30 minutes."""
    tokens = answer(client.post("/v1/auth/token", json={"email": email, "password": password}))
    client.headers["Authorization"] = f"Bearer {tokens['access']}"


def upload(client: httpx.Client, path: Path) -> dict[str, Any]:
    """Upload a file and return the import, which waits to be confirmed."""
    return send(client, "/v1/imports/upload", files={"file": (path.name, path.read_bytes())})


def confirm(client: httpx.Client, job_id: str) -> dict[str, Any]:
    """Start the import under the mapping that was suggested."""
    return send(client, f"/v1/imports/{job_id}/confirm", json={"accept_suggested": True})


def send(client: httpx.Client, path: str, **content: Any) -> dict[str, Any]:
    """Send a POST, three times if need be. The key makes sure that it is done once, whatever was lost on the way."""
    headers = {"Idempotency-Key": str(uuid4())}
    for _ in range(2):
        try:
            return answer(client.post(path, headers=headers, **content))
        except httpx.TransportError as error:
            print(f"Trying again: {error}", file=sys.stderr)
    return answer(client.post(path, headers=headers, **content))


async def follow(url: str, authorization: str, job_id: str) -> dict[str, Any]:
    """Show how far the import is until it is at its end, and return its last numbers.

    When the connection is lost, connect() tries again, after a pause that grows. The answer to "subscribe" says how
    things are at that moment, so nothing is missed.
    """
    socket_url = f"{url.replace('http', 'ws', 1)}/ws/imports"
    async for socket in connect(socket_url, additional_headers={"Authorization": authorization}):
        try:
            await socket.send(json.dumps({"type": "subscribe", "jobId": job_id}))
            async for text in socket:
                message = json.loads(text)
                if message["type"] == "error":
                    raise SystemExit(message["message"])
                progress: dict[str, Any] = message["data"]
                print(f"{progress['progress_percent']} %, {progress['processed_rows']} rows", file=sys.stderr)
                if progress["status"] in ENDS:
                    return progress
        except ConnectionClosed as closed:
            if closed.rcvd is not None and closed.rcvd.code == 4401:
                raise SystemExit("The token is not valid any more.") from closed
    raise AssertionError("connect() tries again without end.")


def download_errors(client: httpx.Client, job_id: str, path: Path) -> None:
    """Write the error log, piece by piece: it may be as long as the file was."""
    with client.stream("GET", f"/v1/imports/{job_id}/errors") as response, path.open("wb") as file:
        response.raise_for_status()
        for piece in response.iter_bytes():
            file.write(piece)


def answer(response: httpx.Response) -> dict[str, Any]:
    """Return what was answered; say what is wrong, if anything is, and stop."""
    content: dict[str, Any] = response.json()
    if not response.is_success:
        raise SystemExit(f"{content['error']} ({content['code']}, request {response.headers['X-Request-ID']})")
    return content


if __name__ == "__main__":
    main()
