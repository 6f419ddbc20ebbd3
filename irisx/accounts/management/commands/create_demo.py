from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from irisx.accounts import demo


class Command(BaseCommand):
    help = "Creates the demo tenants and users that are missing, and prints role, email and password of each user."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            sign_ins = demo.create()
        except demo.DemoRefused as error:
            raise CommandError(str(error)) from error
        for sign_in in sign_ins:
            self.stdout.write(str(sign_in))
