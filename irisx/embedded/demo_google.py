"""`manage.py up --demo-google`: a program that stands in for Google, and the settings that lead to it."""

from __future__ import annotations

import os
import socket
from pathlib import Path

from irisx.embedded.children import Child
from irisx.embedded.home import Home
from irisx.embedded.standins.google import AUTH_PATH, REVOKE_PATH, TOKEN_PATH, GoogleStandIn


def child(home: Home, *, cwd: Path, redirect_uri: str) -> Child:
    """Return the program, to be started; whoever starts after this finds it by the environment."""
    port = _free_port()
    address = f"http://127.0.0.1:{port}"
    os.environ |= {
        "GOOGLE_DEMO": "1",
        "GOOGLE_CLIENT_ID": GoogleStandIn.client_id,
        "GOOGLE_CLIENT_SECRET": GoogleStandIn.client_secret,
        "GOOGLE_REDIRECT_URI": redirect_uri,
        "GOOGLE_AUTHORIZATION_URL": address + AUTH_PATH,
        "GOOGLE_TOKEN_URL": address + TOKEN_PATH,
        "GOOGLE_REVOKE_URL": address + REVOKE_PATH,
        "GOOGLE_SHEETS_ROOT_URL": f"{address}/",
    }
    arguments = ["-m", "irisx.embedded.standins", "--port", str(port), "--redirect-uri", redirect_uri]
    return Child("google-demo", arguments, home=home, cwd=cwd)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
