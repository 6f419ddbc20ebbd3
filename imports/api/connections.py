"""/v1/imports/google and /v1/imports/airtable: access to what people keep elsewhere, and imports from there."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

from django.conf import settings
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.authentication import BaseAuthentication
from rest_framework.response import Response

from imports import remote
from imports.api import documented
from imports.api.views import uploaded
from imports.connectors import google
from imports.connectors.airtable import connections as airtable_connections
from imports.connectors.airtable.addresses import parse_address as parse_table_address
from imports.connectors.google import connections as google_connections
from imports.connectors.google import oauth
from imports.connectors.google.addresses import parse_address as parse_sheet_address
from imports.connectors.google.addresses import parse_range
from imports.connectors.interface import RemoteSource
from imports.idempotency import idempotent_creation
from imports.options import ImportOptions
from irisx.accounts.authentication import ApiRequest, TenantJWTAuthentication, in_tenant_scope
from irisx.api import TenantViewSet
from irisx.api_requests import Shape
from irisx.api_schema import ErrorShape, answer, body, errors

if TYPE_CHECKING:
    from rest_framework.request import Request

    from irisx.accounts.models import User


class SessionOfPortal(BaseAuthentication):
    """Takes the session of a portal's page. For what changes nothing that counts: a cookie goes along unasked."""

    def authenticate(self, request: Request) -> tuple[User, None] | None:
        user = request._request.user
        return (user, None) if user.is_authenticated and user.is_active else None


class SessionScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # its base is not typed
    """What the OpenAPI document says of it."""

    target_class = "imports.api.connections.SessionOfPortal"
    name = "portalSession"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        return {"type": "apiKey", "in": "cookie", "name": settings.SESSION_COOKIE_NAME}


# Shapes --------------------------------------------------------------------------------------------------------------


class AuthUrlShape(serializers.Serializer[Any]):
    auth_url = serializers.URLField(help_text="Where the person gives consent, within ten minutes, in their browser.")


class ConnectionShape(serializers.Serializer[Any]):
    configured = serializers.BooleanField(help_text="Whether this installation can connect at all.")
    connected = serializers.BooleanField()
    needs_reconnect = serializers.BooleanField(help_text="The access was taken back, or has ended.")
    connected_at = serializers.DateTimeField(allow_null=True)


class RemoteShape(Shape):
    raw = serializers.BooleanField(default=False, help_text="Values without the format that they are shown in.")
    header_row = serializers.IntegerField(required=False, allow_null=True, min_value=0, max_value=settings.MAX_ROWS)


class SheetShape(RemoteShape):
    sheet_url = serializers.CharField(max_length=2_000, help_text="As the browser shows it, with or without a gid.")
    range = serializers.CharField(
        required=False, allow_null=True, allow_blank=True, max_length=200, help_text="A1 notation; default: all."
    )


class TableShape(RemoteShape):
    table_url = serializers.CharField(max_length=2_000, help_text="https://airtable.com/app…/tbl…, with a view or not.")


class TokenShape(Shape):
    token = serializers.CharField(max_length=300, help_text="A personal access token; it is never shown again.")


class SheetBody(documented.ImportOptionsShape, SheetShape):
    pass


class TableBody(documented.ImportOptionsShape, TableShape):
    pass


CONNECTED = {"configured": True, "connected": True, "needs_reconnect": False, "connected_at": "2026-11-24T12:00:00Z"}
NOT_AUTHORIZED = {
    "error": "Not authorized",
    "code": "google_not_authorized",
    "message": "Please authorize Google Sheets access first",
    "auth_required": True,
}
SHEET = {
    **documented.JOB,
    "source_type": "google_sheets",
    "filename": "Partner leads – Leads 2026",
    "file_info": {
        "type": "google_sheets",
        "encoding": None,
        "delimiter": None,
        "sheet": "Leads 2026",
        "sheets": ["Leads 2026", "Old"],
        "range": "A1:F500",
        "header_row": 1,
    },
}
TABLE = {
    **SHEET,
    "source_type": "airtable",
    "filename": "Sales – Leads",
    "file_info": {**SHEET["file_info"], "type": "airtable", "sheet": "Leads", "range": None, "header_row": None},
}


def _remote_answers(code: str) -> dict[int, Any]:
    refusal = {**NOT_AUTHORIZED, "code": code}
    if code != NOT_AUTHORIZED["code"]:
        refusal["message"] = "Enter an Airtable personal access token first"
    return {
        201: documented.JobWithPreview,
        **errors(400, 409),
        401: OpenApiResponse(
            ErrorShape,
            description="No token; or nobody has given access, or it was taken back.",
            examples=[OpenApiExample("No access", value=refusal)],
        ),
    }


class ConnectionViewSet(TenantViewSet):
    """One person's connection to a service, whichever it is. `connections` is the service's module of that name."""

    connections: Any

    def is_configured(self) -> bool:
        """Tell whether this installation can connect to the service at all."""
        return True

    @in_tenant_scope
    def retrieve(self, request: ApiRequest) -> Response:
        found = self.connections.connection_of(request.tenant, request.user)
        return Response(
            {
                "configured": self.is_configured(),
                "connected": found is not None,
                "needs_reconnect": found is not None and found.needs_reconnect,
                "connected_at": found.connected_at if found else None,
            }
        )

    def destroy(self, request: ApiRequest) -> Response:
        self.connections.disconnect(request.tenant, request.user)
        return Response(status=204)


# Google --------------------------------------------------------------------------------------------------------------


class GoogleAuthViewSet(TenantViewSet):
    authentication_classes = [TenantJWTAuthentication, SessionOfPortal]

    @extend_schema(
        operation_id="imports_google_auth",
        summary="Begin to connect a Google account",
        description="Open `auth_url` in the browser of the person whose token this is. The page that it comes back to "
        "wants them to be signed in there. 503 `google_not_configured` where Google Sheets is not set up.",
        responses={200: AuthUrlShape},
        examples=answer("An address", {"auth_url": "https://accounts.google.com/o/oauth2/v2/auth?client_id=…"}),
    )
    def auth(self, request: ApiRequest) -> Response:
        return Response({"auth_url": oauth.begin(request.tenant, request.user)})


@extend_schema_view(
    retrieve=extend_schema(
        operation_id="imports_google_retrieve",
        summary="Whether a Google account is connected",
        responses={200: ConnectionShape},
        examples=answer("Connected", CONNECTED),
    ),
    destroy=extend_schema(
        operation_id="imports_google_disconnect",
        summary="Disconnect the Google account",
        description="The tokens are deleted at once. Google is told to forget them, later again if it is away.",
        responses={204: None},
    ),
)
class GoogleViewSet(ConnectionViewSet):
    connections = google_connections

    def is_configured(self) -> bool:
        return google.is_configured()

    @extend_schema(
        operation_id="imports_google_sheet",
        summary="Import from a Google Sheet",
        description="Reads a tab, or a range of it; from there on it is an upload. Without a gid in the address, and "
        "without a tab in the range, the first visible tab is read. Row numbers are the sheet's. 400 "
        "`sheet_not_found`, `sheet_not_shared` or `sheet_range_invalid` say what is wrong with the address or range.",
        request=SheetBody,
        responses=_remote_answers("google_not_authorized"),
        examples=[
            *body(
                "A range",
                {
                    "sheet_url": "https://docs.google.com/spreadsheets/d/1kQ4w8bXyZ-example/edit#gid=0",
                    "range": "A1:F500",
                },
            ),
            *answer("Read", {**SHEET, "preview": documented.PREVIEW}, 201),
        ],
    )
    @idempotent_creation(uploaded)
    def sheet(self, request: ApiRequest, *, job_id: UUID) -> Response:
        given = SheetShape.read(request.data)
        address = parse_sheet_address(given["sheet_url"])
        area = (given.get("range") or "").strip()
        if area:
            parse_range(area)  # before anybody is asked
        source = RemoteSource("google_sheets", address.document, address.gid, area, given["raw"])
        return _imported(self, request, source, given, job_id)


# Airtable ------------------------------------------------------------------------------------------------------------


@extend_schema_view(
    retrieve=extend_schema(
        operation_id="imports_airtable_retrieve",
        summary="Whether Airtable is connected",
        responses={200: ConnectionShape},
        examples=answer("Connected", CONNECTED),
    ),
    destroy=extend_schema(
        operation_id="imports_airtable_disconnect",
        summary="Forget the access token of Airtable",
        description="It is deleted here; whoever made it revokes it at Airtable.",
        responses={204: None},
    ),
)
class AirtableViewSet(ConnectionViewSet):
    connections = airtable_connections

    @extend_schema(
        operation_id="imports_airtable_connect",
        summary="Connect Airtable by a personal access token",
        description="It needs the scopes `data.records:read` and `schema.bases:read`. It is kept encrypted.",
        request=TokenShape,
        responses={200: ConnectionShape},
        examples=[*body("A token", {"token": "patAbCdEfGhIjKlMn.0123456789abcdef"}), *answer("Connected", CONNECTED)],
    )
    def connect(self, request: ApiRequest) -> Response:
        airtable_connections.connect(request.tenant, request.user, TokenShape.read(request.data)["token"])
        return cast("Response", self.retrieve(request))

    @extend_schema(
        operation_id="imports_airtable_table",
        summary="Import from an Airtable table",
        description="Reads a table, or a view of it; from there on it is an upload. Row numbers are places, from 1.",
        request=TableBody,
        responses=_remote_answers("airtable_not_authorized"),
        examples=[
            *body("A table", {"table_url": "https://airtable.com/appAbCdEfGhIjKlMn/tblAbCdEfGhIjKlMn"}),
            *answer("Read", {**TABLE, "preview": documented.PREVIEW}, 201),
        ],
    )
    @idempotent_creation(uploaded)
    def table(self, request: ApiRequest, *, job_id: UUID) -> Response:
        given = TableShape.read(request.data)
        address = parse_table_address(given["table_url"])
        source = RemoteSource("airtable", address.base, address.table, address.view, given["raw"])
        return _imported(self, request, source, given, job_id)


def _imported(
    view: TenantViewSet, request: ApiRequest, source: RemoteSource, given: dict[str, Any], job_id: UUID
) -> Response:
    job = remote.create_job(
        request.tenant,
        user=request.user,
        source=replace(source, header_row=given.get("header_row")),
        options=ImportOptions.parse(cast("dict[str, Any]", request.data)),
        job_id=job_id,
    )
    return uploaded(view, job)
