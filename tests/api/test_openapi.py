"""The OpenAPI document is valid and whole: words, examples and refusals for every address."""

from __future__ import annotations

import re
from io import StringIO
from itertools import chain
from typing import Any

import jsonschema_rs
import pytest
from django.contrib.staticfiles import finders
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from drf_spectacular.generators import SchemaGenerator
from rest_framework import serializers

from irisx.openapi import METHODS, TAGS

DOCUMENT: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)
OPERATIONS = {
    f"{method.upper()} {path}": operation
    for path, operations in DOCUMENT["paths"].items()
    for method, operation in operations.items()
    if method in METHODS
}


def resolved(part: dict[str, Any]) -> dict[str, Any]:
    """Return what a part of the document says, or what it refers to."""
    while "$ref" in part:
        found = DOCUMENT
        for key in part["$ref"].removeprefix("#/").split("/"):
            found = found[key]
        part = found
    return part


def as_json_schema(part: Any) -> Any:
    """Return a schema of OpenAPI 3.0 as JSON Schema, which has null among its types."""
    if isinstance(part, list):
        return [as_json_schema(inner) for inner in part]
    if not isinstance(part, dict):
        return part
    schema = {key: as_json_schema(inner) for key, inner in part.items() if key != "nullable"}
    return {"anyOf": [schema, {"type": "null"}]} if part.get("nullable") is True else schema


def test_document_is_valid_and_nothing_of_it_is_guessed():
    output = StringIO()

    call_command("spectacular", "--validate", "--fail-on-warn", stdout=output)

    assert output.getvalue().startswith("openapi: 3")


def test_document_is_served_as_json_to_anybody():
    answer = Client().get("/v1/schema")

    assert (answer.status_code, answer["Content-Type"]) == (200, "application/json")
    assert answer.json()["paths"].keys() == DOCUMENT["paths"].keys()
    assert answer.json()["components"]["securitySchemes"]["jwtAuth"]["scheme"] == "bearer"


@pytest.mark.parametrize("name", OPERATIONS)
def test_operation_is_described_with_words_and_examples(name):
    operation = OPERATIONS[name]

    assert operation["summary"]
    assert operation["operationId"]
    assert set(operation["tags"]) <= {tag["name"] for tag in TAGS}
    for media_type, content in operation.get("requestBody", {"content": {}})["content"].items():
        if media_type == "application/json":
            assert content.get("examples"), "an example of the body"
    for status, response in operation["responses"].items():
        if status.startswith("2") and status != "204":
            for media_type, content in response["content"].items():
                is_binary = content["schema"].get("format") == "binary"
                assert content.get("examples") or is_binary, f"an example of {status} as {media_type}"


@pytest.mark.parametrize("name", OPERATIONS)
def test_operation_says_how_it_refuses(name):
    responses = OPERATIONS[name]["responses"]

    expected = {"400", "401", "429", "500", "503"}
    if not name.endswith(("/v1/auth/token", "/v1/auth/token/refresh")):
        expected |= {"404"}
    if "requestBody" in OPERATIONS[name]:
        expected |= {"413", "415"}
    assert expected <= responses.keys()
    for status, response in responses.items():
        if status >= "4":
            whole = resolved(response)
            assert whole["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/Error"}
            assert "X-Request-ID" in whole["headers"]
            assert ("Retry-After" in whole["headers"]) == (status in ("429", "503"))


def test_what_starts_imports_takes_an_idempotency_key():
    taking = {
        name
        for name, operation in OPERATIONS.items()
        if "Idempotency-Key" in {parameter["name"] for parameter in operation.get("parameters", [])}
    }
    assert taking == {
        "POST /v1/imports/upload",
        "POST /v1/imports/google/sheet",
        "POST /v1/imports/airtable/table",
        "POST /v1/imports/bulk",
        "POST /v1/imports/pasted",
        "POST /v1/imports/{job_id}/confirm",
        "POST /v1/imports/{job_id}/corrections",
        "POST /v1/imports/{job_id}/resume",
        "POST /v1/imports/{job_id}/retry",
        "POST /v1/imports/schedules",
        "POST /v1/imports/schedules/{schedule_id}/run",
    }
    for name in taking:
        assert {"409", "422"} <= OPERATIONS[name]["responses"].keys()


def examples():
    """Yield (operation and example, schema, value)."""
    for name, operation in OPERATIONS.items():
        bodies = operation.get("requestBody", {"content": {}})["content"].items()
        answers = chain(
            *(resolved(response).get("content", {}).items() for response in operation["responses"].values())
        )
        for media_type, content in chain(bodies, answers):
            if media_type == "application/json":
                for title, example in content.get("examples", {}).items():
                    yield f"{name}: {title}", content["schema"], example["value"]


@pytest.mark.parametrize(("schema", "value"), [case[1:] for case in examples()], ids=[case[0] for case in examples()])
def test_example_is_what_the_document_says(schema, value):
    whole = as_json_schema({**schema, "components": DOCUMENT["components"]})

    jsonschema_rs.validator_for(whole).validate(value)


# Mass assignment -----------------------------------------------------------------------------------------------------

OURS = {"id", "tenant", "tenant_id", "user", "user_id", "owner", "created_at", "updated_at", "is_staff", "is_superuser"}


def body_properties():
    """Yield (operation, property) of everything that a body may name."""
    for name, operation in OPERATIONS.items():
        for content in operation.get("requestBody", {"content": {}})["content"].values():
            for key, value in resolved(content["schema"]).get("properties", {}).items():
                yield name, key, resolved(value)


def test_no_body_may_name_what_is_ours_to_say():
    assert [(name, key) for name, key, _ in body_properties() if key in OURS] == []


def test_no_serializer_that_reads_a_body_writes_a_row_by_itself():
    """Bodies are read by shapes, and services write: there is nothing that assigns what it is given."""

    def subclasses(parent):
        for child in parent.__subclasses__():
            yield child
            yield from subclasses(child)

    writing = {
        f"{serializer.__module__}.{serializer.__name__}"
        for serializer in subclasses(serializers.ModelSerializer)
        if serializer.__module__.startswith(("imports", "contacts", "irisx"))
        and any(not field.read_only for field in serializer().fields.values())
    }
    assert writing == set()


# The page ------------------------------------------------------------------------------------------------------------


def test_page_loads_what_is_ours_and_nothing_inline():
    answer = Client().get(reverse("api-docs"))
    html = answer.content.decode()

    assert answer.status_code == 200
    assert "unsafe" not in answer["Content-Security-Policy"]
    loaded = re.findall(r'(?:src|href)="([^"]+)"', html)
    assert all(finders.find(path.removeprefix("/static/")) for path in loaded if path.startswith("/static/"))
    assert [path for path in loaded if not path.startswith(("/static/", "/v1/"))] == []
    assert re.findall(r"<script(?![^>]* src=)|<style| style=| on\w+=", html) == []
