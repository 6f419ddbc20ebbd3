from __future__ import annotations

import pytest
from django.contrib.auth import authenticate

from irisx.accounts import demo
from irisx.accounts.models import User


@pytest.fixture(autouse=True)
def _debug(settings):
    settings.DEBUG = True


def test_the_demo_has_two_customers_of_each_tenant_an_admin_and_an_operator(rf, db):
    sign_ins = demo.create()

    users = [
        (role, user.tenant and user.tenant.slug, user.is_staff, user.is_superuser)
        for role, email, password in sign_ins
        if (user := authenticate(rf.post("/"), username=email, password=password))
    ]
    assert users == [
        ("acme customer", "acme", False, False),
        ("acme customer", "acme", False, False),
        ("globex customer", "globex", False, False),
        ("globex customer", "globex", False, False),
        ("admin", None, False, False),
        ("operator", None, True, True),
    ]


def test_a_second_time_changes_nothing(db):
    sign_ins = demo.create()
    User.objects.filter(email="ana@acme.example").update(name="Ana Renamed")

    assert demo.create() == sign_ins
    assert User.objects.count() == 6
    assert User.objects.get(email="ana@acme.example").name == "Ana Renamed"


def test_production_gets_no_users_with_known_passwords(db, settings):
    settings.DEBUG = False

    with pytest.raises(demo.DemoRefused):
        demo.create()

    assert not User.objects.exists()
