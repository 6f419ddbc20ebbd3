from __future__ import annotations

from django.apps import AppConfig


class CustomerPortalConfig(AppConfig):
    name = "portals.customer"
    label = "customer_portal"
