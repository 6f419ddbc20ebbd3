"""Wrong passwords are counted by account and address, at every door."""

from __future__ import annotations

from datetime import timedelta

import pytest
from asgiref.sync import async_to_sync
from axes.models import AccessAttempt
from django.test import AsyncClient
from django.utils import timezone

from irisx.accounts.lockout import client_address
from tests.conftest import PASSWORD
from tests.hashers import FewRoundsHasher

ALICE = "alice@acme.example"
NOBODY = "nobody@acme.example"

pytestmark = pytest.mark.django_db


def portal(client, email, password, **extra):
    return client.post("/sign-in/", {"username": email, "password": password}, **extra)


def admin(client, email, password, **extra):
    return client.post("/django-admin/login/", {"username": email, "password": password}, **extra)


def token(client, email, password, **extra):
    body = {"email": email, "password": password}
    return client.post("/v1/auth/token", body, content_type="application/json", **extra)


DOORS = pytest.mark.parametrize("door", [portal, admin, token])


def lock(door, client, email=ALICE, **extra):
    """Try wrong passwords up to the one after which no more are looked at. Returns the answers."""
    return [door(client, email, f"guess {number}", **extra) for number in range(5)]


@DOORS
def test_the_fifth_wrong_password_locks_even_the_right_one_out(client, alice, operator, door):
    email = operator.email if door is admin else ALICE

    answers = lock(door, client, email)
    locked = door(client, email, PASSWORD)

    assert [answer.status_code for answer in answers[:4]] == [401 if door is token else 200] * 4
    assert answers[4].status_code == 429
    assert locked.status_code == 429
    assert 0 < int(locked["Retry-After"]) <= 15 * 60


@DOORS
def test_an_address_that_nobody_has_is_answered_as_one_that_somebody_has(client, alice, door):
    def words(answer):
        return answer.status_code, answer.content.replace(NOBODY.encode(), ALICE.encode())

    known, unknown = lock(door, client, ALICE), lock(door, client, NOBODY)

    # The forms of Django's views carry another CSRF token each time.
    if door is token:
        assert [*map(words, known)] == [*map(words, unknown)]
    assert [answer.status_code for answer in known] == [answer.status_code for answer in unknown]
    assert known[4].content == unknown[4].content


@DOORS
def test_an_unknown_address_costs_as_much_hashing_as_a_known_one(client, alice, monkeypatch, door):
    hashed = []
    encode = FewRoundsHasher.encode

    def counted(self, *args, **kwargs):
        hashed.append(self.iterations)
        return encode(self, *args, **kwargs)

    monkeypatch.setattr(FewRoundsHasher, "encode", counted)
    costs = []
    for email in (ALICE, NOBODY):
        hashed.clear()
        door(client, email, "guess")
        costs.append([*hashed])

    assert costs[0] == costs[1] != []


def test_the_doors_count_together(client, alice):
    for door in (portal, admin, token, portal):
        assert door(client, ALICE, "guess").status_code != 429

    assert token(client, ALICE, "guess").status_code == 429
    assert portal(client, ALICE, PASSWORD).status_code == 429


def test_an_address_in_another_case_is_the_same_account(client, alice):
    for email in (ALICE, "Alice@acme.example", " ALICE@ACME.EXAMPLE", "alice@ACME.example"):
        assert token(client, email, "guess").status_code == 401

    assert token(client, "aLICE@acme.example", "guess").status_code == 429


def test_programs_are_told_in_json(client, alice):
    answer = lock(token, client)[4]

    assert answer.json() == {
        "error": "There were too many wrong passwords. Try again in 15 minutes.",
        "code": "too_many_attempts",
    }


def test_people_are_told_calmly_and_what_to_do(client, alice):
    page = lock(portal, client)[4].content.decode()

    assert "Let us wait 15 minutes" in page
    assert "/password/forgotten/" in page
    assert ALICE not in page


def test_another_account_and_another_address_are_not_locked(client, alice, bob):
    lock(portal, client)

    assert portal(client, bob.email, PASSWORD).status_code == 302
    assert portal(client, ALICE, PASSWORD, REMOTE_ADDR="192.0.2.7").status_code == 302


def test_another_browser_is_no_way_around(client, alice):
    for number in range(4):
        portal(client, ALICE, "guess", HTTP_USER_AGENT=f"browser {number}")

    assert portal(client, ALICE, PASSWORD + "?", HTTP_USER_AGENT="another").status_code == 429


def test_the_lock_ends_by_itself_and_trying_does_not_lengthen_it(client, alice):
    lock(portal, client)
    locked_at = AccessAttempt.objects.get().attempt_time
    portal(client, ALICE, "guess")
    assert AccessAttempt.objects.get().attempt_time == locked_at

    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=15, seconds=1))

    assert portal(client, ALICE, PASSWORD).status_code == 302


@pytest.mark.parametrize("door", [portal, token])
def test_the_right_password_forgets_the_wrong_ones(client, alice, door):
    for _ in range(2):
        for _ in range(4):
            door(client, ALICE, "guess")
        assert door(client, ALICE, PASSWORD).status_code in (200, 302)
        client.logout()

    assert not AccessAttempt.objects.exists()


def test_no_guess_is_kept(client, alice):
    for door in (portal, admin, token):
        door(client, ALICE, "canary-password")

    kept = [value for row in AccessAttempt.objects.values() for value in row.values()]
    assert "canary" not in str(kept)


def test_sign_in_needs_no_redis(client, alice, settings):
    settings.REDIS_URL = "unix:///nowhere/redis.sock"
    settings.CHANNEL_LAYERS = {
        "default": {
            "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
            "CONFIG": {"hosts": [settings.REDIS_URL]},
        }
    }

    assert lock(portal, client)[4].status_code == 429
    assert token(client, ALICE, PASSWORD, REMOTE_ADDR="192.0.2.7").status_code == 200


def test_under_asgi_too(alice):
    async def last_answer():
        client = AsyncClient()
        for _ in range(5):
            answer = await token(client, ALICE, "guess")
        return answer

    answer = async_to_sync(last_answer)()

    assert answer.status_code == 429
    assert answer.json()["code"] == "too_many_attempts"


# Which address counts ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("proxies", "forwarded", "counted"),
    [
        (0, "", "10.0.0.1"),
        (0, "192.0.2.1", "10.0.0.1"),  # anybody can send the header
        (1, "192.0.2.1", "192.0.2.1"),
        (1, "6.6.6.6, 192.0.2.1", "192.0.2.1"),  # what the client invented stands on the left
        (2, "6.6.6.6, 192.0.2.1, 10.0.0.9", "192.0.2.1"),
        (2, "192.0.2.1", "10.0.0.1"),  # came past a proxy
        (1, "unknown", "10.0.0.1"),
        (1, "", "10.0.0.1"),
        (1, "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        (1, "::ffff:192.0.2.1", "192.0.2.1"),
    ],
)
def test_client_address(rf, settings, proxies, forwarded, counted):
    settings.TRUSTED_PROXIES = proxies
    headers = {"HTTP_X_FORWARDED_FOR": forwarded} if forwarded else {}

    assert client_address(rf.get("/", REMOTE_ADDR="10.0.0.1", **headers)) == counted


def test_client_address_behind_a_unix_socket_is_not_known(rf):
    assert client_address(rf.get("/", REMOTE_ADDR="")) is None


@DOORS
def test_a_forged_header_does_not_help(client, alice, door):
    answers = [door(client, ALICE, "guess", HTTP_X_FORWARDED_FOR=f"192.0.2.{number}") for number in range(5)]

    assert answers[4].status_code == 429


def test_a_lock_without_a_known_address_is_by_account(client, alice):
    assert lock(portal, client, REMOTE_ADDR="")[4].status_code == 429


def test_a_very_long_name_is_a_wrong_one(client, db):
    assert admin(client, "a" * 5000, "guess").status_code == 200
