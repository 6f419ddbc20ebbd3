"""What a running database needs before anybody uses it."""

from __future__ import annotations

from django.conf import settings
from django.core.management import call_command
from django.db import connections

from irisx.accounts import demo


def prepare() -> list[demo.SignIn]:
    """Migrate, collect static files outside of development, and return the demo users (none there). May run twice."""
    call_command("migrate", interactive=False, verbosity=0)
    if settings.DEBUG:
        sign_ins = demo.create()
    else:
        call_command("collectstatic", interactive=False, verbosity=0)
        sign_ins = []
    # The caller goes on for hours without asking the database anything.
    connections.close_all()
    return sign_ins
