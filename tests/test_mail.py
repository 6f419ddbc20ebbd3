"""How mails look and go out: every one as text and as HTML, by SMTP, tried again where the server is away."""

from __future__ import annotations

import re
import smtplib
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.jobs import Job

from irisx import mail
from irisx.accounts import invitations, passwords
from irisx.accounts.models import User
from irisx.accounts.tasks import mail_invitation
from tests.mail_server import mail_server

TEMPLATES = sorted(
    path.stem for path in (Path(django_settings.BASE_DIR) / "templates/mail").glob("[!_]*.txt") if path.stem != "layout"
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def by_smtp(settings):
    """Have mails go to a server on loopback."""
    with mail_server() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
        settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
        yield server
    assert server.wrong == []


def make_invited(tenant) -> User:
    return User.objects.create_user("ines@acme.example", None, name="Inès O’Hara", tenant=tenant)


def task(**values) -> Job:
    defaults = {"id": 1, "queue": "mail", "lock": None, "queueing_lock": None, "task_name": "mail", "attempts": 0}
    return Job(**{**defaults, **values})


@pytest.mark.parametrize("name", TEMPLATES)
def test_every_mail_is_there_as_text_and_as_html(name):
    assert (Path(django_settings.BASE_DIR) / f"templates/mail/{name}.html").exists()


def test_a_mail_goes_out_as_text_with_an_html_alternative(by_smtp, acme):
    user = make_invited(acme)

    invitations.mail_invitation(user.pk)

    (sent,) = by_smtp.taken
    assert (sent["To"], sent["From"]) == ("ines@acme.example", "IRISX <noreply@127.0.0.1>")
    assert sent["Subject"] == "Your account for Acme"
    text, html = sent.get_body(("plain",)).get_content(), sent.get_body(("html",)).get_content()
    link = re.search(r"http://127\.0\.0\.1:8000/password/new/\S+", text)[0]
    assert link in html
    assert "Dear Inès O’Hara" in text
    assert "Dear Inès O’Hara" in html


class Outline(HTMLParser):
    """The tags of a page, in order."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict]] = []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))


def test_the_html_names_its_language_and_has_one_heading_and_loads_nothing(acme, mailoutbox):
    invitations.mail_invitation(make_invited(acme).pk)

    outline = Outline()
    outline.feed(mailoutbox[0].alternatives[0].content)
    assert ("html", {"lang": "en-GB"}) in outline.tags
    assert [tag for tag, _ in outline.tags if tag in ("h1", "title")] == ["title", "h1"]
    assert not [tag for tag, attributes in outline.tags if tag in ("img", "script", "link") or "src" in attributes]


def test_names_are_text_in_html_and_stay_in_one_line_of_the_subject(acme, mailoutbox):
    acme.name = "<b>Acme</b>\nBcc: all@example.com"
    acme.save()

    invitations.mail_invitation(make_invited(acme).pk)

    assert mailoutbox[0].subject == "Your account for <b>Acme</b> Bcc: all@example.com"
    assert "&lt;b&gt;Acme" in mailoutbox[0].alternatives[0].content
    assert "<b>Acme</b>" in mailoutbox[0].body


def test_links_do_not_follow_the_host_of_a_request(client, alice, mailoutbox, settings):
    settings.ALLOWED_HOSTS = ["evil.example"]
    client.post("/password/forgotten/", {"email": alice.email}, headers={"host": "evil.example"})
    passwords.mail_link(alice.pk)

    assert "http://127.0.0.1:8000/password/new/" in mailoutbox[0].body
    assert "evil.example" not in mailoutbox[0].body + mailoutbox[0].alternatives[0].content


# Invitations ---------------------------------------------------------------------------------------------------------


def test_an_invitation_lets_somebody_in(client, acme, mailoutbox):
    user = make_invited(acme)
    invitations.invite(user)
    (queued,) = ProcrastinateJob.objects.filter(task_name="accounts.mail_invitation")

    mail_invitation(**queued.args)

    path = re.search(r"http://127\.0\.0\.1:8000(/password/new/\S+)", mailoutbox[0].body)[1]
    form_url = client.get(path).url
    client.post(form_url, {"new_password1": "four unrelated new words", "new_password2": "four unrelated new words"})
    user.refresh_from_db()
    assert user.check_password("four unrelated new words")


def test_an_invitation_begins_as_a_sentence_does_where_no_name_is_known(acme, mailoutbox):
    user = make_invited(acme)
    User.objects.filter(pk=user.pk).update(name="")

    invitations.mail_invitation(user.pk)

    assert mailoutbox[0].body.startswith("An account was made for you at IRISX")
    assert "<p>An account was made for you" in mailoutbox[0].alternatives[0].content


@pytest.mark.parametrize("change", [{"is_active": False}, {"password": "pbkdf2_sha256$1$salt$hash"}])
def test_nobody_is_invited_who_may_not_or_need_not_come_in(acme, mailoutbox, change):
    user = make_invited(acme)
    User.objects.filter(pk=user.pk).update(**change)

    invitations.mail_invitation(user.pk)

    assert mailoutbox == []


# A server that is away -----------------------------------------------------------------------------------------------


def test_a_server_that_is_away_is_tried_for_a_day(settings, acme):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    with mail_server() as gone:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", gone.port

    with pytest.raises(OSError, match="refused") as failed:
        invitations.mail_invitation(make_invited(acme).pk)

    waits = [
        decision.retry_at
        for attempts in range(20)
        if (decision := mail.TryForADay().get_retry_decision(exception=failed.value, job=task(attempts=attempts)))
    ]
    assert 12 < (waits[-1] - waits[0]).total_seconds() / 3600 < 48
    assert len(waits) == mail.TryForADay.TRIES


@pytest.mark.parametrize(
    ("answer", "is_tried_again"), [("450 mailbox busy", True), ("550 no such mailbox", False), ("250 ok", None)]
)
def test_an_address_that_the_server_refuses_for_good_is_not_tried_again(by_smtp, acme, answer, is_tried_again):
    by_smtp.answers = [answer]
    raised = None
    try:
        invitations.mail_invitation(make_invited(acme).pk)
    except smtplib.SMTPException as error:
        raised = error

    assert (raised is None) == (is_tried_again is None)
    if raised is not None:
        decision = mail.TryForADay().get_retry_decision(exception=raised, job=task())
        assert (decision is not None) == is_tried_again
