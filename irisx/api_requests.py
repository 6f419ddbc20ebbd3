"""How requests under /v1/ are read: JSON bodies, uploads, and what a body or a query must look like."""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.files.uploadhandler import FileUploadHandler
from rest_framework import parsers, serializers
from rest_framework.negotiation import DefaultContentNegotiation

from irisx.refusals import Invalid, body_too_large, file_too_large
from irisx.uploads import UploadToDisk

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rest_framework.renderers import BaseRenderer
    from rest_framework.request import Request


class JSONOnly(DefaultContentNegotiation):
    """Answers in JSON whatever `Accept` says: a client that asks for text/csv wants its errors readable too."""

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        renderer = next(iter(renderers))
        return renderer, renderer.media_type


# Escapes for what PostgreSQL's text cannot hold: NUL, and halves of surrogate pairs.
_SUSPECT_ESCAPE = re.compile(rb"\\u(?:0000|d[89a-f])", re.IGNORECASE)
_NO_TEXT = re.compile("[\0\ud800-\udfff]")
# Deeper than anything that is asked for, and shallow enough for every walk through it.
_MAX_DEPTH = 50


class StrictJSONParser(parsers.JSONParser):
    """Takes JSON that can be kept as it is: each key once, no NaN, no nesting without end, no text without a form.

    Numbers with a fraction are decimals: through floats 12345678901234.56 would lose a digit. That, and keys that are
    there twice, is why it is Python's own json; orjson, which takes three quarters of the time, can do neither.
    """

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        body: bytes = stream.read(settings.BULK_MAX_BYTES + 1)
        if len(body) > settings.BULK_MAX_BYTES:
            raise body_too_large(settings.BULK_MAX_BYTES)
        try:
            # RFC 8259 section 8.1: JSON that is exchanged is UTF-8.
            parsed = json.loads(
                body.decode("utf-8-sig"),
                parse_constant=_refuse_constant,
                parse_float=_decimal,
                object_pairs_hook=_each_key_once,
            )
            _refuse_deep(parsed, _MAX_DEPTH)
            if _SUSPECT_ESCAPE.search(body):
                _refuse_unstorable(parsed)
        except RecursionError as error:
            raise Invalid("malformed_json", f"The body is nested deeper than {_MAX_DEPTH} levels.") from error
        except ValueError as error:
            raise Invalid("malformed_json", f"The body is not JSON that can be read: {error}") from error
        return parsed


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no number of JSON.")


def _decimal(text: str) -> Decimal:
    # RFC 8259 section 6: beyond a double's range readers do not agree. Written out, 1e999999 is a million digits.
    exponent = text.lower().partition("e")[2]
    if exponent and abs(int(exponent)) > sys.float_info.max_10_exp:
        raise ValueError(f"{text[:40]} is no number that can be kept.")
    return Decimal(text)


def _each_key_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        ((key, _),) = Counter(key for key, _ in pairs).most_common(1)
        raise ValueError(f"the key “{key[:100]}” is there twice in one object.")
    return found


def _refuse_deep(value: Any, levels: int) -> None:
    if not levels:
        raise RecursionError
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        if type(inner) is dict or type(inner) is list:
            _refuse_deep(inner, levels - 1)


def _refuse_unstorable(value: Any) -> None:
    match value:
        case str() if _NO_TEXT.search(value):
            raise ValueError("a text holds \\u0000 or half of a surrogate pair.")
        case dict():
            for key, inner in value.items():
                _refuse_unstorable(key)
                _refuse_unstorable(inner)
        case list():
            for inner in value:
                _refuse_unstorable(inner)


class UploadParser(parsers.MultiPartParser):
    """Takes one file and form fields. The file goes to the disk, and is removed with the request."""

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        request = parser_context["request"]
        on_disk = UploadToDisk(request)
        request.upload_handlers = [OneFileOfLimitedSize(request), on_disk]
        try:
            parsed = super().parse(stream, media_type, parser_context)
            if on_disk.refusal:
                raise on_disk.refusal
            return parsed
        except BaseException:
            # Django closes the files that came in whole, not the one that was coming in.
            on_disk.upload_interrupted()
            raise


class OneFileOfLimitedSize(FileUploadHandler):
    """Stops reading at the first byte over the limit, and at a second file."""

    files = 0

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.files += 1
        if self.files > 1:
            raise Invalid("one_file_only", "Send one file at a time.", field="file")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        if start + len(raw_data) > settings.UPLOAD_MAX_BYTES:
            raise file_too_large(settings.UPLOAD_MAX_BYTES)
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None


class Shape(serializers.Serializer[Any]):
    """What a body or a query must look like; rules stay in services."""

    @classmethod
    def read(cls, given: Any) -> dict[str, Any]:
        """Return the values in their types; raises ValidationError, which is answered as 400."""
        shape = cls(data=given)
        shape.is_valid(raise_exception=True)
        values: dict[str, Any] = shape.validated_data
        return values

    @classmethod
    def read_changes(cls, given: Any) -> dict[str, Any]:
        """Return those values that are given, as read() does: what a PATCH changes."""
        shape = cls(data=given, partial=True)
        shape.is_valid(raise_exception=True)
        changes: dict[str, Any] = shape.validated_data
        return changes


class PageShape(Shape):
    """?page=1&limit=20"""

    # The upper end keeps page × limit inside PostgreSQL's bigint.
    page = serializers.IntegerField(min_value=1, max_value=10**9, default=1)
    limit = serializers.IntegerField(min_value=1, max_value=100, default=20)
