"""Calls of the API as one types them, with the addresses of this installation and never a token."""

from __future__ import annotations

from typing import NamedTuple

from django.http import HttpRequest
from django.urls import reverse

from irisx.accounts.requests import TenantRequest

TOKEN = "$IRISX_TOKEN"  # noqa: S105 (the name of a variable, for the reader's shell)


class Example(NamedTuple):
    """A call and what it does."""

    id: str
    title: str
    remark: str
    text: str


def bulk_call(request: TenantRequest) -> str:
    """Return the call that imports a file of contacts as JSON."""
    return _call(
        request,
        f"-X POST {_address(request, reverse('api:imports-bulk'))}",
        '-H "Content-Type: application/json"',
        '-H "Idempotency-Key: a name for this import"',
        "-d @contacts.json",
    )


def examples(request: TenantRequest) -> list[Example]:
    """Return the calls of the API's page: the token first, which the others need."""
    imports = _address(request, reverse("api:imports-list"))
    return [
        Example(
            "token",
            "Get a token",
            "With the e-mail address and password that you sign in with. The answer holds a token for the calls, and "
            "one to renew it with.",
            f"IRISX_TOKEN=$(curl -s {_address(request, '/v1/auth/token')} \\\n"
            '  -H "Content-Type: application/json" \\\n'
            f'  -d \'{{"email": "{request.user.email}", "password": "…"}}\' \\\n'
            "  | python3 -c 'import json, sys; print(json.load(sys.stdin)[\"access\"])')",
        ),
        Example(
            "upload",
            "Upload a file",
            "The answer holds the import, its first rows and a suggested mapping.",
            _call(request, f"-X POST {imports}/upload", "-F file=@contacts.csv"),
        ),
        Example(
            "confirm",
            "Start the import",
            "As the mapping is suggested; or send your own as field_mapping.",
            _call(
                request,
                f"-X POST {imports}/IMPORT_ID/confirm",
                '-H "Content-Type: application/json"',
                "-d '{\"accept_suggested\": true}'",
            ),
        ),
        Example("bulk", "Send contacts as JSON", "Up to 10,000 a call, without a file.", bulk_call(request)),
        Example("follow", "Follow an import", "Status and every number of it.", _call(request, f"{imports}/IMPORT_ID")),
        Example(
            "export",
            "Get your contacts",
            "As csv, excel or json.",
            _call(
                request,
                f'"{_address(request, "/v1/exports/contacts")}?format=csv"',
                "-o contacts.csv",
            ),
        ),
    ]


def _address(request: HttpRequest, path: str) -> str:
    return request.build_absolute_uri(path)


def _call(request: TenantRequest, first: str, *others: str) -> str:
    # Who acts for several tenants says for which.
    tenant = [] if request.user.tenant_id else [f'-H "X-Tenant: {request.tenant.slug}"']
    return " \\\n  ".join([f"curl {first}", f'-H "Authorization: Bearer {TOKEN}"', *tenant, *others])
