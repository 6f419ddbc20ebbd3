"""How a service says no: a class for each kind, with a code for programs and a sentence for people."""

from __future__ import annotations

from typing import Any


class Refusal(Exception):
    """What was asked for cannot be done; nothing was changed."""

    status = 400

    def __init__(self, code: str, message: str, **details: Any) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.details = details  # more keys for the API's answer, such as `field` or `limit`

    def as_json(self) -> dict[str, Any]:
        """Return the body that errors have in the API: docs/api.md, “Conventions”."""
        return {"error": self.message, "code": self.code, **self.details}


class Invalid(Refusal):
    """The input is wrong, whatever the state of things."""


class NotFound(Refusal):
    """There is no such thing, or it is another tenant's."""

    status = 404


class Conflict(Refusal):
    """Not in this state, or it is there already."""

    status = 409


class TooLarge(Refusal):
    """Over one of the limits that irisx/settings.py states."""

    status = 413


def file_too_large(limit_bytes: int) -> TooLarge:
    """Return the refusal of an upload that went over the limit before its size was known."""
    megabytes = limit_bytes // 1024**2
    return TooLarge(
        "file_too_large",
        f"The file is larger than {megabytes} MB. Split it, or save it without pictures and unused sheets.",
        limit=limit_bytes,
    )


def body_too_large(limit_bytes: int) -> TooLarge:
    """Return the refusal of a body that is no upload and over the limit."""
    megabytes = limit_bytes // 1024**2
    return TooLarge(
        "request_too_large",
        f"The body is larger than {megabytes} MB. Send it in several calls, or as a file.",
        limit=limit_bytes,
    )


class Unsupported(Refusal):
    """Not a kind of thing that can be taken."""

    status = 415


class TooMany(Refusal):
    """Too often; the answer's Retry-After says when again."""

    status = 429


class Unavailable(Refusal):
    """Something it needs is away or busy; the same request may succeed later."""

    status = 503


def store_unavailable(code: str = "storage_unavailable") -> Unavailable:
    """Return the refusal of what needs a stored file while the store does not answer."""
    return Unavailable(code, "The store that files are kept in does not answer. Please try again in a moment.")


class StorageFull(Refusal):
    """A disk has no room for what was sent."""

    status = 507

    def __init__(self) -> None:
        super().__init__(
            "storage_full",
            "There is no room left for the file on our side. Nothing of it was kept; please try again later.",
        )
