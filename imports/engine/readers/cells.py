"""The text of a workbook's cell, as the sheet shows it."""

from __future__ import annotations

import datetime

# Spreadsheets keep 15 digits of a number; more are noise of the binary form.
NUMBER_DIGITS = 15
# Whole numbers up to here are exact in the binary form; of larger ones the last digits are lost.
EXACT_WHOLE_NUMBER_MAX = 2**53

Cell = str | int | float | bool | datetime.date | datetime.datetime | datetime.time | datetime.timedelta


def cell_text(value: Cell) -> str:
    """Return a cell as text: whole numbers without “.0”, dates as ISO 8601, TRUE and FALSE as the sheet shows them.

    A number that has lost digits looks so: “1.23456789012346E+19”.
    """
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        if value.is_integer() and abs(value) <= EXACT_WHOLE_NUMBER_MAX:
            return str(int(value))
        return format(value, f".{NUMBER_DIGITS}G")
    if isinstance(value, datetime.datetime):
        # A time of day is a fraction in the sheet; half a second more or less is its rounding.
        return (value + datetime.timedelta(milliseconds=500)).replace(microsecond=0).isoformat()
    if isinstance(value, datetime.timedelta):
        minutes, seconds = divmod(round(value.total_seconds()), 60)
        hours, minutes = divmod(minutes, 60)
        return f"{hours}:{minutes:02}:{seconds:02}"
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    return str(value)
