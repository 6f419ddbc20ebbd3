"""Whatever goes wrong under /v1/ is answered in JSON, with a sentence and a code."""

from __future__ import annotations

import json

import pytest
from django.db import DatabaseError, OperationalError
from django.test import Client

from imports import history, services
from imports.engine.errors import SourceRejected
from irisx import api as api_module
from irisx import health
from irisx.refusals import Unavailable

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(api, alice):
    return api(alice)


def said(answer):
    assert answer["Content-Type"] == "application/json"
    body = json.loads(answer.content)
    assert body["error"]
    return answer.status_code, body["code"]


@pytest.mark.parametrize("debug", [True, False])
@pytest.mark.parametrize("path", ["/v1/", "/v1/nothing", "/v1/imports/", "/v1/imports/7", "/v1/imports/upload/again"])
def test_an_unknown_address_of_the_api_answers_in_json(client, settings, path, debug):
    settings.DEBUG = debug

    assert said(client.get(path)) == (404, "not_found")
    assert said(client.post(path, {}, format="json")) == (404, "not_found")


def test_unknown_address_elsewhere_is_a_page(client):
    assert client.get("/nothing").headers["Content-Type"].startswith("text/html")


@pytest.mark.parametrize("method", ["put", "patch", "delete", "post", "options", "trace"])
def test_method_that_is_not_there(client, method):
    answer = client.generic(method.upper(), "/v1/imports")

    assert said(answer) == (405, "method_not_allowed")
    assert "GET" in answer["Allow"]


def test_body_of_another_type(client):
    answer = client.generic("POST", "/v1/imports/upload", "a,b", content_type="text/csv")

    assert said(answer) == (415, "unsupported_media_type")


@pytest.mark.parametrize(
    "body",
    [
        "{",
        "",
        '{"email": NaN}',
        '{"email": 1e400}',
        '{"email": 1e-999999999999999999999}',
        '{"email": "a", "email": "b"}',
        '{"email": ' + "9" * 5_000 + "}",
        "[" * 100_000,
        '{"a":' * 100_000,
        r'{"email": "\u0000"}',
        r'{"email": "\ud800"}',
        r'{"\u0000": 1}',
        "\xff",
    ],
)
def test_body_that_is_no_json(body):
    answer = Client().post("/v1/auth/token", body.encode("latin1"), content_type="application/json")

    assert answer.status_code == 400
    assert said(answer)[1] in ("malformed_json", "invalid_value", "malformed")


def test_multipart_without_a_boundary(client):
    answer = client.generic("POST", "/v1/imports/upload", "x", content_type="multipart/form-data")

    assert said(answer) == (400, "malformed")


def test_more_form_fields_than_anyone_needs(client):
    fields = {f"field{number}": "x" for number in range(2_000)}

    assert said(client.post("/v1/imports/upload", fields, format="multipart"))[0] == 400


@pytest.mark.parametrize("accept", ["text/csv", "text/html", "nonsense"])
def test_answer_is_json_whatever_is_accepted(client, accept):
    assert client.get("/v1/imports", HTTP_ACCEPT=accept).status_code == 200
    assert said(client.get("/v1/imports/7", HTTP_ACCEPT=accept)) == (404, "not_found")


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("unsupported_type", 415),
        ("password_protected", 415),
        ("damaged_file", 400),
        ("empty_file", 400),
        ("file_too_large", 413),
        ("sheet_too_large", 413),
        ("unsafe_file", 400),
        ("parser_crashed", 400),
    ],
)
def test_each_rejection_of_a_file_has_its_status(client, upload, monkeypatch, code, status):
    def reject(*args, **kwargs):
        raise SourceRejected(code, "Not this one.", limit=7)

    monkeypatch.setattr(services, "create_job", reject)

    answer = upload(client, "Email\n")

    assert answer.status_code == status
    assert answer.json() == {"error": "Not this one.", "code": code, "limit": 7}


def test_busy_readers_ask_to_come_back(client, upload, monkeypatch):
    def refuse(*args, **kwargs):
        raise Unavailable("reading_busy", "Too many files are being read at the moment. Please try again.")

    monkeypatch.setattr(services, "create_job", refuse)

    answer = upload(client, "Email\n")

    assert said(answer) == (503, "reading_busy")
    assert int(answer["Retry-After"]) > 0


def test_a_database_that_is_away_is_said_without_its_own_words(client, monkeypatch):
    def fail(*args, **kwargs):
        raise OperationalError("connection refused")

    monkeypatch.setattr(history, "matching", fail)

    answer = client.get("/v1/imports")

    assert said(answer) == (503, "database_unavailable")
    assert int(answer["Retry-After"]) > 0
    assert "refused" not in answer.json()["error"]


@pytest.mark.parametrize("debug", [True, False])
def test_our_own_mistake_is_told_without_its_details(client, settings, monkeypatch, caplog, debug):
    settings.DEBUG = debug

    def fail(*args, **kwargs):
        raise DatabaseError('relation "secret" does not exist')

    monkeypatch.setattr(history, "matching", fail)

    answer = client.get("/v1/imports")

    assert said(answer) == (500, "internal_error")
    assert "secret" not in answer.content.decode()
    assert "secret" in caplog.text


def test_mistake_outside_of_api_views_is_told_in_json(rf):
    assert said(api_module.server_error(rf.get("/v1/imports"))) == (500, "internal_error")
    assert said(api_module.bad_request(rf.get("/v1/imports"), Exception())) == (400, "malformed")
    assert api_module.server_error(rf.get("/imports"))["Content-Type"].startswith("text/html")


def test_host_that_is_not_ours(client, settings):
    settings.DEBUG = False

    assert said(client.get("/v1/imports", HTTP_HOST="evil.example")) == (400, "malformed")


# Health --------------------------------------------------------------------------------------------------------------


def test_healthy_and_ready(servers):
    assert Client().get("/healthz").json() == {"status": "ok"}
    answer = Client().get("/readyz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok", "database": "ok", "redis": "ok"})


def test_ready_without_redis(settings, tmp_path):
    settings.REDIS_URL = f"unix://{tmp_path}/nothing.sock"

    answer = Client().get("/readyz")

    assert (answer.status_code, answer.json()["redis"]) == (200, "degraded")


def test_not_ready_without_the_database(monkeypatch):
    class Away:
        def cursor(self):
            raise OperationalError("connection refused")

    monkeypatch.setattr(health, "connection", Away())

    assert Client().get("/readyz").status_code == 503
    assert Client().get("/healthz").status_code == 200
