"""Addresses of the admin portal: of all tenants, and of one, which stands in each address that is about it."""

from __future__ import annotations

from django.urls import include, path

from portals.admin import accounts, analytics, imports, overview, people, tenants
from portals.urls import tenant_pages

app_name = "admin_portal"
urlpatterns = [
    path("", overview.overview, name="home"),
    path("jobs/<uuid:job_id>/put-back/", overview.put_back, name="put-back"),
    path("jobs/<uuid:job_id>/cancel/", overview.cancel, name="cancel"),
    path("sign-in/", accounts.sign_in, name="sign-in"),
    path("sign-out/", accounts.sign_out, name="sign-out"),
    path("imports/", imports.all_imports, name="all-imports"),
    path("analytics/", analytics.all_analytics, name="all-analytics"),
    path("tenants/", tenants.tenants, name="tenants"),
    path("tenants/new/", people.new_tenant, name="new-tenant"),
    path("tenants/<slug:tenant_slug>/settings/", people.tenant_settings, name="tenant-settings"),
    path("tenants/<slug:tenant_slug>/users/", people.users, name="users"),
    path("tenants/<slug:tenant_slug>/users/<int:user_id>/deactivate/", people.deactivate, name="deactivate-user"),
    path("tenants/<slug:tenant_slug>/users/<int:user_id>/activate/", people.activate, name="activate-user"),
    path("tenants/<slug:tenant_slug>/users/<int:user_id>/mail-link/", people.mail_link, name="mail-link"),
    path("tenants/<slug:tenant_slug>/", include(tenant_pages)),
]
