"""What changes tenants and their users, besides passwords (passwords.py)."""

from __future__ import annotations

from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify

from irisx.accounts.invitations import invite
from irisx.accounts.models import ApiSession, Tenant, User
from irisx.refusals import Conflict, Invalid

# In addresses of the admin portal these words stand where a tenant's short name would.
RESERVED_SLUGS = frozenset({"new"})


@transaction.atomic
def create_tenant(*, name: str, slug: str = "", default_country: str = "", time_zone: str = "UTC") -> Tenant:
    """Make a tenant. `slug` is its short name in addresses, by default made of the name.

    Raises Conflict where the short name is taken, Invalid where none can be made of the name.
    """
    slug = slug or slugify(name)[:63]
    if not slug:
        raise Invalid("slug_missing", f"No short name can be made of “{name}”. Enter one.", field="slug")
    if slug in RESERVED_SLUGS or Tenant.objects.filter(slug=slug).exists():
        raise Conflict("slug_taken", f"The short name “{slug}” is taken. Choose another.", field="slug")
    return Tenant.objects.create(name=name, slug=slug, default_country=default_country, time_zone=time_zone)


@transaction.atomic
def add_user(tenant: Tenant, *, email: str, name: str = "") -> User:
    """Make a user of a tenant and mail them an invitation. Raises Conflict for an address that somebody has."""
    if User.objects.filter(email=email.strip().lower()).exists():
        raise Conflict("email_taken", "Somebody has this e-mail address already.", field="email")
    user = User.objects.create_user(email, None, name=name, tenant=tenant)
    invite(user)
    return user


@transaction.atomic
def deactivate(user: User) -> None:
    """Let a user sign in no more. Their sessions and tokens end with their next request; what they did stays."""
    User.objects.filter(pk=user.pk).update(is_active=False)
    ApiSession.objects.filter(user=user).delete()


def activate(user: User) -> None:
    """Let a user sign in again, with the password that they had."""
    User.objects.filter(pk=user.pk).update(is_active=True)


def purge() -> None:
    """Erase sessions that have ended and wrong passwords that count no more."""
    now = timezone.now()
    Session.objects.filter(expire_date__lt=now).delete()
    ApiSession.objects.filter(expires_at__lt=now).delete()
    AccessAttempt.objects.filter(attempt_time__lt=now - settings.AXES_COOLOFF_TIME).delete()
