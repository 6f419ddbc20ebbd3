from __future__ import annotations

import datetime
import io
import struct
import zipfile

import pytest

from imports.engine.readers import Limits
from imports.engine.readers.cells import cell_text

HEADERS = ["First Name", "Last Name", "Email", "Phone", "Company"]
MAYA = ["Maya", "Hollister", "maya.hollister@example.com", "+12125550143", "Harborlight Logistics"]
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"


def workbook(sheet, *, parts=()):
    """Return the smallest .xlsx with one sheet of the given XML."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "[Content_Types].xml",
            f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="xml" ContentType="application/xml"/>'
            '<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.'
            'spreadsheetml.sheet.main+xml"/></Types>',
        )
        archive.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" Type="{OFFICE}/officeDocument" '
            'Target="xl/workbook.xml"/></Relationships>',
        )
        archive.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets><sheet name="People" sheetId="1" r:id="rId1"/>'
            "</sheets></workbook>",
        )
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" Type="{OFFICE}/worksheet" '
            'Target="worksheets/sheet1.xml"/></Relationships>',
        )
        archive.writestr("xl/worksheets/sheet1.xml", sheet)
        for name, text in parts:
            archive.writestr(name, text)
    return content.getvalue()


def sheet(*rows):
    """Return the XML of a sheet; None is an error cell."""
    lines = []
    for number, row in enumerate(rows, 1):
        cells = "".join(
            f'<c r="{"ABCDEFGH"[place]}{number}" t="e"><v>#N/A</v></c>'
            if text is None
            else f'<c r="{"ABCDEFGH"[place]}{number}" t="inlineStr"><is><t>{text}</t></is></c>'
            for place, text in enumerate(row)
        )
        lines.append(f'<row r="{number}">{cells}</row>')
    return f'<worksheet xmlns="{MAIN}"><sheetData>{"".join(lines)}</sheetData></worksheet>'


PEOPLE = sheet(["Name", "Email"], ["Ana", "a@example.com"], ["Bo", "b@example.com"])


def test_the_sheet_of_people_is_chosen_and_asked_about(read, data):
    found = read(data / "several-sheets.xlsx")

    assert (found.headers, found.cells[0], len(found.rows)) == (HEADERS, MAYA, 3)
    assert found.summary.file_info["sheet"] == "Contacts"
    assert found.summary.file_info["sheets"] == ["Read me", "Contacts", "Lookup"]
    assert found.warnings == {"several_sheets": (None, True)}


def test_a_sheet_can_be_chosen(read, refusal, data):
    found = read(data / "several-sheets.xlsx", sheet="Lookup")

    assert (found.headers, found.cells, found.warnings) == (["Code", "Meaning"], [["A", "Active"]], {})
    assert refusal(data / "several-sheets.xlsx", sheet="Leads") == "unknown_sheet"


def test_hidden_sheets_are_not_read(read, data):
    found = read(data / "hidden-sheet.xlsx")

    assert (found.summary.file_info["sheet"], len(found.rows), found.warnings) == ("Now", 1, {})


def test_rows_are_numbered_as_the_sheet_shows_them(read, data):
    found = read(data / "header-row-5-offset.xlsx")

    assert (found.headers, found.row_numbers, found.cells[0]) == (HEADERS, [6, 7], MAYA)
    assert found.summary.file_info["header_row"] == 5
    assert found.warnings == {"title_lines": (2, False)}


def test_dates_are_iso(read, data):
    assert read(data / "date-serials.xlsx").cells == [
        ["maya.hollister@example.com", "1986-03-14", "2024-02-11T09:31:00", "12.5"],
        ["derek.okafor@example.com", "14/03/1986", "2024-02-11", "7"],
    ]
    assert read(data / "date-1904.xlsx").cells == [["a@example.com", "1986-03-14"]]


def test_numbers_keep_their_digits(read, data):
    assert [cells[1] for cells in read(data / "numbers.xlsx").cells] == ["498912345678", "1000000000000000"]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("x", "x"),
        (7.0, "7"),
        (12.5, "12.5"),
        (0.1 + 0.2, "0.3"),
        (498912345678.0, "498912345678"),
        (1e22, "1E+22"),
        (-3, "-3"),
        (True, "TRUE"),
        (False, "FALSE"),
        (datetime.date(1986, 3, 14), "1986-03-14"),
        (datetime.datetime(2024, 2, 11, 9, 30, 59, 999_999), "2024-02-11T09:31:00"),  # noqa: DTZ001
        (datetime.time(9, 31), "09:31:00"),
        (datetime.timedelta(days=1, seconds=61), "24:01:01"),
    ],
)
def test_cell_text(value, expected):
    assert cell_text(value) == expected


def test_formulas_give_their_stored_values_and_errors_are_blank(read, data):
    found = read(data / "formula-cells-cached.xlsx")

    assert found.cells == [
        ["Maya", "Hollister", "Maya Hollister", "maya@example.com", "2"],
        ["Derek", "Okafor", "Derek Okafor", "", ""],
    ]
    assert found.warnings == {"error_cells": (3, False), "uncomputed_formulas": (3, False)}


def test_a_sheet_of_errors_is_asked_about(read):
    found = read(workbook(sheet([None], [None])))

    assert found.cells == [[""], [""]]
    assert found.warnings == {"error_cells": (1, True)}


def test_a_sheet_with_one_cell_is_asked_about(read):
    found = read(workbook(sheet(["Ana"])))

    assert (found.headers, found.rows, found.warnings) == (["Column 1"], [(1, ["Ana"])], {"no_header": (None, True)})


def test_a_merged_cell_counts_for_all_its_rows(read, data):
    assert read(data / "merged-cells.xlsx").cells == [["Acme", "A", "a@example.com"], ["Acme", "B", "b@example.com"]]


def test_two_header_rows_are_asked_about(read, data):
    found = read(data / "two-header-rows.xlsx")

    assert (found.headers, found.row_numbers) == (HEADERS, [3, 4])
    assert found.warnings == {"two_header_rows": (2, True)}


def test_control_characters_are_taken_out(read):
    found = read(workbook(sheet(["Name", "Email"], ["A_x0000_na_x0007_", "a@example.com"])))

    assert found.cells == [["Ana", "a@example.com"]]
    assert found.warnings == {"control_characters": (2, False)}


def test_apostrophes_of_a_workbook_are_left_alone(read):
    # In a workbook they are text: only our CSV files need one before a formula.
    assert read(workbook(sheet(["Name", "Email"], ["'=x", "a@example.com"]))).cells == [["'=x", "a@example.com"]]


def test_old_workbooks_are_read(read, data):
    found = read(data / "biff8.xls")

    assert found.headers == ["Vorname", "Nachname", "E-Mail", "Telefon", "Geburtstag"]
    assert found.cells == [
        ["Jürgen", "Weiß", "j.weiss@example.com", "030 23125014", "1986-03-14"],
        ["Zoë", "Grünwald", "zoe.g@example.com", "498912345678", "1991-07-28"],
    ]


@pytest.mark.parametrize(
    ("name", "code"),
    [("password.xlsx", "password_protected"), ("truncated.xlsx", "damaged_file"), ("xml-entities.xlsx", "unsafe_file")],
)
def test_a_workbook_that_cannot_be_read_is_refused_with_the_reason(refusal, data, name, code):
    assert refusal(data / name) == code


def test_a_cut_off_old_workbook_is_damaged(refusal, data):
    assert refusal((data / "biff8.xls").read_bytes()[:3000]) == "damaged_file"


@pytest.mark.parametrize("sheet_xml", [sheet(), sheet(["Name", "Email"]), sheet(["", " "], [" "])])
def test_a_workbook_without_rows_is_refused(refusal, sheet_xml):
    assert refusal(workbook(sheet_xml)) == "empty_file"


def test_a_workbook_that_unpacks_to_too_much_is_refused(refusal):
    padded = workbook(PEOPLE.replace("<sheetData>", "<sheetData>" + " " * 3_000_000))

    assert refusal(padded, limits=Limits(unpacked_bytes=2_000_000)) == "unsafe_file"


def test_a_workbook_that_lies_about_its_size_is_refused(refusal):
    padded = bytearray(workbook(PEOPLE.replace("<sheetData>", "<sheetData>" + " " * 3_000_000)))
    last = padded.rfind(b"PK\x01\x02")
    padded[last + 24 : last + 28] = struct.pack("<I", 100)  # the size that the directory states for the sheet

    assert refusal(bytes(padded), limits=Limits(unpacked_bytes=2_000_000)) == "unsafe_file"


def test_a_workbook_of_very_many_parts_is_refused(refusal):
    assert refusal(workbook(PEOPLE, parts=[(f"xl/part{i}.xml", "") for i in range(1_001)])) == "unsafe_file"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_workbook_with_entities_is_refused(refusal, encoding):
    hostile = '<?xml version="1.0"?>\n<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + PEOPLE

    assert refusal(workbook(hostile.encode(encoding))) == "unsafe_file"


def test_a_broken_sheet_is_damaged(refusal):
    assert refusal(workbook(PEOPLE[:-60])) in {"damaged_file", "empty_file"}
