"""Idempotency-Key: a request that is sent again does nothing twice, and gets the first answer again (docs/api.md).

A key belongs to a tenant and a user. Its row is committed before the request does anything, so of two at once one
finds it. Only answers of 2xx are kept: what was refused may be mended and sent again under the same key.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.db import IntegrityError
from django.db.models import F
from django.db.models.functions import Now
from django.http import HttpResponse, HttpResponseBase, QueryDict
from django.utils import timezone
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response

from imports.models import IdempotencyKey, ImportJob
from irisx.accounts.authentication import ApiRequest
from irisx.accounts.tenancy import ALL, tenant_scope
from irisx.ids import uuid7
from irisx.refusals import Conflict, Invalid, Refusal

HEADER = "Idempotency-Key"
REPLAYED_HEADER = "Idempotency-Replayed"
MAX_CHARACTERS = 255
KEPT = timedelta(hours=24)
# A request that runs no longer answers to nobody. Uploads that take longer still make one job: see `job_id`.
RUNS_AT_MOST = timedelta(seconds=60)

P = ParamSpec("P")
Action = Callable[Concatenate[Any, ApiRequest, P], Response]
AnyAction = Callable[Concatenate[Any, ApiRequest, P], HttpResponseBase]


class KeyReused(Refusal):
    """The key stands for another request."""

    status = 422


def idempotent(action: Action[P]) -> AnyAction[P]:
    """Let an action that changes the database alone take an Idempotency-Key. It runs inside the tenant's scope.

    What it does and its answer are one transaction: it is kept, or it did not happen.
    """

    @wraps(action)
    def once(view: Any, request: ApiRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        held = _held(request)
        if held is None:
            with tenant_scope(request.tenant):
                return action(view, request, *args, **kwargs)
        if held.status is not None:
            return _first_answer(held)
        with _freed_on_error(held), tenant_scope(request.tenant):
            response = action(view, request, *args, **kwargs)
            if not _keep(held, response):
                raise _in_progress()
        return response

    return _marked(once)


def idempotent_creation(
    answer: Callable[[Any, ImportJob], Response],
) -> Callable[[Action[P]], AnyAction[P]]:
    """Let an action that makes a job take an Idempotency-Key; it is given the `job_id` that the job is to have.

    The job's id is kept with the key: where the request was killed after its job was made, `answer` tells of that job,
    and two that make it at the same time get one.
    """

    def decorate(action: Action[P]) -> AnyAction[P]:
        @wraps(action)
        def once(view: Any, request: ApiRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            held = _held(request)
            kwargs["job_id"] = held.job_id if held else uuid7()
            if held is None:
                return action(view, request, *args, **kwargs)
            if held.status is not None:
                return _first_answer(held)
            with _freed_on_error(held):
                if (job := _job_of(held)) is not None:
                    response = answer(view, job)
                else:
                    try:
                        response = action(view, request, *args, **kwargs)
                    except IntegrityError:
                        job = _job_of(held)
                        if job is None:
                            raise
                        response = answer(view, job)
                with tenant_scope(held.tenant_id):
                    _keep(held, response)
            return response

        return _marked(once)

    return decorate


def idempotent_by_id(action: Action[P]) -> AnyAction[P]:
    """Let an action that opens scopes of its own take an Idempotency-Key; it is given the `request_id` to act under.

    It has to do nothing twice under one id: where the request was killed before its answer was kept, it is run again.
    """

    @wraps(action)
    def once(view: Any, request: ApiRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        held = _held(request)
        kwargs["request_id"] = held.job_id if held else uuid7()
        if held is None:
            return action(view, request, *args, **kwargs)
        if held.status is not None:
            return _first_answer(held)
        with _freed_on_error(held):
            response = action(view, request, *args, **kwargs)
            with tenant_scope(held.tenant_id):
                _keep(held, response)
        return response

    return _marked(once)


def _marked(action: AnyAction[P]) -> AnyAction[P]:
    """Return the action, marked for the OpenAPI document."""
    action.takes_idempotency_key = True  # type: ignore[attr-defined]
    return action


# The key's row -------------------------------------------------------------------------------------------------------


def _held(request: ApiRequest) -> IdempotencyKey | None:
    """Return the row of the request's key, held by this request or with its answer; None if it has no key.

    Raises Invalid for a key that is none, KeyReused for another request's, Conflict while the first one runs.
    """
    key = request.headers.get(HEADER)
    if key is None:
        return None
    if not 0 < len(key) <= MAX_CHARACTERS or not key.isprintable():
        raise Invalid("invalid_idempotency_key", f"{HEADER}: send 1 to {MAX_CHARACTERS} printable characters.")
    fingerprint = fingerprint_of(request)
    with tenant_scope(request.tenant):
        try:
            held, is_new = IdempotencyKey.objects.get_or_create(
                tenant=request.tenant, user=request.user, key=key, defaults={"fingerprint": fingerprint}
            )
        except IntegrityError as error:  # it was there, and freed before we could look at it
            raise _in_progress() from error
        if is_new:
            return held
        is_kept = timezone.now() - held.started_at < (RUNS_AT_MOST if held.status is None else KEPT)
        if not is_kept:
            return _taken_over(held, fingerprint)
    if held.fingerprint != fingerprint:
        raise KeyReused(
            "idempotency_key_reused", f"This {HEADER} was sent with another request. Take a new one for each request."
        )
    if held.status is None:
        raise _in_progress()
    return held


def _taken_over(held: IdempotencyKey, fingerprint: str) -> IdempotencyKey:
    """Hold a key whose request was killed, or whose answer is kept no longer. Of two who try, one raises Conflict."""
    is_same = held.status is None and held.fingerprint == fingerprint
    taken = IdempotencyKey.objects.filter(pk=held.pk, epoch=held.epoch, status=held.status).update(
        epoch=F("epoch") + 1,
        started_at=Now(),
        fingerprint=fingerprint,
        job_id=held.job_id if is_same else uuid7(),
        status=None,
        body="",
    )
    if not taken:
        raise _in_progress()
    held.refresh_from_db()
    return held


def _in_progress() -> Conflict:
    return Conflict(
        "idempotency_in_progress", f"The first request with this {HEADER} is still running. Send it again in a moment."
    )


def _first_answer(held: IdempotencyKey) -> HttpResponse:
    return HttpResponse(
        held.body, status=held.status, content_type="application/json", headers={REPLAYED_HEADER: "true"}
    )


def _keep(held: IdempotencyKey, response: Response) -> bool:
    """Keep the answer. Return False if another request has taken the key over."""
    body = JSONRenderer().render(response.data).decode()
    mine = IdempotencyKey.objects.filter(pk=held.pk, epoch=held.epoch)
    return bool(mine.update(status=response.status_code, body=body))


@contextmanager
def _freed_on_error(held: IdempotencyKey) -> Iterator[None]:
    """Free the key at once if the block raises. If its job came to be all the same, the next request tells of it."""
    try:
        yield
    except BaseException:
        with tenant_scope(held.tenant_id):
            mine = IdempotencyKey.objects.filter(pk=held.pk, epoch=held.epoch, status=None)
            if ImportJob.objects.filter(pk=held.job_id).exists():
                mine.update(started_at=Now() - RUNS_AT_MOST)
            else:
                mine.delete()
        raise


def _job_of(held: IdempotencyKey) -> ImportJob | None:
    with tenant_scope(held.tenant_id):
        return ImportJob.objects.select_related("tenant").filter(pk=held.job_id).first()


# What is the same request --------------------------------------------------------------------------------------------


def fingerprint_of(request: ApiRequest) -> str:
    """Return SHA-256, hex, of method, path, fields and the content of each file.

    Not of the body as it was sent: a client that tries again chooses another multipart boundary.
    """
    digest = hashlib.sha256()
    files = {name: _sha256(file) for name, file in request.FILES.items()}
    fields = request.data
    if isinstance(fields, QueryDict):
        fields = {name: values for name, values in fields.lists() if name not in files}
    for part in ([request.method, request.path], fields, files):
        digest.update(json.dumps(part, sort_keys=True, default=str).encode())
        digest.update(b"\n")
    return digest.hexdigest()


def _sha256(file: Any) -> str:
    digest = hashlib.sha256()
    for piece in file.chunks():
        digest.update(piece)
    file.seek(0)
    return digest.hexdigest()


# Keeping house -------------------------------------------------------------------------------------------------------


def purge() -> None:
    """Erase answers that are kept no longer. It may run twice."""
    with tenant_scope(ALL):
        IdempotencyKey.objects.filter(started_at__lt=timezone.now() - KEPT).delete()
