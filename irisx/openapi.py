"""What all addresses have in common in the OpenAPI document.

DRF loads this module with its views: it must not import them, nor models.
"""

from __future__ import annotations

from typing import Any

from drf_spectacular.contrib.rest_framework_simplejwt import SimpleJWTScheme
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter

from irisx import request_ids

METHODS = ("get", "post", "put", "patch", "delete")
DESCRIPTION = """\
Bring contacts into IRISX and get them out again.

**Who is asking.** Send `POST /v1/auth/token` an e-mail address and a password; send what it answers as `access` with
each request, in the header `Authorization: Bearer …`. It ends after 30 minutes; `POST /v1/auth/token/refresh` gives a
new pair for `refresh`, once. Platform staff name the tenant they act for in the header `X-Tenant`.

**Errors** are `{"error": "a sentence for a person", "code": "stable_code"}`, with more keys where they help, such as
`field`, `limit` or `row`. What belongs to another tenant is not found.

**Lists** come in pages: `?page=1&limit=20`, at most 100; a page past the end is empty. **Times** are ISO 8601 in UTC.

**Once is enough.** A POST that starts or confirms an import takes a header `Idempotency-Key`: sent again within 24
hours, the same request gets the first answer again and does nothing.

**Each answer** has an `X-Request-ID`: yours, if you sent one of letters, digits and `._:+/=@-`. Name it when you ask
us about that request.

Progress comes over the WebSocket `/ws/imports`, and ends of imports by webhooks.
"""
TAGS = [
    {"name": "auth", "description": "Tokens."},
    {"name": "imports", "description": "From a file or a list of contacts to the last row."},
    {"name": "mappings", "description": "Field mappings that are kept for the next file."},
    {"name": "exports", "description": "Contacts as CSV, Excel or JSON."},
    {"name": "contacts", "description": "The contacts of a tenant."},
    {"name": "lists", "description": "Named sets of contacts."},
    {"name": "fields", "description": "What a tenant knows of a contact besides what everybody does."},
    {"name": "webhooks", "description": "Addresses that are told how imports end."},
]

# What any address may answer, with an example. A view that says more of a status is not overruled.
COMMON_ANSWERS: dict[str, tuple[str, dict[str, Any]]] = {
    "400": (
        "The request cannot be carried out as it is.",
        {"error": "limit: Ensure this value is less than or equal to 100.", "code": "invalid_value", "field": "limit"},
    ),
    "401": (
        "No token, or one that is not valid any more.",
        {"error": "The token is not valid or has expired. Sign in again.", "code": "token_not_valid"},
    ),
    "404": (
        "There is no such thing, or it is another tenant's.",
        {"error": "There is nothing at this address.", "code": "not_found"},
    ),
    "409": (
        "Not in this state, or it is there already; or the first request with this Idempotency-Key is still running.",
        {"error": "This import was started already.", "code": "already_started"},
    ),
    "413": (
        "Larger than is allowed.",
        {
            "error": "The file is larger than 50 MB. Split it, or save it without pictures and unused sheets.",
            "code": "file_too_large",
            "limit": 52428800,
        },
    ),
    "415": (
        "A body or a file of another type than is taken here.",
        {"error": "Invalid file type. Only CSV and Excel files allowed.", "code": "unsupported_type"},
    ),
    "422": (
        "This Idempotency-Key was sent with another request.",
        {
            "error": "This Idempotency-Key was sent with another request. Take a new one for each request.",
            "code": "idempotency_key_reused",
        },
    ),
    "429": (
        "Too many requests, or too many of something; Retry-After says when again.",
        {
            "error": "You have sent too many requests. Retry-After says when to go on.",
            "code": "too_many_requests",
        },
    ),
    "500": (
        "A mistake of ours. The log knows it by the X-Request-ID.",
        {
            "error": "Something went wrong on our side. It has been noted; please try again.",
            "code": "internal_error",
        },
    ),
    "503": (
        "Something it needs is away or busy; Retry-After says when again.",
        {
            "error": "The database does not answer. Please try again in a moment.",
            "code": "database_unavailable",
        },
    ),
}
HEADERS = {
    "RequestId": {"description": "The id of the request, yours or a new one.", "schema": {"type": "string"}},
    "RetryAfter": {"description": "Seconds to wait before the next try.", "schema": {"type": "integer", "minimum": 0}},
    "Idempotency-Replayed": {
        "description": "`true`: this is the first answer to this Idempotency-Key again.",
        "schema": {"type": "string", "enum": ["true"]},
    },
}
TENANT = OpenApiParameter(
    "X-Tenant",
    str,
    OpenApiParameter.HEADER,
    description="For platform staff: the slug of the tenant they act for. For anyone else it is ignored.",
)
IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    {"type": "string", "minLength": 1, "maxLength": 255},
    OpenApiParameter.HEADER,
    description="Any text of yours that stands for this request. Sent again, it gets the first answer for 24 hours.",
)


class ApiSchema(AutoSchema):
    """What drf-spectacular says of a view, with what our views have in common."""

    def get_override_parameters(self) -> list[Any]:
        common = [TENANT] if getattr(self.view, "is_about_a_tenant", False) else []
        return [*common, IDEMPOTENCY_KEY] if self.takes_idempotency_key() else common

    def get_tags(self) -> list[str]:
        segments = self.path.removeprefix("/v1/").split("/")
        return [segments[1] if segments[1:2] == ["mappings"] else segments[0]]

    def _is_list_view(self, serializer: Any = None) -> bool:
        return False  # a list's answer is a page of it, and says so

    def get_extensions(self) -> dict[str, Any]:
        return {"x-idempotent": True} if self.takes_idempotency_key() else {}

    def takes_idempotency_key(self) -> bool:
        action = getattr(self.view, getattr(self.view, "action", None) or "", None)
        return getattr(action, "takes_idempotency_key", False)


class TenantJWTScheme(SimpleJWTScheme):  # type: ignore[no-untyped-call]
    target_class = "irisx.accounts.authentication.TenantJWTAuthentication"


def add_common_answers(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Give each operation the error answers and the headers that all have."""
    result["info"]["description"] = DESCRIPTION
    result["tags"] = TAGS
    components = result["components"]
    components["headers"] = HEADERS
    components["responses"] = {
        f"Error{status}": {
            "description": description,
            "headers": _headers_of(status),
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}, "example": example}},
        }
        for status, (description, example) in COMMON_ANSWERS.items()
    }
    for operations in result["paths"].values():
        for method, operation in operations.items():
            if method in METHODS:
                _add_answers(method, operation)
    return result


def _add_answers(method: str, operation: dict[str, Any]) -> None:
    responses = operation["responses"]
    statuses = {"400", "429", "500", "503"}
    if method != "get" and operation.get("security"):
        statuses |= {"409"}
    if operation.get("security"):
        statuses |= {"401", "404"}  # the tenant that X-Tenant names may not be there
    if "requestBody" in operation:
        statuses |= {"413", "415"}
    is_idempotent = operation.pop("x-idempotent", False)
    if is_idempotent:
        statuses |= {"422"}
    for status, response in responses.items():
        response.setdefault("headers", {}).update(_headers_of(status))
        if is_idempotent and status.startswith("2"):
            response["headers"]["Idempotency-Replayed"] = _header("Idempotency-Replayed")
    for status in statuses - responses.keys():
        responses[status] = {"$ref": f"#/components/responses/Error{status}"}
    operation["responses"] = dict(sorted(responses.items()))


def _headers_of(status: str) -> dict[str, Any]:
    headers = {request_ids.HEADER: _header("RequestId")}
    return {**headers, "Retry-After": _header("RetryAfter")} if status in ("429", "503") else headers


def _header(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/headers/{name}"}
