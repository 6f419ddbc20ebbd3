"""XML spreadsheets of Excel 2003, under whatever name."""

from __future__ import annotations

import pytest

from imports.engine.readers import Limits

HEADER = '<Row><Cell><Data ss:Type="String">Name</Data></Cell><Cell><Data ss:Type="String">Email</Data></Cell></Row>'


def book(*sheets, declared="", styles="", head='<?xml version="1.0"?>\n<?mso-application progid="Excel.Sheet"?>\n'):
    tables = "".join(
        f'<Worksheet ss:Name="{name}"><Table>{"".join(rows)}</Table></Worksheet>' for name, *rows in sheets
    )
    return (
        f'{head}{declared}<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" '
        f'xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"><Styles>{styles}</Styles>{tables}</Workbook>'
    )


def row(*cells, **attributes):
    written = "".join(
        cell if cell.startswith("<") else f'<Cell><Data ss:Type="String">{cell}</Data></Cell>' for cell in cells
    )
    given = "".join(f' ss:{name}="{value}"' for name, value in attributes.items())
    return f"<Row{given}>{written}</Row>"


def cell(kind, text, **attributes):
    given = "".join(f' ss:{name}="{value}"' for name, value in attributes.items())
    return f'<Cell{given}><Data ss:Type="{kind}">{text}</Data></Cell>'


def test_the_sheet_with_people_is_read_as_it_shows(read):
    found = read(
        book(
            ["Info", row("Hello"), row("there")],
            [
                "People",
                row("Name", "Email", "Phone", "Zip", "Born", "VIP", "Note", Index="3"),
                row(
                    "Zoë &amp; Co",
                    "zoe@example.com",
                    cell("Number", "4.98912345678E+11"),
                    cell("Number", "1234", StyleID="zip"),
                    cell("DateTime", "1986-03-14T00:00:00.000"),
                    cell("Boolean", "1"),
                    cell("Error", "#N/A"),
                ),
                row("Ben", cell("String", "2024-01-02", Index="5"), Index="6"),
            ],
            styles='<Style ss:ID="zip"><NumberFormat ss:Format="00000"/></Style>',
        )
    )

    assert found.rows == [
        (4, ["Zoë & Co", "zoe@example.com", "498912345678", "01234", "1986-03-14", "TRUE", ""]),
        (6, ["Ben", "", "", "", "2024-01-02", "", ""]),
    ]
    assert found.summary.type == "excel"
    assert found.summary.file_info == {
        "type": "excel",
        "encoding": None,
        "delimiter": None,
        "sheet": "People",
        "sheets": ["Info", "People"],
        "header_row": 3,
    }
    assert found.warnings == {
        "spreadsheet_xml": (None, True),
        "several_sheets": (None, True),
        "error_cells": (4, False),
        "short_row": (6, False),
    }


def test_another_sheet_can_be_chosen(read, refusal):
    content = book(["A", HEADER, row("Ana", "a@example.com")], ["B", HEADER, row("Ben", "b@example.com")])

    assert read(content, sheet="B").cells == [["Ben", "b@example.com"]]
    assert refusal(content, sheet="C") == "unknown_sheet"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "iso-8859-1"])
def test_its_encoding_is_the_one_that_it_declares(read, encoding):
    head = f'<?xml version="1.0" encoding="{encoding.removesuffix("-sig")}"?>\n'

    found = read(book(["P", HEADER, row("Zoë Müller", "z@example.com")], head=head).encode(encoding))

    assert found.cells[0][0] == "Zoë Müller"


def test_a_cell_merged_over_columns_keeps_those_after_it_in_place(read):
    ana = row(cell("String", "Ana", MergeAcross="1"), "a@example.com")

    assert read(book(["P", row("Name", "Alias", "Email"), ana])).cells == [["Ana", "", "a@example.com"]]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (book(["P"]), "empty_file"),
        (book(["P", HEADER]), "empty_file"),
        (book(["P", HEADER, row("Ana", "a@example.com")])[:-20], "damaged_file"),
        (book(["P", row("a", Index="9999999")]), "sheet_too_large"),
        (book(["P", row(cell("String", "a", Index="99999999"))]), "sheet_too_large"),
        (book(["P", HEADER], declared='<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">]>'), "unsafe_file"),
        (book(["P", HEADER], declared='<!DOCTYPE x SYSTEM "http://127.0.0.1/x.dtd">'), "unsafe_file"),
    ],
)
def test_what_cannot_be_read_is_refused(refusal, content, code):
    assert refusal(content) == code


def test_a_table_over_the_limits_is_refused(refusal):
    people = [row("Ana", f"a{number}@example.com") for number in range(30)]

    assert refusal(book(["P", HEADER, *people]), limits=Limits(rows=20)) == "sheet_too_large"
