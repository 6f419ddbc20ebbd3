from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from irisx.accounts.tenancy import ALL, tenant_scope
from irisx.encryption import CannotDecrypt, encrypted_fields, renew


class Command(BaseCommand):
    help = (
        "Encrypts what is stored encrypted with the first of FIELD_ENCRYPTION_KEYS. It may run beside everything else."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        renewed = lost = 0
        for model, field in encrypted_fields():
            rows = model._default_manager.exclude(**{field: ""})
            with tenant_scope(ALL):
                keys = list(rows.values_list("pk", flat=True))
            for key in keys:
                with tenant_scope(ALL):
                    stored = rows.filter(pk=key).values_list(field, flat=True).first()
                    if stored is None:
                        continue
                    try:
                        # Only what is still as it was read: somebody may have stored another meanwhile.
                        renewed += rows.filter(pk=key, **{field: stored}).update(**{field: renew(stored)})
                    except CannotDecrypt:
                        lost += 1
        self.stdout.write(f"{renewed} values are encrypted with the first key now.")
        if lost:
            raise CommandError(f"{lost} values could not be decrypted with any key of FIELD_ENCRYPTION_KEYS.")
