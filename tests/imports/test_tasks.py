"""What a task does with arguments that nobody should have queued: nothing, and the queue goes on."""

from __future__ import annotations

from uuid import uuid4

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from imports import tasks
from imports.models import ImportJob
from tests.factories import confirm, contacts_of, counts, reload, upload

pytestmark = pytest.mark.django_db


@pytest.fixture
def started(acme) -> ImportJob:
    """An import with a task in the queue."""
    return reload(confirm(upload(acme)))


def test_task_works_on_its_job(started, acme):
    tasks.run_slice(job_id=str(started.pk), epoch=started.epoch)

    assert counts(reload(started)) == {"total": 2, "processed": 2, "created": 2}


@pytest.mark.parametrize("epoch", [-1, 7, 2**31 - 1])
def test_task_of_another_epoch_finds_nothing_to_do(started, acme, epoch):
    tasks.run_slice(job_id=str(started.pk), epoch=epoch)

    assert reload(started).processed_rows == 0
    assert contacts_of(acme) == []


def test_task_of_a_job_that_is_not_there_finds_nothing_to_do(started, acme):
    tasks.run_slice(job_id=str(uuid4()), epoch=0)

    assert reload(started).processed_rows == 0


@pytest.mark.parametrize(
    "arguments",
    [
        {"job_id": "7", "epoch": 0},
        {"job_id": "", "epoch": 0},
        {"epoch": 0},
        {"job_id": str(uuid4()), "epoch": 0, "tenant_id": 1},
    ],
)
def test_task_with_other_arguments_fails_before_it_reads_anything(started, acme, arguments):
    with pytest.raises((TypeError, ValueError)):
        tasks.run_slice(**arguments)

    assert reload(started).processed_rows == 0
    assert contacts_of(acme) == []


def test_arguments_in_the_queue_are_ids_alone(started):
    (queued,) = ProcrastinateJob.objects.filter(task_name="imports.run_slice").values_list("args", flat=True)

    assert queued == {"job_id": str(started.pk), "epoch": started.epoch}
