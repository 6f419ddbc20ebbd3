"""Shapes of what the API of imports takes and gives. Rules are in services."""

from __future__ import annotations

from copy import copy
from functools import cache
from typing import Any, cast

from django.conf import settings
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from imports import progress
from imports.engine.matching import Outcome
from imports.engine.readers import ReadingOptions
from imports.line import Line, line_of
from imports.models import ErrorLogEntry, ImportJob
from imports.schedules.drift import Hold, Kind
from irisx.api_requests import PageShape, Shape


class ColumnSerializer(serializers.Serializer[Any]):
    header = serializers.CharField()
    field = serializers.CharField(allow_null=True, help_text="Field key; null: not imported.")
    confidence = serializers.IntegerField(min_value=0, max_value=100)
    reason = serializers.CharField(help_text="A short sentence for people.")


class WarningSerializer(serializers.Serializer[Any]):
    code = serializers.CharField()
    message = serializers.CharField()
    row = serializers.IntegerField(allow_null=True, help_text="Where it was first seen; null: in the whole file.")


@extend_schema_field({"type": "string", "nullable": True})
class EmptyAsNull(serializers.Field[str, Any, str | None, Any]):
    """Text that is "" in the database where there is none."""

    def to_representation(self, value: str) -> str | None:
        return value or None


@extend_schema_field(
    {
        "type": "object",
        "description": "What reading found out. More keys may stand beside these.",
        "properties": {
            "type": {"type": "string"},
            "encoding": {"type": "string", "nullable": True},
            "delimiter": {"type": "string", "nullable": True},
            "sheet": {"type": "string", "nullable": True},
            "header_row": {"type": "integer", "nullable": True},
        },
    }
)
class FileInfoField(serializers.JSONField):
    pass


_TARGET = {
    "oneOf": [
        {"type": "string"},
        {
            "type": "object",
            "required": ["field"],
            "properties": {
                "field": {"type": "string", "nullable": True},
                "date_order": {"type": "string", "enum": ["dmy", "mdy", "ymd", None], "nullable": True},
                "country": {"type": "string", "pattern": "^[A-Z]{2}$", "nullable": True},
                "on_blank": {"type": "string", "enum": ["keep", None], "nullable": True},
            },
        },
    ],
    "nullable": True,
    "description": "A field key, null (not imported), or an object that says more than the field.",
}


@extend_schema_field(
    {"type": "object", "additionalProperties": _TARGET, "description": "Header → field, as confirmed; {} before."}
)
class FieldMappingField(serializers.JSONField):
    pass


@extend_schema_field(
    {
        "type": "object",
        "nullable": True,
        "required": ["code", "error"],
        "properties": {"code": {"type": "string"}, "error": {"type": "string"}},
        "description": "Why it failed, or was cancelled by us.",
    }
)
class ErrorDetailsField(serializers.JSONField):
    pass


@extend_schema_field(
    {
        "type": "object",
        "nullable": True,
        "required": ["reason", "changes"],
        "properties": {
            "reason": {"type": "string", "description": "A sentence for people."},
            "changes": {
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["kind", "header", "header_now", "field", "before", "now"],
                    "properties": {
                        "kind": {"type": "string", "enum": [str(kind) for kind in Kind]},
                        "header": {"type": "string", "nullable": True, "description": "As agreed."},
                        "header_now": {"type": "string", "nullable": True},
                        "field": {"type": "string", "nullable": True},
                        "before": {"type": "integer", "nullable": True, "description": "Rows, or filled cells."},
                        "now": {"type": "integer", "nullable": True},
                    },
                },
            },
        },
        "description": "Why this run of a recurring import waits for a person: confirm it, or cancel it.",
    }
)
class HeldField(serializers.Field[Any, Any, Any, Any]):
    """What a held job says of its changes."""

    def to_representation(self, held: dict[str, Any]) -> dict[str, Any]:
        return {"reason": Hold.from_json(held).reason, "changes": held["changes"]}


class JobSerializer(serializers.ModelSerializer[ImportJob]):
    """The job, as the API, webhooks and `import_contacts --json` show it. A query more if one is queued."""

    target_list_id = serializers.UUIDField(allow_null=True, read_only=True)
    external_id = EmptyAsNull(read_only=True)
    webhook_url = EmptyAsNull(read_only=True)
    file_info = FileInfoField(read_only=True)
    field_mapping = FieldMappingField(read_only=True)
    error_details = ErrorDetailsField(read_only=True, allow_null=True)
    schedule_id = serializers.UUIDField(
        allow_null=True, read_only=True, help_text="The recurring import that it is a run of."
    )
    held = HeldField(read_only=True, allow_null=True)
    mapping = serializers.SerializerMethodField()
    warnings = serializers.SerializerMethodField()
    queue_position = serializers.SerializerMethodField()
    estimated_seconds = serializers.SerializerMethodField()

    class Meta:
        model = ImportJob
        fields = (
            "id",
            "source_type",
            "status",
            "filename",
            "file_info",
            "total_rows",
            "processed_rows",
            "success_count",
            "error_count",
            "duplicate_count",
            "skipped_count",
            "created_count",
            "updated_count",
            "unchanged_count",
            "progress_percent",
            "duplicate_strategy",
            "duplicate_match_fields",
            "target_list_id",
            "field_mapping",
            "ai_confidence",
            "mapping",
            "webhook_url",
            "webhook_events",
            "external_id",
            "error_details",
            "schedule_id",
            "held",
            "queue_position",
            "estimated_seconds",
            "warnings",
            "started_at",
            "completed_at",
            "created_at",
        )
        read_only_fields = fields

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        # Made from the model once: else that takes longer than showing a job.
        return {name: copy(field) for name, field in self._made_fields().items()}

    @classmethod
    @cache
    def _made_fields(cls) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        return super(JobSerializer, cls()).get_fields()

    @extend_schema_field(ColumnSerializer(many=True))
    def get_mapping(self, job: ImportJob) -> list[dict[str, Any]]:
        return [{name: column[name] for name in ("header", "field", "confidence", "reason")} for column in job.columns]

    @extend_schema_field(WarningSerializer(many=True))
    def get_warnings(self, job: ImportJob) -> list[dict[str, Any]]:
        return [{name: warning[name] for name in ("code", "message", "row")} for warning in job.warnings]

    def get_queue_position(self, job: ImportJob) -> int | None:
        return self._outlook(job).queue_position

    def get_estimated_seconds(self, job: ImportJob) -> int | None:
        return self._outlook(job).estimated_seconds

    def _outlook(self, job: ImportJob) -> progress.Outlook:
        if job.status != ImportJob.Status.QUEUED:
            return progress.outlook(job)
        # One look at a tenant's line for all of its jobs that are shown together.
        lines: dict[int, Line] = cast("dict[str, Any]", self.context).setdefault("lines", {})
        if job.tenant_id not in lines:
            lines[job.tenant_id] = line_of(job.tenant_id)
        return progress.outlook(job, lines[job.tenant_id])


def error_as_json(entry: ErrorLogEntry, values: dict[str, str]) -> dict[str, Any]:
    return {
        "id": str(entry.pk),
        "row": entry.row_number,
        "level": entry.level,
        "type": entry.error_type,
        "field": entry.field,
        "message": entry.error_message,
        "values": values,
        "resolved_at": entry.resolved_at,
    }


class ReadingShape(Shape):
    """Reading options, as form fields or JSON. What is empty is found out."""

    sheet = serializers.CharField(required=False, allow_null=True, max_length=255, trim_whitespace=False)
    header_row = serializers.IntegerField(
        required=False, allow_null=True, min_value=0, max_value=settings.MAX_ROWS
    )  # 0: there is no header
    encoding = serializers.CharField(required=False, allow_null=True, max_length=40)
    delimiter = serializers.CharField(required=False, allow_null=True, max_length=3, trim_whitespace=False)

    def validate_encoding(self, encoding: str | None) -> str | None:
        try:
            # encode() takes text encodings alone; codecs.lookup() would let "zip" through as well.
            "".encode(encoding or "utf-8")
        except LookupError as error:
            raise serializers.ValidationError(f"“{encoding}” is no encoding that we know.") from error
        return encoding

    @classmethod
    def options(cls, given: Any) -> ReadingOptions:
        return ReadingOptions(**cls.read(given))


class InspectShape(ReadingShape):
    range = serializers.CharField(
        required=False,
        allow_null=True,
        allow_blank=True,
        max_length=200,
        help_text="Of a Google Sheet: A1 notation; blank for all of the tab.",
    )


class PastedShape(Shape):
    """Pasted rows, and those reading options that text without a file has."""

    text = serializers.CharField(
        allow_blank=True,
        trim_whitespace=False,
        help_text="Rows and column names, a line each, cells with tabs between.",
    )
    delimiter = serializers.CharField(required=False, allow_null=True, max_length=3, trim_whitespace=False)
    header_row = serializers.IntegerField(required=False, allow_null=True, min_value=0, max_value=settings.MAX_ROWS)


@extend_schema_field(_TARGET)
class TargetField(serializers.Field[Any, Any, Any, Any]):
    """What a column becomes: a field key, or {"field", "date_order", "country", "on_blank"}."""

    def to_internal_value(self, given: Any) -> Any:
        if isinstance(given, str):
            return given
        if not isinstance(given, dict):
            raise serializers.ValidationError("Expected is a field, null, or an object with a field.")
        return TargetShape.read(given)


class TargetShape(Shape):
    field = serializers.CharField(allow_null=True, max_length=100)
    date_order = serializers.ChoiceField(["dmy", "mdy", "ymd"], required=False, allow_null=True)
    country = serializers.RegexField(r"^[A-Z]{2}$", required=False, allow_null=True)
    # A blank cell never wipes what is stored.
    on_blank = serializers.ChoiceField(["keep"], required=False, allow_null=True)


class ConfirmShape(Shape):
    field_mapping = serializers.DictField(child=TargetField(allow_null=True), required=False)
    accept_suggested = serializers.BooleanField(default=False)
    save_mapping_as = serializers.CharField(default="", allow_blank=True, max_length=200)


class HistoryShape(PageShape):
    status = serializers.ChoiceField(ImportJob.Status.choices, required=False)
    source_type = serializers.ChoiceField(ImportJob.SourceType.choices, required=False)
    created_after = serializers.DateTimeField(required=False)
    created_before = serializers.DateTimeField(required=False)
    search = serializers.CharField(
        required=False, allow_blank=True, max_length=200, help_text="In filename, external_id and id."
    )


class RowsShape(PageShape):
    outcome = serializers.ChoiceField([outcome.name.lower() for outcome in Outcome], default=None)


class ErrorsShape(PageShape):
    type = serializers.CharField(default="", allow_blank=True, max_length=100)
    format = serializers.ChoiceField(["csv", "json"], default="csv")
