"""How many requests a minute one user may send to /v1/: counted in Redis, for all web processes together."""

from __future__ import annotations

import logging
import time
from functools import cache
from typing import TYPE_CHECKING

from django.conf import settings
from redis import Redis
from redis.exceptions import RedisError
from rest_framework.permissions import SAFE_METHODS
from rest_framework.throttling import BaseThrottle

if TYPE_CHECKING:
    from rest_framework.request import Request
    from rest_framework.views import APIView

logger = logging.getLogger(__name__)

WINDOW_SECONDS = 60
COMPLAINT_SECONDS = 60
TIMEOUT_SECONDS = 0.5


class RequestsPerUser(BaseThrottle):
    """Counts reading and writing requests apart, each minute from nought.

    One number is raised, where DRF's own throttles fetch and store the time of every request: that is neither exact
    among several processes nor cheap at hundreds of requests a second. Without Redis everybody is let in: a limit that
    fails must not take the API with it.
    """

    _last_complaint = -float(COMPLAINT_SECONDS)

    def allow_request(self, request: Request, view: APIView) -> bool:
        if not request.user:
            return True  # refused before it reached anything; wrong passwords have a lock of their own
        kind = "reads" if request.method in SAFE_METHODS else "writes"
        self._now = time.time()
        try:
            count = _raised(f"irisx-requests:{kind}:{request.user.pk}:{int(self._now // WINDOW_SECONDS)}")
        except (RedisError, OSError, ValueError) as error:
            # ValueError: after a time-out, redis-py may seek in a buffer that it has closed by then.
            self._complain(error)
            return True
        return count <= settings.API_REQUESTS_PER_MINUTE[kind]

    def wait(self) -> float:
        """Return the seconds until the next minute begins."""
        return WINDOW_SECONDS - self._now % WINDOW_SECONDS

    def _complain(self, error: Exception) -> None:
        """Log, once a minute, that nobody is counted."""
        if time.monotonic() - RequestsPerUser._last_complaint > COMPLAINT_SECONDS:
            RequestsPerUser._last_complaint = time.monotonic()
            logger.warning("Requests are not counted (%s); nobody is held back.", type(error).__name__)


def _raised(key: str) -> int:
    """Return the number under a key, raised by one; it is forgotten once its minute is over."""
    with _redis(settings.REDIS_URL).pipeline(transaction=False) as pipeline:
        pipeline.incr(key)
        pipeline.expire(key, 2 * WINDOW_SECONDS)
        return int(pipeline.execute()[0])


@cache
def _redis(url: str) -> Redis:
    """Return the client that all threads share. Django's cache would connect anew for each request under ASGI."""
    return Redis.from_url(url, socket_timeout=TIMEOUT_SECONDS, socket_connect_timeout=TIMEOUT_SECONDS)
