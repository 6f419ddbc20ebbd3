"""Demo tenants and users, so that a stranger can sign in a minute after cloning. For development only."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.conf import settings
from django.db import transaction

from irisx.accounts.models import Tenant, User


class SignIn(NamedTuple):
    """What a demo user signs in with, and as what."""

    role: str
    email: str
    password: str

    def __str__(self) -> str:
        return "  ".join(self)


class DemoRefused(Exception):
    """Demo users have passwords that everybody knows; they are made with DEBUG on only."""


TENANTS = {"acme": {"name": "Acme", "default_country": "US"}, "globex": {"name": "Globex", "default_country": "GB"}}

CUSTOMERS = {
    "acme": [("Ana Alvarez", "ana@acme.example"), ("Ben Baker", "ben@acme.example")],
    "globex": [("Gina Green", "gina@globex.example"), ("Hugo Hall", "hugo@globex.example")],
}
CUSTOMER_PASSWORDS = {"acme": "acme-demo-password", "globex": "globex-demo-password"}

# The admin works in the admin portal; the operator in Django admin too.
STAFF: dict[str, dict[str, Any]] = {
    "admin": {"name": "Ada Admin", "email": "admin@irisx.example"},
    "operator": {"name": "Otto Operator", "email": "operator@irisx.example", "is_staff": True, "is_superuser": True},
}
STAFF_PASSWORDS = {"admin": "admin-demo-password", "operator": "operator-demo-password"}


@transaction.atomic
def create() -> list[SignIn]:
    """Create the demo tenants and users that are missing, leave the others as they are, and return all sign-ins."""
    if not settings.DEBUG:
        raise DemoRefused(DemoRefused.__doc__)
    sign_ins = []
    for slug, fields in TENANTS.items():
        tenant, _ = Tenant.objects.get_or_create(slug=slug, defaults=fields)
        for name, email in CUSTOMERS[slug]:
            _create_user(email, CUSTOMER_PASSWORDS[slug], name=name, tenant=tenant)
            sign_ins.append(SignIn(f"{slug} customer", email, CUSTOMER_PASSWORDS[slug]))
    for role, staff in STAFF.items():
        _create_user(password=STAFF_PASSWORDS[role], **staff)
        sign_ins.append(SignIn(role, staff["email"], STAFF_PASSWORDS[role]))
    return sign_ins


def _create_user(email: str, password: str, **fields: Any) -> None:
    if not User.objects.filter(email=email).exists():
        User.objects.create_user(email, password, **fields)
