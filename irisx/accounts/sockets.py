"""Who is on a WebSocket: by session cookie from our own pages, or by access token."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from importlib import import_module
from typing import Any
from urllib.parse import urlsplit

from channels.auth import get_user
from channels.db import database_sync_to_async
from django.conf import settings
from django.http import parse_cookie
from django.http.request import validate_host
from rest_framework.exceptions import AuthenticationFailed
from rest_framework_simplejwt.tokens import AccessToken

from irisx.accounts.authentication import user_of, verified
from irisx.accounts.models import User

# What an ASGI server calls: (scope, receive, send).
Application = Callable[[Any, Any, Any], Awaitable[None]]

DEFAULT_PORTS = {"http": 80, "https": 443}


class OriginGuard:
    """Refuses, with 403 at the handshake, sockets that another site's page opened.

    A browser sends our cookies along whoever's page it is, and sets Origin truly. Programs send no Origin and are let
    through; their cookies do not count.
    """

    def __init__(self, application: Application) -> None:
        self.application = application

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if is_allowed_origin(headers_of(scope)):
            await self.application(scope, receive, send)
        else:
            await deny(scope, receive, send)


async def deny(scope: Any, receive: Any, send: Any) -> None:
    """Close a socket before it opens, which servers answer with 403."""
    await receive()
    await send({"type": "websocket.close"})


def headers_of(scope: Mapping[str, Any]) -> dict[str, str]:
    """Return the handshake's headers, names in lower case."""
    return {name.decode("latin1").lower(): value.decode("latin1") for name, value in scope["headers"]}


def is_allowed_origin(headers: Mapping[str, str]) -> bool:
    """Return whether the page behind a socket is ours, or there is no page.

    Ours is the very host and port that the socket came to. Behind a proxy that changes Host, it is one of ALLOWED_HOSTS
    at the usual port: another port of the same machine is another site, yet its pages send our cookies.
    """
    if "origin" not in headers:
        return True
    try:
        origin = urlsplit(headers["origin"])
        port = origin.port or DEFAULT_PORTS.get(origin.scheme)
        host = urlsplit(f"//{headers.get('host', '')}")
        host_port = host.port or DEFAULT_PORTS.get(origin.scheme)
    except ValueError:
        return False
    if not origin.hostname or port is None:
        return False
    if (origin.hostname, port) == (host.hostname, host_port):
        return True
    # "*" says which names we answer to, not whose pages may act for our users.
    named = [allowed for allowed in settings.ALLOWED_HOSTS if allowed != "*"]
    return port == DEFAULT_PORTS.get(origin.scheme) and validate_host(origin.hostname, named)


def session_key_of(headers: Mapping[str, str]) -> str:
    """Return the session of the page that opened a socket; "" if there is no page or no session."""
    if "origin" not in headers:
        return ""
    key = parse_cookie(headers.get("cookie", "")).get(settings.SESSION_COOKIE_NAME, "")
    # Django makes keys of letters and digits; others are not worth a question to the database.
    return key if key.isascii() and key.isalnum() else ""


def bearer_token_of(headers: Mapping[str, str]) -> str:
    """Return the token of the header `Authorization: Bearer`; "" if there is none."""
    scheme, _, token = headers.get("authorization", "").partition(" ")
    return token.strip() if scheme == "Bearer" else ""


async def user_of_session(session_key: str) -> User | None:
    """Return who is signed in with a session, looked up anew; None if nobody is (any more)."""
    store = import_module(settings.SESSION_ENGINE).SessionStore
    user = await get_user({"session": store(session_key)})
    return user if isinstance(user, User) else None


@database_sync_to_async
def user_of_token(token: str) -> User | None:
    """Return whose an access token is, looked up anew; None if it is not valid (any more)."""
    try:
        return user_of(verified(AccessToken, token))
    except AuthenticationFailed:
        return None
