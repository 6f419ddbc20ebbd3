"""The sheets of the demo. All people and firms are invented."""

from __future__ import annotations

from datetime import date, timedelta

from irisx.embedded.standins.sheets import Cell, Shown, Spreadsheet, Tab

_FIRST_DAY = date(1899, 12, 30)  # of a spreadsheet's calendar
_LEADS, _MESSY, _CLOSED = "1demo-PartnerLeads-0001", "1demo-TradeFair-0002", "1demo-NotShared-0003"
_FIRST_NAMES = ("Ada", "Ben", "Chiara", "Dmitri", "Elif", "Femi", "Greta", "Hugo", "Ines", "Jonas")
_LAST_NAMES = ("Keller", "Ortiz", "Rossi", "Novak", "Yilmaz", "Adeyemi", "Lind", "Moreau", "Silva", "Berg")
_COMPANIES = ("Harbour & Pine", "Northwind Tools", "Casa Verde", "Lindqvist AB")

ADDRESSES = [
    (title, f"https://docs.google.com/spreadsheets/d/{key}/edit")
    for title, key in (
        ("Partner leads, tidy, with three tabs", _LEADS),
        ("A trade fair, messy", _MESSY),
        ("One that is not shared with you", _CLOSED),
    )
]


def spreadsheets() -> dict[str, Spreadsheet]:
    """Return id → spreadsheet of all that the demo has."""
    return {
        _LEADS: Spreadsheet(
            "Partner leads",
            [
                Tab("Leads 2026", _leads(1_204, 2026), gid=0),
                Tab("Leads 2025", _leads(318, 2025), gid=1101),
                Tab("Notes", [["Note"], ["Call the partners in May"]], gid=1102),
                Tab("Prices", [["Item", "Price"]], gid=1103, hidden=True),
            ],
            locale="en_GB",
        ),
        _MESSY: Spreadsheet("Trade fair Autumn 2026", [Tab("Visitors", _messy(), gid=0)], locale="en_US"),
        _CLOSED: Spreadsheet("Board only", [], is_shared=False),
    }


def _leads(count: int, year: int) -> list[list[Cell]]:
    rows: list[list[Cell]] = [["First name", "Last name", "E-mail", "Phone", "Company", "Met on", "Deal"]]
    for number in range(count):
        first, last = _FIRST_NAMES[number % 10], _LAST_NAMES[number // 10 % 10]
        rows.append(
            [
                first,
                last,
                f"{first}.{last}.{number}@example.com".lower(),
                f"+44 20 7946 {number % 10_000:04}",
                _COMPANIES[number % 4],
                _day(date(year, 1, 1) + timedelta(days=number % 365), "dd/mm/yyyy"),
                Shown(f"£{1_000 + number:,}", 1_000 + number, {"type": "CURRENCY", "pattern": "£#,##0"}),
            ]
        )
    return rows


def _messy() -> list[list[Cell]]:
    """Return what people do to sheets: titles, gaps, formulas without a value, two spellings, totals."""
    return [
        ["Visitors of our stand, Autumn 2026"],
        [],
        ["Name", "Mail", "Phone ", "Company", "Born", "Visited", "Badge"],
        ["Greta Lind", "greta.lind@example.com", "(212) 555-0143", "Lindqvist AB", _us(1984, 3, 9), True, 10_012],
        ["LIND, GRETA", "Greta.Lind@Example.com ", "+1 212 555 0143", "Lindqvist AB", _us(1984, 3, 9), True, 10_012],
        [],
        ["Hugo Moreau", "hugo.moreau@example", "+33 1 99 00 12 34", "Casa Verde", "#N/A", False, 10_013],
        ["Inês Silva", "ines.silva@example.com", "", "", _us(1991, 12, 1), True, 10_014],
        ["", "", "", "", "", "", ""],
        ["Jonas Berg", "n/a", "not given", "Northwind Tools", "", False, 10_015],
        ["Femi Adeyemi", "femi.adeyemi@example.com", "+2348035550199", "Harbour & Pine", "spring 1979", True, "#REF!"],
        ["Total", "", "", "", "", "", 6],
    ]


def _us(year: int, month: int, day: int) -> Shown:
    return _day(date(year, month, day), "M/d/yyyy")


def _day(day: date, pattern: str) -> Shown:
    text = f"{day:%d/%m/%Y}" if pattern.startswith("d") else f"{day.month}/{day.day}/{day.year}"
    return Shown(text, (day - _FIRST_DAY).days, {"type": "DATE", "pattern": pattern})
