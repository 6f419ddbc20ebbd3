"""Whatever is sent to whatever address: no answer of 500, and none that the OpenAPI document does not describe.

Requests are made from the document by schemathesis, the same ones in each run. For more of them, and other ones:

    FUZZ_EXAMPLES=500 FUZZ_SEED=7 .venv/bin/python -m pytest tests/api/test_fuzz.py
"""

from __future__ import annotations

import os
import random
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

import hypothesis
import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from drf_spectacular.generators import SchemaGenerator
from schemathesis import checks
from schemathesis.config import SchemathesisConfig

from imports import runner, storage
from imports.models import ImportJob
from irisx.accounts.models import User
from irisx.accounts.tenancy import ALL, tenant_scope
from tests.factories import make_saved_mapping, make_webhook_delivery, make_webhook_endpoint

pytestmark = [
    pytest.mark.django_db,
    # WSGI takes in at once what would be streamed.
    pytest.mark.filterwarnings("ignore:StreamingHttpResponse must consume asynchronous iterators"),
]

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "10"))  # for each operation, besides those that the document gives
SEED = int(os.environ.get("FUZZ_SEED", "1"))

schema = schemathesis.openapi.from_dict(
    SchemaGenerator().get_schema(request=None, public=True),
    config=SchemathesisConfig.from_dict(
        {"phases": {"coverage": {"enabled": "FUZZ_EXAMPLES" in os.environ}}, "generation": {"mode": "all"}}
    ),
)
schema.app = get_wsgi_application()

CHECKS = [
    checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]


@contextmanager
def undone():
    """Take back what the request inside the block stores; its connection stays open, with the test's transaction."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    try:
        with transaction.atomic():
            yield
            transaction.set_rollback(True)
    finally:
        for signal in signals:
            signal.connect(close_old_connections)


@pytest.fixture
def client(api, acme, settings):
    # Without a client of its own at Google, the right answer is 503. Nobody has connected, so Google is not asked.
    settings.GOOGLE_CLIENT_ID = settings.GOOGLE_CLIENT_SECRET = "a client"
    # Without a password: hashing one would take most of the time.
    return api(User.objects.create_user("alice@acme.example", tenant=acme))


@pytest.fixture
def objects(client, acme, tmp_path) -> dict[str, list[str]]:
    """One of each thing that an address can name: path parameter → ids."""

    contacts = [{"email": "ana@example.com"}, {"email": "ben"}]
    done = client.post("/v1/imports/bulk", {"contacts": contacts}, format="json").json()["id"]
    runner.run_to_end(UUID(done))
    return {
        "job_id": [done, pending_like(done, tmp_path)],
        "mapping_id": [str(make_saved_mapping(acme).pk)],
        "endpoint_id": [str(make_webhook_endpoint(acme).pk)],
        "delivery_id": [str(make_webhook_delivery(acme).pk)],
    }


def pending_like(job_id: str, folder: Path) -> str:
    """Make a pending import of a file with the columns of another, without waiting for a child process to read it."""
    (folder / "people.csv").write_text("email\nana@example.com\nben\n")
    with tenant_scope(ALL):
        job = ImportJob.objects.get(pk=job_id)
        copy = ImportJob(
            tenant=job.tenant,
            source_type="csv",
            filename="people.csv",
            total_rows=job.total_rows,
            columns=job.columns,
            duplicate_match_fields=job.duplicate_match_fields,
            rows_path=job.rows_path,
        )
        copy.file_path = storage.keep(folder / "people.csv", job_id=copy.pk, kind="source")
        copy.save()
    return str(copy.pk)


@schema.parametrize()
@hypothesis.seed(SEED)
@hypothesis.settings(
    max_examples=EXAMPLES,
    database=None,
    deadline=None,
    suppress_health_check=list(hypothesis.HealthCheck),
)
def test_answers_are_as_documented(case, objects, client):
    chance = random.Random(case.id)
    for name, ids in objects.items():
        if name in case.path_parameters and chance.random() < 0.7:
            case.path_parameters[name] = chance.choice(ids)
    with undone():
        case.call_and_validate(headers={"Authorization": client.defaults["HTTP_AUTHORIZATION"]}, checks=CHECKS)
