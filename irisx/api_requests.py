"""How requests under /v1/ are read: JSON bodies, uploads, and what a body or a query must look like."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.files.uploadhandler import FileUploadHandler
from rest_framework import parsers, serializers
from rest_framework.negotiation import DefaultContentNegotiation

from irisx import strict_json
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


class StrictJSONParser(parsers.JSONParser):
    """Takes JSON that can be kept as it is (irisx/strict_json.py)."""

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        body: bytes = stream.read(settings.BULK_MAX_BYTES + 1)
        if len(body) > settings.BULK_MAX_BYTES:
            raise body_too_large(settings.BULK_MAX_BYTES)
        try:
            return strict_json.read(body)
        except ValueError as error:
            raise Invalid("malformed_json", f"The body is not JSON that can be read: {error}") from error


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
