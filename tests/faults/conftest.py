from __future__ import annotations

from datetime import timedelta

import pytest

from imports import services
from irisx.accounts.models import Tenant
from irisx.accounts.tenancy import ALL, tenant_scope
from tests.faults.imports import Bystander
from tests.faults.workers import LEASE_SECONDS, nursery_in


@pytest.fixture(scope="session")
def _nursery(django_db_setup, tmp_path_factory):
    with nursery_in(tmp_path_factory.mktemp("workers")) as nursery:
        yield nursery


@pytest.fixture
def workers(_nursery, settings, monkeypatch, transactional_db):
    """Start workers on the test's database; they end with the test."""
    # As the workers have it: a task that a killed one took with it is queued again after that.
    monkeypatch.setattr(services, "WAITING_LEASE", 4 * timedelta(seconds=LEASE_SECONDS))
    # Where the workers find what the test uploads.
    settings.STORAGES["default"]["OPTIONS"]["location"] = _nursery.folder / "files"
    yield _nursery
    _nursery.end_workers()


@pytest.fixture
def globex_stays_as_it_is(transactional_db):
    """Hold another tenant's contacts to what they were, whatever is imported beside them."""
    with tenant_scope(ALL):
        globex = Tenant.objects.create(name="Globex", slug="globex", default_country="GB")
    bystander = Bystander(globex)
    yield
    assert bystander.rows() == bystander.rows_before
