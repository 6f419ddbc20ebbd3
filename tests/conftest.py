"""The servers that tests need, and the cast: Alice works at acme, Bob at globex; neither may see the other's work."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings as django_settings
from hypothesis import settings as hypothesis_settings

from irisx import embedded
from irisx.accounts.models import Tenant, User

PASSWORD = "correct horse battery staple"

# Shared machines stall for seconds: slowness is for bench/, not for a test to fail on.
hypothesis_settings.register_profile("default", deadline=None)
hypothesis_settings.load_profile("default")


@pytest.fixture(scope="session")
def servers():
    """PostgreSQL and Redis, unless the environment names them."""
    if not embedded.is_needed():
        yield
        return
    with embedded.start(Path(django_settings.DATA_DIR)):
        yield


@pytest.fixture(scope="session")
def django_db_modify_db_settings(servers):
    """Have the servers up before pytest-django makes its test database."""


@pytest.fixture(autouse=True)
def _files_in_tmp_path(settings, tmp_path):
    """Keep each test's uploaded files apart."""
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": tmp_path / "files"},
        },
    }


@pytest.fixture
def acme(db) -> Tenant:
    return Tenant.objects.create(name="Acme", slug="acme", default_country="US")


@pytest.fixture
def globex(db) -> Tenant:
    return Tenant.objects.create(name="Globex", slug="globex", default_country="GB")


@pytest.fixture
def alice(acme) -> User:
    return User.objects.create_user("alice@acme.example", PASSWORD, name="Alice Ames", tenant=acme)


@pytest.fixture
def bob(globex) -> User:
    return User.objects.create_user("bob@globex.example", PASSWORD, name="Bob Byrne", tenant=globex)


@pytest.fixture
def staff(db) -> User:
    """Platform staff: of no tenant, acts for the one it names."""
    return User.objects.create_user("staff@irisx.example", PASSWORD, name="Stella Staff", tenant=None)
