from __future__ import annotations

import re

import pytest

from imports.engine.errors import InvalidValue
from imports.engine.normalize.country import _NAMES_FILE, normalize_country


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        ("n/a", ""),
        ("de", "DE"),
        ("DEU", "DE"),
        ("Germany", "DE"),
        ("ALLEMAGNE", "DE"),
        ("Österreich", "AT"),
        ("Oesterreich", "AT"),
        ("u.s.a.", "US"),
        ("The Netherlands", "NL"),
        ("Côte d’Ivoire", "CI"),
        ("Cote d'Ivoire", "CI"),
        ("Türkiye", "TR"),
        ("Россия", "RU"),
        ("日本", "JP"),
        ("대한민국", "KR"),
        ("भारत", "IN"),
        ("EE. UU.", "US"),
        ("Inglaterra", "GB"),
        ("Alemanha", "DE"),
        ("Duitsland", "DE"),
        ("Németország", "DE"),
        ("Γερμανία", "DE"),
        ("ألمانيا", "DE"),
        ("독일", "DE"),
        ("法國", "FR"),
        ("เยอรมนี", "DE"),
        ("Đức", "DE"),
        ("Србија", "RS"),
        ("Shqipëria", "AL"),
        ("Қазақстан", "KZ"),
        ("საქართველო", "GE"),
        ("ایران", "IR"),
        ("🇩🇪", "DE"),
        ("Germany (DE)", "DE"),
        ("DE - Deutschland", "DE"),
        ("Suisse / Schweiz / Svizzera", "CH"),
        ("NO", "NO"),  # Norway, although it also means "no"
        ("NA", "NA"),  # Namibia, although people write it for "none"
    ],
)
def test_normalize_country(text, expected):
    assert normalize_country(text) == expected


@pytest.mark.parametrize("text", ["Atlantis", "XX", "EU", "12", "Germany, Berlin", "France / Spain", "🇪🇺🇩🇪", "+49"])
def test_what_is_no_country_is_refused(text):
    with pytest.raises(InvalidValue) as refused:
        normalize_country(text)

    assert refused.value.code == "country_unknown"


def test_every_name_in_the_list_is_read_as_its_country():
    for line in _NAMES_FILE.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            alpha2, alpha3s, names = re.fullmatch(r"([A-Z]{2}) ([A-Z,]+) (.+)", line).groups()
            for name in [alpha2, *alpha3s.split(","), *names.split("|")]:
                assert normalize_country(name) == alpha2
