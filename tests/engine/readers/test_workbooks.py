"""Workbooks of all kinds, made here: what the sheet shows is what is read, and what may be wrong is said."""

from __future__ import annotations

import datetime
import io
import zipfile

import openpyxl
import pytest
import xlsxwriter

from imports.engine.readers.number_formats import digit_format

HEADERS = ["Name", "Email", "Phone", "Zip"]


def xlsx(fill, **options):
    """Return a workbook that `fill` wrote by xlsxwriter; it is given the workbook and its first sheet."""
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True, **options}) as book:
        fill(book, book.add_worksheet("People"))
    return content.getvalue()


def people(*rows):
    def fill(book, sheet):
        for number, row in enumerate([HEADERS, *rows]):
            sheet.write_row(number, 0, row)

    return fill


def rewritten(workbook, part, change):
    """Return a workbook with one part changed."""
    content = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook)) as source, zipfile.ZipFile(content, "w") as target:
        for name in source.namelist():
            text = source.read(name)
            target.writestr(name, change(text.decode()) if name == part else text)
    return content.getvalue()


# Numbers -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "number", "shown"),
    [
        ("00000", "1234", "01234"),
        ("00000", "123456", "123456"),
        ("[$-407]00000", "1067", "01067"),
        ("00000\\-0000", "12345678", "01234-5678"),
        ('"+"0', "442079460958", "+442079460958"),
        ("+#", "442079460958", "+442079460958"),
        ('"0"#########', "2079460958", "02079460958"),
        ("\\0#", "2079460958", "02079460958"),
        ("(000) 000-0000", "2079460958", "(207) 946-0958"),
        ("00\\ 00\\ 00\\ 00\\ 00", "123456789", "01 23 45 67 89"),
        ('"ID"0000;[Red]-0000', "7", "ID0007"),
    ],
)
def test_a_number_format_adds_what_the_sheet_shows(code, number, shown):
    assert digit_format(code).applied(number) == shown


@pytest.mark.parametrize(
    "code",
    [
        "General", "", "0", "#", "#,##0", "0.00", "0%", "0.00E+00", "00:00", "dd.mm.yyyy", "@", "# ?/?",
        "[<=9999999]###\\-####;\\(###\\)\\ ###\\-####", "0" * 40, '"unfinished', "yyyy-mm-dd",
    ],
)  # fmt: skip
def test_a_number_format_that_adds_no_digits_is_left_alone(code):
    assert digit_format(code) is None


def test_leading_zeros_that_only_the_format_shows_are_kept(read):
    def fill(book, sheet):
        zip_code, phone = book.add_format({"num_format": "00000"}), book.add_format({"num_format": '"0"0'})
        sheet.write_row(1, 1, HEADERS)
        for row, (name, number) in enumerate([("Ana", 2079460958), ("Ben", "+44 20 7946 0958")], 2):
            sheet.write_row(row, 1, [name, f"{name}@example.com"])
            sheet.write(row, 3, number, phone)
            sheet.write(row, 4, 1234, zip_code if name == "Ana" else None)

    found = read(xlsx(fill))

    assert found.rows == [
        (3, ["Ana", "Ana@example.com", "02079460958", "01234"]),
        (4, ["Ben", "Ben@example.com", "+44 20 7946 0958", "1234"]),
    ]


def test_the_digits_of_a_number_are_kept_as_far_as_the_sheet_has_them(read):
    rows = [["A", "a@example.com", 498912345678, 12.5], ["B", "b@example.com", 9007199254740991, 0.1 + 0.2]]

    found = read(xlsx(people(*rows, ["C", "c@example.com", 12345678901234567890, 7])))

    assert [cells[2:] for cells in found.cells] == [
        ["498912345678", "12.5"],
        ["9007199254740991", "0.3"],
        ["1.23456789012346E+19", "7"],
    ]
    assert found.warnings == {"digits_lost": (4, True)}


def test_dates_booleans_and_times_are_text_that_means_the_same(read):
    def fill(book, sheet):
        sheet.write_row(0, 0, ["Email", "Birthday", "At", "For", "Member"])
        day, moment = book.add_format({"num_format": "dd/mm/yyyy"}), book.add_format({"num_format": "d.m.yy h:mm"})
        time = book.add_format({"num_format": "hh:mm"})
        sheet.write(1, 0, "a@example.com")
        sheet.write_datetime(1, 1, datetime.date(1986, 3, 14), day)
        sheet.write_datetime(1, 2, datetime.datetime.fromisoformat("2024-02-11T09:31"), moment)
        sheet.write_datetime(1, 3, datetime.time(9, 30), time)
        sheet.write_boolean(1, 4, True)

    expected = [["a@example.com", "1986-03-14", "2024-02-11T09:31:00", "09:30:00", "TRUE"]]
    assert read(xlsx(fill)).cells == expected
    assert read(xlsx(fill, date_1904=True)).cells == expected


# Sheets and rows -----------------------------------------------------------------------------------------------------


def test_hidden_rows_are_read_and_said(read):
    def fill(book, sheet):
        people(["A", "a@example.com", "", ""], ["B", "b@example.com", "", ""], ["C", "c@example.com", "", ""])(
            book, sheet
        )
        sheet.set_row(2, None, None, {"hidden": True})
        sheet.set_row(3, None, None, {"hidden": True})

    found = read(xlsx(fill))

    assert len(found.rows) == 3
    assert found.warnings == {"hidden_rows": (3, False)}


def test_a_hidden_sheet_is_offered_only_by_name(read):
    def fill(book, sheet):
        people(["A", "a@example.com", "", ""])(book, sheet)
        other = book.add_worksheet("Archive")
        people(*[["B", "b@example.com", "", ""]] * 5)(book, other)
        other.hide()

    found = read(xlsx(fill))

    assert (found.summary.file_info["sheets"], found.cells[0][0], found.warnings) == (["People"], "A", {})
    assert read(xlsx(fill), sheet="Archive").cells[0][0] == "B"


def test_what_is_odd_is_said_of_the_sheet_that_is_read_however_the_parts_are_numbered(read):
    def fill(book, sheet):
        people(["A", "a@example.com", "", ""])(book, sheet)
        book.add_worksheet("Empty").set_row(5, None, None, {"hidden": True})

    def swapped(text):
        return (
            text.replace("sheet1.xml", "x")
            .replace("sheet2.xml", "sheet1.xml")
            .replace('"worksheets/x', '"worksheets/sheet2.xml')
        )

    content = rewritten(xlsx(fill), "xl/_rels/workbook.xml.rels", swapped)

    # The part numbered first now belongs to the sheet named second.
    assert [read(content, sheet=name).warnings for name in ("Empty",)] == [{}]


def test_merged_cells_mean_each_of_their_rows(read):
    def fill(book, sheet):
        sheet.write_row(0, 0, ["Company", "Name", "Email"])
        sheet.merge_range(1, 0, 2, 0, "Harborlight")
        sheet.write_row(1, 1, ["Maya", "maya@example.com"])
        sheet.write_row(2, 1, ["Derek", "derek@example.com"])

    assert read(xlsx(fill)).cells == [
        ["Harborlight", "Maya", "maya@example.com"],
        ["Harborlight", "Derek", "derek@example.com"],
    ]


def test_a_title_merged_over_the_table_is_no_header(read):
    def fill(book, sheet):
        sheet.merge_range(0, 0, 0, 3, "Customers of the north, January 2024")
        sheet.write_row(1, 0, HEADERS)
        for row in range(2, 5):
            sheet.write_row(row, 0, [f"P{row}", f"p{row}@example.com", "+12125550143", "10001"])

    found = read(xlsx(fill))

    assert (found.headers, found.summary.file_info["header_row"], len(found.rows)) == (HEADERS, 2, 3)
    assert found.warnings == {"title_lines": (1, False)}


def test_formulas_have_their_stored_values_and_are_said_where_they_have_none(read):
    def fill(book, sheet):
        sheet.write_row(0, 0, ["Email", "Name", "Score"])
        for row, (value, score) in enumerate([("Maya H", 5), ("Derek O", 6)], 1):
            sheet.write(row, 0, f"a{row}@example.com")
            sheet.write_formula(row, 1, '=A1&" "&B1', None, value)
            sheet.write_formula(row, 2, "=1+1", None, score)

    assert read(xlsx(fill)).cells == [["a1@example.com", "Maya H", "5"], ["a2@example.com", "Derek O", "6"]]
    for without in (
        lambda text: text.replace("<v>6</v>", ""),
        lambda text: text.replace("<v>6</v>", "<v/>"),
        lambda text: text.replace("<v>6</v>", "<v></v>"),
    ):
        found = read(rewritten(xlsx(fill), "xl/worksheets/sheet1.xml", without))
        assert found.cells[1] == ["a2@example.com", "Derek O", ""]
        assert found.warnings == {"uncomputed_formulas": (3, False)}


# OpenDocument --------------------------------------------------------------------------------------------------------

ODS_TYPE = "application/vnd.oasis.opendocument.spreadsheet"


def ods(*tables, manifest=""):
    """Return an OpenDocument spreadsheet with the given <table:table> elements."""
    content = io.BytesIO()
    names = " ".join(
        f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{prefix}:1.0"' for prefix in ("office", "table", "text")
    )
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("mimetype", ODS_TYPE)
        archive.writestr("META-INF/manifest.xml", f"<manifest>{manifest}</manifest>")
        archive.writestr(
            "content.xml",
            f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {names} office:version="1.2"><office:body>'
            f"<office:spreadsheet>{''.join(tables)}</office:spreadsheet></office:body></office:document-content>",
        )
    return content.getvalue()


def ods_table(name, *rows, after=""):
    cells = "".join(
        "<table:table-row>"
        + "".join(
            f'<table:table-cell office:value-type="string"><text:p>{cell}</text:p></table:table-cell>' for cell in row
        )
        + "</table:table-row>"
        for row in rows
    )
    return f'<table:table table:name="{name}">{cells}{after}</table:table>'


def test_zeros_that_an_opendocument_number_shows_are_digits(read):
    def number(value, shown):
        return (
            f'<table:table-cell office:value-type="float" office:value="{value}"><text:p>{shown}</text:p>'
            "</table:table-cell>"
        )

    rows = (
        f"<table:table-row>{number(4109, '04109')}{number(7, '7')}</table:table-row>"
        f"<table:table-row>{number(89073, '89073')}{number(1.5, '01.50')}</table:table-row>"
        f'<table:table-row table:number-rows-repeated="2">{number(341998877, "0341998877")}</table:table-row>'
    )
    styles = '<number:number xmlns:number="n" number:min-integer-digits="5"/>'
    found = read(ods(styles, ods_table("People", ["Code", "Score"], after=rows)))

    assert found.cells == [["04109", "7"], ["89073", "1.5"], ["0341998877", ""], ["0341998877", ""]]


def test_an_opendocument_spreadsheet_is_read(read):
    endless = (
        '<table:table-row table:number-rows-repeated="1048570"><table:table-cell table:number-columns-repeated="1024"/>'
        "</table:table-row>"
    )
    found = read(
        ods(
            ods_table("Notes", ["Hello"]),
            ods_table("People", HEADERS, ["Ana", "a@example.com", "030 901820", "01234"], after=endless),
        )
    )

    assert found.cells == [["Ana", "a@example.com", "030 901820", "01234"]]
    assert found.summary.file_info["sheet"] == "People"
    assert found.warnings == {"several_sheets": (None, True)}


def test_an_opendocument_spreadsheet_with_a_password_is_refused(refusal):
    assert refusal(ods(manifest="<manifest:encryption-data/>")) == "password_protected"


@pytest.mark.parametrize("kind", ["application/vnd.oasis.opendocument.text", "application/epub+zip"])
def test_another_opendocument_file_is_refused(refusal, kind):
    content = ods(ods_table("People", HEADERS)).replace(ODS_TYPE.encode(), kind.encode().ljust(len(ODS_TYPE)))

    assert refusal(content) in ("unsupported_type", "damaged_file")


# Other programs ------------------------------------------------------------------------------------------------------


def test_a_workbook_of_openpyxl_is_read(read):
    book = openpyxl.Workbook()
    book.active.append(HEADERS)
    book.active.append(["Ana", "a@example.com", "030 901820", 1234])
    book.active["D2"].number_format = "00000"
    content = io.BytesIO()
    book.save(content)

    assert read(content.getvalue()).cells == [["Ana", "a@example.com", "030 901820", "01234"]]


@pytest.mark.parametrize("ending", ["xls", "xlsx", "xlsb", "ods", "csv", "txt"])
def test_a_workbook_is_read_whatever_its_name_ends_in(read, data, tmp_path, ending):
    new, old = tmp_path / f"new.{ending}", tmp_path / f"old.{ending}"
    new.write_bytes(xlsx(people(["Maya", "maya@example.com", "+12125550143", "10014"])))
    old.write_bytes((data / "biff8.xls").read_bytes())

    assert read(new).cells == [["Maya", "maya@example.com", "+12125550143", "10014"]]
    assert len(read(old).rows) == 2
