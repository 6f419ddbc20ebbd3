"""Static files, served by the web process itself."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

from asgiref.sync import async_to_sync, sync_to_async
from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from servestatic.middleware import ServeStaticMiddleware


class StaticFilesMiddleware:
    """Has ServeStatic answer under STATIC_URL, and is not in the way of anything else.

    ServeStatic's middleware is async, which the rest of the chain is not (irisx/handler.py): in the chain itself, it
    would send each request through an event loop, and in development look for a file of each address's name.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        is_static = request.path_info.startswith(settings.STATIC_URL)
        return self.serve(request) if is_static else self.get_response(request)

    @cached_property
    def serve(self) -> Callable[[HttpRequest], HttpResponseBase]:
        """Return what answers for files. Looks at each of them, so it is made with the first request for one.

        Made with the chain, it would take more than half the time of a test whose client asks for one page.
        """
        return async_to_sync(ServeStaticMiddleware(sync_to_async(self.get_response)))
