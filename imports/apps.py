from __future__ import annotations

from django.apps import AppConfig
from django.db.models.signals import post_save


class ImportsConfig(AppConfig):
    name = "imports"

    def ready(self) -> None:
        from contacts import touched
        from imports import provenance
        from imports.schedules import schedules
        from irisx.accounts.models import Tenant

        touched.know(provenance.touched_by_import)
        post_save.connect(schedules.keep_to_new_clocks, sender=Tenant, dispatch_uid="schedules_keep_to_new_clocks")
        for connection in schedules.CONNECTOR_OF:
            post_save.connect(schedules.go_on_with_access, sender=connection, dispatch_uid=f"access_{connection}")
