from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from imports import runner
from irisx.accounts.authentication import issue_tokens


@pytest.fixture
def api():
    """Make a client that sends a user's access token, as programs do."""

    def client_of(user) -> APIClient:
        return APIClient(HTTP_AUTHORIZATION=f"Bearer {issue_tokens(user)['access']}")

    return client_of


@pytest.fixture
def upload():
    """Send a file to /v1/imports/upload as a client would, with form fields beside it."""

    def send(client, content: bytes | str, *, name: str = "people.csv", **fields):
        body = content.encode() if isinstance(content, str) else content
        return client.post("/v1/imports/upload", {"file": SimpleUploadedFile(name, body), **fields}, format="multipart")

    return send


@pytest.fixture
def finished(upload):
    """Upload a file, confirm it (as suggested, without a mapping) and do the worker's part. Returns the job."""

    def run(client, content: bytes | str, *, mapping: dict | None = None, name: str = "people.csv", **fields):
        uploaded = upload(client, content, name=name, **fields)
        assert uploaded.status_code == 201, uploaded.content
        url = f"/v1/imports/{uploaded.json()['id']}"
        body = {"field_mapping": mapping} if mapping else {"accept_suggested": True}
        confirmed = client.post(f"{url}/confirm", body, format="json")
        assert confirmed.status_code == 202, confirmed.content
        runner.run_to_end(uploaded.json()["id"])
        return client.get(url).json()

    return run
