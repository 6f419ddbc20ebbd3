"""The servers that tests need, and the cast: Alice works at acme, Bob at globex; neither may see the other's work."""

from __future__ import annotations

import os
import tempfile
from functools import cache
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.db import connection
from hypothesis import settings as hypothesis_settings

from irisx import embedded
from irisx.accounts.models import Tenant, User
from irisx.embedded import folders

PASSWORD = "correct horse battery staple"

# Shared machines stall for seconds: slowness is for bench/, not for a test to fail on.
hypothesis_settings.register_profile("default", deadline=None)
# For a night: HYPOTHESIS_PROFILE=thorough bin/test tests/imports/test_twin.py
hypothesis_settings.register_profile("thorough", deadline=None, max_examples=20_000)
hypothesis_settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


# Tests side by side (bin/test) ---------------------------------------------------------------------------------------


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Return how many run at once: two more than there are cores, since who drives a running system mostly waits."""
    return min((os.cpu_count() or 1) + 2, 8)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes(specs) -> None:
    """Give each worker a data folder, from which all else follows: database, Redis, files, the running system.

    It has to be there before the worker reads the settings. Servers that the environment names are shared; there
    pytest-django gives each worker a database.
    """
    for number, spec in enumerate(specs):
        spec.env["IRISX_DATA_DIR"] = str(Path(django_settings.DATA_DIR) / f"worker-{number}")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Leave tests to one worker that share what takes long to start; all others go one by one to whoever is free."""
    from xdist.scheduler import LoadScopeScheduling

    class SharedThings(LoadScopeScheduling):
        # xdist begins with the unit of most tests: those of the running system, which take longest.
        def _split_scope(self, nodeid: str) -> str:
            return _shared_thing(nodeid.partition("::")[0]) or nodeid

    return SharedThings(config, log)


def pytest_make_parametrize_id(val, argname):
    """Name bytes by their place in the table. Workers have to agree on the names, and archives hold the time."""
    return argname if isinstance(val, bytes) else None


@cache
def _shared_thing(path: str) -> str:
    """Return what the tests of a file share with each other or with another file's; "" if nothing.

    The running system is started twice: once for a browser, once for those who kill its processes.
    """
    code = (Path(django_settings.BASE_DIR) / path).read_text()
    if path.startswith("tests/system/"):
        return "browser" if "tests.system.browser" in code else "system"
    if path.startswith("tests/faults/"):
        return "faults"
    return path if 'scope="module"' in code else ""


@pytest.fixture(scope="session", autouse=True)
def _own_temporary_folder(tmp_path_factory):
    """Keep temporary files, and the places for reading that the processes of a machine share, apart from others'.

    Another run of the tests, or a running system, would take those places. What tests start inherits the folder.
    """
    tmp_path_factory.getbasetemp()  # stays where pytest looks for the last runs
    folder = Path(django_settings.DATA_DIR) / "tmp"
    folders.make_open(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TMPDIR", str(folder))
        patch.setattr(tempfile, "tempdir", str(folder))
        yield


# Servers and settings ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def servers():
    """PostgreSQL and Redis, unless the environment names them."""
    if not embedded.is_needed():
        yield
        return
    with embedded.start(Path(django_settings.DATA_DIR)):
        yield


@pytest.fixture(scope="session")
def django_db_modify_db_settings(servers, django_db_modify_db_settings_parallel_suffix):
    """Have the servers up before pytest-django makes its test database.

    The transaction around each test idles while the test does, on a busy machine for longer than ours ever may.
    """
    options = django_settings.DATABASES["default"]["OPTIONS"]
    options["options"] += " -c idle_in_transaction_session_timeout=0"


@pytest.fixture(autouse=True)
def _leaves_no_tasks(request, django_db_blocker):
    """Empty the queue after a test that commits: Django empties only tables that it manages."""
    yield
    marker = request.node.get_closest_marker("django_db")
    if "transactional_db" in request.fixturenames or (marker and marker.kwargs.get("transaction")):
        with django_db_blocker.unblock(), connection.cursor() as cursor:
            cursor.execute("TRUNCATE procrastinate_jobs CASCADE")


@pytest.fixture(autouse=True)
def _quick_hashes(settings):
    settings.PASSWORD_HASHERS = ["tests.hashers.FewRoundsHasher"]


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


# The cast ------------------------------------------------------------------------------------------------------------


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
