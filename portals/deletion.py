"""Asking once before something is deleted: in a dialog, or on a page of its own where scripts do not run."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpResponse

from irisx.accounts.requests import TenantRequest
from portals.pages import show


@dataclass(frozen=True, slots=True)
class Deletion:
    """What is asked. By POST to the same address it is done."""

    name: str  # of what is to be deleted
    question: str
    effect: str  # what goes with it, and what stays
    verb: str  # of the button
    section: str  # of the navigation
    place: str  # what the page is called that it leads back to
    back_url: str


def ask(request: TenantRequest, asked: Deletion) -> HttpResponse:
    """Show the question; to htmx alone, for the dialog, else with a page around it."""
    context = {"asked": asked, "delete_url": request.path, "section": asked.section}
    return show(request, "_delete.html" if request.htmx else "delete.html", context)
