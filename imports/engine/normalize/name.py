"""Names of people."""

from __future__ import annotations

import re

from nameparser import Lexicon, locales, parser_for

from imports.engine.normalize.text import clean_line

__all__ = ["split_full_name"]

# Two plain words need no parser, which takes a hundred times as long. Scripts that write the family name first, or
# without a space, are not among these letters.
_TWO_WORDS = re.compile(r"([A-Za-zÀ-ɏͰ-ԯ]{2,}) ([A-Za-zÀ-ɏͰ-ԯ]{2,})")
# "Ann Lee <ann@example.com>": what mail programs copy.
_ADDRESS = re.compile(r"\s+<[^<>]*@[^<>]*>$")
# Names spelled in kana have the family name first, as those in characters do. Foreign ones have "・" between.
_TWO_WORDS_OF_KANA = re.compile(r"([\u3041-\u3096\u30a1-\u30faー]+) ([\u3041-\u3096\u30a1-\u30faー]+)")
# A legal form says that this is no person. Case counts: "Sá" and "Sas" are family names.
_LEGAL_FORM = re.compile(
    r"[\s,(](?:GmbH|AG|KG|UG|OHG|e\.\s?V\.|Ltd|LTD|Limited|LLC|LLP|Inc|INC|Corp|PLC|plc|SARL|SAS|S\.A\.|S\.L\.|SRL"
    r"|S\.r\.l\.|SpA|S\.p\.A\.|BV|B\.V\.|NV|N\.V\.|Oy|AB|A/S|ApS|[Ss]p\. z o\.o\.|s\.r\.o\.|Kft|Ltda)\.?(?:$|[\s,)])"
    r"|^(?:ООО|ОАО|ЗАО|АО|ТОВ)\s|株式会社|有限公司|\(주\)"
)

# The Russian rules know patronymics, by which "Иванов Иван Иванович" shows its order; they change no other name.
_parser = parser_for(locales.RU)
_lexicon = Lexicon.default()
_NO_NAMES = frozenset(
    word.casefold()
    for words in (
        _lexicon.titles,
        _lexicon.given_name_titles,
        _lexicon.particles,
        _lexicon.conjunctions,
        _lexicon.suffix_words,
        _lexicon.suffix_acronyms,
    )
    for word in words
)


def split_full_name(text: str) -> tuple[str, str]:
    """Return (first name, last name). Middle names go with the first, particles with the last; titles are left out.

    Where no safe split exists (one word, Chinese characters without a space, a company), the whole text is the first
    name, so that nothing is lost.
    """
    name = _ADDRESS.sub("", clean_line(text)).strip(" ,;")
    if _LEGAL_FORM.search(name):
        return name, ""
    if match := _TWO_WORDS_OF_KANA.fullmatch(name):
        return match[2], match[1]
    if match := _TWO_WORDS.fullmatch(name):
        first, last = match.groups()
        if first.casefold() not in _NO_NAMES and last.casefold() not in _NO_NAMES:
            # "MÜLLER Anna": in many countries the family name is the one in capitals. Two capitals are initials.
            return (last, first) if len(first) > 2 and first.isupper() and not last.isupper() else (first, last)
    if " " not in name and "," not in name and name.isascii():
        return name, ""

    parsed = _parser.parse(name)
    first = " ".join(filter(None, (parsed.given, parsed.middle)))
    last = " ".join(filter(None, (parsed.family, parsed.suffix)))
    return (first, last) if first and parsed.family else (name, "")
