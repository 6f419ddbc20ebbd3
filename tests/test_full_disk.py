"""An upload that a disk has no room for: refused in a sentence at every door, nothing of it kept, all else goes on."""

from __future__ import annotations

import asyncio
import io
import random
import tempfile
from collections.abc import Iterator

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.handlers.asgi import ASGIHandler

from imports.models import ImportJob
from irisx import web
from irisx.accounts.authentication import issue_tokens
from irisx.accounts.tenancy import ALL, tenant_scope
from tests.disks import ROOM_BYTES, files_in, small_disk

REFUSAL = {
    "error": "There is no room left for the file on our side. Nothing of it was kept; please try again later.",
    "code": "storage_full",
}


@pytest.fixture
def disk(tmp_path):
    with small_disk(tmp_path / "disk") as folder:
        yield folder


@pytest.fixture(params=["as it comes in", "as it is read", "as it is kept"])
def stage(request, disk, settings, monkeypatch) -> Iterator[str]:
    """Where an upload meets the full disk."""
    if request.param == "as it comes in":
        settings.FILE_UPLOAD_TEMP_DIR = str(disk)
    elif request.param == "as it is read":
        settings.FILE_UPLOAD_TEMP_DIR = tempfile.gettempdir()
        monkeypatch.setattr(tempfile, "tempdir", str(disk))
    else:
        settings.STORAGES = {
            **settings.STORAGES,
            "default": {
                "BACKEND": "django.core.files.storage.FileSystemStorage",
                "OPTIONS": {"location": disk},
            },
        }
    return request.param


@pytest.fixture(scope="module")
def people() -> bytes:
    """A file of twice as much as there is room for, also where it is packed."""
    numbers = random.Random(1)
    rows = (f"{numbers.randbytes(12).hex()}@example.com" for _ in range(2 * ROOM_BYTES // 36))
    return "\r\n".join(["Email", *rows]).encode()


def stored_jobs() -> int:
    with tenant_scope(ALL):
        return ImportJob.objects.count()


def test_the_api_refuses_and_keeps_nothing(client, alice, disk, stage, people):
    headers = {"Authorization": f"Bearer {issue_tokens(alice)['access']}"}

    answer = client.post("/v1/imports/upload", {"file": SimpleUploadedFile("people.csv", people)}, headers=headers)

    assert (answer.status_code, answer.json()) == (507, REFUSAL)
    assert stored_jobs() == 0
    assert files_in(disk) == []
    assert client.get("/v1/imports", headers=headers).status_code == 200


def test_the_portal_says_so_at_the_file_and_keeps_nothing(client, alice, disk, stage, people):
    client.force_login(alice)
    form = {"duplicate_strategy": "skip", "duplicate_match_fields": "email,phone"}

    answer = client.post("/imports/new/", {**form, "file": SimpleUploadedFile("people.csv", people)})

    assert answer.status_code == 200
    assert f"data-drop-error>{REFUSAL['error']}<" in answer.content.decode()
    assert stored_jobs() == 0
    assert files_in(disk) == []
    assert client.get("/imports/").status_code == 200


def test_a_body_that_has_no_room_before_anybody_looks_at_it_is_refused(disk, monkeypatch):
    """Django copies the body to the temporary folder before it calls anything of ours."""
    monkeypatch.setattr(tempfile, "tempdir", str(disk))
    sent = []

    async def application(scope, receive, send):
        await ASGIHandler().read_body(receive)

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "headers": [], "irisx.body": io.BytesIO(bytes(2 * ROOM_BYTES))}
    asyncio.run(web.with_body_from_disk(application)(scope, None, send))

    assert [message.get("status") for message in sent] == [507, None]
    assert files_in(disk) == []
