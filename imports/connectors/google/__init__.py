"""Google Sheets: consent by OAuth 2.0, and the tabs of spreadsheets as tables."""

from __future__ import annotations

from django.conf import settings

from imports.connectors.interface import RemoteUnavailable
from irisx.refusals import Unavailable


def is_configured() -> bool:
    """Tell whether this installation has a client at Google."""
    return bool(settings.GOOGLE_CLIENT_ID and settings.GOOGLE_CLIENT_SECRET)


def require_configured() -> None:
    """Raise Unavailable("google_not_configured") on an installation without a client at Google."""
    if not is_configured():
        raise Unavailable(
            "google_not_configured",
            "Google Sheets is not set up here. Whoever runs this installation can switch it on; until then download "
            "the sheet as CSV or Excel and import the file.",
        )


def google_unavailable(retry_after: int = 60) -> RemoteUnavailable:
    """Return the refusal of what needs Google while it does not answer. `retry_after` is in seconds."""
    return RemoteUnavailable(
        "google_unavailable",
        "Google does not answer just now, or wants fewer requests. Nothing was imported; try again in a minute.",
        retry_after=retry_after,
    )
