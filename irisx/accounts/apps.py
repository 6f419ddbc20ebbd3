from __future__ import annotations

from django.apps import AppConfig
from django.conf import settings
from django.db.backends.signals import connection_created


class AccountsConfig(AppConfig):
    name = "irisx.accounts"
    label = "accounts"
    default_auto_field = "django.db.models.AutoField"

    def ready(self) -> None:
        from irisx.accounts import audit, database_role, tenancy

        audit.watch_sign_ins()
        if settings.TENANT_GUARD:
            connection_created.connect(tenancy.install_guard, dispatch_uid="tenant_guard")
        if settings.CHECK_DATABASE_ROLE:
            connection_created.connect(database_role.refuse_privileged_role, dispatch_uid="database_role")
