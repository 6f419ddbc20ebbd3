"""All addresses."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path, re_path

from irisx import api, api_docs, health
from irisx.accounts.api import TokenRefreshView, TokenView
from portals.views import google

urlpatterns = [
    path("django-admin/", admin.site.urls),
    path("healthz", health.alive),
    path("readyz", health.ready),
    path("v1/auth/token", TokenView.as_view()),
    path("v1/auth/token/refresh", TokenRefreshView.as_view()),
    path("v1/schema", api_docs.SchemaView.as_view(), name="schema"),
    path("v1/docs", api_docs.docs, name="api-docs"),
    # A page, not JSON: Google sends a browser there.
    path("v1/imports/google/callback", google.callback, name="google-callback"),
    path("v1/", include("contacts.api.urls")),
    path("v1/", include("imports.api.urls")),
    # Last of /v1/: what is no address there is answered in JSON, too.
    re_path("^v1/", api.unknown_address),
    path("admin/", include("portals.admin.urls")),
    path("", include("portals.customer.urls")),
]

handler400 = api.bad_request
handler403 = api.permission_denied
handler404 = api.page_not_found
handler500 = api.server_error
