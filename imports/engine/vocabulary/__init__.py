"""Words that people write above columns, by language. Data for headers.py: a text file for each language beside this.

A line of a file is `meaning: word, word, …`, and runs on over lines that start no new one. Add a word there and nothing
else changes. Case, accents, spaces and punctuation do not count, and "Straße", "strasse" and "STRASSE" are one word.
The meaning is

- a field key,
- `name`: a name whose kind the other columns decide ("Nom" beside "Prénom" is the last name, alone the full name),
- `place`: a city or a state, whichever the other columns leave,
- `landline`, `mobile`: a phone of that kind,
- a field key with "?": a word that means the field, if nothing in the file means it better,
- `~kind`: a word that may stand beside a field's word and says whose or which it is (`~work`, `~home`, `~house`, …;
  mapping.py says what each is worth),
- `business`: no field of ours, but a sign that the rows are companies (a VAT number),
- `other`: a column that is none of ours, so that it is not taken for a mistyped one of ours.

One word may mean different things in two languages ("kraj": country in Polish, region in Czech): the language that
explains most of a file's headers decides. Words in any.txt are understood in all languages.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources

__all__ = ["ABBREVIATIONS", "ANY", "LANGUAGES", "entries"]

ANY = ""  # any.txt

# In the order that decides between languages which explain as much of a file: the more often written first.
LANGUAGES = tuple(
    "en de fr es it pt nl pl sv da no fi cs sk hu ro bg hr sl el tr ru uk et lv lt ca ga mt he ar fa hi ja ko zh "
    "zh-Hant id vi th".split()
)

_NEW_ENTRY = re.compile(r"\n(?=\S)")


@cache
def entries(language: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return the (meaning, words) of a language, or of what all understand."""
    text = resources.files(__package__).joinpath(f"{language or 'any'}.txt").read_text("utf-8")
    return tuple(_entries(text))


def _entries(text: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    for entry in _NEW_ENTRY.split(text.strip()):
        meaning, _, words = entry.partition(":")
        yield meaning, tuple(word.strip() for word in words.split(","))


# English words as databases shorten them.
ABBREVIATIONS: Mapping[str, str] = {
    "nm": "name",
    "nme": "name",
    "fst": "first",
    "frst": "first",
    "lst": "last",
    "addr": "address",
    "adr": "address",
    "adrs": "address",
    "add": "address",
    "ln": "line",
    "no": "number",
    "nr": "number",
    "num": "number",
    "nbr": "number",
    "cd": "code",
    "ttl": "title",
    "cty": "city",
    "twn": "town",
    "ctry": "country",
    "cntry": "country",
    "cnty": "county",
    "prov": "province",
    "pst": "post",
    "cmpny": "company",
    "comp": "company",
    "co": "company",
    "org": "organization",
    "bus": "business",
    "wk": "work",
    "ofc": "office",
    "hm": "home",
    "mob": "mobile",
    "tel": "telephone",
    "ph": "phone",
    "phn": "phone",
    "eml": "email",
    "em": "email",
    "cust": "customer",
    "cont": "contact",
    "usr": "user",
    "txt": "text",
    "desc": "description",
    "cmt": "comment",
    "st": "state",
    "str": "street",
    "sec": "secondary",
    "pri": "primary",
    "prim": "primary",
    "bday": "birthday",
    "bdate": "birthdate",
    "dt": "date",
    "pos": "position",
    "desig": "designation",
    "lnk": "link",
}
