"""The web process: HTTP by Django, /ws/imports by channels."""

from __future__ import annotations

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "irisx.settings")
django.setup()

from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402 (models load only now)
from daphne.ws_protocol import WebSocketProtocol  # noqa: E402
from django.urls import path, re_path  # noqa: E402

from imports.consumers import MAX_FRAME_BYTES, websocket_application  # noqa: E402
from irisx.accounts import database_role  # noqa: E402
from irisx.accounts.sockets import deny  # noqa: E402
from irisx.handler import Handler  # noqa: E402

# Daphne has no setting for it, and would take a frame of a gigabyte into memory before the consumer sees its length.
WebSocketProtocol.maxMessagePayloadSize = MAX_FRAME_BYTES  # type: ignore[attr-defined]
# Close with 1009, so that the client learns why.
WebSocketProtocol.failByDrop = False  # type: ignore[attr-defined]

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
