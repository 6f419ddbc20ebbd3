"""An id for each request, in the answer and in every line of the log that was written on the way to it."""

from __future__ import annotations

import logging
import re
from collections.abc import Awaitable, Callable
from contextvars import ContextVar

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from irisx.ids import uuid7

HEADER = "X-Request-ID"
# Ids of proxies and clients. Anything else could write lines of its own into the log.
_ID = re.compile(r"[A-Za-z0-9._:+/=@-]{1,128}")

request_id: ContextVar[str] = ContextVar("request_id", default="-")


def accepted(given: str | None) -> str:
    """Return the id that a request came with, or a new one."""
    return given if given and _ID.fullmatch(given) else str(uuid7())


class RequestIdMiddleware:
    """Takes the id of the header X-Request-ID, or makes one, and sends it back."""

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase | Awaitable[HttpResponseBase]]) -> None:
        self.get_response = get_response
        if iscoroutinefunction(get_response):
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> HttpResponseBase | Awaitable[HttpResponseBase]:
        # Never taken back: Django logs answers of 4xx and 5xx after the last middleware. The next request sets its own.
        request_id.set(accepted(request.headers.get(HEADER)))
        response = self.get_response(request)
        if isinstance(response, HttpResponseBase):
            return _with_id(response)
        return self._with_id_later(response)

    async def _with_id_later(self, response: Awaitable[HttpResponseBase]) -> HttpResponseBase:
        return _with_id(await response)


def _with_id(response: HttpResponseBase) -> HttpResponseBase:
    response[HEADER] = request_id.get()
    return response


class WithRequestId(logging.Filter):
    """Gives each line of the log the id of the request that it belongs to, "-" if to none."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = request_id.get()
        return True
