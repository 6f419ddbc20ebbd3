"""Addresses under /v1/."""

from __future__ import annotations

from rest_framework.routers import SimpleRouter

from imports.api.views import ImportViewSet

app_name = "api"

router = SimpleRouter(trailing_slash=False, use_regex_path=False)
router.register("imports", ImportViewSet, basename="imports")

urlpatterns = router.urls
