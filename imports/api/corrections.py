"""Shapes of corrections: rows of an error log that somebody mended, as JSON or as the corrected file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from rest_framework import serializers

from imports.corrections.mending import CorrectedRow, headers_of
from imports.error_log import row_index_of
from irisx.api_requests import Shape
from irisx.refusals import Invalid

if TYPE_CHECKING:
    from imports.corrections.services import Accepted
    from imports.models import ImportJob


class CellField(serializers.CharField):
    """Text as it stands in a cell, and nothing that is not text: a number would lose its leading zeros."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            **{
                "allow_blank": True,
                "trim_whitespace": False,
                "max_length": settings.MAX_CELL_CHARACTERS,
                **options,
            }
        )

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            raise serializers.ValidationError("Expected is text.")
        return super().to_internal_value(data)


class CorrectedRowShape(Shape):
    import_key = serializers.CharField(max_length=100, help_text="As the error log has it.")
    values = serializers.DictField(
        child=CellField(), help_text="Header → text. Columns that are not named stay as they were."
    )


class CorrectionsShape(Shape):
    rows = serializers.ListField(child=CorrectedRowShape(), allow_empty=False, max_length=settings.BULK_MAX_CONTACTS)


class CorrectedFileShape(serializers.Serializer[Any]):
    file = serializers.FileField(
        help_text="The error log with values corrected, as CSV or as a workbook saved from it. Rows may be left out, "
        "columns too, but for `Import key`."
    )


class AcceptedShape(serializers.Serializer[Any]):
    accepted = serializers.IntegerField(help_text="Rows that are being imported now.")
    already_resolved = serializers.IntegerField(
        help_text="Rows that need nothing: mended before, or in already and sent back as they were."
    )


def as_json(accepted: Accepted) -> dict[str, int]:
    return {"accepted": accepted.accepted, "already_resolved": accepted.already_resolved}


def rows_of_body(job: ImportJob, body: Any) -> list[CorrectedRow]:
    """Return the corrected rows of a JSON body. Raises Invalid for rows and columns that are not the job's."""
    headers = set(headers_of(job))
    rows = []
    for row in CorrectionsShape.read(body)["rows"]:
        for header in row["values"]:
            if header not in headers:
                raise Invalid("unknown_column", f"The file has no column “{header[:200]}”.", column=header[:200])
        rows.append(CorrectedRow(row_index_of(job, row["import_key"]), 0, row["values"]))
    return rows
