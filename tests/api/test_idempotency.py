"""A request that is sent again with its Idempotency-Key does nothing twice."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from imports import idempotency, preview, services
from imports.models import IdempotencyKey, ImportJob
from irisx.accounts.models import User
from irisx.accounts.tenancy import ALL, tenant_scope
from tests.factories import make_job

pytestmark = pytest.mark.django_db

PEOPLE = "Email,First Name\nana@example.com,Ana\n"
CONTACTS = {"contacts": [{"email": "ana@example.com"}]}
BULK = "/v1/imports/bulk"


@pytest.fixture
def client(api, alice):
    return api(alice)


def jobs() -> int:
    with tenant_scope(ALL):
        return ImportJob.objects.count()


def keys() -> list[IdempotencyKey]:
    with tenant_scope(ALL):
        return list(IdempotencyKey.objects.order_by("id"))


def said(answer):
    return answer.status_code, answer.json()["code"]


def bulk(client, body=None, *, key="one"):
    return client.post(BULK, CONTACTS if body is None else body, format="json", headers={"Idempotency-Key": key})


def as_if_killed(**since) -> None:
    """Leave the key as a request does whose process was killed so long ago."""
    with tenant_scope(ALL):
        IdempotencyKey.objects.update(status=None, body="", started_at=timezone.now() - timedelta(**since))


# Again ---------------------------------------------------------------------------------------------------------------


def test_bulk_call_that_is_sent_again_gets_the_first_answer(client):
    first = bulk(client)
    second = bulk(client)

    assert (first.status_code, second.status_code) == (202, 202)
    assert second.content == first.content
    assert second["Content-Type"] == first["Content-Type"]
    assert (first.headers.get("Idempotency-Replayed"), second["Idempotency-Replayed"]) == (None, "true")
    assert jobs() == 1


def test_upload_that_is_sent_again_gets_the_first_answer(client, upload):
    client.credentials(HTTP_IDEMPOTENCY_KEY="one")

    first = upload(client, PEOPLE, external_id="7")
    second = upload(client, PEOPLE, external_id="7")

    assert (first.status_code, second.status_code) == (201, 201)
    assert second.content == first.content
    assert jobs() == 1


@pytest.mark.parametrize("action", ["confirm", "retry", "resume"])
def test_what_starts_a_job_and_is_sent_again_gets_the_first_answer(client, upload, acme, action):
    if action == "confirm":
        job_id = upload(client, PEOPLE).json()["id"]
    else:
        status = {"retry": "failed", "resume": "paused"}[action]
        job_id = make_job(acme, status=status, rows_path="somewhere", total_rows=2).pk
    body, header = {"accept_suggested": True}, {"Idempotency-Key": "one"}

    first = client.post(f"/v1/imports/{job_id}/{action}", body, format="json", headers=header)
    second = client.post(f"/v1/imports/{job_id}/{action}", body, format="json", headers=header)

    assert (first.status_code, second.status_code) == (202, 202), first.content
    assert second.content == first.content


def test_order_of_keys_makes_no_other_request(client):
    bulk(client, {"contacts": [{"email": "ana@example.com", "city": "Rome"}], "external_id": "7"})

    again = bulk(client, {"external_id": "7", "contacts": [{"city": "Rome", "email": "ana@example.com"}]})

    assert again["Idempotency-Replayed"] == "true"


def test_without_a_key_each_request_counts(client):
    for _ in range(2):
        client.post(BULK, CONTACTS, format="json")

    assert jobs() == 2
    assert keys() == []


# Another request -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        {"contacts": [{"email": "ben@example.com"}]},
        {**CONTACTS, "duplicate_strategy": "update"},
        {**CONTACTS, "unknown": None},
    ],
)
def test_key_with_another_body_is_refused(client, body):
    bulk(client)

    assert said(bulk(client, body)) == (422, "idempotency_key_reused")
    assert jobs() == 1


def test_key_with_another_file_is_refused(client, upload):
    client.credentials(HTTP_IDEMPOTENCY_KEY="one")
    upload(client, PEOPLE)

    assert said(upload(client, PEOPLE + "ben@example.com,Ben\n")) == (422, "idempotency_key_reused")
    assert said(upload(client, PEOPLE, duplicate_strategy="update")) == (422, "idempotency_key_reused")


def test_key_at_another_address_is_refused(client, upload):
    job_id = upload(client, PEOPLE).json()["id"]
    bulk(client)

    answer = client.post(f"/v1/imports/{job_id}/confirm", CONTACTS, format="json", headers={"Idempotency-Key": "one"})

    assert said(answer) == (422, "idempotency_key_reused")


def test_key_belongs_to_tenant_and_user(api, alice, bob, acme, globex, staff):
    anna = User.objects.create_user("anna@acme.example", tenant=acme)

    answers = [bulk(api(user)) for user in (alice, anna, bob)]
    for tenant in (acme, globex):
        client = api(staff)
        client.credentials(HTTP_X_TENANT=tenant.slug)
        answers.append(bulk(client))

    assert [answer.status_code for answer in answers] == [202] * 5
    assert len({answer.json()["id"] for answer in answers}) == 5


@pytest.mark.parametrize("key", ["", "x" * 256, "a\tb"])
def test_key_that_is_none_is_refused(client, key):
    assert said(bulk(client, key=key)) == (400, "invalid_idempotency_key")
    assert jobs() == 0


def test_longest_key_is_taken(client):
    assert bulk(client, key="x" * 255).status_code == 202


# Refused and failed --------------------------------------------------------------------------------------------------


def test_refused_request_frees_its_key(client):
    assert said(bulk(client, {"contacts": []})) == (400, "empty")
    assert keys() == []

    assert bulk(client).status_code == 202


def test_request_that_fails_inside_frees_its_key_and_leaves_nothing(client, upload, monkeypatch):
    def fail(*args, **kwargs):
        raise RuntimeError("at the worst moment")

    job_id = upload(client, PEOPLE).json()["id"]
    url, header = f"/v1/imports/{job_id}/confirm", {"Idempotency-Key": "one"}
    with monkeypatch.context() as patch:
        patch.setattr(services, "start_next", fail)
        client.raise_request_exception = False
        assert client.post(url, {"accept_suggested": True}, format="json", headers=header).status_code == 500

    assert client.get(f"/v1/imports/{job_id}").json()["status"] == "pending"
    assert client.post(url, {"accept_suggested": True}, format="json", headers=header).status_code == 202


def test_upload_that_failed_once_its_job_was_made_is_told_the_next_time(client, upload, monkeypatch):
    def fail(*args, **kwargs):
        raise RuntimeError("at the worst moment")

    client.credentials(HTTP_IDEMPOTENCY_KEY="one")
    with monkeypatch.context() as patch:
        patch.setattr(preview, "load", fail)
        assert upload(client, PEOPLE).status_code == 500
    answer = upload(client, PEOPLE)

    assert answer.status_code == 201
    assert answer.json()["preview"]["counts"]["new"] == 1
    assert jobs() == 1


# Killed --------------------------------------------------------------------------------------------------------------


def test_first_request_that_still_runs_is_a_conflict(client):
    bulk(client)
    as_if_killed(seconds=50)

    assert said(bulk(client)) == (409, "idempotency_in_progress")
    assert said(bulk(client, {"contacts": []})) == (422, "idempotency_key_reused")


def test_killed_request_frees_its_key_after_a_minute_and_its_job_is_not_made_twice(client):
    first = bulk(client).json()
    as_if_killed(seconds=61)

    again = bulk(client)

    assert (again.status_code, again.json()["id"]) == (202, first["id"])
    assert jobs() == 1
    assert bulk(client).json() == again.json()


def test_killed_request_that_made_nothing_is_done_by_the_next(client):
    bulk(client)
    as_if_killed(seconds=61)
    with tenant_scope(ALL):
        ImportJob.objects.all().delete()

    assert bulk(client).status_code == 202
    assert jobs() == 1


def test_key_of_a_killed_request_may_go_to_another(client):
    bulk(client)
    as_if_killed(seconds=61)

    assert bulk(client, {"contacts": [{"email": "ben@example.com"}]}).status_code == 202
    assert jobs() == 2


def test_slow_request_whose_key_was_taken_over_makes_no_second_job(client, monkeypatch):
    create, calls = services.create_bulk_job, []

    def overtaken(*args, **kwargs):
        if not calls:
            calls.append("first")
            as_if_killed(seconds=61)
            assert bulk(client).status_code == 202
        return create(*args, **kwargs)

    monkeypatch.setattr(services, "create_bulk_job", overtaken)

    assert bulk(client).status_code == 202
    assert jobs() == 1


def test_slow_confirmation_whose_key_was_taken_over_is_undone(client, upload, monkeypatch):
    job_id = upload(client, PEOPLE).json()["id"]
    confirm = services.confirm

    def overtaken(*args, **kwargs):
        confirm(*args, **kwargs)
        IdempotencyKey.objects.update(epoch=7)

    monkeypatch.setattr(services, "confirm", overtaken)
    answer = client.post(
        f"/v1/imports/{job_id}/confirm",
        {"accept_suggested": True},
        format="json",
        headers={"Idempotency-Key": "one"},
    )

    assert said(answer) == (409, "idempotency_in_progress")
    assert client.get(f"/v1/imports/{job_id}").json()["status"] == "pending"


def test_answers_are_kept_for_a_day(client):
    first = bulk(client).json()
    with time_machine.travel(timezone.now() + timedelta(hours=23, minutes=59)):
        idempotency.purge()
        assert len(keys()) == 1
    with time_machine.travel(timezone.now() + timedelta(hours=24, minutes=1)):
        idempotency.purge()
        assert keys() == []

    assert bulk(client).json()["id"] != first["id"]


def test_answer_of_yesterday_is_not_given_again_before_the_purge(client):
    first = bulk(client).json()
    with tenant_scope(ALL):
        IdempotencyKey.objects.update(started_at=timezone.now() - timedelta(hours=25))

    second = bulk(client)

    assert second.status_code == 202
    assert second.json()["id"] != first["id"]
    assert bulk(client).content == second.content


# At once -------------------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_of_twenty_at_once_one_makes_the_job(api, alice):
    barrier = Barrier(20)
    client_of = [api(alice) for _ in range(20)]

    def send(number: int):
        try:
            barrier.wait()
            answer = bulk(client_of[number])
            return answer.status_code, answer.json().get("id"), answer.json().get("code")
        finally:
            connection.close()

    with ThreadPoolExecutor(20) as threads:
        answers = list(threads.map(send, range(20)))

    assert jobs() == 1
    (job_id,) = {job_id for status, job_id, _ in answers if status == 202}
    assert {answer for answer in answers if answer[0] != 202} <= {(409, None, "idempotency_in_progress")}
    assert bulk(client_of[0]).json()["id"] == job_id


@pytest.mark.django_db(transaction=True)
def test_twin_of_a_request_under_way_is_a_conflict(api, alice, monkeypatch):
    create, started, answered = services.create_bulk_job, Barrier(2), Barrier(2)

    def slow(*args, **kwargs):
        started.wait()
        answered.wait()
        return create(*args, **kwargs)

    monkeypatch.setattr(services, "create_bulk_job", slow)

    def send():
        try:
            return bulk(api(alice))
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as thread:
        first = thread.submit(send)
        started.wait()
        twin = bulk(api(alice))
        answered.wait()
        assert (first.result().status_code, said(twin)) == (202, (409, "idempotency_in_progress"))
    assert jobs() == 1
