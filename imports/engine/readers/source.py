"""What every reader is told, and what it tells: options and limits in, a summary with columns and warnings out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class ReadingOptions:
    """What the person says about a file. None: found out."""

    sheet: str | None = None  # name of a worksheet
    header_row: int | None = None  # its row number, as people see it; 0: there is no header
    encoding: str | None = None  # a codec's name, "cp1252"
    delimiter: str | None = None  # one character, or one of delimited.LONG_DELIMITERS

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> ReadingOptions:
        """Read what as_json() wrote; unknown keys are left alone."""
        return cls(**{key: stored.get(key) for key in ("sheet", "header_row", "encoding", "delimiter")})

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a reader takes before it refuses."""

    size_bytes: int = 50 * 1024 * 1024
    unpacked_bytes: int = 500 * 1024 * 1024  # of a workbook, which is a ZIP archive
    rows: int = 1_048_576
    columns: int = 16_384
    cell_characters: int = 32_767  # longer text is cut, with a warning


@dataclass(frozen=True, slots=True)
class SourceWarning:
    """What reading guessed or found odd."""

    code: str  # stable: "unclosed_quote", "no_header", …
    message: str  # a sentence: what was found, where, what was done about it
    row: int | None  # the row number where it was first seen; None: it concerns the whole file
    needs_review: bool  # True: a guess may be wrong, and the person decides before anything is imported


@dataclass(frozen=True, slots=True)
class SourceColumn:
    """One column of the source, with what the mapping wants to know of it."""

    header: str  # unique in its file
    samples: tuple[str, ...]  # up to 3 different values that are not blank, for people
    values: tuple[str, ...] = ()  # up to 50 of the same, for guessing the field
    # Of dates like 03/04/2024: "dmy" or "mdy" where the column itself proves it; "ambiguous" if it fits both,
    # "mixed" if it proves both. "": no such dates.
    date_order: str = ""


@dataclass(frozen=True, slots=True)
class SourceSummary:
    """What a source holds. Its rows are in the rows file."""

    type: Literal["csv", "excel", "vcard"]
    file_info: dict[str, Any]  # type, encoding, delimiter, sheet, header_row (null where it does not apply); more keys
    columns: tuple[SourceColumn, ...]
    total_rows: int
    warnings: tuple[SourceWarning, ...] = field(default=())

    @property
    def needs_review(self) -> bool:
        return any(warning.needs_review for warning in self.warnings)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> SourceSummary:
        """Read what as_json() wrote."""
        columns = (
            SourceColumn(column["header"], tuple(column["samples"]), tuple(column["values"]), column["date_order"])
            for column in stored["columns"]
        )
        return cls(
            type=stored["type"],
            file_info=dict(stored["file_info"]),
            columns=tuple(columns),
            total_rows=stored["total_rows"],
            warnings=tuple(SourceWarning(**warning) for warning in stored["warnings"]),
        )

    def as_json(self) -> dict[str, Any]:
        return asdict(self)
