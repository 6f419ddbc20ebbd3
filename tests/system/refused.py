"""Files that no import takes, and the table of what a running system says of each.

python -m tests.system.refused http://127.0.0.1:8000 ana@acme.example PASSWORD
"""

from __future__ import annotations

import io
import sys
import zipfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import NamedTuple

import httpx

DATA = Path(__file__).parent.parent / "data"
ROW = b"ana@example.com,+12125550143,Harborlight Logistics,Head of Operations\r\n"
MB = 1024 * 1024


class Refused(NamedTuple):
    """A file, and how it is refused."""

    what: str
    filename: str
    content: Callable[[], bytes]
    status: int
    code: str
    words: str  # of the sentence


def zipped(**members: bytes) -> bytes:
    """Return an archive with these members; `__` in a name stands for a slash."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in members.items():
            file.writestr(name.replace("__", "/"), content)
    return archive.getvalue()


@cache
def zip_bomb() -> bytes:
    """Return a workbook of half a megabyte that unpacks to 600 MB."""
    archive = io.BytesIO(DATA.joinpath("numbers.xlsx").read_bytes())
    with zipfile.ZipFile(archive, "a", zipfile.ZIP_DEFLATED) as file, file.open("xl/media/bomb.bin", "w") as member:
        blank = bytes(MB)
        for _ in range(600):
            member.write(blank)
    return archive.getvalue()


def laughing_workbook() -> bytes:
    """Return a workbook whose sheet would be a billion laughs."""
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    sheet = f'<?xml version="1.0"?><!DOCTYPE s [<!ENTITY l0 "ha">{entities}]><worksheet>&l9;</worksheet>'
    source = zipfile.ZipFile(DATA / "numbers.xlsx")
    archive = io.BytesIO()
    with source, zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        for name in source.namelist():
            file.writestr(name, sheet if name.startswith("xl/worksheets/sheet") else source.read(name))
    return archive.getvalue()


REFUSED = (
    Refused(
        "a picture named .csv",
        "people.csv",
        lambda: b"\x89PNG\r\n\x1a\n" + bytes(5000),
        415,
        "unsupported_type",
        "Only CSV and Excel files allowed",
    ),
    Refused(
        "a program named .csv",
        "people.csv",
        lambda: b"MZ\x90\x00" + bytes(5000),
        415,
        "unsupported_type",
        "Only CSV and Excel files allowed",
    ),
    Refused(
        "JSON",
        "people.csv",
        lambda: b'[{"email": "ana@example.com"}]',
        415,
        "unsupported_type",
        "Only CSV and Excel files allowed",
    ),
    Refused(
        "an archive",
        "people.xlsx",
        lambda: zipped(readme=b"Hello"),
        415,
        "unsupported_type",
        "Only CSV and Excel files allowed",
    ),
    Refused(
        "a workbook with a password",
        "people.xlsx",
        (DATA / "password.xlsx").read_bytes,
        415,
        "password_protected",
        "password",
    ),
    Refused(
        "a workbook that was cut off",
        "people.xlsx",
        (DATA / "truncated.xlsx").read_bytes,
        400,
        "damaged_file",
        "damaged",
    ),
    Refused("nothing", "people.csv", lambda: b"", 400, "empty_file", "empty"),
    Refused("a header and nothing else", "people.csv", lambda: b"Email,Phone\r\n", 400, "empty_file", "no rows"),
    Refused("50 MB and a byte", "people.csv", lambda: (ROW * 800_000)[: 50 * MB + 1], 413, "file_too_large", "50 MB"),
    Refused("a workbook that unpacks to 600 MB", "people.xlsx", zip_bomb, 400, "unsafe_file", "500 MB"),
    Refused("a workbook with a billion laughs", "people.xlsx", laughing_workbook, 400, "unsafe_file", "entities"),
    Refused(
        "cells A1 and XFD1048576",
        "people.xlsx",
        (DATA / "last-cell-used.xlsx").read_bytes,
        413,
        "sheet_too_large",
        "too large",
    ),
)


def upload(client: httpx.Client, refused: Refused) -> httpx.Response:
    """Upload one of the files."""
    return client.post("/v1/imports/upload", files={"file": (refused.filename, refused.content())})


def main(url: str, email: str, password: str) -> None:
    """Print what the system at an address says of each file."""
    with httpx.Client(base_url=url, timeout=120) as client:
        token = client.post("/v1/auth/token", json={"email": email, "password": password}).json()["access"]
        client.headers["Authorization"] = f"Bearer {token}"
        print("| file | status | code | sentence |\n| --- | --- | --- | --- |")
        for refused in REFUSED:
            answer = upload(client, refused)
            told = answer.json()
            print(f"| {refused.what} | {answer.status_code} | `{told.get('code')}` | {told.get('error')} |")


if __name__ == "__main__":
    main(*sys.argv[1:])
