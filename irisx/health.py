"""GET /healthz and /readyz, for whatever watches the process."""

from __future__ import annotations

import logging

from django.conf import settings
from django.db import Error, connection
from django.http import HttpRequest, JsonResponse
from redis import Redis
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

REDIS_TIMEOUT_SECONDS = 1.0


def alive(request: HttpRequest) -> JsonResponse:
    """Answer that the process is up, whatever is around it."""
    return JsonResponse({"status": "ok"})


def ready(request: HttpRequest) -> JsonResponse:
    """Answer whether requests can be served: 503 without the database.

    Without Redis everything works but live progress, and pages poll then: "degraded", and still ready.
    """
    database, redis = _database(), _redis()
    is_ready = database == "ok"
    return JsonResponse(
        {"status": "ok" if is_ready else "unavailable", "database": database, "redis": redis},
        status=200 if is_ready else 503,
    )


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error as error:
        logger.warning("The database does not answer: %s", type(error).__name__)
        return "unavailable"
    return "ok"


def _redis() -> str:
    try:
        with Redis.from_url(
            settings.REDIS_URL, socket_timeout=REDIS_TIMEOUT_SECONDS, socket_connect_timeout=REDIS_TIMEOUT_SECONDS
        ) as redis:
            redis.ping()
    except (RedisError, OSError) as error:
        logger.warning("Redis does not answer: %s", type(error).__name__)
        return "degraded"
    return "ok"
