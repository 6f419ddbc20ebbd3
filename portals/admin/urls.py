"""Addresses of the admin portal: of all tenants, and of one, which stands in each address that is about it."""

from __future__ import annotations

from django.urls import include, path

from portals.admin import accounts, analytics, imports, tenants
from portals.urls import tenant_pages
from portals.views.imports import home

app_name = "admin_portal"
urlpatterns = [
    path("", imports.home, name="home"),
    path("sign-in/", accounts.sign_in, name="sign-in"),
    path("sign-out/", accounts.sign_out, name="sign-out"),
    path("imports/", imports.all_imports, name="all-imports"),
    path("analytics/", analytics.all_analytics, name="all-analytics"),
    path("tenants/", tenants.tenants, name="tenants"),
    path("tenants/<slug:tenant_slug>/", home, name="tenant"),
    path("tenants/<slug:tenant_slug>/", include(tenant_pages)),
]
