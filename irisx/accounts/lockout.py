"""Who may not try another password for now: what django-axes counts by, and what people are told."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any

from axes.models import AccessAttempt
from django.conf import settings
from django.db.models import Max
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone

from irisx.refusals import TooMany

API_PREFIX = "/v1/"


def username_of(request: HttpRequest, credentials: Mapping[str, Any] | None) -> str:
    """Return the address as it is looked up: written in another case, it is the same account's next attempt."""
    name = str((credentials or {}).get("username") or "")
    # Django admin's form lets longer ones through than the table of attempts takes.
    return name.strip().lower()[:254]


def client_address(request: HttpRequest) -> str | None:
    """Return the address that an attempt came from; None if the server does not know it (a unix socket).

    X-Forwarded-For counts as far as our own proxies wrote it: each adds, on the right, the address that it was called
    from. What stands left of that is the client's own invention.
    """
    forwarded = [text.strip() for text in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
    proxies = settings.TRUSTED_PROXIES
    if 0 < proxies <= len(forwarded) and (address := _counted(forwarded[-proxies])):
        return address
    return _counted(request.META.get("REMOTE_ADDR", ""))


def _counted(text: str) -> str | None:
    """Return an address as it is counted; None if the text is none.

    Of IPv6 the network counts: each customer of a provider has 2^64 addresses.
    """
    try:
        address = ip_address(text)
    except ValueError:
        return None
    if not isinstance(address, IPv6Address):
        return str(address)
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(ip_network((address, 64), strict=False).network_address)


def answer(request: HttpRequest, *_: object) -> HttpResponse:
    """Answer an attempt that was one too many: in JSON to programs, with a page to people.

    Only the request is looked at: what else axes passes along differs between its two middleware paths.
    """
    wait_seconds = seconds_to_wait(request)
    minutes = -(-wait_seconds // 60)
    wait = "a minute" if minutes == 1 else f"{minutes} minutes"
    response: HttpResponse
    if request.path_info.startswith(API_PREFIX):
        refusal = TooMany("too_many_attempts", f"There were too many wrong passwords. Try again in {wait}.")
        response = JsonResponse(refusal.as_json(), status=refusal.status)
    else:
        response = render(request, "429.html", {"wait": wait}, status=429)
    response["Retry-After"] = str(wait_seconds)
    return response


def seconds_to_wait(request: HttpRequest) -> int:
    """Return after how long the next attempt counts: no attempt during the wait makes it longer."""
    username = username_of(request, getattr(request, "axes_credentials", None))
    attempts = AccessAttempt.objects.filter(username=username, ip_address=client_address(request))
    last = attempts.aggregate(last=Max("attempt_time"))["last"] or timezone.now()
    until = last + settings.AXES_COOLOFF_TIME
    return max(1, round((until - timezone.now()).total_seconds()))
