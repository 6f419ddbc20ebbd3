"""What changes accounts, besides their passwords (passwords.py)."""

from __future__ import annotations

from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.sessions.models import Session
from django.utils import timezone

from irisx.accounts.models import ApiSession


def purge() -> None:
    """Erase sessions that have ended and wrong passwords that count no more."""
    now = timezone.now()
    Session.objects.filter(expire_date__lt=now).delete()
    ApiSession.objects.filter(expires_at__lt=now).delete()
    AccessAttempt.objects.filter(attempt_time__lt=now - settings.AXES_COOLOFF_TIME).delete()
