"""What the values of a column look like, for headers that say nothing, too little, or the wrong thing."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from imports.engine.errors import InvalidValue
from imports.engine.normalize.boolean import normalize_boolean
from imports.engine.normalize.country import is_country_name, normalize_country

__all__ = [
    "fits",
    "looks_like_contact",
    "looks_like_person",
    "name_companies",
    "say_yes_or_no",
    "share_that",
    "suggested_by_values",
]

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
# What a company's name ends with, or begins with: its legal form, without dots. Those of two words are written as one.
_LEGAL_FORMS = frozenset(
    "gmbh mbh ag kg kgaa ohg ek ev ug gbr inc llc llp ltd limited plc corp corporation pty ptyltd pvtltd sdnbhd bhd "
    "sa sas sarl sasu eurl sl slu srl srls spa snc ltda lda sadecv bv nv vof ab as a/s aps oy oyj ou oü sia uab mb "
    "spzoo spj sro spolsro kft zrt nyrt doo dd eood ood еоод оод ад αε επε ικε ооо оао зао пао ао тов фоп "
    "ltdşti aş şti teoranta pt cv tbk".split()
)
_LEGAL_FORM_INSIDE = re.compile(
    r"株式会社|有限会社|合同会社|[(（][株有][)）]|㈱|주식회사|[(（]주[)）]|㈜|公司|集团|集團|"
    r"\bcông ty\b|บริษัท|בע\W?מ|شركة|مؤسسة",
    re.IGNORECASE,
)
# Postal codes that look like nothing else: of Poland, the United States, Portugal, Sweden, the Netherlands, …
_TELLING_POSTAL_CODE = re.compile(
    r"[0-9]{2}-[0-9]{3}|[0-9]{5}-[0-9]{3,4}|[0-9]{4}-[0-9]{3}|[0-9]{3} [0-9]{2}|[1-9][0-9]{3} ?[A-Z]{2}|"
    r"[A-Z]{1,2}[0-9][A-Z0-9]? ?[0-9][A-Z]{2}|[A-Z][0-9][A-Z] ?[0-9][A-Z][0-9]|[A-Z]{1,2}-[0-9]{4,5}|"
    r"〒?[0-9]{3}-[0-9]{4}"
)
_WHOLE_DATE = re.compile(r"(?:[0-9]{4}[-./年][0-9]{1,2}[-./月][0-9]{1,2}日?)|[0-9]{1,2}[-./ ][0-9]{1,2}[-./ ][0-9]{4}")
_YEAR = re.compile(r"(?:19|20)[0-9]{2}")
_LAST_BIRTH_YEAR = 2010  # of a contact; later dates are those of orders and sign-ups
_PERSON_NAME = re.compile(r"[^\W\d_][\w'’.-]*(?:,? [^\W\d_][\w'’.-]*){1,3}")
_NAME_BEGINS = re.compile(r"\W*[^\W\d_](?:[^\W\d_]|[^\w/-]|$)")  # two letters, or one that stands alone
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


def name_companies(values: Sequence[str], *, at_least: float = 0.4) -> bool:
    """Tell whether the values are names of companies, going by their legal forms; False if there are none.

    That one in three has a legal form is not enough: Mr Ek is no e. K.
    """
    return share_that(_has_legal_form, values) >= at_least


def suggested_by_values(
    values: Sequence[str], *, header_says_nothing: bool, header_says_whose: bool = False
) -> tuple[str, int, str] | None:
    """Return (field, confidence, reason) that the values alone suggest, or None.

    Under a header that we do not know, only e-mail addresses are telling, and written out phone numbers: links, dates
    and other numbers may be anything. Under "Work" or "Mobile" any phone number is one.
    """
    shapes: list[tuple[Callable[[str], object], str, int, str]] = [
        (
            _EMAIL.fullmatch,
            "email",
            88 if header_says_nothing or header_says_whose else 72,
            "look like e-mail addresses",
        ),
        (_is_phone, "phone", 80, "look like phone numbers")
        if header_says_whose
        else (_PHONE_WRITTEN_OUT.fullmatch, "phone", 80 if header_says_nothing else 62, "look like phone numbers"),
    ]
    if header_says_nothing:
        shapes += [
            (_WRITTEN_OUT_URL.match, "website", 75, "look like web addresses"),
            (is_country_name, "country", 75, "are names of countries"),
            (_TELLING_POSTAL_CODE.fullmatch, "postal_code", 70, "look like postal codes"),
            (_is_birthday, "birthday", 62, "look like dates of birth"),
            (_has_legal_form, "company", 70, "look like names of companies"),
            (looks_like_person, "full_name", 62, "look like names of people"),
        ]
    for test, field, confidence, words in shapes:
        share = share_that(test, values)
        if share >= _ENOUGH:
            return field, confidence, f"{_counted(share, values)} {words}"
    return None


def looks_like_contact(text: str) -> bool:
    """Tell whether an e-mail address, a web address or a phone number is in a text."""
    words = text.split()
    return any("@" in word or _WRITTEN_OUT_URL.match(word) for word in words) or _is_phone(text.strip())


def _counted(share: float, values: Sequence[str]) -> str:
    """Return "All 20 values", "19 of 20 values"."""
    filled = sum(1 for value in values if value.strip())
    fitting = round(share * filled)
    if filled == 1:
        return "The values"
    return f"All {filled} values" if fitting == filled else f"{fitting} of {filled} values"


def _has_legal_form(value: str) -> bool:
    words = value.casefold().replace(".", "").replace(",", " ").split()
    ends = {*words[:1], *words[-1:], "".join(words[-2:]), "".join(words[-3:])} if len(words) > 1 else set()
    return not ends.isdisjoint(_LEGAL_FORMS) or _LEGAL_FORM_INSIDE.search(value) is not None


def _is_phone(value: str) -> bool:
    return _PHONE.fullmatch(value) is not None and sum(map(str.isdecimal, value)) >= 7


def _is_birthday(value: str) -> bool:
    year = _YEAR.search(value) if _WHOLE_DATE.fullmatch(value) else None
    return year is not None and int(year[0]) <= _LAST_BIRTH_YEAR


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


def looks_like_person(value: str) -> bool:
    """Tell whether a text is written as names of people are: two to four words, each with a capital."""
    return _PERSON_NAME.fullmatch(value) is not None and value == value.title()


def _begins_like_a_name(value: str) -> bool:
    # "Guest 12" and "Test1" are names to whoever made them up; "C-1023" and "0151 2345" are numbers.
    return "@" not in value and _NAME_BEGINS.match(value) is not None


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
    "first_name": _begins_like_a_name,
    "last_name": _begins_like_a_name,
    "full_name": lambda value: "@" not in value and any(map(str.isalpha, value)) and not _is_phone(value),
    "city": _is_place,
    "title": _is_job,
    "state": _is_place,
    "company": lambda value: "@" not in value and not value.isdecimal(),
    "do_not_contact": _is_yes_or_no,
}
