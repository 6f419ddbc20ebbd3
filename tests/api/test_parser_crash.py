"""A file that kills whoever reads it is refused at the door, and nobody else notices."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from django.core.files.storage import default_storage

from imports import reading
from imports.models import ImportJob
from irisx.accounts.tenancy import ALL, tenant_scope

pytestmark = pytest.mark.django_db


def test_a_file_that_kills_its_parser_is_tried_once_and_leaves_nothing(api, alice, upload, monkeypatch, tmp_path):
    client, tries = api(alice), tmp_path / "tries"
    program = f"import os; open({str(tries)!r}, 'a').write('.'); os.abort()"

    with monkeypatch.context() as poisoned:
        poisoned.setattr(reading, "CHILD", (sys.executable, "-c", program))
        refused = upload(client, "Email\nana@example.com\n")
    accepted = upload(client, "Email\nana@example.com\n")

    assert (refused.status_code, refused.json()["code"]) == (400, "parser_crashed")
    assert tries.read_text() == "."
    assert accepted.status_code == 201
    with tenant_scope(ALL):
        (job,) = ImportJob.objects.all()
    kept = [path for path in Path(default_storage.location).rglob("*") if path.is_file()]
    assert {path.name for path in kept} == {Path(name).name for name in (job.file_path, job.rows_path)}
