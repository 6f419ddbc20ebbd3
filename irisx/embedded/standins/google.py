"""A stand-in for Google: its page of consent, its tokens, and the Sheets API v4 as its discovery document has it."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
import secrets
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import googleapiclient.discovery_cache

from irisx.embedded.standins import field_masks
from irisx.embedded.standins.server import Answer, Request
from irisx.embedded.standins.sheets import RangeError, Spreadsheet, cells_of, grid_data, values_of

SCOPE = "https://www.googleapis.com/auth/spreadsheets.readonly"
AUTH_PATH, TOKEN_PATH, REVOKE_PATH = "/o/oauth2/v2/auth", "/token", "/revoke"
CODE_SECONDS = 600
# RFC 7636 sections 4.1 and 4.2
_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
_SPREADSHEET = re.compile(r"/v4/spreadsheets/([^/:]+)")
_VALUES = re.compile(r"/v4/spreadsheets/([^/:]+)/values/(.+)")
_STATUS = {400: "INVALID_ARGUMENT", 401: "UNAUTHENTICATED", 403: "PERMISSION_DENIED", 404: "NOT_FOUND"}


@dataclass
class _Code:
    """A code that was sent with a browser and waits to be exchanged."""

    redirect_uri: str
    challenge: str
    scope: str
    made_at: float


@dataclass
class GoogleStandIn:
    """Google, as far as our sheets need it. Its moods may be changed at any time."""

    client_id: str = "irisx-demo.apps.googleusercontent.com"
    client_secret: str = "demo-secret"  # noqa: S105
    redirect_uris: tuple[str, ...] = ()
    spreadsheets: dict[str, Spreadsheet] = field(default_factory=dict)

    # Moods.
    token_seconds: int = 3599
    grants_scope: str = SCOPE
    gives_refresh_token: bool = True
    # What the next requests to the Sheets API, or to the token endpoint, are answered instead: a status, or seconds to
    # be silent for.
    sheets_troubles: list[int | float] = field(default_factory=list)
    token_troubles: list[int | float] = field(default_factory=list)
    revoke_troubles: list[int | float] = field(default_factory=list)

    # What happened.
    requests: list[Request] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)

    _codes: dict[str, _Code] = field(default_factory=dict)
    _refresh_tokens: set[str] = field(default_factory=set)
    _access_tokens: dict[str, tuple[str, float]] = field(default_factory=dict)  # → its refresh token, its end
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def answer(self, request: Request) -> Answer | None:
        self.requests.append(request)
        match request.method, request.path:
            case "GET", "/":
                return self._index()
            case "GET", "/favicon.ico":
                return Answer(204)
            case "GET", path if path == AUTH_PATH:
                return self._consent_page(request)
            case "POST", path if path == AUTH_PATH:
                return self._decided(request)
            case "POST", path if path == TOKEN_PATH:
                self.counts[f"token:{request.form.get('grant_type', '')}"] += 1
                return _trouble(self.token_troubles) or self._token(request)
            case "POST", path if path == REVOKE_PATH:
                self.counts["revoke"] += 1
                return _trouble(self.revoke_troubles) or self._revoked(request)
            case "GET", path if path.startswith("/v4/spreadsheets/"):
                self.counts["sheets"] += 1
                return _trouble(self.sheets_troubles) or self._sheets(request)
        return None

    # Consent -------------------------------------------------------------------------------------------------------

    def _consent_page(self, request: Request) -> Answer:
        if wrong := self._wrong_in(request):
            # Google does not send people anywhere that it cannot trust.
            return Answer.html(_page("Access blocked", f"<p>Error 400: {html.escape(wrong)}</p>"), 400)
        hidden = "".join(
            f'<input type="hidden" name="{html.escape(name)}" value="{html.escape(values[-1])}">'
            for name, values in request.query.items()
        )
        return Answer.html(
            _page(
                "IRISX wants to see your Google Sheets",
                "<p>It will be able to read all your spreadsheets, and to change none of them.</p>"
                f'<form method="post" action="{AUTH_PATH}">{hidden}'
                '<button name="decision" value="allow">Allow</button> '
                '<button name="decision" value="deny">Cancel</button></form>',
            )
        )

    def _wrong_in(self, request: Request) -> str:
        """Return what Google would refuse in a request for consent, "" if nothing."""
        if request.given("client_id") != self.client_id:
            return "invalid_client"
        if request.given("redirect_uri") not in self.redirect_uris:
            return "redirect_uri_mismatch"
        if request.given("response_type") != "code" or request.given("scope") != SCOPE:
            return "invalid_request"
        if request.given("code_challenge_method") != "S256" or not _CHALLENGE.fullmatch(
            request.given("code_challenge")
        ):
            return "invalid_request: code challenge"
        if request.given("access_type") != "offline" or request.given("prompt") != "consent":
            return "invalid_request: no refresh token would come"
        return "" if request.given("state") else "invalid_request: state"

    def _decided(self, request: Request) -> Answer:
        form = request.form
        asked = Request("GET", AUTH_PATH, {name: [value] for name, value in form.items()}, {}, b"")
        if self._wrong_in(asked):
            return Answer.html(_page("Access blocked", "<p>Error 400</p>"), 400)
        if form.get("decision") != "allow":
            back = {"error": "access_denied", "state": form["state"]}
        else:
            code = "4/" + secrets.token_urlsafe(30)
            self._codes[code] = _Code(form["redirect_uri"], form["code_challenge"], self.grants_scope, time.monotonic())
            back = {"state": form["state"], "code": code, "scope": self.grants_scope}
        return Answer(302, headers={"Location": f"{form['redirect_uri']}?{urlencode(back)}"})

    # Tokens --------------------------------------------------------------------------------------------------------

    def _token(self, request: Request) -> Answer:
        form = request.form
        if (form.get("client_id"), form.get("client_secret")) != (self.client_id, self.client_secret):
            return Answer.json({"error": "invalid_client", "error_description": "Unauthorized"}, 401)
        with self._lock:
            if form.get("grant_type") == "authorization_code":
                return self._exchanged(form)
            if form.get("grant_type") == "refresh_token":
                return self._refreshed(form)
        return Answer.json({"error": "unsupported_grant_type"}, 400)

    def _exchanged(self, form: dict[str, str]) -> Answer:
        # Taken out: a code is good once, whatever comes of it.
        code = self._codes.pop(form.get("code", ""), None)
        if code is None or time.monotonic() - code.made_at > CODE_SECONDS:
            return _invalid_grant("Malformed auth code.")
        if form.get("redirect_uri") != code.redirect_uri:
            return Answer.json({"error": "redirect_uri_mismatch"}, 400)
        verifier = form.get("code_verifier", "")
        if not _VERIFIER.fullmatch(verifier) or _s256(verifier) != code.challenge:
            return _invalid_grant("Invalid code verifier.")
        refresh_token = "1//" + secrets.token_urlsafe(40)
        self._refresh_tokens.add(refresh_token)
        answer = self._access(refresh_token, code.scope)
        if self.gives_refresh_token:
            answer["refresh_token"] = refresh_token
        return Answer.json(answer)

    def _refreshed(self, form: dict[str, str]) -> Answer:
        refresh_token = form.get("refresh_token", "")
        if refresh_token not in self._refresh_tokens:
            return _invalid_grant("Token has been expired or revoked.")
        return Answer.json(self._access(refresh_token, self.grants_scope))

    def _access(self, refresh_token: str, scope: str) -> dict[str, Any]:
        token = "ya29." + secrets.token_urlsafe(60)
        self._access_tokens[token] = (refresh_token, time.monotonic() + self.token_seconds)
        return {"access_token": token, "expires_in": self.token_seconds, "scope": scope, "token_type": "Bearer"}

    def _revoked(self, request: Request) -> Answer:
        token = request.form.get("token", "")
        refresh_token = self._access_tokens.get(token, (token, 0.0))[0]
        if refresh_token not in self._refresh_tokens:
            return Answer.json({"error": "invalid_token", "error_description": "Token expired or revoked"}, 400)
        self.take_back(refresh_token)
        return Answer.json({})

    def take_back(self, refresh_token: str | None = None) -> None:
        """End a consent, by default all: as people do in their Google account."""
        with self._lock:
            gone = self._refresh_tokens if refresh_token is None else {refresh_token}
            self._access_tokens = {
                token: (parent, end) for token, (parent, end) in self._access_tokens.items() if parent not in gone
            }
            self._refresh_tokens = self._refresh_tokens - gone

    def expire_access_tokens(self) -> None:
        """Let an hour pass."""
        self._access_tokens = {token: (parent, 0.0) for token, (parent, _) in self._access_tokens.items()}

    @property
    def consents(self) -> int:
        """How many consents are good."""
        return len(self._refresh_tokens)

    # Sheets --------------------------------------------------------------------------------------------------------

    def _sheets(self, request: Request) -> Answer:
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        if self._access_tokens.get(token, ("", 0.0))[1] <= time.monotonic():
            return _error(401, "Request had invalid authentication credentials.")
        values, whole = _VALUES.fullmatch(request.path), _SPREADSHEET.fullmatch(request.path)
        found = values or whole
        if found is None:
            return _error(404, "Requested entity was not found.")
        if unknown := request.query.keys() - _parameters(is_values=values is not None):
            return _error(400, f'Invalid JSON payload received. Unknown name "{min(unknown)}"')
        spreadsheet = self.spreadsheets.get(found[1])
        if spreadsheet is None:
            return _error(404, "Requested entity was not found.")
        if not spreadsheet.is_shared:
            return _error(403, "The caller does not have permission")
        if spreadsheet.is_office_file:
            return _error(400, "This operation is not supported for this document")
        try:
            told = _values(request, spreadsheet, values[2]) if values else _spreadsheet(request, spreadsheet)
            return Answer.json(field_masks.applied(_mask(request), told))
        except RangeError as error:
            return _error(400, str(error))
        except ValueError:
            return _error(400, f"Request contains an invalid argument: fields={request.given('fields')}")

    def _index(self) -> Answer:
        """Say what there is to try."""
        lines = "".join(
            f"<li>{html.escape(sheet.title)}: <code>https://docs.google.com/spreadsheets/d/{key}/edit</code></li>"
            for key, sheet in self.spreadsheets.items()
        )
        return Answer.html(_page("Sheets of this demo", f"<ul>{lines}</ul>"))


def _spreadsheet(request: Request, spreadsheet: Spreadsheet) -> dict[str, Any]:
    ranges = [cells_of(spreadsheet, text) for text in request.query.get("ranges", [])]
    sheets = []
    for index, tab in enumerate(spreadsheet.tabs):
        data = [grid_data(cells) for cells in ranges if cells.tab is tab]
        if ranges and not data:
            continue
        about: dict[str, Any] = {"sheetId": tab.gid, "title": tab.name, "index": index, "sheetType": tab.sheet_type}
        if tab.sheet_type == "GRID":
            about["gridProperties"] = {"rowCount": tab.row_count, "columnCount": tab.column_count}
        if tab.hidden:
            about["hidden"] = True
        sheets.append({"properties": about, **({"data": data} if data else {})})
    return {"spreadsheetId": "", "properties": spreadsheet.properties(), "sheets": sheets}


def _values(request: Request, spreadsheet: Spreadsheet, text: str) -> dict[str, Any]:
    if spreadsheet.edits:
        spreadsheet.edits.pop(0)()
    cells = cells_of(spreadsheet, text)
    rows = values_of(
        cells,
        value_option=request.given("valueRenderOption") or "FORMATTED_VALUE",
        date_option=request.given("dateTimeRenderOption") or "SERIAL_NUMBER",
    )
    return {"range": cells.text, "majorDimension": "ROWS", **({"values": rows} if rows else {})}


def _mask(request: Request) -> field_masks.Mask:
    text = request.given("fields")
    return field_masks.parse(text) if text else {}


@cache
def _parameters(*, is_values: bool) -> set[str]:
    """Return the names that a method's query may have, as Google's own description of the API says."""
    path = Path(googleapiclient.discovery_cache.__file__).parent / "documents" / "sheets.v4.json"
    api = json.loads(path.read_text())
    resource = api["resources"]["spreadsheets"]
    method = (resource["resources"]["values"] if is_values else resource)["methods"]["get"]
    own = {name for name, about in method["parameters"].items() if about["location"] == "query"}
    return own | set(api["parameters"])


def _trouble(troubles: list[int | float]) -> Answer | None:
    """Return what a request is answered for a mood's sake; None if there is none, or it is only slow."""
    if not troubles:
        return None
    trouble = troubles.pop(0)
    if isinstance(trouble, float):
        time.sleep(trouble)
        return None
    if trouble == 429:
        return _error(429, "Quota exceeded for quota metric 'Read requests'", "RATE_LIMIT_EXCEEDED")
    return _error(trouble, "The service is currently unavailable.")


def _error(status: int, message: str, reason: str = "") -> Answer:
    told: dict[str, Any] = {"code": status, "message": message, "status": _STATUS.get(status, "UNAVAILABLE")}
    if reason:
        told["details"] = [{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": reason}]
    return Answer.json({"error": told}, status)


def _invalid_grant(description: str) -> Answer:
    return Answer.json({"error": "invalid_grant", "error_description": description}, 400)


def _s256(verifier: str) -> str:
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def _page(title: str, content: str) -> str:
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{title} – demo</title><style>:root{{color-scheme:light dark}}body{{font:16px/1.5 system-ui,sans-serif;"
        "max-width:34rem;margin:3rem auto;padding:0 1rem}button{font:inherit;padding:.5rem 1.25rem}"
        "code{overflow-wrap:anywhere}</style></head><body><main>"
        "<p><strong>This is a demo.</strong> It stands in for Google on this machine; no account is used.</p>"
        f"<h1>{title}</h1>{content}</main></body></html>"
    )
