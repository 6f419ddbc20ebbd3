"""Tenants and their users: making a tenant, its settings, who may sign in."""

from __future__ import annotations

from collections.abc import Callable
from zoneinfo import available_timezones

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from imports.engine.normalize.country import country_names
from irisx.accounts import passwords, services
from irisx.accounts.invitations import invite
from irisx.accounts.models import User
from irisx.accounts.requests import StaffRequest, TenantRequest, staff_required, tenant_required
from irisx.refusals import Refusal
from portals.forms import Styled
from portals.pages import get_or_post

USERS_PER_PAGE = 50


class SettingsForm(Styled):
    """What can be changed of a tenant."""

    name = forms.CharField(label="Name", max_length=200, error_messages={"required": "Enter the tenant’s name."})
    default_country = forms.ChoiceField(
        label="Country",
        required=False,
        choices=lambda: [("", "Not known"), *country_names().items()],
        help_text="Phone numbers without a country code are read as this country’s.",
    )
    time_zone = forms.ChoiceField(
        label="Time zone",
        initial="UTC",
        choices=lambda: [(name, name) for name in sorted(available_timezones())],
        help_text="Its pages show times in it, and recurring imports keep to it.",
    )


class NewTenantForm(SettingsForm):
    """A tenant, with the first of its users where one is named."""

    slug = forms.SlugField(
        label="Short name",
        max_length=63,
        required=False,
        help_text="Stands in addresses and stays as it is. Without one it is made of the name.",
        error_messages={"invalid": "Use letters, digits, hyphens and underscores."},
    )
    email = forms.EmailField(
        label="E-mail of the first user",
        max_length=254,
        required=False,
        help_text="They are mailed a link to choose a password.",
        error_messages={"invalid": "Enter an e-mail address in full."},
    )
    field_order = ("name", "slug", "default_country", "time_zone", "email")


class NewUserForm(Styled):
    """Somebody who is to come in."""

    email = forms.EmailField(
        label="E-mail",
        max_length=254,
        error_messages={
            "required": "Enter their e-mail address.",
            "invalid": "Enter an e-mail address in full.",
        },
    )
    name = forms.CharField(label="Name", max_length=200, required=False)


@get_or_post
@staff_required
def new_tenant(request: StaffRequest) -> HttpResponse:
    form = NewTenantForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        email = given.pop("email")
        try:
            with transaction.atomic():  # neither of the two without the other
                tenant = services.create_tenant(**given)
                if email:
                    services.add_user(tenant, email=email)
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, f"“{tenant}” is there.{f' {email} is invited.' if email else ''}")
            return redirect("admin_portal:users", tenant.slug)
    return render(request, "admin_portal/new_tenant.html", {"section": "tenants", "form": form})


@get_or_post
@tenant_required
def tenant_settings(request: TenantRequest) -> HttpResponse:
    tenant = request.tenant
    now = {name: getattr(tenant, name) for name in SettingsForm.base_fields}
    form = SettingsForm(request.POST or None, initial=now)
    if request.method == "POST" and form.is_valid():
        for name, value in form.cleaned_data.items():
            setattr(tenant, name, value)
        tenant.save(update_fields=list(form.cleaned_data))
        messages.success(request, "Saved.")
        return redirect("admin_portal:tenant-settings", tenant.slug)
    return render(request, "admin_portal/tenant_settings.html", {"section": "tenant-settings", "form": form})


@get_or_post
@tenant_required
def users(request: TenantRequest) -> HttpResponse:
    form = NewUserForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            user = services.add_user(request.tenant, **form.cleaned_data)
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, f"{user.email} is invited by e-mail.")
            return redirect("admin_portal:users", request.tenant.slug)
    found = User.objects.filter(tenant=request.tenant).order_by("-is_active", "email")
    context = {
        "section": "users",
        "form": form,
        "page": Paginator(found, USERS_PER_PAGE).get_page(request.GET.get("page")),
    }
    return render(request, "admin_portal/users.html", context)


@require_POST
@tenant_required
def deactivate(request: TenantRequest, user_id: int) -> HttpResponse:
    return _act(request, user_id, services.deactivate, "{user} can sign in no more.", undo="activate-user")


@require_POST
@tenant_required
def activate(request: TenantRequest, user_id: int) -> HttpResponse:
    return _act(request, user_id, services.activate, "{user} can sign in again.")


@require_POST
@tenant_required
def mail_link(request: TenantRequest, user_id: int) -> HttpResponse:
    return _act(request, user_id, _mail_link, "A link to choose a password is on its way to {user}.")


def _mail_link(user: User) -> None:
    """Mail the link that lets a user choose a password: to who never had one, as an invitation."""
    if user.has_usable_password():
        passwords.queue_link(user.pk)
    else:
        invite(user)


def _act(
    request: TenantRequest, user_id: int, act: Callable[[User], None], done: str, *, undo: str = ""
) -> HttpResponse:
    user = get_object_or_404(User, tenant=request.tenant, pk=user_id)
    act(user)
    undo_url = reverse(f"admin_portal:{undo}", args=[request.tenant.slug, user.pk]) if undo else ""
    messages.success(request, done.format(user=user.email), extra_tags=undo_url)
    return redirect("admin_portal:users", request.tenant.slug)
