"""Contacts from a Google Sheet."""

from __future__ import annotations

from django.http import HttpResponse

from irisx.accounts.requests import TenantRequest
from portals.ways import show_way


def answer(request: TenantRequest) -> HttpResponse:
    """Say that Google Sheets is not set up on this installation."""
    return show_way(request, "sheet", {})
