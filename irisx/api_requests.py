"""How requests under /v1/ are read: JSON bodies, uploads, and what a body or a query must look like."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.files.uploadhandler import FileUploadHandler, TemporaryFileUploadHandler
from rest_framework import parsers, serializers
from rest_framework.negotiation import DefaultContentNegotiation

from irisx.refusals import Invalid, file_too_large

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


class StrictJSONParser(parsers.JSONParser):
    """Takes JSON that can be kept: no NaN, no nesting without end, no text that PostgreSQL cannot hold."""

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        body: bytes = stream.read()
        try:
            # RFC 8259 section 8.1: JSON that is exchanged is UTF-8.
            parsed = json.loads(body.decode("utf-8-sig"), parse_constant=_refuse_constant)
            if _SUSPECT_ESCAPE.search(body):
                _refuse_unstorable(parsed)
        except (ValueError, RecursionError) as error:
            raise Invalid("malformed_json", f"The body is not JSON that can be read: {error}") from error
        return parsed


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no number of JSON.")


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
        on_disk = TemporaryFileUploadHandler(request)
        request.upload_handlers = [OneFileOfLimitedSize(request), on_disk]
        try:
            return super().parse(stream, media_type, parser_context)
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


class PageShape(Shape):
    """?page=1&limit=20"""

    # The upper end keeps page × limit inside PostgreSQL's bigint.
    page = serializers.IntegerField(min_value=1, max_value=10**9, default=1)
    limit = serializers.IntegerField(min_value=1, max_value=100, default=20)
