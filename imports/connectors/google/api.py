"""Google's Sheets API v4, by its own client library: one person's access to it, patient with it, and wary of it."""

from __future__ import annotations

import http.client
import json
import logging
from functools import cache
from typing import Any

import google.auth.exceptions
import httplib2  # type: ignore[import-untyped]
from django.conf import settings
from django.utils import timezone
from google.oauth2.credentials import Credentials
from google_auth_httplib2 import AuthorizedHttp
from googleapiclient.discovery import build
from googleapiclient.errors import HttpError

from imports.connectors.google import connections, google_unavailable
from imports.connectors.google.connections import GoogleNotAuthorized
from imports.connectors.patience import TryAgain, patiently
from irisx.refusals import Invalid

logger = logging.getLogger(__name__)

TIMEOUT_SECONDS = 15.0  # without a byte
# What an answer may hold. A page is cut to have less; more is a sheet with a book in each cell.
ANSWER_MAX_BYTES = 4 * 1024 * 1024
# What Google says of a client that asks too often, beside the status 429.
_RATE_REASONS = {"rateLimitExceeded", "userRateLimitExceeded", "RATE_LIMIT_EXCEEDED"}
_SCOPE_REASONS = {"ACCESS_TOKEN_SCOPE_INSUFFICIENT", "insufficientPermissions"}


class AnswerTooLarge(Exception):
    """An answer has more bytes than we take into memory."""


class SheetsApi:
    """One person's access to Google Sheets. Its calls wait for the network, and raise what people should read."""

    def __init__(self, tenant_id: int, user_id: int) -> None:
        self._tenant_id = tenant_id
        self._user_id = user_id
        self._credentials = Credentials(None, refresh_handler=self._renewed)  # type: ignore[no-untyped-call]
        self._http = _Http(timeout=TIMEOUT_SECONDS)
        self._http.follow_redirects = False
        self._authorized = AuthorizedHttp(  # type: ignore[no-untyped-call]
            self._credentials, http=self._http, max_refresh_attempts=1
        )

    def authorize(self) -> None:
        """Have a token at hand. Raises GoogleNotAuthorized, or RemoteUnavailable if Google does not answer."""
        self._credentials.refresh(None)  # type: ignore[no-untyped-call]

    def spreadsheet(self, document: str, *, fields: str, ranges: tuple[str, ...] = ()) -> dict[str, Any]:
        """Return those fields of a spreadsheet (spreadsheets.get)."""
        return self._patiently(
            _service(settings.GOOGLE_SHEETS_ROOT_URL)
            .spreadsheets()
            .get(spreadsheetId=document, fields=fields, ranges=list(ranges))
        )

    def values(self, document: str, cells: str, *, raw: bool) -> list[list[Any]]:
        """Return the rows of a range without blank cells and rows at the end. Raises AnswerTooLarge."""
        answer = self._patiently(
            _service(settings.GOOGLE_SHEETS_ROOT_URL)
            .spreadsheets()
            .values()
            .get(
                spreadsheetId=document,
                range=cells,
                majorDimension="ROWS",
                valueRenderOption="UNFORMATTED_VALUE" if raw else "FORMATTED_VALUE",
                # A date is a number to a spreadsheet. Only its text says that it is a date.
                dateTimeRenderOption="FORMATTED_STRING",
                fields="values",
            )
        )
        rows: list[list[Any]] = answer.get("values", [])
        return rows

    def _patiently(self, request: Any) -> dict[str, Any]:
        # Unpacked, 4 MB may be four gigabytes.
        request.headers["accept-encoding"] = "identity"
        try:
            return patiently(lambda: self._once(request))
        except TryAgain as again:
            raise google_unavailable(round(again.retry_after or 60)) from again

    def _once(self, request: Any) -> dict[str, Any]:
        try:
            answer: dict[str, Any] = request.execute(http=self._authorized)
        except HttpError as error:
            raise self._meaning(error) from error
        except AnswerTooLarge:
            # The rest of it is still on its way.
            self._http.close()
            raise
        except (
            OSError,
            http.client.HTTPException,
            httplib2.error.HttpLib2Error,
            google.auth.exceptions.TransportError,
            # Half an answer, which json cannot read.
            ValueError,
        ) as error:
            self._http.close()
            raise TryAgain from error
        return answer

    def _meaning(self, error: HttpError) -> Exception:
        """Return what an answer that is no 2xx means to whoever asked."""
        status, reasons, message = int(error.resp.status), *_told(error)
        if status == 429 or status >= 500 or reasons & _RATE_REASONS:
            return TryAgain(_retry_after(error))
        if status == 401 or reasons & _SCOPE_REASONS:
            self._give_up()
            return GoogleNotAuthorized()
        if status == 403 and ("SERVICE_DISABLED" in reasons or "accessNotConfigured" in reasons):
            logger.error("The Google Sheets API is not switched on for this installation's project at Google.")
            return google_unavailable()
        if status == 403:
            return Invalid(
                "sheet_not_shared",
                "The Google account that you connected may not open this sheet. Ask its owner to share it with that "
                "account, or connect the account that can open it.",
                field="sheet_url",
            )
        if status == 404:
            return Invalid(
                "sheet_not_found",
                "Google has no sheet at this address. It may have been deleted; open it in the browser and copy its "
                "address again.",
                field="sheet_url",
            )
        if "not supported for this document" in message:
            return Invalid(
                "sheet_not_found",
                "The address leads to an Excel file that is kept in Google Drive. Save it as a Google Sheet there "
                "(File, Save as Google Sheets), or download it and import the file.",
                field="sheet_url",
            )
        if status == 400:
            return Invalid("sheet_range_invalid", "Google knows no such range in this sheet.", field="range")
        logger.error("Google Sheets answered %s, which is not expected.", status)
        return google_unavailable()

    def _renewed(self, _request: Any, scopes: Any) -> tuple[str, Any]:
        """Give google-auth a token in place of the one it has, which is old, or which Google has just rejected."""
        token, end = connections.access_token(self._tenant_id, self._user_id, rejected=self._credentials.token or "")
        # google-auth wants UTC without a time zone.
        return token, timezone.make_naive(end, timezone.get_default_timezone())

    def _give_up(self) -> None:
        connections.mark_needs_reconnect(self._tenant_id, self._user_id, rejected=self._credentials.token or "")


def _told(error: HttpError) -> tuple[set[str], str]:
    """Return the reasons that Google gives for an error, and its words."""
    try:
        told = json.loads(error.content)["error"]
        details = [*told.get("details", ()), *told.get("errors", ())]
        return {str(detail.get("reason", "")) for detail in details}, str(told.get("message", ""))
    except (ValueError, LookupError, TypeError, AttributeError):
        return set(), ""


def _retry_after(error: HttpError) -> float | None:
    text = str(error.resp.get("retry-after", ""))
    return float(text) if text.isdecimal() else None


@cache
def _service(root_url: str) -> Any:
    """Return the client that makes requests, out of the description that comes with the library."""
    return build(
        "sheets",
        "v4",
        http=httplib2.Http(),
        static_discovery=True,
        cache_discovery=False,
        client_options={"api_endpoint": root_url},
    )


class _LimitedResponse(http.client.HTTPResponse):
    def read(self, amt: int | None = None) -> bytes:
        if amt is not None:
            return super().read(amt)
        content = super().read(ANSWER_MAX_BYTES + 1)
        if len(content) > ANSWER_MAX_BYTES:
            raise AnswerTooLarge
        return content


class _PlainConnection(httplib2.HTTPConnectionWithTimeout):  # type: ignore[misc]
    response_class = _LimitedResponse


class _TlsConnection(httplib2.HTTPSConnectionWithTimeout):  # type: ignore[misc]
    response_class = _LimitedResponse


class _Http(httplib2.Http):  # type: ignore[misc]
    """httplib2's client, of which no answer is larger than we take."""

    def request(self, uri: str, *args: Any, **kwargs: Any) -> Any:
        kwargs["connection_type"] = _TlsConnection if uri.startswith("https:") else _PlainConnection
        return super().request(uri, *args, **kwargs)
