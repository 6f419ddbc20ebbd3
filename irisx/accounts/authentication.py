"""Who calls the API: a bearer token says which user, the user or a header which tenant."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any, cast

import jwt
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request
from rest_framework_simplejwt.authentication import JWTAuthentication
from rest_framework_simplejwt.exceptions import InvalidToken, TokenError
from rest_framework_simplejwt.tokens import AccessToken, RefreshToken, Token

from irisx.accounts.models import ApiSession, Tenant, User
from irisx.accounts.tenancy import tenant_scope
from irisx.refusals import Invalid, NotFound

if TYPE_CHECKING:
    from collections.abc import Callable

TENANT_HEADER = "X-Tenant"


class ApiRequest(Request):
    """A request to an API view about one tenant's contacts."""

    user: User
    tenant: Tenant


class TenantJWTAuthentication(JWTAuthentication):
    """Takes access tokens in the header `Authorization: Bearer`, and nothing else: no cookie, no query parameter."""

    def get_validated_token(self, raw_token: bytes) -> Token:
        return verified(AccessToken, raw_token)


def verified(token_class: type[Token], text: str | bytes) -> Token:
    """Return a token whose signature, time, issuer, audience and kind are right; raises InvalidToken else."""
    try:
        if isinstance(text, str) and not text.isascii():
            raise InvalidToken
        token = token_class(text)  # type: ignore[arg-type]  # the stubs ask for a Token, which is what it makes
        # RFC 7515 section 4.1.11: what is marked critical must be understood. We understand no extension.
        if "crit" in jwt.get_unverified_header(text):
            raise InvalidToken
    except TokenError as error:
        raise InvalidToken from error
    return token


def user_of(token: Token) -> User:
    """Return the user a verified token was made for; raises AuthenticationFailed if they may no more.

    That is: deleted, deactivated, or with another password than when the token was made.
    """
    return cast("User", TenantJWTAuthentication().get_user(token))


def issue_tokens(user: User) -> dict[str, str]:
    """Begin an API session and return its first pair of tokens."""
    refresh = RefreshToken.for_user(user)
    session = ApiSession.objects.create(
        user=user, token_id=refresh["jti"], expires_at=refresh.current_time + refresh.lifetime
    )
    # Sessions that were never ended are of no use to anyone, and this is when we have the user at hand.
    ApiSession.objects.filter(user=user, expires_at__lt=refresh.current_time).delete()
    return _pair(refresh, session_id=str(session.pk))


def renew_tokens(refresh_token: str) -> dict[str, str]:
    """Return a new pair for a refresh token, which counts once: a second use ends its session.

    Two who hold the same token cannot be told apart, so the thief and the owner both have to sign in.
    """
    given = verified(RefreshToken, refresh_token)
    user = user_of(given)
    session_id = given.get("sid")
    successor = RefreshToken.for_user(user)
    # A conditional update: of two calls with the same token, one wins.
    renewed = ApiSession.objects.filter(pk=session_id, user=user, token_id=given["jti"]).update(
        token_id=successor["jti"], expires_at=successor.current_time + successor.lifetime
    )
    if not renewed:
        ApiSession.objects.filter(pk=session_id, user=user).delete()
        raise AuthenticationFailed("This refresh token was used before. Sign in again.", code="token_used")
    return _pair(successor, session_id=session_id)


def _pair(refresh: RefreshToken, *, session_id: str) -> dict[str, str]:
    refresh["sid"] = session_id
    return {"access": str(refresh.access_token), "refresh": str(refresh)}


def requested_tenant(request: Request) -> Tenant:
    """Return whose contacts an API request is about: the user's own tenant; for platform staff the one they name."""
    user = cast("User", request.user)
    if user.tenant is not None:
        return user.tenant
    slug = request.headers.get(TENANT_HEADER, "")
    if not slug:
        raise Invalid("tenant_required", f"Name the tenant you act for in the header {TENANT_HEADER}.")
    tenant = Tenant.objects.filter(slug=slug).first()
    if tenant is None:
        raise NotFound("tenant_not_found", "There is no tenant of this name.")
    return tenant


def in_tenant_scope(action: Callable[..., Any]) -> Callable[..., Any]:
    """Run an action of an API view inside tenant_scope(request.tenant).

    Not for actions that wait for a child process: what they call opens its own scopes.
    """

    @wraps(action)
    def scoped(view: Any, request: ApiRequest, *args: Any, **kwargs: Any) -> Any:
        with tenant_scope(request.tenant):
            return action(view, request, *args, **kwargs)

    return scoped
