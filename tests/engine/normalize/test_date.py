from __future__ import annotations

import pytest

from imports.engine.errors import InvalidValue
from imports.engine.normalize.date import normalize_date


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        ("n/a", ""),
        ("1986-03-14", "1986-03-14"),
        ("1986-03-14T23:59:00Z", "1986-03-14"),
        ("1986-03-14 10:30", "1986-03-14"),
        ("19860314", "1986-03-14"),
        ("1986/3/14", "1986-03-14"),
        ("14.03.1986", "1986-03-14"),
        ("3.4.86", "1986-04-03"),  # with full stops, the day comes first
        ("14/03/1986", "1986-03-14"),
        ("3/14/1986 3:45 PM", "1986-03-14"),
        ("03/03/1986", "1986-03-03"),
        ("March 14, 1986", "1986-03-14"),
        ("Friday, March 14th, 1986", "1986-03-14"),
        ("14-Mar-86", "1986-03-14"),
        ("14 mars 1986", "1986-03-14"),
        ("14 de marzo de 1986", "1986-03-14"),
        ("14. března 1986", "1986-03-14"),
        ("14 марта 1986 г.", "1986-03-14"),
        ("1986年3月14日", "1986-03-14"),
        ("1986년 3월 14일", "1986-03-14"),
        ("١٤/٠٣/١٩٨٦", "1986-03-14"),
        ("31485", "1986-03-14"),  # Excel's day
        ("31485.5", "1986-03-14"),
        ("14mar1986", "1986-03-14"),
        ("14MAR86", "1986-03-14"),
        ("1986-03-14Z", "1986-03-14"),
        ("1986-03-14+02:00", "1986-03-14"),
        ("昭和61年3月14日", "1986-03-14"),
        ("令和元年5月1日", "2019-05-01"),
        ("0000-00-00", ""),  # MySQL's way to say “not known”, with or without a time
        ("0000-00-00 00:00:00", ""),
        ("00/00/0000", ""),
        ("1900-01-00", ""),
        ("0001-01-01T00:00:00", ""),
    ],
)
def test_normalize_date(text, expected):
    assert normalize_date(text) == expected


@pytest.mark.parametrize(
    ("text", "order", "expected"),
    [
        ("03/04/1986", "dmy", "1986-04-03"),
        ("03/04/1986", "mdy", "1986-03-04"),
        ("03.04.1986", "mdy", "1986-03-04"),
        ("03/04/05", "ymd", "2003-04-05"),
        ("31/12/1986", "mdy", "1986-12-31"),  # has one reading only
    ],
)
def test_the_order_of_the_column_decides(text, order, expected):
    assert normalize_date(text, order) == expected


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("03/04/1986", "date_ambiguous"),
        ("14 March", "date_without_year"),
        ("14.3.", "date_without_year"),
        ("--03-14", "date_without_year"),
        ("--0314", "date_without_year"),
        ("2567-03-14", "date_invalid"),  # of the Thai calendar
        ("۱۴۰۳/۰۱/۰۱", "date_invalid"),  # of the Persian calendar
        ("1986", "date_invalid"),
        ("30.02.1986", "date_invalid"),
        ("soon", "date_invalid"),
        ("12 listopad 2020", "date_invalid"),  # October in Croatian, November in Polish
    ],
)
def test_what_is_no_certain_date_is_refused(text, code):
    with pytest.raises(InvalidValue) as refused:
        normalize_date(text)

    assert refused.value.code == code
