"""What a column's header says, in whatever language: which field it names, and whose or which one of several."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

from imports.engine.vocabulary import ABBREVIATIONS, LANGUAGES

__all__ = ["HeaderMeaning", "LanguageVotes", "fold_header", "read_header", "vote_for_languages"]

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
_SHORTEST_PART = 3  # letters of a word inside a compound ("workphone")

# Not a field, but what a term can mean besides one.
OTHER, NAME, MOBILE = "other", "name", "mobile"

# A header may name the thing around its field: "Company phone", "Address 1 - City". The inner one counts.
_CONTEXTS: Mapping[str, frozenset[str]] = {
    NAME: frozenset({"company", "city", "state", "country", "street", "first_name", "last_name", "full_name"}),
    "company": frozenset(
        {"phone", MOBILE, "email", "street", "city", "state", "postal_code", "country", "website", "title"}
    ),
    "street": frozenset({"city", "state", "postal_code", "country", "email", "website", "phone"}),
    "state": frozenset({"country"}),  # "Country or region"
    "full_name": frozenset({"first_name", "last_name"}),
    "phone": frozenset({MOBILE}),
}


@dataclass(frozen=True, slots=True)
class HeaderMeaning:
    """What a header names."""

    field: str  # a field key, "name" for a name of undecided kind, or "other" for what is no field of ours
    kinds: frozenset[str] = frozenset()  # "work", "home", "mobile", "second", …: which one, where there are several
    exact: bool = False  # the header is one term of the vocabulary, with nothing beside it
    vague: bool = False  # the term often means something else
    guessed: bool = False  # it was mistyped, or shortened


@dataclass(frozen=True, slots=True)
class _Term:
    """One word or phrase of a header, with what it means in each language that knows it."""

    meanings: Mapping[str, frozenset[str]]  # language → meanings; language "" is understood in all
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
    """Return what the header means in the languages that its file is written in; None if that is unknown."""
    terms = _explain(fold_header(header))
    if not terms:
        return None
    meanings = _in_one_language(terms, votes)
    if meanings is None or all(_only_qualifies(meaning) for meaning in meanings):
        return None
    plain_meanings = [frozenset(word.rstrip("?") for word in meaning) for meaning in meanings]
    field = None if {OTHER} in meanings else _named_field(plain_meanings)
    if field is None:
        return HeaderMeaning(OTHER)
    vague = not any(field in meaning for meaning in meanings)
    meanings = plain_meanings

    kinds = {word.removeprefix("~") for meaning in meanings for word in meaning if word.startswith("~")}
    if {"company"} in meanings:
        kinds.add("company")
    if field in ("company", "title"):
        kinds.discard("company")  # both are always a company's
    exact = len(terms) == 1
    if exact:
        kinds = set()  # that "Portable" may also stand beside another word says nothing here
    if field == MOBILE:
        field = "phone"
        kinds.add(MOBILE)
    return HeaderMeaning(field, frozenset(kinds), exact, vague, any(term.guessed for term in terms))


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
    for entry in re.split(r"\n(?=\s*~?\w+\??:)", text):
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
    """Return the terms that can be recognized when mistyped."""
    found: dict[int, list[str]] = defaultdict(list)
    for spelling in _vocabulary():
        if not _UNSPACED.search(spelling):
            found[len(spelling)].append(spelling)
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
    """Return the terms of a word that is no term itself: a number, a compound, or, if we guess, a shortened one."""
    if word.isdecimal():
        return (_Term({"": frozenset({"~first" if int(word) < 2 else "~second"})}),)
    if compound := _split_compound(word):
        return compound
    if not guess:
        return None
    if len(word) > 3 and word == _skeleton(word) and (full := _skeletons().get(word)):
        return _as_guesses((_vocabulary()[full],))
    mistyped = _mistyped(word)
    return (mistyped,) if mistyped else None


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
            before, term = best[start], vocabulary.get(word[start:end])
            current = best[end]
            if before is not None and term and (current is None or len(before) + 1 < len(current)):
                best[end] = (*before, term)
    return best[-1]


def _mistyped(word: str) -> _Term | None:
    """Return the term that the word differs from by a slip of the finger, or two in a long word."""
    if _UNSPACED.search(word) or len(word) < 4:
        return None
    if len(word) < 6:  # a short word with one other letter is another word, but swapped letters are a slip
        slips, choices = 1, [term for term in _terms_by_length()[len(word)] if sorted(term) == sorted(word)]
    else:
        slips = 2 if len(word) > 10 else 1
        lengths = range(len(word) - slips, len(word) + slips + 1)
        choices = [term for length in lengths for term in _terms_by_length()[length] if term[0] == word[0]]
    match = process.extractOne(word, choices, scorer=OSA.distance, score_cutoff=slips)
    return replace(_vocabulary()[match[0]], guessed=True) if match else None


def _skeleton(word: str) -> str:
    return word[:1] + re.sub("[aeiou]", "", word[1:])


# --- Choosing among meanings -----------------------------------------------------------------------------------------


def _in_one_language(terms: Sequence[_Term], votes: LanguageVotes) -> list[frozenset[str]] | None:
    """Return what each term means in the language that knows them all and explains most of the file.

    None if no language knows them all: "ad" is a first name in Turkish, and nothing of the kind in "ad_name".
    """
    words = [term for term in terms if "" not in term.meanings]
    shared = set.intersection(*(set(term.meanings) for term in words)) if words else set()
    if not shared:
        return None
    # The order of the vocabulary decides between languages with as many votes.
    language = max((language for language in LANGUAGES if language in shared), key=lambda each: votes.get(each, 0))
    return [term.meanings.get(language) or term.meanings[""] for term in terms]


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
    return fields.pop() if len(fields) == 1 else None


def _is_field(meaning: str) -> bool:
    return not meaning.startswith("~") and meaning != OTHER


def _may_qualify(meaning: frozenset[str]) -> bool:
    return any(word.startswith("~") for word in meaning)


def _only_qualifies(meaning: frozenset[str]) -> bool:
    return all(word.startswith("~") for word in meaning)
