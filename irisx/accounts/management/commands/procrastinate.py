"""`manage.py procrastinate`, the worker. INSTALLED_APPS has irisx.accounts first, so that this one is found."""

from __future__ import annotations

from typing import Any

from procrastinate.contrib.django.management.commands import procrastinate

from irisx.accounts import database_role


class Command(procrastinate.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        # The worker has connections of its own for the queue, and Django's opens with the first task only.
        database_role.check_at_start()
        super().handle(*args, **options)
