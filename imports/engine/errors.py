"""How the engine says no: a bad cell and a bad row are values, an import that cannot go on raises."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


class EngineError(Exception):
    """The import cannot continue."""

    code = "import_failed"
    retryable = False  # True: the same import may succeed later, unchanged.

    def __init__(self, message: str = "") -> None:
        super().__init__(message or self.__doc__)

    @property
    def message(self) -> str:
        """A sentence for the person who must act."""
        return str(self)


class SourceRejected(EngineError):
    """The source cannot be imported; nothing is stored. irisx/api.py says with which status each `code` is answered."""

    def __init__(self, code: str, message: str, **details: Any) -> None:
        super().__init__(message)
        self.code = code
        self.details = details  # more keys for the API's answer, such as `limit`


class SourceUnavailable(EngineError):
    """The source did not answer; nothing was read."""

    code = "source_unavailable"
    retryable = True


class InvalidValue(Exception):
    """One cell cannot become a value of its field."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True)
class CellIssue:
    """What was wrong with one cell, or with how a row matched."""

    type: str  # stable: "invalid_email", "invalid_value", "match_conflict", …
    field: str  # field key; "" if it concerns the whole row
    message: str  # a sentence: what was found, what to do


@dataclass(frozen=True, slots=True)
class RowError:
    """Why one row was not imported. A value, not an exception: the import goes on."""

    row_index: int  # dense, from 0; what the checkpoint counts
    row_number: int  # the source's own, what people see
    issue: CellIssue
