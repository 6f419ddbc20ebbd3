"""Mails: each as text and as HTML in one layout, to one person, sent by a task that was queued with what it tells of.

Addresses in mails begin with settings.SITE_URL, never with what a request says of its host.
"""

from __future__ import annotations

import smtplib
from collections.abc import Mapping
from email.charset import QP, Charset
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from procrastinate import BaseRetryStrategy
from procrastinate.contrib.django import app
from procrastinate.jobs import Job
from procrastinate.retry import RetryDecision

MAIL_QUEUE = "mail"
# Django would send what is not ASCII as it is, also to servers that do not say that they take it (RFC 6152).
_CHARSET = Charset("utf-8")
_CHARSET.body_encoding = QP


def send(to: str, *, subject: str, template: str, context: Mapping[str, Any]) -> None:
    """Send the mail of templates/mail/<template>.txt and .html. Raises OSError if no mail server takes it."""
    # A file's name may stand in a subject, and a header has one line.
    subject = " ".join(subject.split())
    shown = {**context, "subject": subject, "site_url": settings.SITE_URL}
    mail = EmailMultiAlternatives(subject, render_to_string(f"mail/{template}.txt", shown).strip() + "\n", to=[to])
    mail.encoding = _CHARSET
    mail.attach_alternative(render_to_string(f"mail/{template}.html", shown), "text/html")
    mail.send()


class TryForADay(BaseRetryStrategy):
    """Tries a mail again, ever later, for about a day; unless the server says that it will never take it."""

    TRIES = 8

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        if job.attempts >= self.TRIES or _is_final(exception):
            return None
        return RetryDecision(retry_in={"seconds": 4 ** (job.attempts + 1)})


def _is_final(exception: BaseException) -> bool:
    """Tell whether a mail server refused the address or the mail itself (RFC 5321 section 4.2.1: 5xx)."""
    if isinstance(exception, smtplib.SMTPRecipientsRefused):
        return all(code >= 500 for code, _ in exception.recipients.values())
    return isinstance(exception, smtplib.SMTPDataError) and exception.smtp_code >= 500


async def take_over_left_mails() -> None:
    """Queue mails again whose worker died over them. One that was sent and not noted is sent twice."""
    manager = app.job_manager
    for left in await manager.get_stalled_jobs(queue=MAIL_QUEUE):
        await manager.retry_job(left)
