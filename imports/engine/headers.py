"""What a column's header says, in whatever language: which field it names, and whose or which one of several."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

from imports.engine.vocabulary import ABBREVIATIONS, ANY, LANGUAGES, entries

__all__ = ["BUSINESS", "NAME", "OTHER", "PLACE", "HeaderMeaning", "LanguageVotes", "fold_header", "read_header"]
__all__ += ["vote_for_languages"]

# Letters that Unicode does not decompose into a base letter and a mark.
_PLAIN_LETTERS = {ord(letter): plain for letter, plain in zip("æøœłđıþðħ", "ae o oe l d i th d h".split(), strict=True)}
# Apostrophes of all kinds, and the stroke that lengthens Arabic words: they stand inside a word.
_PLAIN_LETTERS |= dict.fromkeys(map(ord, "'’ʼ״׳ـ"), "")
_PLAIN_LETTERS[ord("〒")] = " 郵便番号 "
_WITHOUT_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe"})
# Accents, and the marks of Arabic, Hebrew and Hindi that people leave out as often as not.
_MARKS = re.compile("[\u0300-\u036f\u0591-\u05c7\u064b-\u0655\u093c]")
_WORD_INSIDE = re.compile(r"(?<=[a-zß-ÿ])(?=[A-ZÀ-Þ])|(?<=[A-Z])(?=[A-Z][a-z])|(?<=\D)(?=\d)|(?<=\d)(?=\D)")
# Scripts that put no space between words.
_UNSPACED = re.compile("[\u0e00-\u0e7f\u3005-\u30ff\u3400-\u9fff\uac00-\ud7af]")

_MOST_WORDS = 12  # a longer header is a sentence
_LONGEST_TERM = 6  # words
_LONG_WORD = 6  # letters from which a slip of the finger is told from another word
_SHORTEST_PART = 3  # letters of a word inside a compound ("workphone")

# What stands in brackets, and what stands between words that are told one after the other.
_BRACKETS = re.compile(r"[(\[{（【＜<].*?[)\]}）】＞>]")
_SEPARATORS = re.compile(r"\s*[,/|&+;、・，／＋]\s*")

# Not a field, but what a term can mean besides one.
OTHER, NAME, PLACE, BUSINESS = "other", "name", "place", "business"
MOBILE, LANDLINE = "mobile", "landline"
_PHONES = frozenset({MOBILE, LANDLINE})
# A number of these is the thing itself; "Company number" is not the company.
_NUMBERED = frozenset({"phone", MOBILE, LANDLINE, "postal_code", "street", "email"})

# Languages whose words change their endings: "telefon", "telefona", "telefonu".
_ENDINGS = "aeiouyаеиоуыяюіїєь"
_INFLECTING = frozenset("pl cs sk hr sl ru uk bg lv lt et fi hu el ro tr".split())

# A header may name the thing around its field: "Company phone", "Address 1 - City". The inner one counts.
_CONTEXTS: Mapping[str, frozenset[str]] = {
    NAME: frozenset({"company", "city", "state", "country", "street", "first_name", "last_name", "full_name"}),
    "company": frozenset(
        {"phone", MOBILE, LANDLINE, "email", "street", "city", "state", "postal_code", "country", "website", "title"}
    ),
    "street": frozenset({"city", "state", "postal_code", "country", "email", "website", "phone"}),
    "state": frozenset({"country"}),  # "Country or region"
    "full_name": frozenset(
        {
            "first_name",
            "last_name",
            "company",
            "title",
            "email",
            "phone",
            MOBILE,
            LANDLINE,
            "street",
            "city",
            "birthday",
        }
    ),
    "phone": frozenset({MOBILE, LANDLINE}),
    PLACE: frozenset({"city", "state"}),
}


@dataclass(frozen=True, slots=True)
class HeaderMeaning:
    """What a header names."""

    # A field key; "name" or "place" where the other columns decide which; "business" or "other" for what is no field
    # of ours; "" for a header that only says whose or which ("Work").
    field: str
    kinds: frozenset[str] = frozenset()  # "work", "home", "mobile", "second", …: which one, where there are several
    exact: bool = False  # the header is one term of the vocabulary, with nothing beside it
    vague: bool = False  # the term often means something else
    guessed: bool = False  # it was mistyped, or shortened
    partial: bool = False  # other words of the header are unknown


@dataclass(frozen=True, slots=True)
class _Term:
    """One word or phrase of a header, with what it means in each language that knows it."""

    meanings: Mapping[str, frozenset[str]]  # language → meanings; language "" is understood in all
    guessed: bool = False
    parts: tuple[_Term, ...] = ()  # the terms that it is made of itself, where it is


LanguageVotes = Mapping[str, float]


def fold_header(text: str) -> str:
    """Return the header's words without case, accents and punctuation, separated by one space."""
    return " ".join(_words(text))


def knows_words(folded: str) -> bool:
    """Tell whether some word of a folded header is in the vocabulary."""
    return any(word in _vocabulary() or _split_compound(word) for word in folded.split())


def vote_for_languages(headers: Iterable[str]) -> LanguageVotes:
    """Return how much of the headers each language explains."""
    votes: dict[str, float] = defaultdict(float)
    for header in headers:
        for term in _explain(fold_header(header)) or ():
            for language in term.meanings:
                votes[language] += 1 / len(term.meanings)
    return votes


def read_header(header: str, votes: LanguageVotes) -> HeaderMeaning | None:
    """Return what the header means in the languages that its file is written in; None if that is unknown."""
    terms = _explain(fold_header(header))
    meaning = _meaning_of(terms, votes) if terms else None
    return (
        meaning
        or _without_brackets(header, votes)
        or _first_of_several(header, votes)
        or _by_known_words(header, votes)
    )


def _meaning_of(terms: Sequence[_Term], votes: LanguageVotes) -> HeaderMeaning | None:
    """Return what the terms mean together; None if no language knows them all."""
    meanings = _in_one_language(terms, votes)
    if meanings is None:
        return None
    kinds = {word.removeprefix("~") for meaning in meanings for word in meaning if word.startswith("~")}
    if all(_only_qualifies(meaning) for meaning in meanings):
        return HeaderMeaning("", frozenset(kinds))
    plain_meanings = [frozenset(word.rstrip("?") for word in meaning) for meaning in meanings]
    if {BUSINESS} in meanings:
        return HeaderMeaning(BUSINESS)
    field = None if {OTHER} in meanings else _named_field(plain_meanings)
    if field is None or ("number" in kinds and field not in _NUMBERED):
        return HeaderMeaning(OTHER)
    vague = not any(field in meaning for meaning in meanings)
    if field == "full_name" and vague and {NAME} in plain_meanings:
        # "Nom adhérent": whose name it is says nothing of its kind.
        field, vague = NAME, False
    if {"company"} in plain_meanings:
        kinds.add("company")
    if field in ("company", "title"):
        kinds.discard("company")  # both are always a company's
    exact = len(terms) == 1
    if exact:
        kinds = set()  # that "Portable" may also stand beside another word says nothing here
    for term in terms:  # that "办公电话" and "Work phone" are made of two words does
        made_of = _meaning_of(term.parts, votes) if term.parts else None
        if made_of is not None and made_of.field == ("phone" if field in _PHONES else field):
            kinds |= made_of.kinds - {"contact"}  # "Emailadres" is as plain as "Email"
    if field in _PHONES:
        kinds.add(field)
        field = "phone"
    return HeaderMeaning(field, frozenset(kinds), exact, vague, any(term.guessed for term in terms))


def _without_brackets(header: str, votes: LanguageVotes) -> HeaderMeaning | None:
    """Return what a header means of which only the words in brackets are unknown: "D.O.B. (dd/mm/yyyy)"."""
    outside = _BRACKETS.sub(" ", header)
    if outside == header:
        return None
    meaning = _meaning_of(_explain(fold_header(outside)) or (), votes)
    return meaning and replace(meaning, kinds=meaning.kinds | {"qualified"}, exact=False)


def _first_of_several(header: str, votes: LanguageVotes) -> HeaderMeaning | None:
    """Return what the first thing of a list means, if the other things in it are unknown: "Street, building"."""
    first, *others = _SEPARATORS.split(_BRACKETS.sub(" ", header))
    meaning = _meaning_of(_explain(fold_header(first)) or (), votes) if others else None
    if meaning is None or meaning.field in ("", OTHER, BUSINESS):
        return None
    for other in others:
        beside = _meaning_of(_explain(fold_header(other)) or (), votes)
        if beside is not None and beside.field not in ("", meaning.field):
            return None
    return replace(meaning, kinds=meaning.kinds | {"qualified"}, exact=False)


def _by_known_words(header: str, votes: LanguageVotes) -> HeaderMeaning | None:
    """Return what the known words of a header mean, whatever the others are; None if there are none."""
    words = fold_header(header).split()
    terms = _cover(words, skip_unknown=True) if len(words) <= _MOST_WORDS else None
    meaning = _meaning_of(terms, votes) if terms else None
    if meaning is None or meaning.field in ("", BUSINESS):
        return None
    return replace(meaning, exact=False, partial=True)


# --- Words -----------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=4096)
def _words(text: str) -> tuple[str, ...]:
    spaced = _WORD_INSIDE.sub(" ", unicodedata.normalize("NFKC", text[:300]))
    folded = unicodedata.normalize("NFKD", spaced.casefold().translate(_PLAIN_LETTERS))
    folded = unicodedata.normalize("NFC", _MARKS.sub("", folded))
    # Vowel signs of Hindi and Thai are marks, not letters, and belong to their word.
    separated = "".join(c if c.isalnum() or unicodedata.category(c)[0] == "M" else " " for c in folded)
    return tuple(separated.split())


# --- The vocabulary, turned round ------------------------------------------------------------------------------------


@cache
def _vocabulary() -> Mapping[str, _Term]:
    """Return each term of the vocabulary by its letters, without spaces."""
    found: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for language in (ANY, *LANGUAGES):
        for meaning, terms in entries(language):
            for term in terms:
                for spelling in _spellings(term):
                    found[spelling][language].add(meaning)
    return {
        spelling: _Term({language: frozenset(meanings) for language, meanings in languages.items()})
        for spelling, languages in found.items()
        if spelling and not spelling.isdecimal()  # "2°": numbers are read in every language
    }


def _spellings(term: str) -> set[str]:
    """Return the letters of a term, also as people write them without umlauts ("strasse", "geschaeftlich")."""
    return {"".join(_words(term)), "".join(_words(term.translate(_WITHOUT_UMLAUTS)))}


@cache
def _skeletons() -> Mapping[str, str]:
    """Return English terms by their consonants, as in "pstcd" for "postcode"."""
    found: dict[str, str] = {}
    for spelling, term in _vocabulary().items():
        if "en" in term.meanings and spelling.isascii() and len(spelling) > 4:
            found.setdefault(_skeleton(spelling), spelling)
    return found


@cache
def _terms_by_start() -> Mapping[tuple[int, str], Sequence[str]]:
    """Return the terms that can be recognized when mistyped, by their length and first letter."""
    found: dict[tuple[int, str], list[str]] = defaultdict(list)
    for spelling in _vocabulary():
        if not _UNSPACED.search(spelling):
            found[len(spelling), spelling[0]].append(spelling)
    return found


@cache
def _short_terms() -> Mapping[str, Sequence[str]]:
    """Return the short ones of these terms by their letters, sorted."""
    found: dict[str, list[str]] = defaultdict(list)
    for (length, _), spellings in _terms_by_start().items():
        for spelling in spellings if length < _LONG_WORD else ():
            found["".join(sorted(spelling))].append(spelling)
    return found


# --- Reading a header ------------------------------------------------------------------------------------------------


@lru_cache(maxsize=4096)
def _explain(folded: str) -> tuple[_Term, ...] | None:
    """Return the terms that a header is made of, or None if some word of it is unknown."""
    words = folded.split()
    if not words or len(words) > _MOST_WORDS:
        return None
    if terms := _cover(words):
        return terms
    full_words = [ABBREVIATIONS.get(word, word) for word in words]
    if full_words != words and (terms := _cover(full_words)):
        return _as_guesses(terms)
    if mistyped := _mistyped("".join(words)):
        return (mistyped,)
    return _cover(full_words, guess=True)


def _cover(words: Sequence[str], *, guess: bool = False, skip_unknown: bool = False) -> tuple[_Term, ...] | None:
    """Return the fewest terms that together are all the words, or None; unknown words may be left out."""
    vocabulary = _vocabulary()
    best: list[tuple[_Term, ...] | None] = [(), *([None] * len(words))]
    for end in range(1, len(words) + 1):
        for start in range(max(0, end - _LONGEST_TERM), end):
            before = best[start]
            if before is None:
                continue
            term = vocabulary.get("".join(words[start:end]))
            if term is not None and (made_of := _parts(tuple(words[start:end]))):
                term = replace(term, parts=made_of)
            parts = (term,) if term else _read_word(words[start], guess=guess) if end - start == 1 else None
            current = best[end]
            if parts is not None and (current is None or len(before) + len(parts) < len(current)):
                best[end] = before + parts
        if skip_unknown and best[end] is None:
            best[end] = best[end - 1]
    return best[-1]


@lru_cache(maxsize=4096)
def _parts(words: tuple[str, ...]) -> tuple[_Term, ...]:
    """Return the terms that a term is made of; () if it is not."""
    if len(words) == 1:
        return _split_compound(words[0]) or ()
    best: tuple[_Term, ...] = ()
    for middle in range(1, len(words)):
        before, after = _cover(words[:middle]), _cover(words[middle:])
        if before and after and (not best or len(before) + len(after) < len(best)):
            best = before + after
    return best


def _read_word(word: str, *, guess: bool) -> tuple[_Term, ...] | None:
    """Return the terms of a word that is no term itself: a number, a compound, or, if we guess, a shortened one."""
    if word.isdecimal():
        return (_Term({"": frozenset({"~first" if int(word) < 2 else "~second"})}),)
    if compound := _split_compound(word):
        return compound
    if not guess:
        return None
    if len(word) > 3 and word == _skeleton(word) and (full := _skeletons().get(word)):
        return _as_guesses((_vocabulary()[full],))
    guessed = _mistyped(word) or _inflected(word)
    return (guessed,) if guessed else None


def _as_guesses(terms: Iterable[_Term]) -> tuple[_Term, ...]:
    return tuple(replace(term, guessed=True) for term in terms)


def _split_compound(word: str) -> tuple[_Term, ...] | None:
    """Return the terms of a word such as "workphone" or "自宅住所", or None if it is not made of terms."""
    shortest = 1 if _UNSPACED.search(word) else _SHORTEST_PART
    if len(word) < 2 * shortest or len(word) > 40:
        return None
    vocabulary = _vocabulary()
    best: list[tuple[_Term, ...] | None] = [(), *([None] * len(word))]
    for end in range(shortest, len(word) + 1):
        for start in range(end - shortest + 1):
            before = best[start]
            term = vocabulary.get(word[start:end]) if end - start < len(word) else None
            current = best[end]
            if before is not None and term and (current is None or len(before) + 1 < len(current)):
                best[end] = (*before, term)
    return best[-1]


def _mistyped(word: str) -> _Term | None:
    """Return the term that the word differs from by a slip of the finger, or two in a long word."""
    if _UNSPACED.search(word) or len(word) < 4:
        return None
    choices: Sequence[str]
    if len(word) < _LONG_WORD:  # a short word with one other letter is another word, but swapped letters are a slip
        slips, choices = 1, _short_terms().get("".join(sorted(word)), ())
    else:
        slips = 2 if len(word) > 10 else 1
        lengths = range(len(word) - slips, len(word) + slips + 1)
        choices = [term for length in lengths for term in _terms_by_start().get((length, word[0]), ())]
    match = process.extractOne(word, choices, scorer=OSA.distance, score_cutoff=slips)
    return replace(_vocabulary()[match[0]], guessed=True) if match else None


def _inflected(word: str) -> _Term | None:
    """Return the term that the word is another form of, in languages whose words have endings for their cases."""
    if _UNSPACED.search(word) or len(word) < 5:
        return None
    vocabulary = _vocabulary()
    for stem in (word[:-1], word[:-2]):
        for ending in ("", *_ENDINGS):
            term = vocabulary.get(stem + ending) if len(stem) >= 4 else None
            if term and (languages := _INFLECTING & term.meanings.keys()):
                return _Term({language: term.meanings[language] for language in languages}, guessed=True)
    return None


def _skeleton(word: str) -> str:
    return word[:1] + re.sub("[aeiou]", "", word[1:])


# --- Choosing among meanings -----------------------------------------------------------------------------------------


def _in_one_language(terms: Sequence[_Term], votes: LanguageVotes) -> list[frozenset[str]] | None:
    """Return what each term means in the language that knows them all and explains most of the file.

    None if no language knows them all: "ad" is a first name in Turkish, and nothing of the kind in "ad_name".
    """
    words = [term for term in terms if ANY not in term.meanings]
    shared = set.intersection(*(set(term.meanings) for term in words)) if words else set(LANGUAGES)
    if not shared or not terms:
        return None
    # The order of the vocabulary decides between languages with as many votes.
    language = max((language for language in LANGUAGES if language in shared), key=lambda each: votes.get(each, 0))
    return [term.meanings.get(language) or term.meanings[ANY] for term in terms]


def _named_field(meanings: Sequence[frozenset[str]]) -> str | None:
    """Return the one field that the terms of a header name together, or None."""
    named = {field for meaning in meanings for field in meaning if _is_field(field)}
    # Of "Business phone", the phone: a word that can be a field and a qualifier is a field only if no other is.
    certain = {field for meaning in meanings if not _may_qualify(meaning) for field in meaning if _is_field(field)}
    if NAME in certain:  # … but "Organization name" is the organization
        certain |= named & _CONTEXTS[NAME]
    fields = certain or named
    for context, inner_fields in _CONTEXTS.items():
        if context in fields and fields & inner_fields:
            fields = fields - {context}
    if fields == {"first_name", "last_name"}:
        return "full_name"
    return fields.pop() if len(fields) == 1 else None


def _is_field(meaning: str) -> bool:
    return not meaning.startswith("~") and meaning not in (OTHER, BUSINESS)


def _may_qualify(meaning: frozenset[str]) -> bool:
    return any(word.startswith("~") for word in meaning)


def _only_qualifies(meaning: frozenset[str]) -> bool:
    return all(word.startswith("~") for word in meaning)
