"""Pages for when something that they need is away."""

from __future__ import annotations

import logging

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.deprecation import MiddlewareMixin

from irisx.api import refusal_for
from irisx.refusals import Refusal

logger = logging.getLogger(__name__)

STATUSES = (503, 507)
RETRY_AFTER_SECONDS = 5


class UnavailableMiddleware(MiddlewareMixin):
    """Says calmly what is away where a view could not go on without it. The API says so in JSON, by itself."""

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        refusal = refusal_for(exception)
        if refusal.status not in STATUSES:
            return None
        logger.error("%s %s failed: %s", request.method, request.path, refusal.code, exc_info=exception)
        return page_for(refusal, request.get_full_path())


def page_for(refusal: Refusal, url: str) -> HttpResponse:
    """Return the page that says what is away; `url` is where to try again."""
    # Without the request: what its context looks up may be what is away.
    page = render_to_string("503.html", {"sentence": refusal.message, "url": url})
    return HttpResponse(page, status=refusal.status, headers={"Retry-After": str(RETRY_AFTER_SECONDS)})
