from __future__ import annotations

import pytest

from imports.engine.errors import InvalidValue
from imports.engine.normalize.text import check_length, clean_line, clean_text, is_placeholder, quoted


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Müller", "Müller"),
        ("Mu\u0308ller", "Müller"),  # composed
        ("  two  spaces ", "two  spaces"),
        ("first\r\nsecond\rthird", "first\nsecond\nthird"),
        ("tab\there", "tab\there"),
        ("nul\x00 bell\x07", "nul bell"),
        ("zero\u200bwidth\ufeff", "zerowidth"),
        ("no character\uffff", "no character"),
        ("نام\u200cها", "نام\u200cها"),  # Persian needs its joiner
        ("half a pair \ud83d", "half a pair \ufffd"),
        ("no-break\u00a0space", "no-break space"),
    ],
)
def test_clean_text(text, expected):
    assert clean_text(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (" Ana  Maria ", "Ana Maria"),
        ("Ana\nMaria", "Ana Maria"),
        ("Ana \u200b Maria", "Ana Maria"),
        ("伊藤\u3000さくら", "伊藤 さくら"),
    ],
)
def test_clean_line(text, expected):
    assert clean_line(text) == expected


@pytest.mark.parametrize("text", ["n/a", "N/A", "None", "-", "--", "keine", "なし"])
def test_words_for_nothing_are_placeholders(text):
    assert is_placeholder(text)


def test_a_short_text_passes_and_a_long_one_is_refused():
    assert check_length("12345", 5) == "12345"
    with pytest.raises(InvalidValue, match=r"“123456” has 6 characters. Shorten it to 5."):
        check_length("123456", 5)


def test_a_quoted_cell_is_short_and_on_one_line():
    assert quoted("two\nlines") == "“two lines”"
    assert quoted("x" * 100) == "“" + "x" * 60 + "…”"
