"""Changing passwords, and the mails with a link to choose a new one."""

from __future__ import annotations

from axes.utils import reset as forget_attempts
from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from procrastinate.exceptions import AlreadyEnqueued

from irisx import mail
from irisx.accounts.models import ApiSession, User


@transaction.atomic
def change(user: User, password: str | None) -> None:
    """Give a user another password; None for none at all.

    It ends their sessions and tokens, which carry a hash of the one before.
    """
    user.set_password(password)
    user.save(update_fields=["password"])
    ApiSession.objects.filter(user=user).delete()
    # Who could change it need not wait for the guesses at the one before.
    forget_attempts(username=user.email)


def request_link(email: str) -> None:
    """Have a link mailed to whoever has this address, if anybody does.

    The same is done for an address that nobody has, so that nothing tells the two apart: a look, and a task.
    """
    wanted = User.objects.filter(email=email.strip().lower(), is_active=True)
    queue_link(wanted.values_list("pk", flat=True).first())


def queue_link(user_id: int | None) -> None:
    """Queue the mail with a link; one that waits already serves. With None the task is queued all the same."""
    from irisx.accounts.tasks import mail_link

    try:
        with transaction.atomic():  # or the refused insert would end a transaction around
            mail_link.configure(queueing_lock=f"password-link-{user_id}").defer(user_id=user_id)
    except AlreadyEnqueued:
        return


def mail_link(user_id: int) -> None:
    """Mail a user a link to choose a new password, unless they got one a moment ago or may not sign in (any more)."""
    user = User.objects.filter(pk=user_id, is_active=True).first()
    now = timezone.now()
    if user is None or (user.password_mail_at and now - user.password_mail_at < settings.PASSWORD_MAIL_INTERVAL):
        return
    context = {"user": user, "link": link_for(user), "hours": settings.PASSWORD_RESET_TIMEOUT // 3600}
    mail.send(user.email, subject="Choose a new password", template="password_link", context=context)
    # Afterwards: a mail that could not be sent is tried again.
    User.objects.filter(pk=user.pk).update(password_mail_at=now)


def link_for(user: User) -> str:
    """Return the address where a user chooses a new password. It works once, for a day."""
    key = urlsafe_base64_encode(force_bytes(user.pk))
    return settings.SITE_URL + reverse("customer:new-password", args=[key, default_token_generator.make_token(user)])
