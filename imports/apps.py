from __future__ import annotations

from django.apps import AppConfig


class ImportsConfig(AppConfig):
    name = "imports"

    def ready(self) -> None:
        from contacts import touched
        from imports import provenance

        touched.know(provenance.touched_by_import)
