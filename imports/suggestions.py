"""What each column of a source could become: by what the tenant chose before, by rules, and by the model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from contacts import services as contact_services
from contacts.fields import BY_KEY, Field
from imports import header_choices, saved_mappings
from imports.ai import mapping as ai_mapping
from imports.engine.known_exports import recognize
from imports.engine.mapping import Basis, Suggestion, fold_header, suggest
from imports.engine.readers import SourceColumn, SourceSummary
from imports.engine.schema import MappedColumn
from imports.saved_mappings import Memory
from irisx.accounts.models import Tenant
from irisx.accounts.tenancy import tenant_scope


@dataclass(frozen=True, slots=True)
class Suggested:
    """The suggested mapping of one source, as a job keeps it."""

    columns: list[dict[str, Any]]  # header, samples, field, confidence, reason, basis, date_order, chosen, otherwise
    warnings: list[dict[str, Any]]  # code, message, row, needs_review
    # The saved or known mapping that it follows: kind, id, name, matched, is_undone. None: none.
    used_mapping: dict[str, Any] | None

    @property
    def confidence(self) -> int | None:
        return mean_confidence(self.columns)


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known of the tenant before its file is looked at."""

    fields: Mapping[str, Field]
    memory: Memory | None
    choices: Mapping[str, str | None]  # folded header → field key, or None for left out


def of_source(summary: SourceSummary, *, tenant: Tenant | None, use_ai_mapping: bool = False) -> Suggested:
    """Return what is suggested for a source's columns; without a tenant by rules and model alone.

    Call outside of any tenant_scope() if the model may be asked.
    """
    known = _known_of(tenant, [column.header for column in summary.columns])
    suggestions = _by_memory_and_rules(summary.columns, known)
    warnings: list[dict[str, Any]] = []
    if use_ai_mapping:
        settled = _settled(known, summary.columns)
        suggestions, code = ai_mapping.improve(suggestions, summary.columns, settled=settled)
        warnings += [ai_mapping.warning_of(code)] if code else []
    used = _used(known, summary.columns, suggestions)
    others = _without_used(summary.columns, known) if used else suggestions
    return Suggested(
        columns=[
            _as_json(column, suggestion, known.memory, other if used else None)
            for column, suggestion, other in zip(summary.columns, suggestions, others, strict=True)
        ],
        warnings=warnings,
        used_mapping=used,
    )


def mean_confidence(columns: Sequence[Mapping[str, Any]]) -> int | None:
    """Return the mean confidence of the columns that are imported; None if there are none."""
    confidences = [column["confidence"] for column in columns if column["field"]]
    return round(sum(confidences) / len(confidences)) if confidences else None


def _known_of(tenant: Tenant | None, headers: Sequence[str]) -> _Known:
    if tenant is None:
        return _Known(BY_KEY, None, {})
    with tenant_scope(tenant):
        return _Known(
            contact_services.fields_of(tenant),
            saved_mappings.memory_of(tenant, headers),
            header_choices.recall(tenant, headers),
        )


def _by_memory_and_rules(columns: Sequence[SourceColumn], known: _Known) -> list[Suggestion]:
    memory = known.memory
    if memory is not None and memory.is_whole:
        return [_as_before(column.header, memory, known.fields) for column in columns]
    saved = {fold_header(header): before.field for header, before in memory.columns.items()} if memory else {}
    # The default mapping is about any file; what was chosen for a header since knows better.
    is_default = memory is not None and memory.is_default
    remembered = {**saved, **known.choices} if is_default else {**known.choices, **saved}
    suggestions = suggest([(column.header, column.values) for column in columns], [*known.fields.values()], remembered)
    if memory is None:
        return suggestions
    return [
        _as_before(suggestion.header, memory, known.fields)
        if (before := memory.columns.get(suggestion.header)) and before.field == suggestion.field
        else suggestion
        for suggestion in suggestions
    ]


def _as_before(header: str, memory: Memory, fields: Mapping[str, Field]) -> Suggestion:
    """Return what a saved mapping says of a column."""
    before = memory.columns.get(header)
    field = before.field if before else None
    if field is not None and field not in fields:
        return Suggestion(header, None, 0, f"Its field in “{memory.name}” is there no more", Basis.SAVED)
    return Suggestion(header, field, 100 if field else 0, f"Same as in “{memory.name}”", Basis.SAVED)


def _settled(known: _Known, columns: Sequence[SourceColumn]) -> frozenset[str]:
    """Return the headers that a person decided before: of those the model is not asked."""
    if known.memory is not None and known.memory.is_whole:
        return frozenset(column.header for column in columns)
    decided = known.memory.columns if known.memory else {}
    return frozenset(
        column.header for column in columns if column.header in decided or fold_header(column.header) in known.choices
    )


def _used(known: _Known, columns: Sequence[SourceColumn], suggestions: Sequence[Suggestion]) -> dict[str, Any] | None:
    """Return which saved or known mapping the suggestions follow, and for how many columns; None for neither."""
    memory = known.memory
    if memory is not None:
        said = {header: before.field for header, before in memory.columns.items()}
        matched = sum(1 for suggestion in suggestions if said.get(suggestion.header, "") == suggestion.field)
        return {
            "kind": "saved",
            "id": str(memory.saved.pk),
            "name": memory.name,
            "matched": matched,
            "is_undone": False,
        }
    headers = [column.header for column in columns]
    export = recognize(headers)
    if export is None:
        return None
    matched = sum(1 for header in headers if fold_header(header) in export.fields)
    return {"kind": "known", "id": None, "name": export.system, "matched": matched, "is_undone": False}


def _without_used(columns: Sequence[SourceColumn], known: _Known) -> list[Suggestion]:
    """Return what would be suggested without the saved or known mapping that is used."""
    return suggest(
        [(column.header, column.values) for column in columns],
        [*known.fields.values()],
        known.choices if known.memory else {},
        use_known_exports=known.memory is not None,
    )


def _as_json(
    column: SourceColumn, suggestion: Suggestion, memory: Memory | None, other: Suggestion | None
) -> dict[str, Any]:
    before = memory.columns.get(column.header) if memory else None
    described: dict[str, Any] = {
        "header": column.header,
        "samples": list(column.samples),
        "field": suggestion.field,
        "confidence": suggestion.confidence,
        "reason": suggestion.reason,
        "basis": suggestion.basis,
        "date_order": proven_order(column),
        # What the saved mapping says besides the field.
        "chosen": _details(before) if before and before.field == suggestion.field else {},
    }
    if other is not None:
        described["otherwise"] = {
            "field": other.field,
            "confidence": other.confidence,
            "reason": other.reason,
            "basis": other.basis,
        }
    return described


def _details(before: MappedColumn) -> dict[str, Any]:
    return {"date_order": before.date_order, "country": before.country}


def proven_order(column: SourceColumn) -> str | None:
    """Return how a column's dates are to be read, where the column itself proves it."""
    return column.date_order if column.date_order in ("dmy", "mdy") else None
