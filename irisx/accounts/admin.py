"""Tenants, users and locked sign-ins, for operators."""

from __future__ import annotations

from typing import Any
from zoneinfo import available_timezones

from axes.models import AccessAttempt
from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminPasswordChangeForm, AdminUserCreationForm
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from imports.engine.normalize.country import country_names
from irisx.accounts import passwords
from irisx.accounts.models import ApiSession, AuditEntry, Tenant, User
from irisx.operators import ModelAdmin, ReadOnlyAdmin


class TenantForm(forms.ModelForm):  # type: ignore[type-arg]  # has none when it runs
    """A tenant, whose country and time zone are ones that exist: its imports and pages rely on them."""

    default_country = forms.ChoiceField(required=False, choices=lambda: [("", "Not known"), *country_names().items()])
    time_zone = forms.ChoiceField(
        initial="UTC", choices=lambda: [(name, name) for name in sorted(available_timezones())]
    )


@admin.register(Tenant)
class TenantAdmin(ModelAdmin):
    form = TenantForm
    list_display = ("name", "slug", "default_country", "time_zone", "created_at")
    search_fields = ("name", "slug")
    ordering = ("name",)
    fields = ("name", "slug", "default_country", "time_zone", "created_at", "people", "imports")
    readonly_fields = ("created_at", "people", "imports")

    def has_delete_permission(self, request: HttpRequest, obj: Tenant | None = None) -> bool:
        # It would take millions of contacts with it, in one request.
        return False

    @admin.display(description="Users")
    def people(self, tenant: Tenant) -> str:
        return _link("admin:accounts_user_changelist", tenant, "Users of this tenant")

    @admin.display(description="Imports")
    def imports(self, tenant: Tenant) -> str:
        return _link("admin:imports_importjob_changelist", tenant, "Imports of this tenant")


def _link(view: str, tenant: Tenant, text: str) -> str:
    if tenant._state.adding:
        return "–"
    return format_html('<a href="{}?tenant__id__exact={}">{}</a>', reverse(view), tenant.pk, text)


class UserForm(forms.ModelForm):  # type: ignore[type-arg]  # has none when it runs
    """A user. What the database's constraint says of staff is said here in words."""

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("tenant") and (cleaned.get("is_staff") or cleaned.get("is_superuser")):
            raise forms.ValidationError("Only platform staff may use Django admin: a user of a tenant may not.")
        return cleaned


class UserCreationForm(AdminUserCreationForm):  # type: ignore[type-arg]
    """A new user, with or without a password: without one, mail them a link to choose it."""

    class Meta:
        model = User
        fields = ("email", "name", "tenant")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        usable = self.fields["usable_password"]
        usable.label = "Password"
        usable.help_text = "Without one, choose “Mail a link to choose a password” in the list of users afterwards."
        usable.choices = [("true", "Set one here"), ("false", "None yet")]  # type: ignore[attr-defined]


class SetPasswordForm(AdminPasswordChangeForm):  # type: ignore[type-arg]
    """A password set by an operator. It ends sessions and tokens as any other change does."""

    def save(self, commit: bool = True) -> User:
        user: User = self.user
        if self.cleaned_data["set_usable_password"]:
            passwords.change(user, self.cleaned_data["password1"])
        else:
            passwords.change(user, None)
        return user


@admin.register(User)
class OurUserAdmin(UserAdmin):  # type: ignore[type-arg]
    form = UserForm
    add_form = UserCreationForm
    change_password_form = SetPasswordForm
    list_display = ("email", "name", "tenant", "is_active", "is_staff", "last_login")
    list_filter = ("is_active", "is_staff", "is_superuser", ("tenant", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("tenant",)
    search_fields = ("email", "name")
    ordering = ("email",)
    fieldsets = (
        (None, {"fields": ("email", "name", "tenant", "password_link")}),
        (
            "May",
            {
                "fields": ("is_active", "is_staff", "is_superuser", "groups", "user_permissions"),
                "description": "Without a tenant a user is platform staff, and may act for every tenant.",
            },
        ),
        ("When", {"fields": ("last_login", "created_at")}),
    )
    add_fieldsets = ((None, {"fields": ("email", "name", "tenant", "usable_password", "password1", "password2")}),)
    readonly_fields = ("password_link", "last_login", "created_at")
    actions = ["mail_link"]

    # Operators who are not superusers must not make themselves ones, nor take another operator's account.
    powers = ("is_staff", "is_superuser", "groups", "user_permissions")

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        return self.readonly_fields if _is_superuser(request) else (*self.readonly_fields, *self.powers)

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        may = super().has_change_permission(request, obj)
        is_operator = obj is not None and (obj.is_staff or obj.is_superuser)
        return may and (not is_operator or _is_superuser(request))

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        # People leave by losing “active”: what they did keeps their name.
        return False

    @admin.display(description="Password")
    def password_link(self, user: User) -> str:
        text = "Set another" if user.has_usable_password() else "None yet: set one"
        return format_html('<a href="{}">{}</a>', reverse("admin:auth_user_password_change", args=[user.pk]), text)

    @admin.action(description="Mail a link to choose a password", permissions=["change"])
    def mail_link(self, request: HttpRequest, users: QuerySet[User]) -> None:
        active = users.filter(is_active=True)
        for user in active:
            passwords.queue_link(user.pk)
        self.message_user(request, f"A link is on its way to {len(active)} users.", messages.SUCCESS)


def _is_superuser(request: HttpRequest) -> bool:
    return isinstance(request.user, User) and request.user.is_superuser


@admin.register(AccessAttempt)
class LockedSignInAdmin(ModelAdmin):
    """Wrong passwords of the last minutes. Deleting an entry lets the account sign in from that address again."""

    list_display = ("attempt_time", "username", "ip_address", "failures_since_start", "is_locked")
    search_fields = ("username", "ip_address")
    # Not shown: what else was sent with the attempt.
    fields = ("username", "ip_address", "path_info", "failures_since_start", "attempt_time")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: AccessAttempt | None = None) -> bool:
        return False

    @admin.display(description="Locked", boolean=True)
    def is_locked(self, attempt: AccessAttempt) -> bool:
        ends = attempt.attempt_time + settings.AXES_COOLOFF_TIME
        return bool(attempt.failures_since_start >= settings.AXES_FAILURE_LIMIT and timezone.now() < ends)


@admin.register(ApiSession)
class ApiSessionAdmin(ReadOnlyAdmin):
    """Who is signed in to the API. Tokens are shown to nobody. Deactivate a user to end all of theirs."""

    list_display = ("user", "expires_at")
    list_select_related = ("user",)
    search_fields = ("user__email",)
    ordering = ("-id",)
    fields = ("id", *list_display)


@admin.register(AuditEntry)
class AuditAdmin(ReadOnlyAdmin):
    """Who did what. The search looks for a whole e-mail address, or the beginning of an id."""

    list_display = ("created_at", "user_email", "action", "tenant", "target", "status", "ip_address")
    list_filter = (("tenant", admin.RelatedOnlyFieldListFilter),)
    list_select_related = ("tenant",)
    search_fields = ("user_email__exact", "target__startswith")
    search_help_text = "A whole e-mail address, or the beginning of an id"
    ordering = ("-id",)
    fields = ("id", *list_display, "user", "details", "request_id")
