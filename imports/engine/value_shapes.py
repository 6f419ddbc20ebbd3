"""What the values of a column look like, for headers that say nothing, too little, or the wrong thing."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from imports.engine.errors import InvalidValue
from imports.engine.normalize.boolean import normalize_boolean
from imports.engine.normalize.country import is_country_name, normalize_country

__all__ = ["fits", "say_yes_or_no", "share_that", "suggested_by_values"]

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]{2,}")
_PHONE = re.compile(r"(?:[a-z]{1,4}:)?[+(]*[0-9０-９٠-٩][0-9０-９٠-٩\s().,/+#xext:-]{4,}", re.IGNORECASE)
_PHONE_WRITTEN_OUT = re.compile(
    r"\+[1-9][0-9\s().-]{7,}|\(?0[0-9]{1,4}[)\s/-]+[0-9][0-9\s-]{4,}"
    r"|(?:\([2-9][0-9]{2}\) ?|[2-9][0-9]{2}-)[0-9]{3}-[0-9]{4}"
)
_WRITTEN_OUT_URL = re.compile(r"(?:https?://|www\.)\S+")
_URL = re.compile(r"(?:https?://|www\.)\S+|(?:[\w-]+\.)+[a-z]{2,}(?:/\S*)?", re.IGNORECASE)
_DATE = re.compile(r".*[0-9]\s?[-./\s年월月,년]|[0-9]{5,8}$|--[0-9]", re.DOTALL)
_POSTAL_CODE = re.compile(r"(?=.*[0-9])[\w\s-]{2,12}")
_FORM_OF_ADDRESS = re.compile(
    r"(?:mr|mrs|ms|miss|mx|sir|dra?|prof|eng|dipl|ing|mgr|bc|judr|mudr|phdr|herrn?|frau|m|mme|mlle|monsieur|madame|sra?|srta"
    r"|dott|sig|sigra|dhr|mevr|pan|pani|bay|bayan|г-н|г-жа)(?:[.\s-]+(?:dr|med|ing|ssa|ra))*\.?",
    re.IGNORECASE,
)
# What stands under "Estado" where that is no state, and under "Role" where that is no job.
_STATUS = re.compile(
    r"(?:in)?(?:active|activo|activa|ativo|ativa|attivo|actif|aktiv|aktywny)|new|open|closed|pending|lead|nuevo|novo|baja|alta|"
    r"admin|administrator|editor|author|contributor|subscriber|customer|user|member|guest|owner|viewer|moderator",
    re.IGNORECASE,
)
_PERSON_NAME = re.compile(r"[^\W\d_][\w'’.-]*(?:,? [^\W\d_][\w'’.-]*){1,3}")
_ENOUGH = 0.8  # of the values must have the shape before they alone name a field


def share_that(holds: Callable[[str], object], values: Sequence[str]) -> float:
    """Return the share (0–1) of the filled values for which the test holds; 0 if none is filled."""
    # An apostrophe in front is how spreadsheets keep digits as text.
    filled = [value.strip().lstrip("'") for value in values if value.strip()]
    return sum(1 for value in filled if holds(value)) / len(filled) if filled else 0.0


def fits(field: str, values: Sequence[str]) -> bool:
    """Tell whether the values can be those of a field; True if there are none, or the field can hold anything."""
    test = _POSSIBLE.get(field)
    if test is None or not any(value.strip() for value in values):
        return True
    return share_that(test, values) >= 0.5


def say_yes_or_no(values: Sequence[str]) -> bool:
    """Tell whether most of the values are answers, as under "E-mail" where that asks for a consent."""
    return share_that(_is_yes_or_no, values) >= 0.5


def suggested_by_values(values: Sequence[str], *, header_says_nothing: bool) -> tuple[str, int, str] | None:
    """Return (field, confidence, reason) that the values alone suggest, or None.

    Under a header that we do not know, only e-mail addresses are telling: links, dates and numbers may be anything.
    """
    if share_that(_EMAIL.fullmatch, values) >= _ENOUGH:
        return "email", 88 if header_says_nothing else 72, "Values look like e-mail addresses"
    if share_that(_PHONE_WRITTEN_OUT.fullmatch, values) >= _ENOUGH:
        return "phone", 80 if header_says_nothing else 62, "Values look like phone numbers"
    if header_says_nothing:
        if share_that(_WRITTEN_OUT_URL.match, values) >= _ENOUGH:
            return "website", 75, "Values look like web addresses"
        if share_that(is_country_name, values) >= _ENOUGH:
            return "country", 75, "Values are names of countries"
        if share_that(_looks_like_person, values) >= _ENOUGH:
            return "full_name", 62, "Values look like names of people"
    return None


def _is_country(value: str) -> bool:
    try:
        return bool(normalize_country(value))
    except InvalidValue:
        return False


def _is_yes_or_no(value: str) -> bool:
    try:
        return normalize_boolean(value) != ""
    except InvalidValue:
        return False


def _looks_like_person(value: str) -> bool:
    return _PERSON_NAME.fullmatch(value) is not None and value == value.title()


def _is_no_number(value: str) -> bool:
    return not any(character.isdecimal() for character in value) and "@" not in value


def _is_place(value: str) -> bool:
    return any(map(str.isalpha, value)) and "@" not in value and not _STATUS.fullmatch(value)


def _is_job(value: str) -> bool:
    return not (_FORM_OF_ADDRESS.fullmatch(value) or _STATUS.fullmatch(value) or value.isdecimal())


_POSSIBLE: Mapping[str, Callable[[str], object]] = {
    "email": lambda value: "@" in value,
    "phone": _PHONE.match,
    "website": _URL.match,
    "birthday": _DATE.match,
    "country": _is_country,
    "postal_code": _POSTAL_CODE.match,
    "first_name": _is_no_number,
    "last_name": _is_no_number,
    "full_name": lambda value: "@" not in value and not value.replace(" ", "").isdecimal(),
    "city": _is_place,
    "title": _is_job,
    "state": _is_place,
    "company": lambda value: "@" not in value and not value.isdecimal(),
    "do_not_contact": _is_yes_or_no,
}
