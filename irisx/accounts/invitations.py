"""Letting somebody in for whom an account was made: a mail with a link to choose a password."""

from __future__ import annotations

from django.conf import settings
from django.urls import reverse

from irisx import mail
from irisx.accounts.models import User
from irisx.accounts.passwords import link_for
from irisx.queue import defer


def invite(user: User) -> None:
    """Queue the mail that lets a new user in. Part of the transaction that makes them: rolled back, it never was."""
    from irisx.accounts.tasks import mail_invitation

    defer(mail_invitation, user_id=user.pk)


def mail_invitation(user_id: int) -> None:
    """Mail an invitation; none to who is gone, may not sign in, or has chosen a password meanwhile."""
    user = User.objects.select_related("tenant").filter(pk=user_id, is_active=True).first()
    if user is None or user.has_usable_password():
        return
    context = {
        "user": user,
        "link": link_for(user),
        "forgotten_url": settings.SITE_URL + reverse("customer:forgotten"),
        "hours": settings.PASSWORD_RESET_TIMEOUT // 3600,
    }
    place = user.tenant.name if user.tenant else "IRISX"
    mail.send(user.email, subject=f"Your account for {place}", template="invitation", context=context)
