"""What the OpenAPI document says of bodies and answers that no serializer reads or writes, and its examples."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from imports.api.serializers import (
    ColumnSerializer,
    ConfirmShape,
    JobSerializer,
    PastedShape,
    ReadingShape,
    WarningSerializer,
)
from imports.engine.matching import Outcome
from imports.engine.schema import DuplicateStrategy
from imports.models import ErrorLogEntry
from imports.options import MATCH_FIELDS, WEBHOOK_EVENTS

OUTCOMES = [outcome.name.lower() for outcome in Outcome]


# Bodies --------------------------------------------------------------------------------------------------------------


class ImportOptionsShape(serializers.Serializer[Any]):
    """Import options; ImportOptions.parse() reads them."""

    duplicate_strategy = serializers.ChoiceField(
        [str(strategy) for strategy in DuplicateStrategy],
        required=False,
        help_text="What happens to a row that matches a contact: `skip` (default), `update`, `create_new`.",
    )
    duplicate_match_fields = serializers.ListField(
        child=serializers.ChoiceField(MATCH_FIELDS),
        required=False,
        allow_empty=False,
        help_text="In order; the first that finds a contact decides. In forms repeated, or with commas between.",
    )
    list_id = serializers.UUIDField(required=False, allow_null=True, help_text="Everyone named becomes a member.")
    default_country = serializers.CharField(
        required=False, allow_blank=True, help_text="Two letters; for phone numbers without a country code."
    )
    use_ai_mapping = serializers.BooleanField(required=False)
    hold_invalid = serializers.BooleanField(
        required=False, help_text="Rows with any value that cannot be read fail, instead of coming in without it."
    )
    webhook_url = serializers.URLField(required=False, allow_blank=True, max_length=1000)
    webhook_events = serializers.ListField(child=serializers.ChoiceField(WEBHOOK_EVENTS), required=False)
    external_id = serializers.CharField(
        required=False, allow_blank=True, max_length=255, help_text="Yours; of a tenant's imports one has it."
    )


class UploadBody(ImportOptionsShape, ReadingShape):
    file = serializers.FileField(
        help_text="CSV, TSV, XLSX, XLS, ODS, vCard, or a ZIP with one CSV file in it; up to 50 MB. Its content "
        "decides, not its name."
    )


class PastedBody(ImportOptionsShape, PastedShape):
    pass


@extend_schema_field(
    {
        "type": "array",
        "minItems": 1,
        "maxItems": settings.BULK_MAX_CONTACTS,
        "items": {
            "type": "object",
            "additionalProperties": {
                "nullable": True,
                "oneOf": [
                    {"type": "string"},
                    {"type": "number"},
                    {"type": "boolean"},
                    {"type": "array", "items": {"type": "string"}, "description": "tags"},
                ],
            },
        },
    }
)
class ContactsField(serializers.JSONField):
    pass


class BulkBody(ImportOptionsShape):
    contacts = ContactsField(
        help_text="1 to 10,000 objects. Keys name fields, whatever their case; unknown ones become custom fields. Of a "
        "value that is an object or a list (but for `tags`) the error log has a warning."
    )


class ConfirmBody(ConfirmShape, ImportOptionsShape):
    pass


# Answers -------------------------------------------------------------------------------------------------------------


class PreviewColumnShape(ColumnSerializer):
    samples = serializers.ListField(child=serializers.CharField(), max_length=3)


class IssueShape(serializers.Serializer[Any]):
    field = serializers.CharField(help_text="Field key; “” if it concerns the whole row.")
    code = serializers.CharField()
    message = serializers.CharField()


class PreviewRowShape(serializers.Serializer[Any]):
    row = serializers.IntegerField(help_text="The source's own number.")
    values = serializers.DictField(child=serializers.CharField(), help_text="Header → text as read.")
    record = serializers.DictField(help_text="Field key → value as it will be stored.")
    outcome = serializers.ChoiceField(OUTCOMES)
    errors = IssueShape(many=True)  # type: ignore[assignment]  # a field, not the property of serializers
    warnings = IssueShape(many=True)


class PreviewCountsShape(serializers.Serializer[Any]):
    counted_rows = serializers.IntegerField()
    new = serializers.IntegerField()
    matching = serializers.IntegerField()
    duplicates_in_file = serializers.IntegerField()
    failed = serializers.IntegerField()


class PreviewShape(serializers.Serializer[Any]):
    columns = PreviewColumnShape(many=True)
    rows = PreviewRowShape(many=True)
    warnings = WarningSerializer(many=True)
    counts = PreviewCountsShape()


class JobWithPreview(JobSerializer):
    preview = PreviewShape(read_only=True)

    class Meta(JobSerializer.Meta):
        fields = (*JobSerializer.Meta.fields, "preview")  # type: ignore[assignment]


class JobWithCorrections(JobSerializer):
    accepted = serializers.IntegerField(read_only=True)
    already_resolved = serializers.IntegerField(read_only=True)

    class Meta(JobSerializer.Meta):
        fields = (*JobSerializer.Meta.fields, "accepted", "already_resolved")  # type: ignore[assignment]


class RowShape(serializers.Serializer[Any]):
    row = serializers.IntegerField(allow_null=True, help_text="The source's own number; null once the file is erased.")
    row_index = serializers.IntegerField(help_text="From 0, without blank rows.")
    outcome = serializers.ChoiceField(OUTCOMES)
    contact_id = serializers.UUIDField(allow_null=True)
    values = serializers.DictField(child=serializers.CharField(), help_text="Header → text as read.")


class ErrorLogShape(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    row = serializers.IntegerField()
    level = serializers.ChoiceField(ErrorLogEntry.Level.choices)
    type = serializers.CharField()
    field = serializers.CharField(help_text="Field key; “” if it concerns the whole row.")
    message = serializers.CharField()
    values = serializers.DictField(child=serializers.CharField(), help_text="Header → text as read.")
    resolved_at = serializers.DateTimeField(allow_null=True)


# Examples ------------------------------------------------------------------------------------------------------------

MAPPING: list[dict[str, Any]] = [
    {"header": "E-Mail", "field": "email", "confidence": 97, "reason": "“E-Mail” means E-mail"},
    {"header": "First Name", "field": "first_name", "confidence": 100, "reason": "Same name"},
    {"header": "Shoe size", "field": None, "confidence": 0, "reason": "No field fits"},
]
JOB: dict[str, Any] = {
    "id": "01943c2e-9d8c-7b3a-8e1f-0f1e2d3c4b5a",
    "source_type": "csv",
    "status": "pending",
    "filename": "leads.csv",
    "file_info": {
        "type": "csv",
        "encoding": "utf-8",
        "delimiter": ",",
        "sheet": None,
        "header_row": 1,
        "size_bytes": 61,
    },
    "total_rows": 2,
    "processed_rows": 0,
    "success_count": 0,
    "error_count": 0,
    "duplicate_count": 0,
    "skipped_count": 0,
    "created_count": 0,
    "updated_count": 0,
    "unchanged_count": 0,
    "progress_percent": 0,
    "duplicate_strategy": "skip",
    "duplicate_match_fields": ["email", "phone"],
    "target_list_id": None,
    "field_mapping": {},
    "ai_confidence": None,
    "mapping": MAPPING,
    "webhook_url": None,
    "webhook_events": ["completed", "failed", "cancelled"],
    "external_id": None,
    "error_details": None,
    "schedule_id": None,
    "held": None,
    "queue_position": None,
    "estimated_seconds": None,
    "warnings": [],
    "started_at": None,
    "completed_at": None,
    "created_at": "2026-11-24T12:00:00Z",
}
STARTED: dict[str, Any] = {
    **JOB,
    "status": "processing",
    "field_mapping": {"E-Mail": "email", "First Name": "first_name", "Shoe size": "custom:shoe_size"},
}
COMPLETED: dict[str, Any] = {
    **STARTED,
    "status": "completed",
    "processed_rows": 2,
    "success_count": 1,
    "created_count": 1,
    "error_count": 1,
    "progress_percent": 100,
    "estimated_seconds": 0,
    "started_at": "2026-11-24T12:00:05Z",
    "completed_at": "2026-11-24T12:00:06Z",
}
SENT: dict[str, Any] = {
    **STARTED,
    "source_type": "json",
    "filename": "2 contacts by API",
    "file_info": {"type": "json", "encoding": None, "delimiter": None, "sheet": None, "header_row": None},
    "mapping": [
        {"header": "email", "field": "email", "confidence": 100, "reason": "Same name"},
        {"header": "shoe size", "field": "custom:shoe_size", "confidence": 100, "reason": "New field"},
    ],
    "field_mapping": {"email": "email", "shoe size": "custom:shoe_size"},
}
PREVIEW: dict[str, Any] = {
    "columns": [
        {**column, "samples": samples}
        for column, samples in zip(MAPPING, (["ana@example.com", "ben"], ["Ana", "Ben"], ["38", "44"]), strict=True)
    ],
    "rows": [
        {
            "row": 2,
            "values": {"E-Mail": "ana@example.com", "First Name": "Ana", "Shoe size": "38"},
            "record": {"email": "ana@example.com", "first_name": "Ana"},
            "outcome": "created",
            "errors": [],
            "warnings": [],
        },
        {
            "row": 3,
            "values": {"E-Mail": "ben", "First Name": "Ben", "Shoe size": "44"},
            "record": {},
            "outcome": "failed",
            "errors": [
                {"field": "email", "code": "invalid_email", "message": "“ben” is not an e-mail address: it has no @."}
            ],
            "warnings": [],
        },
    ],
    "warnings": [],
    "counts": {"counted_rows": 2, "new": 1, "matching": 0, "duplicates_in_file": 0, "failed": 1},
}
ROW: dict[str, Any] = {
    "row": 2,
    "row_index": 0,
    "outcome": "created",
    "contact_id": "01943c2f-1a2b-7c3d-8e4f-5a6b7c8d9e0f",
    "values": {"E-Mail": "ana@example.com", "First Name": "Ana", "Shoe size": "38"},
}
LOG_ENTRY: dict[str, Any] = {
    "id": "01943c2f-2b3c-7d4e-8f50-6b7c8d9e0f1a",
    "row": 3,
    "level": "error",
    "type": "invalid_email",
    "field": "email",
    "message": "“ben” is not an e-mail address: it has no @.",
    "values": {"E-Mail": "ben", "First Name": "Ben", "Shoe size": "44"},
    "resolved_at": None,
}
LOG_CSV = (
    '"Import key","Row","Level","Type","Field","Message","E-Mail","First Name","Shoe size"\r\n'
    f'"{JOB["id"]}:1","3","error","invalid_email","email","“ben” is not an e-mail address: it has no @.",'
    '"ben","Ben","44"\r\n'
)
PASTED: dict[str, Any] = {
    "text": "E-Mail\tFirst Name\tShoe size\nana@example.com\tAna\t38\nben\tBen\t44\n",
    "duplicate_strategy": "update",
}
CORRECTIONS: dict[str, Any] = {
    "rows": [{"import_key": f"{JOB['id']}:1", "values": {"E-Mail": "ben@example.com"}}],
}
BULK: dict[str, Any] = {
    "contacts": [
        {"email": "ana@example.com", "first_name": "Ana", "shoe size": 38},
        {"phone": "+12125550143", "tags": ["vip", "north"]},
    ],
    "duplicate_strategy": "update",
}
CONFIRM: dict[str, Any] = {
    "field_mapping": {
        "E-Mail": "email",
        "First Name": "first_name",
        "Shoe size": "custom:shoe_size",
        "Phone": {"field": "phone", "country": "DE"},
        "Remarks": None,
    },
    "save_mapping_as": "Q4 leads",
}
