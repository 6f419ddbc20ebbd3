"""Each request has an id, in the answer and in the log."""

from __future__ import annotations

import asyncio
import logging
from uuid import UUID

import pytest
from django.conf import settings
from django.test import AsyncClient, Client

from irisx.request_ids import WithRequestId

pytestmark = pytest.mark.django_db


@pytest.fixture
def lines(caplog):
    """The log's lines as the console has them."""
    caplog.handler.addFilter(WithRequestId())
    formatter = logging.Formatter(settings.LOGGING["formatters"]["plain"]["format"], style="{")
    return lambda: [formatter.format(record) for record in caplog.records]


@pytest.mark.parametrize("path", ["/healthz", "/v1/imports", "/v1/nothing", "/sign-in/"])
def test_answer_has_a_new_id(path):
    first, second = (Client().get(path)["X-Request-ID"] for _ in range(2))

    assert UUID(first).version == 7
    assert first != second


@pytest.mark.parametrize("given", ["abc-123", "Root=1-67891233-abcdef012345678912345678", "x" * 128])
def test_id_of_the_client_is_taken(given):
    assert Client().get("/v1/imports", headers={"X-Request-ID": given})["X-Request-ID"] == given


@pytest.mark.parametrize("given", ["", "x" * 129, "two words", "a\tb", "é", "[1] ERROR all is lost", '"'])
def test_id_that_could_forge_the_log_is_not_taken(given):
    assert Client().get("/v1/imports", headers={"X-Request-ID": given})["X-Request-ID"] != given


def test_lines_of_the_log_have_the_id(lines):
    Client().get("/v1/nothing", headers={"X-Request-ID": "abc-123"})

    assert any("django.request [abc-123] Not Found: /v1/nothing" in line for line in lines())


async def ask(number: int) -> tuple[str, str]:
    answer = await AsyncClient().get("/v1/nothing", headers={"X-Request-ID": f"id-{number}"})
    return f"id-{number}", answer["X-Request-ID"]


def test_ids_of_requests_at_once_are_kept_apart(lines):
    async def ask_at_once():
        return await asyncio.gather(*(ask(number) for number in range(5)))

    answers = asyncio.run(ask_at_once())

    assert all(sent == received for sent, received in answers)
    for number in range(5):
        assert any(f"[id-{number}] Not Found" in line for line in lines())
