"""Addresses under /v1/. Those of contacts are in imports/api/urls.py: they tell of imports, too."""

from __future__ import annotations

from rest_framework.routers import SimpleRouter

from contacts.api.exports import ExportViewSet
from contacts.api.fields import FieldViewSet
from contacts.api.lists import ListViewSet

app_name = "contacts_api"

router = SimpleRouter(trailing_slash=False, use_regex_path=False)
router.register("lists", ListViewSet, basename="lists")
router.register("fields", FieldViewSet, basename="fields")
router.register("exports", ExportViewSet, basename="exports")

urlpatterns = router.urls
