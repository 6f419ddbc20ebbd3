from __future__ import annotations

from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.contrib.sessions.models import Session
from django.utils import timezone

from irisx.accounts.authentication import issue_tokens
from irisx.accounts.models import ApiSession
from irisx.accounts.tasks import purge

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("minutes_ago", "kept"), [(0, 1), (16, 0)])
def test_wrong_passwords_are_kept_as_long_as_they_count(client, minutes_ago, kept):
    client.post("/sign-in/", {"username": "nobody@acme.example", "password": "guess"})
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=minutes_ago))

    purge(timestamp=0)

    assert AccessAttempt.objects.count() == kept


@pytest.mark.parametrize(("seconds", "kept"), [(60, 1), (-60, 0)])
def test_sessions_are_kept_until_they_end(client, alice, seconds, kept):
    client.force_login(alice)
    issue_tokens(alice)
    end = timezone.now() + timedelta(seconds=seconds)
    Session.objects.update(expire_date=end)
    ApiSession.objects.update(expires_at=end)

    purge(timestamp=0)

    assert (Session.objects.count(), ApiSession.objects.count()) == (kept, kept)
