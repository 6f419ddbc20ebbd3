"""Web addresses, numbers, yes and no, tags."""

from __future__ import annotations

import pytest

from imports.engine.errors import InvalidValue
from imports.engine.normalize.boolean import normalize_boolean
from imports.engine.normalize.number import normalize_number
from imports.engine.normalize.tags import normalize_tags
from imports.engine.normalize.url import normalize_url


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        ("-", ""),
        ("example.com", "https://example.com"),
        ("www.Example.com/About", "https://www.example.com/About"),
        ("HTTP://Example.com/A?b=C#d", "http://example.com/A?b=C#d"),
        ("<https://example.com>", "https://example.com"),
        ("example.com:8080/x", "https://example.com:8080/x"),
        ("https://münchen.example/ä", "https://münchen.example/ä"),
    ],
)
def test_normalize_url(text, expected):
    assert normalize_url(text) == expected


@pytest.mark.parametrize(
    "text",
    ["example", "http://localhost", "javascript:alert(1)", "data:text/html,x", "ftp://example.com", "two words.com"],
)
def test_what_is_no_web_address_is_refused(text):
    with pytest.raises(InvalidValue) as refused:
        normalize_url(text)

    assert refused.value.code == "url_invalid"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        ("n/a", ""),
        ("0", "0"),
        ("007", "7"),
        ("1234.50", "1234.5"),
        ("1,234.50", "1234.5"),
        ("1.234,50", "1234.5"),
        ("1 234 567,89", "1234567.89"),
        ("1'000", "1000"),
        ("1,234", "1234"),
        ("1.234", "1.234"),
        ("0,5", "0.5"),
        ("-.5", "-0.5"),
        ("-0", "0"),
        ("(5.00)", "-5"),
        ("$1,200.00", "1200"),
        ("12 EUR", "12"),
        ("1.5E+3", "1500"),
        ("0.30000000000000004", "0.3"),
        ("12345678901234567890", "12345678901234567890"),
    ],
)
def test_normalize_number(text, expected):
    assert normalize_number(text) == expected


@pytest.mark.parametrize("text", ["five", "5 %", "--5", "1e400", "1,2,3.4.5"])
def test_what_is_no_number_is_refused(text):
    with pytest.raises(InvalidValue) as refused:
        normalize_number(text)

    assert refused.value.code == "number_invalid"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        ("n/a", ""),
        ("Yes", True),
        ("TRUE", True),
        ("1", True),
        ("x", True),
        ("ja", True),
        ("Oui", True),
        ("да", True),
        ("はい", True),
        ("Tak.", True),
        ("SÌ", True),
        ("evet", True),
        ("Kyllä", True),
        ("نعم", True),
        ("ใช่", True),
        ("đúng", True),
        ("[x]", True),
        ("√", True),
        ("-1", True),  # how Access writes it
        ("1,0", True),
        ("enabled", True),
        ("[ ]", False),
        ("não", False),
        ("hayır", False),
        ("아니요", False),
        ("0,0", False),
        ("disabled", False),
        ("no", False),
        ("0", False),
        ("Nein", False),
        ("否", False),
    ],
)
def test_normalize_boolean(text, expected):
    assert normalize_boolean(text) is expected or normalize_boolean(text) == expected == ""


def test_what_is_neither_yes_nor_no_is_refused():
    with pytest.raises(InvalidValue, match="“perhaps” is neither yes nor no"):
        normalize_boolean("perhaps")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        (" , ;", []),
        ("VIP", ["VIP"]),
        ("VIP, Press;vip | New  York\nBerlin", ["VIP", "Press", "New York", "Berlin"]),
        ("* myContacts ::: Friends", ["* myContacts", "Friends"]),
        ("vip / north", ["vip", "north"]),
        ("R&D/Sales", ["R&D/Sales"]),
        ("vip • north · press", ["vip", "north", "press"]),
        ("vip\tnorth", ["vip", "north"]),
        ("vip、north；press，x", ["vip", "north", "press", "x"]),
        ("#vip #north", ["#vip", "#north"]),
        ("#1 customer", ["#1 customer"]),
        ('["vip", "north"]', ["vip", "north"]),
        ("['vip', 'north']", ["vip", "north"]),
        ("{vip,north}", ["vip", "north"]),
    ],
)
def test_normalize_tags(text, expected):
    assert normalize_tags(text) == expected
