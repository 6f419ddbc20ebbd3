"""The doors to the worker."""

from __future__ import annotations

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from irisx import mail
from irisx.accounts import invitations, passwords, services


# About ten minutes for a mail server that is away; after that people press the button again.
@app.task(queue=mail.MAIL_QUEUE, name="accounts.mail_link", retry=RetryStrategy(max_attempts=6, exponential_wait=4))
def mail_link(*, user_id: int | None) -> None:
    """Mail a link to choose a password. Started twice, the second finds that one was sent a moment ago."""
    if user_id is not None:
        passwords.mail_link(user_id)


@app.task(queue=mail.MAIL_QUEUE, name="accounts.mail_invitation", retry=mail.TryForADay())
def mail_invitation(*, user_id: int) -> None:
    """Mail somebody how to choose their first password. Started twice, they get it twice."""
    invitations.mail_invitation(user_id)


@app.periodic(cron="* * * * *")
@app.task(queue="maintenance", name="accounts.take_over_left_mails")
async def take_over_left_mails(timestamp: int) -> None:
    """Queue mails again whose worker died over them. Two at once queue each once: it is one row."""
    await mail.take_over_left_mails()


@app.periodic(cron="27 * * * *")
@app.task(queue="maintenance", name="accounts.purge")
def purge(timestamp: int) -> None:
    """Erase what has ended. It may run twice, and beside itself."""
    services.purge()
