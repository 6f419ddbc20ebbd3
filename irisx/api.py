"""What every address under /v1/ has in common: the shape of errors and of lists, and whose they are."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponseBase, JsonResponse
from django.http.request import UnreadablePostError
from django.views import defaults
from django.views.decorators.csrf import csrf_exempt
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from imports.engine.errors import SourceRejected, SourceUnavailable
from irisx.accounts import audit
from irisx.accounts.authentication import ApiRequest, requested_tenant
from irisx.refusals import Invalid, Refusal, StorageFull, TooMany, Unavailable, body_too_large, store_unavailable
from irisx.stores import is_out_of_room

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rest_framework.request import Request

logger = logging.getLogger(__name__)

API_PREFIX = "/v1"
# By status, where the refusal does not say when to come back.
RETRY_AFTER_SECONDS = {429: 60, 503: 5}

# Codes of SourceRejected; every other one is 400.
REJECTION_STATUS = {
    "unsupported_type": 415,
    "password_protected": 415,
    "file_too_large": 413,
    "sheet_too_large": 413,
    "unpacks_too_large": 413,
}


class ServerError(Refusal):
    """Our mistake. The log knows which; the answer does not."""

    status = 500

    def __init__(self) -> None:
        super().__init__("internal_error", "Something went wrong on our side. It has been noted; please try again.")


class Refused(Refusal):
    """What Django or DRF refused before a service was asked, with the status they gave it."""

    def __init__(self, status: int, code: str, message: str, **details: Any) -> None:
        super().__init__(code, message, **details)
        self.status = status


def exception_handler(error: Exception, context: Mapping[str, Any]) -> Response:
    """Answer whatever an API view raised with {"error", "code", …}."""
    refusal = refusal_for(error)
    if refusal.status >= 500:
        request = context.get("request")
        logger.error("%s %s failed", getattr(request, "method", ""), getattr(request, "path", ""), exc_info=error)
    response = Response(refusal.as_json(), status=refusal.status)
    if header := getattr(error, "auth_header", None):
        response["WWW-Authenticate"] = header
    if retry_after := _retry_after(error, refusal):
        response["Retry-After"] = str(retry_after)
    return response


def refusal_for(error: Exception) -> Refusal:
    """Return how the API says what went wrong. An error that we do not know is our mistake."""
    match error:
        case Refusal():
            return error
        case SourceRejected():
            status = REJECTION_STATUS.get(error.code, 400)
            return Refused(status, error.code, error.message, **error.details)
        case Http404() | exceptions.NotFound():
            return Refused(404, "not_found", "There is nothing at this address.")
        case PermissionDenied():
            return Refused(403, "forbidden", "You may not do this.")
        case exceptions.ValidationError():
            return _first_invalid(error.detail)
        case exceptions.AuthenticationFailed() if isinstance(error.detail, dict):
            return Refused(401, "token_not_valid", "The token is not valid or has expired. Sign in again.")
        case exceptions.Throttled():
            return TooMany("too_many_requests", "You have sent too many requests. Retry-After says when to go on.")
        case exceptions.APIException():
            return Refused(error.status_code, *_words_for(error))
        case RequestDataTooBig():
            return body_too_large(settings.BULK_MAX_BYTES)
        case SuspiciousOperation() | UnreadablePostError():
            return Invalid("malformed", "The request could not be read.")
        case OperationalError() | InterfaceError():
            return Unavailable("database_unavailable", "The database does not answer. Please try again in a moment.")
        case SourceUnavailable():
            # Its own message is about an import that it ended.
            return store_unavailable(error.code)
        case OSError() if is_out_of_room(error):
            return StorageFull()
        case _:
            return ServerError()


def _words_for(error: exceptions.APIException) -> tuple[str, str]:
    codes = {
        exceptions.ParseError: "malformed",
        exceptions.MethodNotAllowed: "method_not_allowed",
        exceptions.UnsupportedMediaType: "unsupported_media_type",
        exceptions.NotAuthenticated: "not_authenticated",
    }
    own = error.get_codes()
    return codes.get(type(error)) or (own if isinstance(own, str) else "refused"), str(error.detail)


def _first_invalid(detail: Any) -> Refusal:
    """Say the first thing that is wrong with a body or query, with the field it is wrong in."""
    path = []
    while isinstance(detail, dict | list):
        if isinstance(detail, dict):
            key, detail = next(iter(detail.items()))
            if key != "non_field_errors":
                path.append(str(key))
        else:
            detail = detail[0]
    field = ".".join(path)
    return Invalid("invalid_value", f"{field}: {detail}", field=field) if field else Invalid("malformed", str(detail))


def _retry_after(error: Exception, refusal: Refusal) -> int | None:
    if wait := getattr(error, "wait", None):  # DRF's Throttled
        return int(wait) + 1
    default = RETRY_AFTER_SECONDS.get(refusal.status)
    return default and int(refusal.details.get("retry_after", default))


def _answered(request: HttpRequest, refusal: Refusal) -> JsonResponse | None:
    """Return the refusal as JSON under /v1/; None elsewhere, where people look at pages."""
    if not request.path_info.startswith(f"{API_PREFIX}/"):
        return None
    return JsonResponse(refusal.as_json(), status=refusal.status)


@csrf_exempt
def unknown_address(request: HttpRequest, **_: Any) -> HttpResponseBase:
    """Answer for every address under /v1/ that is none: with DEBUG on, handler404 is not asked."""
    refusal = refusal_for(Http404())
    return JsonResponse(refusal.as_json(), status=refusal.status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    return _answered(request, refusal_for(SuspiciousOperation())) or defaults.bad_request(request, exception)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    return _answered(request, refusal_for(PermissionDenied())) or defaults.permission_denied(request, exception)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    return _answered(request, refusal_for(Http404())) or defaults.page_not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponseBase:
    return _answered(request, ServerError()) or defaults.server_error(request)


def page_of(results: Sequence[Any], query: Mapping[str, Any], *, total: int) -> Response:
    """Answer one page of a list. A page past the end is empty."""
    return Response({"results": results, "page": query["page"], "limit": query["limit"], "total": total})


def offset_of(query: Mapping[str, Any]) -> int:
    """Return how many results are on the pages before."""
    return int((query["page"] - 1) * query["limit"])


class TenantViewSet(GenericViewSet[Any]):
    """Views about one tenant's things: request.tenant is there before an action runs."""

    request: ApiRequest
    is_about_a_tenant = True  # says irisx/openapi.py

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        request.tenant = requested_tenant(request)  # type: ignore[attr-defined]

    def finalize_response(self, request: Any, response: Any, *args: Any, **kwargs: Any) -> Any:
        final = super().finalize_response(request, response, *args, **kwargs)
        # None for who was refused before it was known whose things the request is about.
        if tenant := getattr(request, "tenant", None):
            audit.record_request(request, final, tenant=tenant)
        return final
