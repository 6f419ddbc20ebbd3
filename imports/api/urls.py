"""Addresses under /v1/."""

from __future__ import annotations

from rest_framework.routers import SimpleRouter

from imports.api.contacts import ContactViewSet
from imports.api.mappings import SavedMappingViewSet
from imports.api.views import ImportViewSet
from imports.api.webhooks import WebhookViewSet

app_name = "api"

router = SimpleRouter(trailing_slash=False, use_regex_path=False)
router.register("imports/mappings", SavedMappingViewSet, basename="mappings")
router.register("contacts", ContactViewSet, basename="contacts")
router.register("imports", ImportViewSet, basename="imports")
router.register("webhooks", WebhookViewSet, basename="webhooks")

urlpatterns = router.urls
