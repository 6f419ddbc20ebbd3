"""What the model adds to the suggestions of our rules, and what of a file it is told: headers and shapes, no values."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.conf import settings

from contacts.fields import IRISX_ID, WELL_KNOWN
from imports.ai import model
from imports.engine.mapping import Basis, Suggestion
from imports.engine.readers import SourceColumn
from imports.engine.shapes import looks_personal, shape_of
from imports.engine.value_shapes import fits

logger = logging.getLogger(__name__)

SURE = 90
"""What our rules are as sure of as this, the model is not asked about and cannot change."""

CONFIDENCE = 80
"""Of the model's answers: a person should look."""

COLUMNS_ASKED = 50
"""Of a file with more unsure columns, the first. The protocol allows 1,000 choices in a schema."""

_LONGEST_HEADER = 80
_SHAPES_TOLD = 3
# The model is told our fields alone: a tenant's own are its business.
_FIELDS = {field.key: field.label for field in WELL_KNOWN if field is not IRISX_ID}

NOT_CONFIGURED, UNAVAILABLE, REJECTED = "ai_not_configured", "ai_unavailable", "ai_answer_rejected"
_SENTENCES = {
    NOT_CONFIGURED: "AI mapping is not set up here. The columns were matched by our rules: check the marked ones.",
    UNAVAILABLE: "The AI model gave no answer. The columns were matched by our rules: check the marked ones.",
    REJECTED: "The AI model's answer was of no use. The columns were matched by our rules: check the marked ones.",
}


def is_configured() -> bool:
    return bool(settings.OPENAI_API_KEY)


def improve(
    suggestions: Sequence[Suggestion], columns: Sequence[SourceColumn], *, settled: frozenset[str]
) -> tuple[list[Suggestion], str | None]:
    """Return the suggestions with the model's for what they leave unsure, and the code of a warning, or None.

    `settled` are headers that a person decided before, to be left out too. One call of the model, outside of any
    transaction; none at all if nothing is unsure.
    """
    if not is_configured():
        return list(suggestions), NOT_CONFIGURED
    unsure = [
        index
        for index, suggestion in enumerate(suggestions)
        if suggestion.confidence < SURE and suggestion.header not in settled and columns[index].values
    ][:COLUMNS_ASKED]
    sure_fields = {
        suggestion.field for index, suggestion in enumerate(suggestions) if suggestion.field and index not in unsure
    }
    fields = {key: label for key, label in _FIELDS.items() if key not in sure_fields}
    if not unsure or not fields:
        return list(suggestions), None
    try:
        answer = model.ask(_told([columns[index] for index in unsure]), fields)
    except model.ModelUnavailable as error:
        logger.warning("The AI model gave no answer (%s)", error)
        return list(suggestions), UNAVAILABLE
    except model.AnswerRejected as error:
        logger.warning("The AI model's answer was rejected (%s)", error)
        return list(suggestions), REJECTED
    answers = {index: answer[f"column_{place}"] for place, index in enumerate(unsure)}
    return _with_answers(suggestions, columns, answers), None


def warning_of(code: str) -> dict[str, Any]:
    """Return a warning as a job keeps it. It wants no decision: the rules' suggestion stands."""
    return {"code": code, "message": _SENTENCES[code], "row": None, "needs_review": False}


def _told(columns: Sequence[SourceColumn]) -> list[dict[str, Any]]:
    """Return what the model is told of the columns."""
    # One header that is somebody's address: the row of headers is a row of data.
    is_data = any(looks_personal(column.header) for column in columns)
    return [
        {
            "key": f"column_{place}",
            **(
                {"header_shape": shape_of(column.header)}
                if is_data or len(column.header) > _LONGEST_HEADER
                else {"header": column.header}
            ),
            "value_shapes": [shape_of(value) for value in column.values[:_SHAPES_TOLD]],
        }
        for place, column in enumerate(columns)
    ]


def _with_answers(
    suggestions: Sequence[Suggestion], columns: Sequence[SourceColumn], answers: Mapping[int, str]
) -> list[Suggestion]:
    """Return the suggestions with the model's answers in place of those of the rules that they differ from."""
    taken = {
        field: index
        for index, field in answers.items()
        # What the values cannot be, they are not, whoever says so.
        if field != model.NO_FIELD and fits(field, columns[index].values)
    }
    improved = list(suggestions)
    for field, index in taken.items():
        if improved[index].field == field:
            reason = f"{improved[index].reason}; the AI model agrees"
            improved[index] = replace(
                improved[index], confidence=max(CONFIDENCE, improved[index].confidence), reason=reason
            )
            continue
        label = _FIELDS[field]
        for other, suggestion in enumerate(improved):
            if suggestion.field == field:  # unsure, or the model would not have been asked about it
                reason = f"{label} comes from “{suggestions[index].header}”"
                improved[other] = Suggestion(suggestion.header, None, 0, reason)
        reason = f"The AI model takes it for {label}"
        improved[index] = Suggestion(suggestions[index].header, field, CONFIDENCE, reason, Basis.MODEL)
    return improved
