"""What pages show of saved mappings: the list, the note on what was used for a file, the offer to save one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms

from imports.engine.known_exports import all_known
from imports.engine.schema import FieldMapping
from imports.models import ImportJob, SavedFieldMapping
from portals.forms import Styled
from portals.wording import counted


class SavedMappingForm(Styled):
    """What a tenant calls a saved mapping, and whether it stands in for files that none was saved for."""

    name = forms.CharField(label="Name", max_length=200, error_messages={"required": "Give the mapping a name."})
    description = forms.CharField(
        label="Description", max_length=2_000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    is_default = forms.BooleanField(
        label="Default, for files that no mapping was saved for",
        required=False,
        widget=forms.CheckboxInput(attrs={"class": "form-check-input"}),
    )


class SaveMappingForm(Styled):
    """The name under which an import's mapping is kept."""

    name = forms.CharField(
        label="Name of the mapping", max_length=200, error_messages={"required": "Give the mapping a name."}
    )


@dataclass(frozen=True, slots=True)
class UsedNote:
    """What the mapping page says of the saved or known mapping that its suggestion follows."""

    name: str
    is_saved: bool  # one of the tenant's own; else a system's export that we know
    counted: str  # "12 of 13 columns"
    is_undone: bool


def used_note(job: ImportJob) -> UsedNote | None:
    """Return the note for a job; None if it follows no mapping."""
    used: dict[str, Any] | None = job.used_mapping
    if used is None:
        return None
    columns = f"{used['matched']:,} of {counted(len(job.columns), 'column')}"
    return UsedNote(used["name"], used["kind"] == "saved", columns, used["is_undone"])


@dataclass(frozen=True, slots=True)
class Line:
    """A saved mapping in the list."""

    saved: SavedFieldMapping
    columns: str  # "12 of 13 columns"

    @classmethod
    def of(cls, saved: SavedFieldMapping) -> Line:
        imported = len([column for column in FieldMapping.from_json(saved.mapping).columns if column.field])
        return cls(saved, f"{imported:,} of {counted(len(saved.mapping), 'column')}")


def known_systems() -> list[str]:
    """Return the systems whose exports are matched without a saved mapping, by name."""
    return sorted({export.system for export in all_known()})
