from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imports.engine.formulas import harmless, original


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        ("Ana", "Ana"),
        ("O'Neill", "O'Neill"),
        ("'s-Hertogenbosch", "'s-Hertogenbosch"),
        ("=1+1", "'=1+1"),
        ("+1 212 555", "'+1 212 555"),
        ("-5", "'-5"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"),
        ("\n=1", "'\n=1"),
        ("＝1+1", "'＝1+1"),  # full-width; Excel in Japanese takes it for "="
        ("'=1+1", "''=1+1"),  # somebody else's, which must come back as it was
        ("''=1+1", "'''=1+1"),
        ("+12125550143", "+12125550143"),  # a phone as we store it
        ("+1234567", "+1234567"),
        ("+123456", "'+123456"),
        ("+1234567890123456", "'+1234567890123456"),
        ("+12125550143=1", "'+12125550143=1"),
        ("+١٢٣٤٥٦٧", "'+١٢٣٤٥٦٧"),  # digits, but no phone of ours
    ],
)
def test_harmless(text, expected):
    assert harmless(text) == expected
    assert original(expected) == text


@given(st.text(alphabet=st.sampled_from("'=+-@\t\r\n＝19a"), max_size=8) | st.text())
def test_every_text_comes_back(text):
    assert original(harmless(text)) == text


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\0")))
def test_every_text_comes_back_through_csv(text):
    file = io.StringIO(newline="")
    csv.writer(file, quoting=csv.QUOTE_ALL).writerow([harmless(text)])
    ((cell,),) = csv.reader(io.StringIO(file.getvalue(), newline=""))

    assert original(cell) == text
