"""How many requests a minute are taken, and what becomes of one too many."""

from __future__ import annotations

import socket

import pytest
import time_machine

from irisx import throttling

pytestmark = pytest.mark.django_db

NOON = 1_800_000_000 - 1_800_000_000 % 60


@pytest.fixture(autouse=True)
def _counts_begin_with_nought(servers, settings):
    client = throttling._redis(settings.REDIS_URL)
    yield
    for minute in (NOON // 60, NOON // 60 + 1):
        if keys := list(client.scan_iter(f"irisx-requests:*:{minute}")):
            client.delete(*keys)


@pytest.fixture
def client(api, alice, settings):
    settings.API_REQUESTS_PER_MINUTE = {"reads": 3, "writes": 1}
    with time_machine.travel(NOON + 20, tick=False):
        return api(alice)


def statuses(client, count, method="get", at=NOON + 20):
    with time_machine.travel(at, tick=False):
        answers = [getattr(client, method)("/v1/imports/mappings") for _ in range(count)]
    return [answer.status_code for answer in answers], answers[-1]


def test_one_request_too_many_is_asked_to_come_back_in_the_next_minute(client):
    codes, last = statuses(client, 4)

    assert codes == [200, 200, 200, 429]
    assert last.json() == {
        "error": "You have sent too many requests. Retry-After says when to go on.",
        "code": "too_many_requests",
    }
    assert int(last["Retry-After"]) == 41
    assert statuses(client, 1, at=NOON + 60)[0] == [200]


def test_writes_are_counted_apart(client):
    statuses(client, 3)

    assert statuses(client, 2, "post")[0] == [400, 429]


def test_each_user_has_a_count_of_their_own(client, api, bob):
    statuses(client, 4)
    with time_machine.travel(NOON + 20, tick=False):
        other = api(bob)

    assert statuses(other, 1)[0] == [200]


def test_who_is_not_let_in_is_not_counted(client):
    client.defaults["HTTP_AUTHORIZATION"] = "Bearer nonsense"

    assert statuses(client, 5)[0] == [401] * 5


def test_without_redis_everybody_is_let_in_and_the_log_says_so_once_a_minute(
    client, settings, tmp_path, caplog, monkeypatch
):
    monkeypatch.setattr(throttling.RequestsPerUser, "_last_complaint", -1e9)
    settings.REDIS_URL = f"unix://{tmp_path}/nothing.sock"

    assert statuses(client, 5)[0] == [200] * 5
    assert caplog.text.count("Requests are not counted (ConnectionError)") == 1


def test_a_time_out_that_its_client_stumbles_over_lets_everybody_in(client, monkeypatch):
    def stumble(key):
        raise ValueError("I/O operation on closed file.")

    monkeypatch.setattr(throttling, "_raised", stumble)

    assert statuses(client, 1)[0] == [200]


def test_redis_that_hangs_holds_a_request_up_for_a_moment_only(client, settings, tmp_path, monkeypatch):
    with socket.socket(socket.AF_UNIX) as silent:
        silent.bind(str(tmp_path / "silent.sock"))
        silent.listen()
        settings.REDIS_URL = f"unix://{tmp_path}/silent.sock"

        assert statuses(client, 1)[0] == [200]
