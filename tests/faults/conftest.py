from __future__ import annotations

import pytest

from irisx.accounts.models import Tenant
from irisx.accounts.tenancy import ALL, tenant_scope
from tests.faults.imports import Bystander
from tests.faults.workers import nursery_in


@pytest.fixture(scope="session")
def _nursery(django_db_setup, tmp_path_factory):
    with nursery_in(tmp_path_factory.mktemp("workers")) as nursery:
        yield nursery


@pytest.fixture
def workers(_nursery, settings, transactional_db):
    """Start workers on the test's database; they end with the test."""
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
