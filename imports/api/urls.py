"""Addresses under /v1/."""

from __future__ import annotations

from django.urls import path
from rest_framework.routers import SimpleRouter

from imports.api.connections import AirtableViewSet, GoogleAuthViewSet, GoogleViewSet
from imports.api.contacts import ContactViewSet
from imports.api.mappings import SavedMappingViewSet
from imports.api.schedules import ScheduleViewSet
from imports.api.views import ImportViewSet
from imports.api.webhooks import WebhookViewSet

app_name = "api"

router = SimpleRouter(trailing_slash=False, use_regex_path=False)
router.register("imports/mappings", SavedMappingViewSet, basename="mappings")
router.register("imports/schedules", ScheduleViewSet, basename="schedules")
router.register("contacts", ContactViewSet, basename="contacts")
router.register("imports", ImportViewSet, basename="imports")
router.register("webhooks", WebhookViewSet, basename="webhooks")

urlpatterns = [
    path("imports/google", GoogleViewSet.as_view({"get": "retrieve", "delete": "destroy"})),
    path("imports/google/auth", GoogleAuthViewSet.as_view({"get": "auth"})),
    path("imports/google/sheet", GoogleViewSet.as_view({"post": "sheet"})),
    path(
        "imports/airtable",
        AirtableViewSet.as_view({"get": "retrieve", "put": "connect", "delete": "destroy"}),
    ),
    path("imports/airtable/table", AirtableViewSet.as_view({"post": "table"})),
    *router.urls,
]
