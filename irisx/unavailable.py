"""Pages for when something that they need is away."""

from __future__ import annotations

import logging

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.deprecation import MiddlewareMixin

from irisx.api import refusal_for

logger = logging.getLogger(__name__)

STATUSES = (503, 507)
RETRY_AFTER_SECONDS = 5


class UnavailableMiddleware(MiddlewareMixin):
    """Says calmly what is away where a view could not go on without it. The API says so in JSON, by itself."""

    # The last middleware, and sync: so all before it but the first three run in the view's thread, one after the other.
    # Each that runs in the event loop has its hooks sent to a thread one by one, which took half the time of a request.
    async_capable = False

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        refusal = refusal_for(exception)
        if refusal.status not in STATUSES:
            return None
        logger.error("%s %s failed: %s", request.method, request.path, refusal.code, exc_info=exception)
        # Without the request: what its context looks up may be what is away.
        page = render_to_string("503.html", {"sentence": refusal.message, "url": request.get_full_path()})
        return HttpResponse(page, status=refusal.status, headers={"Retry-After": str(RETRY_AFTER_SECONDS)})
