"""The WebSocket /ws/imports, on the real channel layer."""

from __future__ import annotations

import asyncio
import functools
import json
from datetime import timedelta
from uuid import uuid4

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from channels.layers import get_channel_layer
from channels.testing import WebsocketCommunicator
from django.db import OperationalError
from django.test import Client
from rest_framework_simplejwt.tokens import AccessToken

from imports import consumers, progress
from imports.consumers import ImportProgressConsumer
from imports.models import ImportJob
from irisx.accounts.authentication import issue_tokens
from irisx.accounts.tenancy import ALL, tenant_scope
from irisx.asgi import application
from tests.factories import make_job

pytestmark = pytest.mark.django_db

OWN_PAGE = "http://testserver"


def in_loop(test):
    """Run a test in an event loop; what it does in the database happens in the test's own thread and transaction."""

    @functools.wraps(test)
    def run(*args, **kwargs):
        async_to_sync(test)(*args, **kwargs)

    return run


@pytest.fixture(autouse=True)
def _surroundings(servers, monkeypatch):
    """Have Redis up, and the test's transaction left open: channels closes connections that are in one."""
    monkeypatch.setattr("channels.db.close_old_connections", lambda: None)


def socket(*, origin=None, session=None, token=None, path="/ws/imports"):
    headers = [(b"host", b"testserver")]
    if origin is not None:
        headers.append((b"origin", origin.encode()))
    if session is not None:
        headers.append((b"cookie", f"sessionid={session}".encode()))
    if token is not None:
        headers.append((b"authorization", f"Bearer {token}".encode()))
    return WebsocketCommunicator(application, path, headers=headers)


def session_of(user):
    browser = Client()
    browser.force_login(user)
    return browser.cookies["sessionid"].value


def token_of(user):
    return issue_tokens(user)["access"]


async def opened(**how):
    client = socket(**how)
    is_open, _ = await client.connect(timeout=5)
    assert is_open
    return client


async def ask(client, message):
    text = message if isinstance(message, str) else json.dumps(message)
    await client.send_input({"type": "websocket.receive", "text": text})
    return await client.receive_json_from(timeout=5)


async def subscribe(client, job_id):
    return await ask(client, {"type": "subscribe", "jobId": str(job_id)})


async def close_code(client):
    """Return the code that the server closes with, and see that nothing was sent before."""
    closing = await client.receive_output(timeout=5)
    assert closing["type"] == "websocket.close"
    return closing["code"]


def change(job, **values):
    """Change a job as its runner would, and tell those who watch."""
    with tenant_scope(ALL):
        ImportJob.objects.filter(pk=job.pk).update(**values)
        progress.publisher.publish(ImportJob.objects.get(pk=job.pk))


# At the handshake ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "origin",
    [
        "http://evil.example",
        "https://evil.example",
        "http://testserver.evil.example",
        "http://testserver:8001",  # another port is another site, though it shares our cookies
        "http://evil.example:80@testserver:8001",
        "null",
        "",
        "file://",
        "http://testserver:port",
    ],
)
def test_socket_from_another_sites_page_is_refused(alice, origin):
    session = session_of(alice)

    @in_loop
    async def scenario():
        assert not is_open(await socket(origin=origin, session=session).connect(timeout=5))
        assert not is_open(await socket(origin=origin, token=await sync_to_async(token_of)(alice)).connect(timeout=5))

    scenario()


def is_open(connected):
    return connected[0]


@pytest.mark.parametrize(
    ("allowed_hosts", "host", "origin", "is_ours"),
    [
        (["irisx.example"], "irisx.example", "https://irisx.example", True),
        (["irisx.example"], "irisx.example:443", "https://irisx.example", True),
        (["irisx.example"], "10.0.0.7:8000", "https://irisx.example", True),  # a proxy changed Host
        ([".irisx.example"], "10.0.0.7:8000", "https://app.irisx.example", True),
        (["irisx.example"], "10.0.0.7:8000", "https://irisx.example:8443", False),
        (["irisx.example"], "irisx.example", "https://other.example", False),
        (["*"], "irisx.example", "https://irisx.example", True),
        (["*"], "irisx.example", "https://evil.example", False),
        (["127.0.0.1"], "127.0.0.1:8000", "http://127.0.0.1:8000", True),
        (["127.0.0.1"], "127.0.0.1:8000", "http://127.0.0.1:9000", False),
        (["[::1]"], "[::1]:8000", "http://[::1]:8000", True),
    ],
)
def test_allowed_origin(settings, allowed_hosts, host, origin, is_ours):
    from irisx.accounts.sockets import is_allowed_origin

    settings.ALLOWED_HOSTS = allowed_hosts

    assert is_allowed_origin({"host": host, "origin": origin}) is is_ours


@in_loop
async def test_address_without_a_consumer_is_refused():
    assert not is_open(await socket(path="/ws/nothing").connect(timeout=5))


def test_session_counts_from_our_own_page(alice, acme):
    session, job = session_of(alice), make_job(acme)

    @in_loop
    async def scenario():
        client = await opened(origin=OWN_PAGE, session=session)
        assert (await subscribe(client, job.pk))["type"] == "subscribed"
        await client.disconnect()

    scenario()


def test_session_without_a_page_does_not_count(alice, acme):
    session, job = session_of(alice), make_job(acme)

    @in_loop
    async def scenario():
        client = await opened(session=session)
        assert (await subscribe(client, job.pk))["code"] == "not_authenticated"
        await client.disconnect()

    scenario()


def test_bearer_header_counts(alice, acme):
    token, job = token_of(alice), make_job(acme)

    @in_loop
    async def scenario():
        client = await opened(token=token)
        assert (await subscribe(client, job.pk))["type"] == "subscribed"
        await client.disconnect()

    scenario()


def test_wrong_bearer_header_is_told_by_the_close_code(alice):
    expired = AccessToken.for_user(alice)
    expired.set_exp(lifetime=timedelta(seconds=-1))
    refresh = issue_tokens(alice)["refresh"]

    @in_loop
    async def scenario():
        for token in ("nonsense", str(expired), refresh):
            assert await close_code(await opened(token=token)) == 4401

    scenario()


# Who is there --------------------------------------------------------------------------------------------------------


def test_anonymous_socket_authenticates_by_message(alice, acme):
    token, job = token_of(alice), make_job(acme)

    @in_loop
    async def scenario():
        client = await opened()
        assert await subscribe(client, job.pk) == {
            "type": "error",
            "code": "not_authenticated",
            "message": "Send authenticate with a token first.",
            "jobId": str(job.pk),
        }
        assert await ask(client, {"type": "authenticate", "token": token}) == {"type": "authenticated"}
        assert (await subscribe(client, job.pk))["type"] == "subscribed"
        await client.disconnect()

    scenario()


@pytest.mark.parametrize("token", ["nonsense", "", "\ud800", "ÿ.ÿ.ÿ"])
@in_loop
async def test_wrong_token_closes_the_socket(token):
    client = await opened()
    await client.send_to(text_data=json.dumps({"type": "authenticate", "token": token}))

    assert await close_code(client) == 4401


@in_loop
async def test_socket_on_which_nobody_authenticates_is_closed(monkeypatch):
    monkeypatch.setattr(ImportProgressConsumer, "authentication_seconds", 0.05)

    assert await close_code(await opened()) == 4401


def test_token_of_another_user_closes_the_socket(alice, bob):
    mine, theirs = token_of(alice), token_of(bob)

    @in_loop
    async def scenario():
        client = await opened(token=mine)
        await client.send_to(text_data=json.dumps({"type": "authenticate", "token": theirs}))
        assert await close_code(client) == 4401

    scenario()


def deactivate(user):
    user.is_active = False
    user.save(update_fields=["is_active"])


def change_password(user):
    user.set_password("another long and secret one")
    user.save(update_fields=["password"])


def move(user):
    user.tenant = None
    user.save(update_fields=["tenant"])


@pytest.mark.parametrize("lose_rights", [deactivate, change_password, move])
@pytest.mark.parametrize("by", ["session", "token"])
def test_socket_of_a_user_who_lost_their_rights_is_closed(monkeypatch, alice, by, lose_rights):
    monkeypatch.setattr(ImportProgressConsumer, "recheck_seconds", 0.05)
    how = {"origin": OWN_PAGE, "session": session_of(alice)} if by == "session" else {"token": token_of(alice)}

    @in_loop
    async def scenario():
        client = await opened(**how)
        assert await ask(client, {"type": "ping"}) == {"type": "pong"}
        await sync_to_async(lose_rights)(alice)
        assert await close_code(client) == 4401

    scenario()


def test_socket_is_closed_after_signing_out(monkeypatch, alice):
    monkeypatch.setattr(ImportProgressConsumer, "recheck_seconds", 0.05)
    browser = Client()
    browser.force_login(alice)
    session = browser.cookies["sessionid"].value

    @in_loop
    async def scenario():
        client = await opened(origin=OWN_PAGE, session=session)
        await sync_to_async(browser.logout)()
        assert await close_code(client) == 4401

    scenario()


def test_socket_outlives_a_database_that_is_away_for_a_moment(monkeypatch, alice):
    monkeypatch.setattr(ImportProgressConsumer, "recheck_seconds", 0.01)
    session = session_of(alice)
    looks = []

    @in_loop
    async def scenario():
        client = await opened(origin=OWN_PAGE, session=session)

        async def fail(self):
            looks.append(1)
            raise OperationalError("gone")

        async with asyncio.timeout(5):
            with monkeypatch.context() as away:
                away.setattr("irisx.accounts.sockets.get_user", fail)
                while len(looks) < 2:
                    await asyncio.sleep(0.01)
        assert await ask(client, {"type": "ping"}) == {"type": "pong"}
        await client.disconnect()

    scenario()


# Subscriptions -------------------------------------------------------------------------------------------------------


def test_subscriber_gets_the_snapshot_then_each_step_then_the_end(alice, acme):
    token = token_of(alice)
    job = make_job(acme, status="processing", total_rows=10, processed_rows=2, success_count=2, created_count=2)

    @in_loop
    async def scenario():
        client = await opened(token=token)
        answer = await subscribe(client, job.pk)
        assert (answer["type"], answer["jobId"]) == ("subscribed", str(job.pk))
        assert sorted(answer["data"]) == [
            "created_count",
            "duplicate_count",
            "error_count",
            "estimated_seconds",
            "processed_rows",
            "progress_percent",
            "queue_position",
            "skipped_count",
            "status",
            "success_count",
            "total_rows",
            "unchanged_count",
            "updated_count",
        ]
        assert (answer["data"]["processed_rows"], answer["data"]["total_rows"]) == (2, 10)

        await sync_to_async(change)(job, processed_rows=7, success_count=7, created_count=7)
        step = await client.receive_json_from(timeout=5)
        assert (step["type"], step["jobId"], step["data"]["created_count"]) == ("progress", str(job.pk), 7)

        await sync_to_async(change)(job, processed_rows=10, success_count=10, created_count=10, status="completed")
        end = await client.receive_json_from(timeout=5)
        assert (end["type"], end["data"]["status"], end["data"]["processed_rows"]) == ("completed", "completed", 10)
        await client.disconnect()

    scenario()


def test_subscriber_to_a_finished_job_gets_its_final_numbers(alice, acme):
    token = token_of(alice)
    job = make_job(acme, status="cancelled", total_rows=10, processed_rows=3, error_count=3)

    @in_loop
    async def scenario():
        client = await opened(token=token)
        data = (await subscribe(client, job.pk))["data"]
        assert (data["status"], data["error_count"]) == ("cancelled", 3)
        await client.disconnect()

    scenario()


def test_another_tenants_job_looks_like_an_unknown_one(acme, bob):
    token, job = token_of(bob), make_job(acme, status="processing")
    deleted = make_job(acme)
    with tenant_scope(ALL):
        ImportJob.objects.filter(pk=deleted.pk).update(deleted_at=deleted.created_at)

    @in_loop
    async def scenario():
        client = await opened(token=token)
        for job_id in (job.pk, deleted.pk, uuid4(), "7", ""):
            assert await subscribe(client, job_id) == {
                "type": "error",
                "code": "job_not_found",
                "message": "There is no such import.",
                "jobId": str(job_id),
            }
        await sync_to_async(change)(job, total_rows=5)
        await sync_to_async(progress.publisher.flush)()
        assert await client.receive_nothing(timeout=0.2)
        await client.disconnect()

    scenario()


def test_platform_staff_see_every_tenants_job(staff, acme, globex):
    token, jobs = token_of(staff), [make_job(acme), make_job(globex)]

    @in_loop
    async def scenario():
        client = await opened(token=token)
        for job in jobs:
            assert (await subscribe(client, job.pk))["type"] == "subscribed"
        await client.disconnect()

    scenario()


def test_unsubscribed_client_hears_no_more_of_the_job(alice, acme):
    token, job, other = token_of(alice), make_job(acme), make_job(acme)

    @in_loop
    async def scenario():
        client = await opened(token=token)
        await subscribe(client, job.pk)
        await subscribe(client, other.pk)
        answer = await ask(client, {"type": "unsubscribe", "jobId": str(job.pk)})
        assert answer == {"type": "unsubscribed", "jobId": str(job.pk)}

        await sync_to_async(change)(job, total_rows=5)
        await sync_to_async(change)(other, total_rows=5)
        assert (await client.receive_json_from(timeout=5))["jobId"] == str(other.pk)
        await client.disconnect()

    scenario()


def test_two_clients_watch_the_same_job(alice, acme):
    token, job = token_of(alice), make_job(acme)

    @in_loop
    async def scenario():
        one, two = await opened(token=token), await opened(token=token)
        await subscribe(one, job.pk)
        await subscribe(two, job.pk)
        await one.disconnect()
        await sync_to_async(change)(job, total_rows=5)
        assert (await two.receive_json_from(timeout=5))["data"]["total_rows"] == 5
        await two.disconnect()

    scenario()


def test_subscriptions_of_a_socket_are_limited(monkeypatch, alice, acme):
    monkeypatch.setattr(ImportProgressConsumer, "max_subscriptions", 2)
    token, jobs = token_of(alice), [make_job(acme) for _ in range(3)]

    @in_loop
    async def scenario():
        client = await opened(token=token)
        answers = [await subscribe(client, job.pk) for job in (*jobs[:2], jobs[0], jobs[2])]
        assert [answer["type"] for answer in answers] == ["subscribed", "subscribed", "subscribed", "error"]
        assert answers[-1]["code"] == "too_many_subscriptions"
        await client.disconnect()

    scenario()


# What clients send ---------------------------------------------------------------------------------------------------


@in_loop
async def test_ping_is_answered_to_anyone():
    client = await opened()
    assert await ask(client, {"type": "ping"}) == {"type": "pong"}
    await client.disconnect()


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        ("{", "malformed"),
        ("", "malformed"),
        ("null", "malformed"),
        ("[]", "malformed"),
        ("7", "malformed"),
        ("[" * 4000, "malformed"),
        ("9" * 4000, "malformed"),
        ("{}", "malformed"),
        ('{"type": 7}', "malformed"),
        ('{"type": "subscribe"}', "malformed"),
        ('{"type": "subscribe", "jobId": 7}', "malformed"),
        ('{"type": "subscribe", "jobId": ["7"]}', "malformed"),
        (r'{"type": "subscribe", "jobId": "\ud800"}', "job_not_found"),
        (r'{"type": "subscribe", "jobId": "\u0000"}', "job_not_found"),
        ('{"type": "authenticate"}', "malformed"),
        ('{"type": "authenticate", "token": 7}', "malformed"),
        ('{"type": "import.progress", "message": {}}', "unknown_type"),
        ('{"type": "shutdown"}', "unknown_type"),
    ],
)
def test_message_that_makes_no_sense_is_answered_calmly(alice, frame, code):
    token = token_of(alice)

    @in_loop
    async def scenario():
        client = await opened(token=token)
        answer = await ask(client, frame)
        assert (answer["type"], answer["code"]) == ("error", code)
        assert await ask(client, {"type": "ping"}) == {"type": "pong"}
        await client.disconnect()

    scenario()


@in_loop
async def test_bytes_are_answered_calmly():
    client = await opened()
    await client.send_to(bytes_data=b'{"type": "ping"}')
    assert (await client.receive_json_from(timeout=5))["code"] == "malformed"
    await client.disconnect()


@pytest.mark.parametrize("frame", ["x" * 4097, "é" * 2049, b"x" * 4097], ids=["letters", "characters", "bytes"])
@in_loop
async def test_frame_over_four_kilobytes_closes_the_socket(frame):
    client = await opened()
    if isinstance(frame, str):
        await client.send_to(text_data=frame)
    else:
        await client.send_to(bytes_data=frame)

    assert await close_code(client) == 1009


@in_loop
async def test_frame_of_four_kilobytes_is_read():
    client = await opened()
    message = json.dumps({"type": "ping", "padding": ""})
    assert await ask(client, message[:-2] + "x" * (4096 - len(message)) + message[-2:]) == {"type": "pong"}
    await client.disconnect()


@in_loop
async def test_flood_closes_the_socket(monkeypatch):
    monkeypatch.setattr(ImportProgressConsumer, "max_frames", 5)
    client = await opened()
    for _ in range(20):
        await client.send_to(text_data='{"type": "ping"}')

    answers = [await client.receive_output(timeout=5) for _ in range(6)]

    assert [answer["type"] for answer in answers] == ["websocket.send"] * 5 + ["websocket.close"]
    assert answers[-1]["code"] == 4429
    assert await client.receive_nothing(timeout=0.2)


# When something is away ----------------------------------------------------------------------------------------------


@pytest.fixture
def no_redis(settings, tmp_path):
    address = {"address": f"unix://{tmp_path}/nothing.sock"}
    settings.CHANNEL_LAYERS = {
        "default": {"BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer", "CONFIG": {"hosts": [address]}}
    }


def test_socket_without_redis_is_refused_calmly(no_redis, alice):
    token = token_of(alice)

    @in_loop
    async def scenario():
        assert not is_open(await socket(token=token).connect(timeout=5))

    scenario()


def test_subscribe_when_redis_went_away_is_answered_and_closed(monkeypatch, alice, acme):
    token, job = token_of(alice), make_job(acme)

    @in_loop
    async def scenario():
        client = await opened(token=token)

        async def fail(*args):
            raise ConnectionError("gone")

        monkeypatch.setattr(get_channel_layer(), "group_add", fail, raising=False)
        answer = await subscribe(client, job.pk)
        assert (answer["type"], answer["code"]) == ("error", "live_progress_unavailable")
        assert await close_code(client) == 4503

    scenario()


def test_subscribe_when_the_database_is_away_is_answered(monkeypatch, alice, acme):
    token, job = token_of(alice), make_job(acme)

    def fail(*args):
        raise OperationalError("gone")

    @in_loop
    async def scenario():
        client = await opened(token=token)
        with monkeypatch.context() as away:
            away.setattr(consumers, "tenant_scope", fail)
            assert (await subscribe(client, job.pk))["code"] == "database_unavailable"
        assert (await subscribe(client, job.pk))["type"] == "subscribed"
        await client.disconnect()

    scenario()
