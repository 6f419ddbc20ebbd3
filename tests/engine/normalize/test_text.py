from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imports.engine.errors import InvalidValue
from imports.engine.normalize.text import check_length, clean_line, clean_lines, clean_text, is_placeholder, quoted


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
        ("\\N", ""),  # of a database, where there is no value
        ("\ufeff\\N\r\n", ""),
        ("\\Name", "\\Name"),
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


# Signs that compose with what is before or after them, do not print, or stand between cells that are read together.
odd_cells = st.text("aÅ| \u0301\u0338\u0307\u0323\u1100\u1161\u09c7\u09be\u00a0\t\n\u200b\u2126\ud83d", max_size=4)


@given(st.lists(st.sampled_from(["Ana", " Ana Maria ", "", "|", "\\N"]) | odd_cells, max_size=5))
def test_cells_are_cleaned_together_as_each_alone_or_not_at_all(cells):
    assert clean_lines(cells, 20) in (None, [clean_line(cell) for cell in cells])


def test_long_cells_are_not_cleaned_together_which_would_take_their_memory_again():
    assert clean_lines(["x" * 100] * 500, 32_767) == ["x" * 100] * 500
    assert clean_lines(["x" * 10_000] * 500, 32_767) is None


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
