from __future__ import annotations

import pytest

from imports.engine.known_exports import recognize


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (
            "Date,Time,TimeZone,Name,Type,Status,Currency,Gross,Fee,Net,From Email Address,To Email Address,"
            "Transaction ID,Subject,Note,Balance Impact",
            {"full_name": "name", "email": "from email address"},
        ),
        (
            "Datum,Uhrzeit,Zeitzone,Name,Typ,Status,Währung,Brutto,Gebühr,Netto,Absender E-Mail-Adresse,"
            "Empfänger E-Mail-Adresse,Transaktionscode,PLZ,Land,Telefon",
            {
                "full_name": "name",
                "email": "absender e mail adresse",
                "postal_code": "plz",
                "country": "land",
                "phone": "telefon",
            },
        ),
    ],
)
def test_who_paid_by_paypal_is_the_contact(header, expected):
    columns = [(name, ["x"]) for name in header.split(",")]

    known = recognize([name for name, _ in columns])

    assert known.system == "PayPal"
    assert {field: name for name, field in known.fields_of(columns).items() if field} == expected
