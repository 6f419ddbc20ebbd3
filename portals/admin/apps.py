from __future__ import annotations

from django.apps import AppConfig


class AdminPortalConfig(AppConfig):
    name = "portals.admin"
    label = "admin_portal"  # "admin" is Django's own, and so is its namespace of addresses and its folder of templates
