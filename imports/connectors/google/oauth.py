"""Google's consent by OAuth 2.0, with social-core: its Google backend, PKCE mixed in, and nothing of its tables.

The exchange is kept in google_authorizations, not in a session: a program may begin it with a bearer token. Its state
is signed, good for ten minutes and one answer, and belongs to one user and tenant.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple, cast
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.utils import timezone
from social_core.backends.google import GoogleOAuth2
from social_core.backends.oauth import BaseOAuth2PKCE
from social_core.exceptions import AuthCredentialError, AuthInputError, AuthSessionError, SocialAuthBaseException
from social_core.strategy import BaseStrategy

from imports.connectors.google import google_unavailable, require_configured
from imports.connectors.models import GoogleAuthorization
from irisx.accounts.tenancy import ALL, tenant_scope
from irisx.encryption import CannotDecrypt, decrypt, encrypt
from irisx.ids import uuid7
from irisx.refusals import Invalid

if TYPE_CHECKING:
    from collections.abc import Mapping

    from irisx.accounts.models import Tenant, User

logger = logging.getLogger(__name__)

SCOPE = "https://www.googleapis.com/auth/spreadsheets.readonly"
STATE_LIFETIME = timedelta(minutes=10)
TIMEOUT_SECONDS = 10.0


class Tokens(NamedTuple):
    """What Google gave."""

    access_token: str
    refresh_token: str  # "": none was sent, the former one stays
    expires_in: int  # seconds


class TokenRefused(Exception):
    """Google takes this token or code no more, however often it is asked."""


class ConsentFailed(Invalid):
    """The exchange did not come to its end; nothing was stored. The message says what to do."""

    def __init__(self, message: str) -> None:
        super().__init__("google_consent_failed", message)


def begin(tenant: Tenant, user: User) -> str:
    """Return the address where this person can let us read their sheets, for this tenant. Outside of any scope."""
    require_configured()
    authorization = GoogleAuthorization(id=uuid7(), tenant=tenant, user=user)
    strategy = _Strategy(authorization)
    url: str = _google(strategy).auth_url()
    authorization.exchange = encrypt(json.dumps(strategy.exchange))
    with tenant_scope(tenant):
        authorization.save(force_insert=True)
    return url


def find(state: str) -> GoogleAuthorization:
    """Return the authorization that an answer is about. Raises ConsentFailed unless it waits for one still."""
    try:
        key = UUID(_signer().unsign(state, max_age=STATE_LIFETIME))
    except (signing.BadSignature, ValueError) as error:
        raise _no_longer_good() from error
    # Whose it is, the row says.
    with tenant_scope(ALL):
        found = GoogleAuthorization.objects.select_related("tenant", "user").filter(pk=key, used_at=None).first()
    if found is None:
        raise _no_longer_good()
    return found


def use_up(authorization: GoogleAuthorization) -> bool:
    """Mark an authorization as answered, whatever the answer. Return whether it was the first."""
    with tenant_scope(authorization.tenant_id):
        # A conditional update: of two answers, one counts.
        waiting = GoogleAuthorization.objects.filter(pk=authorization.pk, used_at=None)
        return bool(waiting.update(used_at=timezone.now()))


def complete(authorization: GoogleAuthorization, *, code: str, state: str) -> Tokens:
    """Exchange the code that Google sent for tokens. Uses the authorization up. Outside of any scope.

    Raises ConsentFailed if Google does not take the code, or gave less than was asked for; RemoteUnavailable if it does
    not answer.
    """
    require_configured()
    try:
        exchange = json.loads(decrypt(authorization.exchange))
    except CannotDecrypt as error:
        raise _no_longer_good() from error
    strategy = _Strategy(authorization, exchange, {"code": code, "state": state})
    try:
        with _in_our_words():
            answer = cast("dict[str, Any]", _google(strategy).auth_complete())
    except TokenRefused as error:
        raise ConsentFailed(
            "Google did not accept the answer: it was used before or came too late. Connect again."
        ) from error
    return _checked(answer)


def refresh(refresh_token: str) -> Tokens:
    """Return a new access token. Raises TokenRefused, or RemoteUnavailable if Google does not answer."""
    with _in_our_words():
        return _tokens(_google(_Strategy()).refresh_token(refresh_token))


def revoke(token: str) -> None:
    """Tell Google to forget a token. Raises TokenRefused if it has, or RemoteUnavailable if it does not answer."""
    with _in_our_words():
        _google(_Strategy()).revoke_token(token, "")


def purge() -> None:
    """Erase authorizations that nobody can answer any more. It may run twice, and beside itself."""
    with tenant_scope(ALL):
        GoogleAuthorization.objects.filter(created_at__lt=timezone.now() - 2 * STATE_LIFETIME).delete()


@contextmanager
def _in_our_words() -> Iterator[None]:
    """Turn social-core's errors into ours. Their own words may hold what Google was sent: they are not logged."""
    try:
        yield
    except AuthCredentialError as error:
        raise TokenRefused from error
    except (AuthSessionError, AuthInputError) as error:
        raise _no_longer_good() from error
    except SocialAuthBaseException as error:
        logger.warning("Google's answer was no token: %s (%s) at %s", error.code, error.provider_code, error.stage)
        raise google_unavailable() from error


def _checked(answer: Mapping[str, Any]) -> Tokens:
    # RFC 6749 section 3.3: what was granted may be less than what was asked for.
    if SCOPE not in str(answer.get("scope", "")).split():
        raise ConsentFailed(
            "You did not allow IRISX to see your Google Sheets, which is the one thing it needs. Connect again and "
            "leave the box for it ticked."
        )
    tokens = _tokens(answer)
    if not tokens.refresh_token:
        raise ConsentFailed(
            "Google gave access for an hour only. Remove IRISX at myaccount.google.com/connections, then connect again."
        )
    return tokens


def _tokens(answer: Mapping[str, Any]) -> Tokens:
    return Tokens(answer["access_token"], str(answer.get("refresh_token") or ""), int(answer.get("expires_in") or 3600))


def _no_longer_good() -> ConsentFailed:
    return ConsentFailed(
        "This link to connect Google was used already, is over ten minutes old, or is not one of ours."
    )


def _signer() -> signing.TimestampSigner:
    return signing.TimestampSigner(salt="imports.google.state")


def _google(strategy: _Strategy) -> _Google:
    return _Google(strategy, redirect_uri=settings.GOOGLE_REDIRECT_URI)


class _Google(BaseOAuth2PKCE[Any], GoogleOAuth2[Any]):
    """social-core's Google backend for reading sheets: with PKCE, and without asking who the person is."""

    def authorization_url(self) -> str:
        url: str = settings.GOOGLE_AUTHORIZATION_URL
        return url

    def access_token_url(self) -> str:
        url: str = settings.GOOGLE_TOKEN_URL
        return url

    def revoke_token_url(self, token: str, uid: str) -> str:
        url: str = settings.GOOGLE_REVOKE_URL
        return url

    def revoke_token(self, token: str, uid: str) -> None:
        # In the body alone: social-core puts it into the address besides, which servers log.
        self.request(self.revoke_token_url(token, uid), method="POST", data={"token": token}, stage="disconnect")

    def state_token(self) -> str:
        return cast("_Strategy", self.strategy).new_state

    def do_auth(self, access_token: str, *args: Any, **kwargs: Any) -> Any:
        # Where social-core would look the person's profile up and sign them in.
        return kwargs["response"]


class _Strategy(BaseStrategy[Any]):
    """What social-core asks its surroundings for, out of one authorization."""

    def __init__(
        self,
        authorization: GoogleAuthorization | None = None,
        exchange: dict[str, Any] | None = None,
        answer: dict[str, str] | None = None,
    ) -> None:
        super().__init__(storage=_Storage(authorization))  # type: ignore[arg-type]  # all it is asked for is a nonce
        self.exchange = exchange or {}
        # Refreshing and revoking have none.
        self.new_state = _signer().sign(authorization.pk.hex) if authorization else ""
        self._answer = answer or {}

    def get_setting(self, name: str) -> Any:
        return {
            "KEY": settings.GOOGLE_CLIENT_ID,
            "SECRET": settings.GOOGLE_CLIENT_SECRET,
            "SCOPE": [SCOPE],
            "IGNORE_DEFAULT_SCOPE": True,
            # A refresh token comes with consent alone, and with "offline" alone.
            "AUTH_EXTRA_ARGUMENTS": {"access_type": "offline", "prompt": "consent"},
            "STATE_LIFETIME": int(STATE_LIFETIME.total_seconds()),
            "REQUESTS_TIMEOUT": TIMEOUT_SECONDS,
        }[name]

    def get_request_data(self, merge: bool = True) -> dict[str, str]:
        return self._answer

    def build_absolute_uri(self, path: str | None = None) -> str:
        return path or ""

    def session_get(self, name: str, default: Any = None) -> Any:
        return self.exchange.get(name, default)

    def session_set(self, name: str, value: Any) -> None:
        self.exchange[name] = value

    def session_pop(self, name: str) -> Any:
        return self.exchange.pop(name, None)


class _Storage:
    """social-core's storage, of which an exchange asks for nonces alone."""

    def __init__(self, authorization: GoogleAuthorization | None) -> None:
        self.nonce = _Nonce(authorization)


class _Nonce:
    """The state's being used once: by the row of its authorization."""

    def __init__(self, authorization: GoogleAuthorization | None) -> None:
        self._authorization = authorization

    def use(self, scope: str, timestamp: int, state: str) -> bool:
        return True  # new with its row

    def consume(self, scope: str, timestamp: int, state: str) -> bool:
        return self._authorization is not None and use_up(self._authorization)
