"""Who uses the system: tenants, and the people who sign in."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.contrib.postgres.functions import TransactionNow
from django.db import models
from django.db.models.functions import Lower

from irisx.ids import uuid7


class Tenant(models.Model):
    """An organisation whose contacts these are."""

    name = models.CharField(max_length=200)
    slug = models.SlugField(max_length=63, unique=True)
    # ISO 3166 alpha-2; phone numbers without a country code are read as this country's. "" if unknown.
    default_country = models.CharField(max_length=2, blank=True, db_default="")
    time_zone = models.CharField(max_length=63, db_default="UTC", default="UTC")
    created_at = models.DateTimeField(db_default=TransactionNow(), editable=False)

    class Meta:
        db_table = "tenants"

    def __str__(self) -> str:
        return self.name


class UserManager(BaseUserManager["User"]):
    """Creates users; addresses are stored in lower case, so that people sign in as they type."""

    def get_queryset(self) -> models.QuerySet[User]:
        # Whoever is looked up is asked next whose contacts they may see.
        return super().get_queryset().select_related("tenant")

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        """Create an operator: platform staff with every permission in Django admin."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email=(username or "").strip().lower())


class ImportMail(models.TextChoices):
    """Of which imports somebody wants a mail."""

    NEVER = "never", "Never"
    PROBLEMS = "problems", "When an import failed or is held"
    ALL = "all", "Whenever an import has ended or is held"


class User(AbstractBaseUser, PermissionsMixin):
    """A person who signs in by e-mail: a customer of one tenant, or platform staff, who belong to none."""

    # In lower case; a constraint says so.
    email = models.EmailField(max_length=254, unique=True)
    name = models.CharField(max_length=200, blank=True)
    # None: platform staff, who act for a tenant that they choose.
    tenant = models.ForeignKey(Tenant, models.CASCADE, null=True, blank=True, related_name="users")
    is_staff = models.BooleanField("may use Django admin", default=False, db_default=False)
    is_active = models.BooleanField(default=True, db_default=True)
    created_at = models.DateTimeField(db_default=TransactionNow(), editable=False)
    # When the last link to choose a password was mailed, so that nobody can have a mailbox filled.
    password_mail_at = models.DateTimeField(null=True, blank=True, editable=False)
    # Of which of their own imports they get a mail.
    import_mail = models.CharField(
        max_length=10, choices=ImportMail, db_default=ImportMail.PROBLEMS, default=ImportMail.PROBLEMS
    )

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        db_table = "users"
        constraints = [
            models.CheckConstraint(condition=models.Q(email=Lower("email")), name="users_email_is_lower_case"),
            models.CheckConstraint(
                condition=models.Q(is_staff=False) | models.Q(tenant=None), name="users_customers_are_no_staff"
            ),
        ]

    def __str__(self) -> str:
        return self.email

    def clean(self) -> None:
        super().clean()
        self.email = self.email.strip().lower()

    @property
    def display_name(self) -> str:
        return self.name or self.email

    @property
    def initials(self) -> str:
        return "".join(word[0] for word in self.display_name.split()[:2]).upper()


class ApiSession(models.Model):
    """One sign-in to the API: a chain of refresh tokens, of which only the latest counts."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(User, models.CASCADE, related_name="api_sessions")
    # The `jti` of the latest refresh token. An older one that comes back was stolen: the session ends.
    token_id = models.CharField(max_length=32)
    expires_at = models.DateTimeField()

    class Meta:
        db_table = "api_sessions"

    def __str__(self) -> str:
        return str(self.pk)


class AuditEntry(models.Model):
    """One thing that somebody did. A trigger of the database refuses to change or delete it, whoever asks."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    created_at = models.DateTimeField(db_default=TransactionNow(), editable=False)
    # Not held by the database: whoever is gone stays in the trail. None: it was about no tenant, or nobody signed in.
    tenant = models.ForeignKey(Tenant, models.DO_NOTHING, null=True, db_constraint=False, db_index=False)
    user = models.ForeignKey(User, models.DO_NOTHING, null=True, db_constraint=False, db_index=False)
    user_email = models.CharField(max_length=254, blank=True)  # as it was then
    # The name of an address ("customer:job-delete"), or "signed-in", "signed-out".
    action = models.CharField(max_length=200)
    # Ids that stood in the address.
    target = models.CharField(max_length=500, blank=True)
    status = models.SmallIntegerField(null=True)  # of the answer
    details = models.JSONField(default=dict)
    ip_address = models.GenericIPAddressField(null=True)
    request_id = models.CharField(max_length=128)

    class Meta:
        db_table = "audit_log"
        verbose_name = "audit entry"
        verbose_name_plural = "audit trail"
        indexes = [
            models.Index(fields=["tenant", "-id"], name="audit_log_of_tenant"),
            models.Index(fields=["user_email", "-id"], name="audit_log_of_user"),
            models.Index(fields=["target"], name="audit_log_target", opclasses=["text_pattern_ops"]),
        ]

    def __str__(self) -> str:
        return f"{self.user_email or 'somebody'}: {self.action}"
