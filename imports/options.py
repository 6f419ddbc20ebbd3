"""Import options: stated once, for the API's bodies, the portals' forms and the command line's flags."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import phonenumbers

from imports.engine.schema import DuplicateStrategy
from irisx.refusals import Invalid

MATCH_FIELDS = ("email", "phone")
WEBHOOK_EVENTS = ("completed", "failed", "cancelled", "corrected", "held")
# A job's own address is told how its import ends. The others are for whoever asks for them.
DEFAULT_WEBHOOK_EVENTS = WEBHOOK_EVENTS[:3]


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """How an import is done, whatever its source."""

    duplicate_strategy: DuplicateStrategy = DuplicateStrategy.SKIP
    # In order: the first that finds a contact decides.
    duplicate_match_fields: tuple[str, ...] = MATCH_FIELDS
    # Everyone that the source names becomes a member.
    list_id: UUID | None = None
    # ISO 3166 alpha-2, for phone numbers without a country code; "": the tenant's.
    default_country: str = ""
    use_ai_mapping: bool = False
    # Rows with any invalid value are held back, not only those without a contact point.
    hold_invalid: bool = False
    webhook_url: str = ""
    webhook_events: tuple[str, ...] = DEFAULT_WEBHOOK_EVENTS
    # The caller's own name for this import; unique per tenant if given.
    external_id: str = ""

    @classmethod
    def parse(cls, given: Mapping[str, Any], *, over: ImportOptions | None = None) -> ImportOptions:
        """Read options from a form, a JSON body or flags. What is not given stays as in `over`, or at its default.

        Lists may be lists, or text with commas. Keys that are no option are not looked at.
        Raises Invalid("invalid_option", …) with the field.
        """
        known = {option.name for option in fields(cls)}
        read = {name: _READERS[name](name, given[name]) for name in known if given.get(name) is not None}
        return replace(over or cls(), **read)

    def stored(self) -> dict[str, Any]:
        """Return those options that have no column of their own in import_jobs."""
        return {
            "default_country": self.default_country,
            "use_ai_mapping": self.use_ai_mapping,
            "hold_invalid": self.hold_invalid,
        }

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def _refuse(name: str, found: object, expected: str) -> Invalid:
    return Invalid("invalid_option", f"“{found}” is no value for {name}: {expected}.", field=name)


def _text(limit: int) -> Any:
    def read(name: str, value: Any) -> str:
        if not isinstance(value, str) or len(value) > limit or "\0" in value:
            raise _refuse(name, str(value)[:100], f"expected is text of at most {limit} characters")
        return value.strip()

    return read


def _flag(name: str, value: Any) -> bool:
    if isinstance(value, bool):
        return value
    words = {"true": True, "1": True, "on": True, "yes": True, "false": False, "0": False, "off": False, "no": False}
    answer = {**words, "": False}.get(str(value).strip().lower())
    if answer is None:
        raise _refuse(name, value, "expected is true or false")
    return answer


def _choice(name: str, value: Any) -> DuplicateStrategy:
    try:
        return DuplicateStrategy(value)
    except ValueError as error:
        raise _refuse(name, value, f"expected is one of {', '.join(DuplicateStrategy)}") from error


def _some_of(allowed: Sequence[str], *, may_be_none: bool) -> Any:
    def read(name: str, value: Any) -> tuple[str, ...]:
        texts = value if isinstance(value, list | tuple) else [value]
        chosen = tuple(dict.fromkeys(word.strip() for text in texts for word in str(text).split(",") if word.strip()))
        for word in chosen:
            if word not in allowed:
                raise _refuse(name, word, f"expected are some of {', '.join(allowed)}")
        if not chosen and not may_be_none:
            raise _refuse(name, "", f"expected is at least one of {', '.join(allowed)}")
        return chosen

    return read


def _uuid(name: str, value: Any) -> UUID | None:
    if value == "":
        return None
    try:
        return value if isinstance(value, UUID) else UUID(str(value))
    except ValueError as error:
        raise _refuse(name, value, "expected is the id of a contact list") from error


def _country(name: str, value: Any) -> str:
    code = str(value).strip().upper()
    if code and code not in phonenumbers.SUPPORTED_REGIONS:
        raise _refuse(name, value, "expected is a country's two letters, such as US or DE")
    return code


def _web_address(name: str, value: Any) -> str:
    address: str = _text(1000)(name, value)
    parts = urlsplit(address) if address else None
    if parts and (parts.scheme not in ("http", "https") or not parts.hostname):
        raise _refuse(name, address, "expected is an address that starts with https://")
    return address


_READERS: dict[str, Any] = {
    "duplicate_strategy": _choice,
    "duplicate_match_fields": _some_of(MATCH_FIELDS, may_be_none=False),
    "list_id": _uuid,
    "default_country": _country,
    "use_ai_mapping": _flag,
    "hold_invalid": _flag,
    "webhook_url": _web_address,
    "webhook_events": _some_of(WEBHOOK_EVENTS, may_be_none=True),
    "external_id": _text(255),
}
