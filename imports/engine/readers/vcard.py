"""Reads vCards, versions 2.1 to 4.0: each card becomes a row, numbered by its place in the file."""

from __future__ import annotations

import binascii
import codecs
import quopri
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from imports.engine.readers.columns import FIRST_ROWS, ColumnWatch
from imports.engine.readers.encoding import TextFacts, look_at_text
from imports.engine.readers.source import Limits, ReadingOptions, SourceSummary, SourceWarning
from imports.engine.readers.table import CONTROL, empty_file, too_many_columns, too_many_rows
from imports.engine.rows_file import RowsFileWriter, block_rows

BEGIN, END = "BEGIN:VCARD", "END:VCARD"
# A property as it is written: group, name, parameters, value. A colon inside a quoted parameter ends nothing.
PROPERTY = re.compile(r'(?:([\w-]+)\.)?([\w-]+)((?:;(?:"[^"]*"|[^":;])*)*):(.*)', re.DOTALL)
PARAMETER = re.compile(r';((?:"[^"]*"|[^";])*)')
NOT_ESCAPED = r"(?<!\\)(?:\\\\)*"
BETWEEN_PARTS = re.compile(rf"({NOT_ESCAPED});")
BETWEEN_VALUES = re.compile(rf"({NOT_ESCAPED}),")
ESCAPE = re.compile(r"\\([\\,;:nN])")
# What Apple writes around its own labels: _$!<Home>!$_
APPLE_LABEL = re.compile(r"_\$!<(.*)>!\$_")
DATE = re.compile(r"(\d{4})-?(\d{2})-?(\d{2})(?:T.*)?")
DATE_WITHOUT_YEAR = re.compile(r"--(\d{2})-?(\d{2})(?:T.*)?")
VERSION = re.compile(r"[1-9]\.[0-9]")
PREFERENCE = re.compile("pref([0-9]{0,3})")
LEAST_PREFERRED = 1_000
# So many addresses, numbers or tags of one person are read; each is a column.
OF_ONE_NAME_MAX = 100

# What a contact has once; of a second one the column is called by its number.
TEXTS = {
    "FN": "Full Name",
    "TITLE": "Title",
    "ROLE": "Role",
    "NICKNAME": "Nickname",
    "NOTE": "Notes",
    "URL": "Website",
    "GENDER": "Gender",
    "LANG": "Language",
    "TZ": "Time Zone",
    "IMPP": "Instant Messaging",
    "X-PHONETIC-FIRST-NAME": "Phonetic First Name",
    "X-PHONETIC-LAST-NAME": "Phonetic Last Name",
}
DATES = {"BDAY": "Birthday", "ANNIVERSARY": "Anniversary"}
# Of several numbers the first of these kinds is the phone; a fax is none, if there is another.
PHONE_ORDER = ("cell", "", "work", "home")
# What type of an address or number is called in the header of a further one.
KINDS = {"cell": "Mobile", "mobile": "Mobile", "iphone": "Mobile", "work": "Work", "home": "Home", "fax": "Fax"}
KINDS |= {"pager": "Pager", "main": "Main", "other": "Other", "car": "Car", "school": "School"}
ADDRESS_PARTS = ("Street", "City", "State", "Postal Code", "Country")
# Left out without a word: they are about the card, not the person.
ABOUT_THE_CARD = frozenset("VERSION PRODID REV UID SOURCE KIND CLIENTPIDMAP XML CLASS PROFILE NAME SORT-STRING".split())
# The order of the columns; those of further addresses and numbers follow what they are further ones of.
ORDER = (
    *("Full Name", "First Name", "Last Name", "Name Prefix", "Name Suffix", "Nickname", "Email", "Phone", "Company"),
    *("Department", "Title", "Role", *ADDRESS_PARTS, "Website", "Birthday", "Anniversary", "Tags", "Notes"),
)
# A word in the header of a further address or number → the column that it stands behind.
FURTHER = {"Email": "Email", "Phone": "Phone", "Fax": "Phone", "Pager": "Phone", "Address": "Country"}

# From the types of an address or number to its rank: the lowest is the best.
_Rank = Callable[[tuple[str, ...]], Any]


@dataclass(frozen=True, slots=True)
class Property:
    """One line of a card, unfolded and decoded; backslashes are still in it."""

    name: str  # upper case, without its group
    group: str  # what ties it to others, as “item1”; "" if nothing does
    kinds: tuple[str, ...]  # its types, lower case: "work", "pref"
    value: str


@dataclass(slots=True)
class Card:
    """The properties of one person."""

    number: int  # from 1
    properties: list[Property] = field(default_factory=list)


@dataclass(slots=True)
class Findings:
    """What was odd about the cards."""

    unclosed: list[int] = field(default_factory=list)  # the cards' numbers
    left_out: Counter[str] = field(default_factory=Counter)  # property name → how often
    odd: dict[str, list[int]] = field(default_factory=dict)  # code → [first card, how many]
    version: str = ""

    def note(self, code: str, number: int) -> None:
        self.odd.setdefault(code, [number, 0])[1] += 1


def read_vcard(path: Path, rows_path: Path, options: ReadingOptions, limits: Limits) -> SourceSummary:
    """Write a row for each card of the file and return what it holds."""
    facts = look_at_text(path, options.encoding)
    headers = _headers(path, facts, limits)
    if not headers:
        raise empty_file("The file has no vCard with anything in it. Export the contacts again and upload them.")
    findings = Findings()
    cards = ((card.number, _row(card, headers, findings, limits)) for card in _cards(path, facts, findings))
    rows = ((number, row) for number, row in cards if any(row))
    columns, total_rows = _write(rows_path, headers, rows, limits)
    return SourceSummary(
        type="vcard",
        file_info={
            "type": "vcard",
            "encoding": facts.encoding,
            "delimiter": None,
            "sheet": None,
            "header_row": None,
            "version": findings.version or None,
        },
        columns=columns.columns(headers),
        total_rows=total_rows,
        warnings=(*facts.warnings, *_warnings(findings, limits), *columns.warnings(headers)),
    )


def _headers(path: Path, facts: TextFacts, limits: Limits) -> list[str]:
    """Return the headers of all cards, those that belong together beside each other."""
    found: dict[str, None] = {}
    for card in _cards(path, facts, Findings()):
        found.update(dict.fromkeys(header for header, text in _cells(card, Findings()).items() if text))
        if len(found) > limits.columns:
            raise too_many_columns(len(found), limits)
    places = {name: place for place, name in enumerate(ORDER)}

    def place_of(header: str) -> tuple[int, int]:
        base = next((name for name in ORDER if header == name or header.startswith(f"{name} ")), "")
        further = next((after for word, after in FURTHER.items() if word in header), "")
        return places.get(base or further, len(ORDER)), header not in places

    return sorted(found, key=place_of)


def _row(card: Card, headers: list[str], findings: Findings, limits: Limits) -> list[str]:
    cells = _cells(card, findings)
    row = [cells.get(header, "") for header in headers]
    if any(map(CONTROL.search, row)):
        findings.note("control_characters", card.number)
        row = [CONTROL.sub("", cell) for cell in row]
    if any("\ufffd" in cell for cell in row):
        findings.note("undecodable_characters", card.number)
    if max(map(len, row)) > limits.cell_characters:
        findings.note("long_cell", card.number)
        row = [cell[: limits.cell_characters] for cell in row]
    return row


def _write(
    rows_path: Path, headers: list[str], rows: Iterable[tuple[int, list[str]]], limits: Limits
) -> tuple[ColumnWatch, int]:
    watch: ColumnWatch | None = None
    numbers: list[int] = []
    held: list[list[str]] = []
    size = min(FIRST_ROWS, block_rows(len(headers)))
    with RowsFileWriter(rows_path, headers) as writer:

        def flush() -> ColumnWatch:
            known = watch or ColumnWatch(len(headers), held, expects_scientific=False)
            known.look(numbers, held)
            writer.write_all(numbers, held)
            numbers.clear()
            held.clear()
            return known

        for number, row in rows:
            if number > limits.rows:
                raise too_many_rows(limits)
            numbers.append(number)
            held.append(row)
            if len(held) >= size:
                watch = flush()
        watch = flush()
    return watch, writer.total_rows


# From lines to cards -------------------------------------------------------------------------------------------------


def _cards(path: Path, facts: TextFacts, findings: Findings) -> Iterator[Card]:
    """Yield the cards of a file. One that is not closed ends where the next begins."""
    card: Card | None = None
    inner = 0  # cards inside the card: an AGENT of version 2.1
    number = 0
    for line in _unfolded(path, facts):
        stripped = line.strip().upper()
        if stripped == BEGIN.encode():
            if card is not None and card.properties and card.properties[-1].name == "AGENT":
                inner += 1
                continue
            if card is not None:
                findings.unclosed.append(card.number)
                yield card
            number += 1
            card, inner = Card(number), 0
        elif card is None:
            continue
        elif stripped == END.encode():
            if inner:
                inner -= 1
                card.properties.append(Property("", "", (), ""))
                continue
            yield card
            card = None
        elif not inner and (found := _property(line, facts)) is not None:
            card.properties.append(found)
            if found.name == "VERSION" and VERSION.fullmatch(found.value.strip()):
                findings.version = findings.version or found.value.strip()
    if card is not None:
        findings.unclosed.append(card.number)
        yield card


def _unfolded(path: Path, facts: TextFacts) -> Iterator[bytes]:
    """Yield the lines, whole: long ones go on in the next line after a space, or in 2.1 after "=" at the end."""
    held: list[bytes] = []
    is_quoted_printable = False
    for line in _lines(path, facts):
        if held and is_quoted_printable and held[-1].endswith(b"="):
            held[-1] = held[-1][:-1]
            held.append(line)
        elif held and line[:1] in (b" ", b"\t"):
            held.append(line[1:])
        else:
            if held:
                yield b"".join(held)
            held = [line]
            is_quoted_printable = b"QUOTED-PRINTABLE" in line.partition(b":")[0].upper()
    if held:
        yield b"".join(held)


def _lines(path: Path, facts: TextFacts) -> Iterator[bytes]:
    """Yield the lines without their ends, whichever those are, in bytes: each may have a charset of its own."""
    if facts.codec.startswith(("utf-16", "utf-32")):
        with path.open(encoding=facts.codec, errors=facts.errors) as text:
            yield from (line.rstrip("\n").encode("utf-8", "replace") for line in text)
        return
    # latin-1 is one character a byte.
    with path.open(encoding="latin-1") as text:
        first = next(text, "").encode("latin-1").removeprefix(codecs.BOM_UTF8)
        yield first.rstrip(b"\n")
        yield from (line.rstrip("\n").encode("latin-1") for line in text)


def _property(line: bytes, facts: TextFacts) -> Property | None:
    """Return the property that a line holds; None if it holds none."""
    match = PROPERTY.fullmatch(line.decode("latin-1"))
    if match is None:
        return None
    group, name, written, raw_value = match.groups()
    kinds: list[str] = []
    encoding = charset = ""
    for parameter in PARAMETER.findall(written):
        key, equals, values = parameter.partition("=")
        key = key.strip().upper()
        plain = values.strip('"').strip()
        if key == "ENCODING":
            encoding = plain.upper()
        elif key == "CHARSET":
            charset = plain
        elif key == "TYPE":
            kinds += plain.lower().split(",")
        elif key == "PREF" and equals:  # 4.0: 1 is the best, 100 the least
            kinds.append(f"pref{plain}")
        elif not equals:  # 2.1: TEL;WORK;VOICE:
            kinds.append(key.lower())
    if "quoted-printable" in kinds:
        encoding = "QUOTED-PRINTABLE"
    raw = raw_value.encode("latin-1")
    if encoding == "QUOTED-PRINTABLE":
        raw = quopri.decodestring(raw)
    elif encoding in ("B", "BASE64") and name.upper() in TEXTS:
        try:
            raw = binascii.a2b_base64(raw)
        except binascii.Error:
            return None
    return Property(name.upper(), (group or "").lower(), tuple(kinds), _decoded(raw, charset, facts))


def _decoded(raw: bytes, charset: str, facts: TextFacts) -> str:
    codec = "utf-8" if facts.codec.startswith(("utf-16", "utf-32")) else facts.codec
    if charset:
        try:
            "".encode(charset)  # takes text encodings alone
            codec = charset
        except LookupError:
            pass
    if codec == facts.codec:
        try:
            return raw.decode(codec, facts.errors)
        except UnicodeDecodeError:
            # Quoted-printable hides bytes of another encoding in a file that is ASCII otherwise.
            codec = "cp1252"
    return raw.decode(codec, "replace")


# From a card to cells ------------------------------------------------------------------------------------------------


def _cells(card: Card, findings: Findings) -> dict[str, str]:
    """Return header → text. Of several addresses and numbers the preferred one has the plain header."""
    cells: dict[str, str] = {}
    labels = {found.group: _label(found.value) for found in card.properties if found.name == "X-ABLABEL"}
    several: dict[str, list[tuple[tuple[str, ...], str]]] = {"Email": [], "Phone": [], "Address": []}
    seen: Counter[str] = Counter()
    for found in card.properties:
        seen[found.name] += 1
        if seen[found.name] > OF_ONE_NAME_MAX:
            findings.left_out[found.name] += 1
            continue
        kinds = (*found.kinds, labels.get(found.group, "")) if found.group else found.kinds
        match found.name:
            case "N":
                _add_name(cells, found.value)
            case "EMAIL":
                several["Email"].append((kinds, _without_scheme(_text(found.value))))
            case "TEL":
                several["Phone"].append((kinds, _without_scheme(_text(found.value))))
            case "ADR":
                several["Address"].append((kinds, found.value))
            case "ORG":
                company, *units = _parts(found.value)
                _add(cells, "Company", company)
                _add(cells, "Department", ", ".join(filter(None, units)))
            case "CATEGORIES":
                _add_tags(cells, found.value)
            case name if name in TEXTS:
                _add(cells, TEXTS[name], _text(found.value))
            case name if name in DATES:
                _add(cells, DATES[name], _date(_text(found.value)))
            case name if name and name not in ABOUT_THE_CARD and not name.startswith("X-AB"):
                findings.left_out[name] += 1
    _add_several(cells, "Email", several["Email"], _preference)
    _add_several(cells, "Phone", several["Phone"], _phone_rank)
    _add_addresses(cells, several["Address"])
    return {header: text for header, text in cells.items() if text}


def _add(cells: dict[str, str], header: str, text: str) -> None:
    """Put a text under a header, or under “Website 2” if there is another. The same text twice is one."""
    name, number = header, 2
    while text and cells.get(name, text) != text:
        name, number = f"{header.removesuffix(' 2')} {number}", number + 1
    if text:
        cells[name] = text


def _add_name(cells: dict[str, str], value: str) -> None:
    family, given, middle, prefix, suffix = (*_parts(value), "", "", "", "", "")[:5]
    _add(cells, "First Name", " ".join(filter(None, (given, middle))))
    _add(cells, "Last Name", family)
    _add(cells, "Name Prefix", prefix)
    _add(cells, "Name Suffix", suffix)


def _add_tags(cells: dict[str, str], value: str) -> None:
    tags = filter(None, (_text(tag) for tag in _split(BETWEEN_VALUES, value)))
    cells["Tags"] = ", ".join(filter(None, (cells.get("Tags", ""), *tags)))


def _add_several(cells: dict[str, str], header: str, found: list[tuple[tuple[str, ...], str]], rank: _Rank) -> None:
    """Put the best of several under the header, the others under “Work Phone” and its like."""
    best_first = sorted((pair for pair in found if pair[1]), key=lambda pair: rank(pair[0]))
    for place, (kinds, text) in enumerate(best_first):
        if place == 0:
            cells[header] = text
        elif text != cells[header]:
            _add(cells, _further(header, _kind(kinds)), text)


def _add_addresses(cells: dict[str, str], found: list[tuple[tuple[str, ...], str]]) -> None:
    for place, (kinds, value) in enumerate(sorted(found, key=lambda pair: _preference(pair[0]))):
        box, extended, street, city, state, postal_code, country = (*_parts(value), *[""] * 7)[:7]
        street = "\n".join(filter(None, (street, extended, box)))
        parts = (street, city, state, postal_code, country)
        if place == 0:
            cells.update({name: text for name, text in zip(ADDRESS_PARTS, parts, strict=True) if text})
        else:
            _add(cells, f"{_kind(kinds) or 'Other'} Address", ", ".join(filter(None, parts)).replace("\n", ", "))


def _further(header: str, kind: str) -> str:
    """Return the header of a further address or number: “Work Phone”, “Fax”, “Email 2”."""
    if not kind:
        return f"{header} 2"
    return kind if kind in ("Fax", "Pager") else f"{kind} {header}"


def _preference(kinds: tuple[str, ...]) -> int:
    """Return how much it is preferred, 1 the most."""
    numbers = [match[1] for kind in kinds if (match := PREFERENCE.fullmatch(kind))]
    return min((int(number or 1) for number in numbers), default=LEAST_PREFERRED)


def _phone_rank(kinds: tuple[str, ...]) -> tuple[int, ...]:
    if {"fax", "pager"} & set(kinds):
        return (LEAST_PREFERRED + 1,)
    place = next((PHONE_ORDER.index(kind) for kind in PHONE_ORDER if kind and kind in kinds), PHONE_ORDER.index(""))
    return (_preference(kinds), place)


def _kind(kinds: tuple[str, ...]) -> str:
    """Return what a further address or number is called by: a fax at work is a fax, a mobile one is that."""
    known = [KINDS[kind] for kind in ("fax", "pager", "cell", "mobile", "iphone") if kind in kinds]
    known += [KINDS[kind] for kind in kinds if kind in KINDS]
    return known[0] if known else ""


def _label(value: str) -> str:
    label = _text(value)
    own = APPLE_LABEL.fullmatch(label)
    return (own[1] if own else label).lower()


def _without_scheme(text: str) -> str:
    return re.sub(r"^(?:tel|mailto):", "", text, flags=re.IGNORECASE)


def _date(text: str) -> str:
    """Return a date as ISO 8601; one whose year is left out as the month and day alone."""
    if match := DATE.fullmatch(text):
        year, month, day = match.groups()
        # 1604 is what Apple writes for a year that is not known.
        return f"--{month}-{day}" if year == "1604" else f"{year}-{month}-{day}"
    if match := DATE_WITHOUT_YEAR.fullmatch(text):
        return f"--{match[1]}-{match[2]}"
    return text


def _parts(value: str) -> list[str]:
    """Return the parts of a name, an address or an organisation; several values of a part with a space between."""
    return [" ".join(filter(None, map(_text, _split(BETWEEN_VALUES, part)))) for part in _split(BETWEEN_PARTS, value)]


def _split(separator: re.Pattern[str], value: str) -> list[str]:
    """Split at what is not escaped. The backslashes before a separator belong to the part before it."""
    pieces = separator.split(value)
    return [text + (pieces[place + 1] if place + 1 < len(pieces) else "") for place, text in enumerate(pieces)][::2]


def _text(value: str) -> str:
    return ESCAPE.sub(lambda match: "\n" if match[1] in "nN" else match[1], value).strip()


# What was odd --------------------------------------------------------------------------------------------------------


def _warnings(findings: Findings, limits: Limits) -> Iterator[SourceWarning]:
    if findings.unclosed:
        first, count = findings.unclosed[0], len(findings.unclosed)
        cards = "1 card has" if count == 1 else f"{count:,} cards have"
        message = (
            f"{cards} no end (card {first}{' first' if count > 1 else ''}): the file may have been cut off. "
            "Check what was read of it."
        )
        yield SourceWarning("unclosed_card", message, first, needs_review=True)
    if findings.left_out:
        names = [name for name, _ in findings.left_out.most_common(6)]
        more = f" and {len(findings.left_out) - 6} other kinds" if len(findings.left_out) > 6 else ""
        message = f"Left out of the cards, since no contact has a field for it: {', '.join(names)}{more}."
        yield SourceWarning("left_out_properties", message, None, needs_review=False)
    for code, (number, count) in findings.odd.items():
        cards = f"Card {number}" if count == 1 else f"{count:,} cards (the first is card {number})"
        yield SourceWarning(code, f"{cards} {_odd(code, limits)}", number, code == "undecodable_characters")


def _odd(code: str, limits: Limits) -> str:
    match code:
        case "control_characters":
            return "had invisible control characters; they were taken out."
        case "long_cell":
            return f"had a text of more than {limits.cell_characters:,} characters; it was cut there."
        case _:
            return "had characters that could not be read. Choose the file's encoding."
