"""Workers that are killed while they import corrections: no row is lost, none comes in twice."""

from __future__ import annotations

import pytest

from imports.corrections import services
from imports.corrections.mending import CorrectedRow
from imports.corrections.models import CorrectionRun
from irisx.accounts.tenancy import tenant_scope
from tests.factories import contacts_of, counts, import_csv, make_webhook_endpoint, reload
from tests.faults import points
from tests.faults.imports import told_of
from tests.waiting import wait_until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("globex_stays_as_it_is")]

ROWS = 300


def is_over(job) -> bool:
    with tenant_scope(job.tenant_id):
        return CorrectionRun.objects.get(import_job=job).status not in CorrectionRun.OPEN


@pytest.mark.parametrize("place", points.CORRECTION_TRIGGERS)
def test_a_worker_that_is_killed_loses_and_doubles_no_correction(workers, acme, place):
    make_webhook_endpoint(acme, url="https://127.0.0.1:9/", events=["corrected"])
    bad = "".join(f"person{n}@,Firm {n}\n" for n in range(ROWS))
    job = import_csv(acme, f"Email,Company\n{bad}", mapping={"Email": "email", "Company": "company"})
    corrected = [CorrectedRow(n, 0, {"Email": f"person{n}@example.com"}) for n in range(ROWS)]
    with points.closed(place) as point:
        services.accept(reload(job), [corrected], user=None)
        worker = workers.start_worker()
        point.wait_for_somebody()

        worker.kill()
        point.open()
        workers.start_worker()
        wait_until(lambda: is_over(job), seconds=30)

    assert counts(reload(job)) == {"total": ROWS, "processed": ROWS, "created": ROWS}
    assert {contact.company for contact in contacts_of(acme)} == {f"Firm {n}" for n in range(ROWS)}
    assert len(contacts_of(acme)) == ROWS
    assert told_of(job) == ["corrected"]
