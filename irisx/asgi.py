"""The web process: HTTP by Django, /ws/imports by channels."""

from __future__ import annotations

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "irisx.settings")
django.setup()

from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402 (models load only now)
from django.urls import path, re_path  # noqa: E402

from imports.consumers import websocket_application  # noqa: E402
from irisx.accounts import database_role  # noqa: E402
from irisx.accounts.sockets import deny  # noqa: E402
from irisx.handler import Handler  # noqa: E402
from irisx.web_sockets import serve_ours  # noqa: E402

serve_ours()
database_role.check_at_start()

application = ProtocolTypeRouter(
    {
        "http": Handler(),
        # Without the last line an unknown address would raise in the router.
        "websocket": URLRouter(
            [
                path("ws/imports", websocket_application),  # type: ignore[arg-type]  # stubs know views alone
                re_path("", deny),  # type: ignore[arg-type]
            ]
        ),
    }
)
