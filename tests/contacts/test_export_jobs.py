"""Exports that a worker writes: taken up, taken up again after a death, kept for a week."""

from __future__ import annotations

import io
import os
import threading
import zipfile
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from contacts import exports, services
from contacts.exports import Format, Selection, jobs, query
from contacts.models import Contact, ExportJob
from irisx.accounts.tenancy import ALL, tenant_scope
from irisx.refusals import Conflict, Invalid, NotFound, TooMany
from tests.factories import contacts_of, make_contact

pytestmark = pytest.mark.django_db

Status = ExportJob.Status


@pytest.fixture
def ann(acme) -> Contact:
    return make_contact(acme, first_name="Ann", email="ann@example.com")


def asked_for(tenant, **chosen) -> ExportJob:
    return jobs.create(tenant, user=None, selection=Selection(**chosen))


def reloaded(job: ExportJob) -> ExportJob:
    with tenant_scope(ALL):
        return ExportJob.objects.select_related("tenant").get(pk=job.pk)


def queued() -> list[str]:
    tasks = ProcrastinateJob.objects.filter(task_name="contacts.run_export").order_by("id")
    return [args["export_id"] for args in tasks.values_list("args", flat=True)]


def stored_files() -> set[str]:
    root = default_storage.path("")
    return {name for _, _, names in os.walk(root) for name in names}


def text_of(job: ExportJob) -> str:
    with jobs.open_file(reloaded(job)) as file:
        return file.read().decode()


def test_a_worker_writes_the_file_that_was_asked_for(acme, ann):
    job = asked_for(acme, fields=("first_name", "email"), limit=5)
    assert (job.status, queued()) == (Status.PENDING, [str(job.pk)])
    with pytest.raises(Conflict):
        jobs.open_file(job)

    jobs.run(job.pk)

    done = reloaded(job)
    assert (done.status, done.contact_count, done.attempts) == (Status.COMPLETED, 1, 1)
    assert text_of(job) == '"First Name","Email"\n"Ann","ann@example.com"\n'
    assert done.size_bytes == len(text_of(job))


def test_running_twice_writes_once(acme, ann):
    job = asked_for(acme)
    jobs.run(job.pk)
    before = reloaded(job)

    jobs.run(job.pk)
    jobs.run(uuid4())

    assert reloaded(job).completed_at == before.completed_at
    assert reloaded(job).attempts == 1


def test_an_export_that_cannot_be_says_why(acme, ann):
    fair = services.create_list(acme, "Fair")
    job = asked_for(acme, list_id=fair.pk)
    services.delete_list(fair)

    jobs.run(job.pk)

    failed = reloaded(job)
    assert (failed.status, failed.error_details["code"], stored_files()) == (Status.FAILED, "unknown_list", set())
    with pytest.raises(Conflict) as refused:
        jobs.open_file(failed)
    assert refused.value.code == "export_failed"


def test_nothing_is_asked_for_that_cannot_be(acme):
    with pytest.raises(Invalid):
        asked_for(acme, fields=("shoe",))

    assert queued() == []


def test_a_tenant_has_so_many_open_exports(acme, globex, settings):
    settings.OPEN_EXPORTS_PER_TENANT = 2
    first, _ = asked_for(acme), asked_for(acme)

    with pytest.raises(TooMany):
        asked_for(acme)

    asked_for(globex)
    jobs.run(first.pk)
    asked_for(acme)


# Deaths --------------------------------------------------------------------------------------------------------------


def broken_off(job: ExportJob, monkeypatch) -> None:
    """Have a worker begin and end in the middle of the file, as if it were killed."""

    def die(*_):
        yield b"half"
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(query, "lines", die)
        with pytest.raises(SystemExit):
            jobs.run(job.pk)


def test_an_export_whose_worker_died_is_taken_up_again(acme, ann, monkeypatch):
    job = asked_for(acme)
    broken_off(job, monkeypatch)
    assert (reloaded(job).status, stored_files()) == (Status.PROCESSING, set())

    jobs.sweep()

    assert queued() == [str(job.pk)] * 2
    jobs.run(job.pk)
    assert (reloaded(job).status, "Ann" in text_of(job)) == (Status.COMPLETED, True)


def test_an_export_that_takes_every_worker_with_it_is_given_up(acme, ann, monkeypatch):
    job = asked_for(acme)
    for _ in range(jobs.MAX_ATTEMPTS):
        broken_off(job, monkeypatch)

    jobs.sweep()

    assert (reloaded(job).status, reloaded(job).error_details["code"]) == (Status.FAILED, "export_failed")
    assert queued() == [str(job.pk)]


def test_an_export_that_nobody_fetched_is_queued_again_after_a_while(acme):
    job = asked_for(acme)
    jobs.sweep()
    assert queued() == [str(job.pk)]
    with tenant_scope(ALL):
        ExportJob.objects.update(created_at=timezone.now() - jobs.LOST_AFTER - timedelta(seconds=1))

    jobs.sweep()

    assert queued() == [str(job.pk)] * 2


@pytest.mark.django_db(transaction=True)
def test_an_export_that_is_being_written_is_left_alone(acme, ann, monkeypatch):
    job = asked_for(acme)
    at_work, may_end = threading.Event(), threading.Event()
    lines = query.lines

    def slow(*args):
        at_work.set()
        assert may_end.wait(30)
        yield from lines(*args)

    def work():
        try:
            jobs.run(job.pk)
        finally:
            connection.close()

    monkeypatch.setattr(query, "lines", slow)
    worker = threading.Thread(target=work)
    worker.start()
    try:
        assert at_work.wait(30)
        jobs.run(job.pk)
        jobs.sweep()
        assert (reloaded(job).status, reloaded(job).attempts, queued()) == (Status.PROCESSING, 1, [str(job.pk)])
    finally:
        may_end.set()
        worker.join()

    assert reloaded(job).status == Status.COMPLETED


# The end -------------------------------------------------------------------------------------------------------------


def test_after_a_week_an_export_is_gone_with_its_file(acme, ann):
    old, new = asked_for(acme), asked_for(acme)
    jobs.run(old.pk)
    jobs.run(new.pk)
    with tenant_scope(ALL):
        ExportJob.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(days=7, seconds=1))
        assert [kept.pk for kept in ExportJob.objects.kept()] == [new.pk]

    jobs.purge()
    jobs.purge()

    with tenant_scope(ALL):
        assert [job.pk for job in ExportJob.objects.all()] == [new.pk]
    assert stored_files() == {f"{new.pk}.csv"}


def test_a_file_that_is_gone_is_not_found(acme, ann):
    job = asked_for(acme)
    jobs.run(job.pk)
    default_storage.delete(reloaded(job).file_path)

    with pytest.raises(NotFound):
        jobs.open_file(reloaded(job))


# One moment ----------------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("form", [Format.CSV, Format.EXCEL, Format.JSON])
def test_an_export_shows_one_moment_while_contacts_are_written(acme, form, monkeypatch):
    monkeypatch.setattr(query, "ROWS_AT_ONCE", 1)
    people = [make_contact(acme, first_name="before", email=f"{number}@example.com") for number in range(3)]

    def change_everybody():
        for person in people:
            services.update_contact(person, {"first_name": "after"})
        services.create_contact(acme, {"first_name": "after", "email": "new@example.com"})
        connection.close()

    def interrupted(rows):
        def after_the_first(*statement):
            found = rows(*statement)
            yield next(found)
            writer = threading.Thread(target=change_everybody)
            writer.start()
            writer.join()
            yield from found

        return after_the_first

    monkeypatch.setattr(query, "rows", interrupted(query.rows))
    monkeypatch.setattr(query, "lines", interrupted(query.lines))
    with exports.as_file(acme, Selection(form, fields=("first_name",))) as file:
        content = file.read()

    assert {contact.first_name for contact in contacts_of(acme)} == {"after"}
    if form is Format.EXCEL:
        content = zipfile.ZipFile(io.BytesIO(content)).read("xl/worksheets/sheet1.xml")
    assert (content.count(b"before"), content.count(b"after")) == (3, 0)


# From the command line -----------------------------------------------------------------------------------------------


def test_command_writes_a_list_to_a_file(acme, ann, tmp_path):
    make_contact(acme, email="other@example.com")
    fair = services.create_list(acme, "Fair")
    services.add_members(fair, [ann.pk])
    path = tmp_path / "fair.csv"

    call_command("export_contacts", "--tenant", "acme", "--list", "Fair", "--output", str(path))

    assert [line.split(",")[0] for line in path.read_text().splitlines()] == ['"First Name"', '"Ann"']


@pytest.mark.parametrize(("form", "begins"), [("csv", b'"First'), ("excel", b"PK"), ("json", b'{"contacts"')])
def test_command_writes_to_stdout(acme, ann, capfdbinary, form, begins):
    call_command("export_contacts", "--tenant", "acme", "--format", form)

    assert capfdbinary.readouterr().out.startswith(begins)


@pytest.mark.parametrize("given", [["--tenant", "initech"], ["--tenant", "acme", "--list", "Nobody"]])
def test_command_refuses_what_there_is_not(acme, given):
    with pytest.raises(CommandError):
        call_command("export_contacts", *given)
