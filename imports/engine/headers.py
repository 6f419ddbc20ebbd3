"""What a column's header says, in whatever language: which field it names, and whose or which one of several."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

from imports.engine.vocabulary import ABBREVIATIONS, LANGUAGES

__all__ = ["HeaderMeaning", "LanguageVotes", "fold_header", "read_header", "vote_for_languages"]

# Letters that Unicode does not decompose into a base letter and a mark.
_PLAIN_LETTERS = {
    ord(letter): plain for letter, plain in zip("æøœłđıþðħ", ("ae", "o", "oe", "l", "d", "i", "th", "d", "h"))
}
# Apostrophes of all kinds, and the stroke that lengthens Arabic words: they stand inside a word.
_PLAIN_LETTERS |= dict.fromkeys(map(ord, "'’ʼ״׳ـ"), "")
_WITHOUT_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe"})
# Accents, and the marks of Arabic, Hebrew and Hindi that people leave out as often as not.
_MARKS = re.compile("[\u0300-\u036f\u0591-\u05c7\u064b-\u0655\u093c]")
_WORD_INSIDE = re.compile(r"(?<=[a-zß-ÿ])(?=[A-ZÀ-Þ])|(?<=[A-Z])(?=[A-Z][a-z])|(?<=\D)(?=\d)|(?<=\d)(?=\D)")
# Scripts that put no space between words.
_UNSPACED = re.compile("[\u0e00-\u0e7f\u3005-\u30ff\u3400-\u9fff\uac00-\ud7af]")

_MOST_WORDS = 12  # a longer header is a sentence
_LONGEST_TERM = 6  # words
_SHORTEST_PART = 3  # letters of a word inside a compound ("workphone")

# Not a field, but what a term can mean besides one.
OTHER, NAME, MOBILE = "other", "name", "mobile"

# A header may name the thing around its field: "Company phone", "Address 1 - City". The inner one counts.
_CONTEXTS: Mapping[str, frozenset[str]] = {
    "company": frozenset(
        {"phone", MOBILE, "email", "street", "city", "state", "postal_code", "country", "website", "title"}
    ),
    "street": frozenset({"city", "state", "postal_code", "country", "email", "website", "phone"}),
    NAME: frozenset({"company", "city", "state", "country", "street", "first_name", "last_name", "full_name"}),
    "phone": frozenset({MOBILE}),
    "full_name": frozenset({"first_name", "last_name"}),
}


@dataclass(frozen=True, slots=True)
class HeaderMeaning:
    """The field that a header names."""

    field: str  # a field key, or "name" for a name of undecided kind
    kinds: frozenset[str]  # "work", "home", "mobile", "second", …: which one, where there may be several
    exact: bool  # the header is one word or phrase of the vocabulary, with nothing beside it
    guessed: bool  # it was mistyped, or shortened


@dataclass(frozen=True, slots=True)
class _Term:
    """One word or phrase of a header, with what it means in each language that knows it."""

    meanings: Mapping[str, frozenset[str]]  # language → meanings
    guessed: bool = False


LanguageVotes = Mapping[str, float]


def fold_header(text: str) -> str:
    """Return the header's words without case, accents and punctuation, separated by one space."""
    return " ".join(_words(text))


def vote_for_languages(headers: Iterable[str]) -> LanguageVotes:
    """Return how much of the headers each language explains."""
    votes: dict[str, float] = defaultdict(float)
    for header in headers:
        for term in _explain(fold_header(header)) or ():
            for language in term.meanings:
                votes[language] += 1 / len(term.meanings)
    return votes


def read_header(header: str, votes: LanguageVotes) -> HeaderMeaning | None:
    """Return what the header means in the languages that its file is written in; None if it names no field."""
    terms = _explain(fold_header(header))
    if not terms:
        return None
    meanings = [_in_best_language(term, votes) for term in terms]
    if OTHER in meanings[-1] or any(meaning == {OTHER} for meaning in meanings):
        return None
    field = _named_field(meanings)
    if field is None:
        return None
    kinds = {word.removeprefix("~") for meaning in meanings for word in meaning if word.startswith("~")}
    if any("company" in meaning for meaning in meanings) and field != "company":
        kinds.add("company")
    if field == MOBILE:
        field = "phone"
        kinds.add(MOBILE)
    exact = len(terms) == 1
    if exact:  # "Portable" is a phone; that the word may also stand beside another says nothing here
        kinds &= {MOBILE}
    return HeaderMeaning(field, frozenset(kinds), exact, any(term.guessed for term in terms))


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
    for language, text in LANGUAGES.items():
        for meaning, terms in _entries(text):
            for term in terms:
                for spelling in _spellings(term):
                    found[spelling][language].add(meaning)
    return {
        spelling: _Term({language: frozenset(meanings) for language, meanings in languages.items()})
        for spelling, languages in found.items()
        if spelling
    }


def _entries(text: str) -> Iterator[tuple[str, list[str]]]:
    """Yield (meaning, terms) of one language's vocabulary; an entry runs on over lines that do not start a new one."""
    for entry in re.split(r"\n(?=\s*~?\w+:)", text):
        meaning, _, terms = entry.strip().partition(":")
        yield meaning, terms.split(",")


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
def _terms_by_length() -> Mapping[int, Sequence[str]]:
    """Return the terms that are long enough to be recognized when mistyped."""
    found: dict[int, list[str]] = defaultdict(list)
    for spelling in _vocabulary():
        if len(spelling) > 5 and not _UNSPACED.search(spelling):
            found[len(spelling)].append(spelling)
    return found


# --- Reading a header ------------------------------------------------------------------------------------------------


@lru_cache(maxsize=4096)
def _explain(folded: str) -> tuple[_Term, ...] | None:
    """Return the terms that a header is made of, or None if some word of it is unknown."""
    words = folded.split()
    if not words or len(words) > _MOST_WORDS:
        return None
    vocabulary = _vocabulary()
    if whole := vocabulary.get("".join(words)):
        return (whole,)
    if terms := _cover(words):
        return terms
    if mistyped := _mistyped("".join(words)):
        return (mistyped,)
    return _cover(words, guess=True)


def _cover(words: Sequence[str], *, guess: bool = False) -> tuple[_Term, ...] | None:
    """Return the fewest terms that together are all the words, or None."""
    vocabulary = _vocabulary()
    best: list[tuple[_Term, ...] | None] = [(), *([None] * len(words))]
    for end in range(1, len(words) + 1):
        for start in range(max(0, end - _LONGEST_TERM), end):
            before = best[start]
            if before is None:
                continue
            term = vocabulary.get("".join(words[start:end]))
            parts = (term,) if term else _read_word(words[start], guess=guess) if end - start == 1 else None
            current = best[end]
            if parts is not None and (current is None or len(before) + len(parts) < len(current)):
                best[end] = before + parts
    return best[-1]


def _read_word(word: str, *, guess: bool) -> tuple[_Term, ...] | None:
    """Return the terms of a word that is no term itself: a number, a shortened word, a compound; None if unknown."""
    if word.isdecimal():
        return (_Term({"": frozenset({"~first" if int(word) < 2 else "~second"})}),)
    if full := ABBREVIATIONS.get(word):
        if term := _vocabulary().get(full):
            return (_Term(term.meanings, guessed=True),)
        return (_Term({"en": frozenset({"~contact"})}, guessed=True),)  # "line", "number", "code"
    if compound := _split_compound(word):
        return compound
    if guess:
        skeleton = _skeletons().get(word) if len(word) > 3 and word == _skeleton(word) else None
        if skeleton:
            return (_Term(_vocabulary()[skeleton].meanings, guessed=True),)
        if mistyped := _mistyped(word):
            return (mistyped,)
    return None


def _split_compound(word: str) -> tuple[_Term, ...] | None:
    """Return the terms of a word such as "workphone" or "自宅住所", or None if it is not made of terms."""
    shortest = 1 if _UNSPACED.search(word) else _SHORTEST_PART
    if len(word) < 2 * shortest or len(word) > 40:
        return None
    vocabulary = _vocabulary()
    best: list[tuple[_Term, ...] | None] = [(), *([None] * len(word))]
    for end in range(shortest, len(word) + 1):
        for start in range(end - shortest + 1):
            before, term = best[start], vocabulary.get(word[start:end])
            current = best[end]
            if before is not None and term and (current is None or len(before) + 1 < len(current)):
                best[end] = (*before, term)
    return best[-1]


def _mistyped(word: str) -> _Term | None:
    """Return the term that the word differs from by one slip of the finger, or two in a long word."""
    if len(word) < 6 or _UNSPACED.search(word):
        return None
    slips = 2 if len(word) > 10 else 1
    choices = [
        term
        for length in range(len(word) - slips, len(word) + slips + 1)
        for term in _terms_by_length().get(length, ())
    ]
    match = process.extractOne(word, choices, scorer=OSA.distance, score_cutoff=slips)
    return _Term(_vocabulary()[match[0]].meanings, guessed=True) if match else None


def _skeleton(word: str) -> str:
    return word[:1] + re.sub("[aeiou]", "", word[1:])


# --- Choosing among meanings -----------------------------------------------------------------------------------------


def _in_best_language(term: _Term, votes: LanguageVotes) -> frozenset[str]:
    """Return what the term means in the language that explains most of the file."""
    return term.meanings[max(term.meanings, key=lambda language: votes.get(language, 0))]


def _named_field(meanings: Sequence[frozenset[str]]) -> str | None:
    """Return the one field that the terms of a header name together, or None."""
    certain = {field for meaning in meanings for field in meaning if _is_field(field) and not _may_qualify(meaning)}
    if not certain:
        certain = {field for meaning in meanings for field in meaning if _is_field(field)}
    for context, inner_fields in _CONTEXTS.items():
        if context in certain and certain & inner_fields:
            certain = certain - {context}
    return certain.pop() if len(certain) == 1 else None


def _is_field(meaning: str) -> bool:
    return not meaning.startswith("~") and meaning != OTHER


def _may_qualify(meaning: frozenset[str]) -> bool:
    return any(word.startswith("~") for word in meaning)
