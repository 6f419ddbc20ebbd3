"""Who hears by mail what became of an import, and what stands in the mail."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import transaction
from procrastinate.contrib.django.models import ProcrastinateJob

from imports import control, services
from imports.schedules.drift import Hold
from imports.tasks import mail_notice
from imports.webhooks import endpoints
from imports.webhooks.models import WebhookDelivery
from irisx.accounts.models import User
from irisx.accounts.tenancy import ALL, tenant_scope
from tests.factories import confirm, import_csv, reload, upload
from tests.imports.schedules.conftest import look, runs_of
from tests.imports.schedules.test_runs import MORNING

pytestmark = pytest.mark.django_db

BAD = "Email\nann@acme.example\nnobody\n"


def mails() -> list:
    """Do what the worker does with mails that wait; return recipient and event of each."""
    waiting = [job.args for job in ProcrastinateJob.objects.filter(task_name="imports.mail_notice").order_by("id")]
    for arguments in waiting:
        mail_notice(**arguments)
    return [(User.objects.get(pk=arguments["user_id"]).email, arguments["event"]) for arguments in waiting]


def wants(user, choice) -> None:
    User.objects.filter(pk=user.pk).update(import_mail=choice)


def fail(tenant, user):
    job = reload(confirm(upload(tenant, user=user)))
    with tenant_scope(tenant):
        services.fail(job.pk, epoch=job.epoch, error=services.EngineError("The store for files did not answer."))
    return job


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        ("never", []),
        ("problems", [("alice@acme.example", "failed")]),
        ("all", [("alice@acme.example", "completed"), ("alice@acme.example", "failed")]),
    ],
)
def test_each_hears_of_their_own_imports_what_they_chose(acme, alice, choice, expected, mailoutbox):
    User.objects.create_user("ann@acme.example", None, tenant=acme, import_mail="all")
    wants(alice, choice)

    import_csv(acme, BAD, user=alice)
    fail(acme, alice)

    assert mails() == expected
    assert [mail.to for mail in mailoutbox] == [[address] for address, _ in expected]


def test_a_mail_has_numbers_and_a_link_and_nothing_of_the_rows(acme, alice, mailoutbox):
    wants(alice, "all")
    job = import_csv(acme, BAD, user=alice, filename="Leads & more.csv")

    mails()

    (sent,) = mailoutbox
    html = sent.alternatives[0].content
    assert sent.subject == "“Leads & more.csv” is imported, 1 of 2 rows need you"
    assert re.findall(r"^(\w+: \d+)$", sent.body, re.M) == ["Created: 1", "Failed: 1"]
    assert f"http://127.0.0.1:8000/imports/{job.pk}/" in sent.body
    assert f"http://127.0.0.1:8000/imports/{job.pk}/" in html
    assert "http://127.0.0.1:8000/account/" in sent.body
    assert not re.search("ann|nobody", sent.body + html)


def test_staff_are_led_to_the_admin_portal(acme, staff, mailoutbox):
    job = fail(acme, staff)

    mails()

    assert f"/admin/tenants/acme/imports/{job.pk}/" in mailoutbox[0].body


def test_a_mail_that_comes_too_late_is_not_sent(acme, alice, mailoutbox):
    job = fail(acme, alice)
    control.retry(job)

    mails()

    assert mailoutbox == []


def test_an_import_that_is_rolled_back_is_told_to_nobody(acme, alice):
    job = reload(confirm(upload(acme, user=alice)))
    with tenant_scope(acme):
        services.fail(job.pk, epoch=job.epoch, error=services.EngineError("It did not go on."))
        transaction.set_rollback(True)

    assert mails() == []


# Recurring ones ------------------------------------------------------------------------------------------------------


def test_of_a_held_run_its_owner_hears_by_mail_and_who_listens_by_webhook(
    acme, alice, schedule, sheets, clock, mailoutbox
):
    with tenant_scope(acme):
        endpoints.create(acme, url="https://example.com/hook", events=["held"])
    # Without a header row the first contact stands in its place.
    sheets.rows = sheets.rows[1:]
    clock.move_to(MORNING)
    look()

    assert mails() == [("alice@acme.example", "held")]
    (sent,) = mailoutbox
    (job,) = runs_of(schedule)
    assert sent.subject == "“Partner leads” is held"
    assert Hold.from_json(job.held).reason in sent.body
    assert f"http://127.0.0.1:8000/imports/{job.pk}/" in sent.body
    assert not re.search("maya|derek|2125550143", sent.body + sent.alternatives[0].content, re.I)
    with tenant_scope(ALL):
        (delivery,) = WebhookDelivery.objects.all()
    assert '"type":"import.held"' in delivery.body
    assert f'"schedule_id":"{schedule.pk}"' in delivery.body


def test_where_the_owner_is_gone_everybody_of_the_tenant_hears(acme, alice, schedule, clock, mailoutbox):
    for name, choice in (("ann", "problems"), ("ben", "all"), ("cid", "never")):
        User.objects.create_user(f"{name}@acme.example", None, tenant=acme, import_mail=choice)
    User.objects.filter(pk=alice.pk).update(is_active=False)
    clock.move_to(MORNING)
    look()
    clock.shift(timedelta(days=1))
    look()

    assert mails() == [("ann@acme.example", "failed"), ("ben@acme.example", "failed")]
    assert "the person whose import it is has left" in mailoutbox[0].body
