from __future__ import annotations

import csv
import io
import tempfile
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from imports.engine.formulas import harmless
from imports.engine.readers import Limits, ReadingOptions, delimited, read_source
from imports.engine.rows_file import open_rows_file

HEADER = "First Name,Last Name,Email,Phone,Company\r\n"
MAYA = "Maya,Hollister,maya@example.com,+12125550143,Harborlight\r\n"
DEREK = "Derek,Okafor,derek@example.com,+14155550187,Cobalt\r\n"
PRIYA = "Priya,Venkatesan,priya@example.com,+13125550166,Windrow\r\n"
MAYA_CELLS, DEREK_CELLS, PRIYA_CELLS = (line.strip().split(",") for line in (MAYA, DEREK, PRIYA))


def test_a_plain_file_is_read_without_a_question(read):
    found = read(HEADER + MAYA + DEREK)

    assert found.headers == ["First Name", "Last Name", "Email", "Phone", "Company"]
    assert found.rows == [(2, MAYA_CELLS), (3, DEREK_CELLS)]
    assert found.summary.file_info == {
        "type": "csv",
        "encoding": "utf-8",
        "delimiter": ",",
        "sheet": None,
        "header_row": 1,
    }
    assert found.summary.columns[2].samples == ("maya@example.com", "derek@example.com")
    assert found.warnings == {}


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", "^", "~"])
def test_the_delimiter_is_found(read, delimiter):
    found = read((HEADER + MAYA + DEREK).replace(",", delimiter))

    assert found.summary.file_info["delimiter"] == delimiter
    assert found.cells == [MAYA_CELLS, DEREK_CELLS]


@pytest.mark.parametrize(
    ("text", "delimiter"),
    [
        ("Name;Amount;Email\nA;1,5;a@example.com\nB;2,5;b@example.com\n", ";"),  # decimal commas
        ("Name\tAddress\nA\t1 Alder St, Apt 2, Boston\nB\t2 Elm St, Apt 3, Austin\n", "\t"),
        ("Name,Tags\nA,x;y;z\nB,x;z\n", ","),
        ("Email\na@example.com\n", ","),  # one column
    ],
)
def test_a_delimiter_inside_cells_does_not_mislead(read, text, delimiter):
    assert read(text).summary.file_info["delimiter"] == delimiter


def test_a_chosen_delimiter_wins(read):
    assert read("a;b,c\n1;2,3\n", delimiter=";").cells == [["1", "2,3"]]


def test_a_sep_line_is_neither_header_nor_row(read):
    found = read("sep=;\r\nName;Email\r\nMaya, M;maya@example.com\r\n")

    assert found.headers == ["Name", "Email"]
    assert found.rows == [(2, ["Maya, M", "maya@example.com"])]


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_line_ends_of_every_kind(read, line_end):
    text = (HEADER + MAYA + DEREK).replace("\r\n", line_end)

    assert read(text).cells == [MAYA_CELLS, DEREK_CELLS]
    assert read(text.rstrip()).cells == [MAYA_CELLS, DEREK_CELLS]


def test_line_ends_may_be_mixed(read):
    assert read("A,B\r1,2\n3,4\r\n5,6").cells == [["1", "2"], ["3", "4"], ["5", "6"]]


def test_cells_keep_what_they_hold(read):
    found = read('A,B,C\n 1 ,"x\r\ny","He said ""no"", twice"\n007,\u2028,בע"מ\n')

    assert found.cells == [[" 1 ", "x\r\ny", 'He said "no", twice'], ["007", "\u2028", 'בע"מ']]


def test_other_ways_of_quoting(read):
    assert read("'Name','Email'\n'Maya, M','maya@example.com'\n").cells == [["Maya, M", "maya@example.com"]]
    assert read('Name,Email\n"Maya \\"Mo\\" M",m@example.com\n').cells == [['Maya "Mo" M', "m@example.com"]]
    assert read('Name, Email\n"Maya, M", "m@example.com"\n').cells == [["Maya, M", "m@example.com"]]


def test_row_numbers_count_every_record(read):
    found = read("\r\n\r\n" + HEADER + "\r\n" + MAYA + "   \r\n,,,,\r\n" + DEREK + "\r\n")

    assert found.row_numbers == [5, 8]
    assert found.summary.file_info["header_row"] == 3
    assert found.warnings == {}


def test_a_record_of_several_lines_is_one_row(read):
    assert read('Name,Notes\nA,"one\ntwo"\nB,x\n').row_numbers == [2, 3]


def test_title_lines_are_left_out(read):
    found = read("Customer list 2024,,,,\r\nExported by: S. Doyle,,,,\r\n,,,,\r\n" + HEADER + MAYA)

    assert found.rows == [(5, MAYA_CELLS)]
    assert found.warnings == {"title_lines": (1, False)}


def test_comments_and_repeated_headers_are_left_out(read):
    found = read("# made by a program\r\n" + HEADER + MAYA + "# page 2\r\n" + HEADER + DEREK)

    assert found.rows == [(3, MAYA_CELLS), (6, DEREK_CELLS)]
    assert found.warnings == {"title_lines": (1, False), "comment_line": (4, False), "repeated_header": (5, False)}


@pytest.mark.parametrize("footer", ["Total: 2 contacts\r\n", "\r\nmade on Monday\r\n", "(2 rows)\r\n"])
def test_a_footer_is_left_out_and_said(read, footer):
    found = read(HEADER + MAYA + DEREK + footer)

    assert found.cells == [MAYA_CELLS, DEREK_CELLS]
    assert found.warnings == {"footer": (4 + footer.startswith("\r"), True)}


def test_a_last_row_with_one_address_is_no_footer(read):
    assert len(read(HEADER + MAYA + "\r\n,,ida@example.com\r\n").rows) == 2


def test_without_header_the_first_person_is_a_row(read):
    found = read(MAYA + DEREK)

    assert found.headers == ["Column 1", "Column 2", "Column 3", "Column 4", "Column 5"]
    assert found.rows == [(1, MAYA_CELLS), (2, DEREK_CELLS)]
    assert found.summary.file_info["header_row"] is None
    assert found.warnings == {"no_header": (1, True)}


def test_two_header_rows_are_asked_about(read):
    grouped = read("Person,,Contact,,\r\n" + HEADER + MAYA + DEREK)
    doubled = read("first,last,email,phone,company\r\n" + HEADER + MAYA + DEREK)

    assert grouped.headers == ["First Name", "Last Name", "Email", "Phone", "Company"]
    assert doubled.headers == ["first", "last", "email", "phone", "company"]
    assert grouped.rows == doubled.rows == [(3, MAYA_CELLS), (4, DEREK_CELLS)]
    assert grouped.warnings == {"two_header_rows": (2, True)}
    assert doubled.warnings == {"two_header_rows": (1, True)}


def test_a_second_table_is_asked_about(read):
    found = read(HEADER + MAYA + DEREK + "\r\nProduct,Price,Colour,Size,Stock\r\nPipe,3,red,2,4\r\n")

    assert found.warnings == {"several_tables": (5, True)}


def test_the_header_row_can_be_chosen(read):
    text = "a,b\nc,d\ne,f\n"

    assert (read(text, header_row=2).headers, read(text, header_row=2).rows) == (["c", "d"], [(3, ["e", "f"])])
    assert (read(text, header_row=0).headers, len(read(text, header_row=0).rows)) == (["Column 1", "Column 2"], 3)


def test_a_header_row_that_is_not_there_is_refused(refusal):
    assert refusal("a,b\n1,2\n", header_row=7) == "invalid_header_row"


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("Email,Email,Email", ["Email", "Email 2", "Email 3"]),
        ("Email,Email,Email 2", ["Email", "Email 3", "Email 2"]),  # the first of a name keeps it
        ("Name,,x", ["Name", "Column 2", "x"]),
        ("Column 2,,x", ["Column 2", "Column 3", "x"]),
        ('"Last\nName",  First  Name ,x', ["Last Name", "First Name", "x"]),
        ("'=Sum,'+Plus,x", ["=Sum", "+Plus", "x"]),
    ],
)
def test_headers_are_unique(read, header, expected):
    assert read(f"{header}\na,b,c\nd,e,f\n").headers == expected


def test_short_rows_are_padded(read):
    found = read(HEADER + MAYA + "Derek,Okafor,derek@example.com\r\nPriya\r\n" + PRIYA)

    assert found.cells[1:3] == [["Derek", "Okafor", "derek@example.com", "", ""], ["Priya", "", "", "", ""]]
    assert found.warnings == {"short_row": (3, False)}


def test_long_rows_are_asked_about(read):
    found = read(HEADER + MAYA + "Derek,Okafor,derek@example.com,+14155550187,Cobalt, Inc\r\n" + PRIYA)

    assert found.cells == [MAYA_CELLS, DEREK_CELLS, PRIYA_CELLS]
    assert found.warnings == {"long_row": (3, True)}


def test_trailing_delimiters_are_no_cells(read):
    assert read(HEADER.replace("\r\n", ",,\r\n") + MAYA.replace("\r\n", ",,\r\n")).warnings == {}


def test_columns_without_a_name_are_kept_and_asked_about(read):
    found = read("Name,Email\nMaya,maya@example.com,x\nDerek,derek@example.com,y\n")

    assert found.headers == ["Name", "Email", "Column 3"]
    assert found.warnings["unnamed_columns"] == (None, True)


def test_control_characters_are_taken_out(read):
    found = read(
        (HEADER + MAYA).encode() + b"De\x00rek,Oka\x07for,derek@example.com\x00,+14155550187,Cobalt\xc2\x85\r\n"
    )

    assert found.cells == [MAYA_CELLS, DEREK_CELLS]
    assert found.warnings == {"control_characters": (3, False)}


@pytest.mark.parametrize("lines", [1, 2, 3, 5])
def test_records_are_the_same_however_many_lines_are_read_at_once(read, monkeypatch, lines):
    text = (
        'Name,Email,Notes\nAna,a@example.com,"one\ntwo\n\nfour"\n\nBo,b@example.com,"x"y\nCy,c@example.com,"lost\n'
        'Di,d@example.com,"a ""b"" c"\nEd,e@example.com,"\n"\nFlo,f@example.com,end'
    )
    whole = read(text)
    monkeypatch.setattr(delimited, "BATCH_LINES", lines)

    found = read(text)

    assert (found.rows, found.warnings) == (whole.rows, whole.warnings)
    assert whole.warnings == {"unclosed_quote": (5, True)}
    assert [number for number, _ in found.rows] == [2, 4, 5, 6, 7, 8]


def test_long_cells_are_cut(read):
    found = read("Email,Notes\na@example.com," + "x" * 40_000 + "\n")

    assert len(found.cells[0][1]) == 32_767
    assert found.warnings == {"long_cell": (2, False)}


@pytest.mark.parametrize(
    ("text", "row"),
    [
        (HEADER + MAYA + DEREK.replace("Okafor", '"Okafor') + PRIYA, 3),
        # The quote is closed by one that opens a cell further down.
        (HEADER + MAYA + DEREK.replace("Okafor", '"Okafor') + PRIYA.replace("Priya", '"Priya"'), 3),
    ],
)
def test_an_unclosed_quote_swallows_no_row(read, text, row):
    found = read(text)

    assert found.cells == [MAYA_CELLS, [DEREK_CELLS[0], '"Okafor', *DEREK_CELLS[2:]], PRIYA_CELLS]
    assert found.warnings == {"unclosed_quote": (row, True)}


def test_an_unclosed_quote_in_a_large_file_costs_no_memory_and_no_rows(read):
    found = read(HEADER + MAYA.replace("Hollister", '"Hollister') + DEREK * 30_000)

    assert len(found.rows) == 30_001
    assert found.cells[-1] == DEREK_CELLS


def test_many_unclosed_quotes_end(read):
    found = read(HEADER + MAYA.replace("Hollister", '"Hollister') * 200)

    assert len(found.rows) == 200
    assert all(warning.code == "unclosed_quote" for warning in found.summary.warnings)


@pytest.mark.parametrize(
    ("dates", "order", "warning"),
    [
        (["03/04/1990", "05/06/1991"], "ambiguous", {"ambiguous_dates": (2, True)}),
        (["03/04/1990", "25/06/1991"], "dmy", {}),
        (["03/04/1990", "06/25/1991"], "mdy", {}),
        (["25/06/1991", "06/25/1991", "03/04/1990"], "mixed", {"mixed_dates": (4, True)}),
        (["03.04.1990", "05.06.1991"], "", {}),  # with dots the day comes first everywhere
        (["04/04/1990", "05/05/1991"], "", {}),
        (["1990-04-03", "1991-06-05"], "", {}),
    ],
)
def test_the_order_of_dates_is_judged_by_the_whole_column(read, dates, order, warning):
    found = read("Email,Birthday\n" + "".join(f"a{i}@example.com,{date}\n" for i, date in enumerate(dates)))

    assert found.summary.columns[1].date_order == order
    assert found.warnings == warning


def test_one_date_far_down_decides_the_order(read):
    rows = [f"a{i}@example.com,03/04/1990\n" for i in range(3_000)] + ["z@example.com,31/12/1990\n"]

    assert read("Email,Birthday\n" + "".join(rows)).summary.columns[1].date_order == "dmy"


def test_dates_after_a_few_blanks_are_judged_too(read):
    rows = [f"a{i}@example.com,\n" for i in range(12)] + ["z@example.com,03/04/1990\n"]

    assert read("Email,Birthday\n" + "".join(rows)).warnings == {"ambiguous_dates": (14, True)}


def test_digits_lost_by_a_spreadsheet_are_asked_about_wherever_they_are(read):
    rows = [f"e{i}@example.com,{'1.21256E+10' if i == 2_500 else '13125550166'}\n" for i in range(3_000)]

    assert read("Email,Phone\n" + "".join(rows)).warnings == {"digits_lost": (2_502, True)}
    assert read("Email,Phone\njoe+1@example.com,13125550166\n").warnings == {}


def test_formula_cells_of_our_exports_come_back(read):
    assert read("Name,Note\n'=1+1,'+49 89\n''=x,O'Neill\n'Ana,'\n").cells == [
        ["=1+1", "+49 89"],
        ["'=x", "O'Neill"],
        ["'Ana", "'"],
    ]


def test_columns_show_what_is_in_them(read):
    rows = "".join(f"{'' if i < 2_000 else 'x'},e{i}@example.com,{i % 2}\n" for i in range(2_500))
    sparse, email, flag = read("Sparse,Email,Flag\n" + rows).summary.columns

    assert sparse.samples == ("x",)
    assert (len(email.samples), len(email.values)) == (3, 50)
    assert flag.values == ("0", "1")


@pytest.mark.parametrize("text", ["", "\n", "\ufeff", "\r\n  \r\n,,,\r\n", HEADER, HEADER + ",,,,\r\n", "Email\n"])
def test_a_file_without_rows_is_refused(refusal, text):
    assert refusal(text) == "empty_file"


@pytest.mark.parametrize(
    ("limits", "code"),
    [
        (Limits(size_bytes=20), "file_too_large"),
        (Limits(rows=1), "sheet_too_large"),
        (Limits(columns=4), "sheet_too_large"),
    ],
)
def test_a_file_over_a_limit_is_refused_and_one_at_it_is_read(read, refusal, limits, code):
    assert refusal(HEADER + MAYA + DEREK, limits=limits) == code
    assert len(read(HEADER + MAYA + DEREK, limits=Limits(rows=2, columns=5)).rows) == 2


def test_a_wide_table_is_read_whole(read):
    header = ",".join(f"Field {i}" for i in range(5_000))
    found = read(header + "\n" + ("a" + ",x" * 4_999 + "\n") * 40)

    assert (len(found.rows), found.rows[-1][0], len(found.cells[-1])) == (40, 41, 5_000)


def test_many_columns_are_asked_about(read):
    header = ",".join(["Email", *(f"Field {i}" for i in range(600))])

    assert read(header + "\na@example.com" + ",x" * 600 + "\n").warnings == {"many_columns": (None, True)}


# Two of these and a sign after them may be text that was encoded twice; test_encoding.py has that.
LEADS = "".join(map(chr, range(0xC2, 0xF5)))
words = st.text(
    st.characters(
        codec="utf-8",
        exclude_categories=["Cc"],
        exclude_characters="\ufffd\ufeff" + LEADS,
        include_characters="\r\n\t",
    ),
    max_size=20,
)
tables = st.integers(2, 6).flatmap(
    lambda width: st.lists(st.lists(words, min_size=width, max_size=width), min_size=1, max_size=12)
)


@given(
    rows=tables,
    delimiter=st.sampled_from(",;\t|"),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    line_end=st.sampled_from(["\n", "\r\n", "\r"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-32"]),
)
@example(rows=[["'=1", "''+"]], delimiter=",", quoting=csv.QUOTE_MINIMAL, line_end="\n", encoding="utf-8")
def test_what_csv_writes_comes_back(rows, delimiter, quoting, line_end, encoding):
    header = ["Email", *(f"Field {place}" for place in range(1, len(rows[0])))]
    # A row that is blank, a comment or a footer is none; each row here has an address first.
    rows = [[f"e{place}@example.com", *row[1:]] for place, row in enumerate(rows)]
    if any("\r" in cell or "\n" in cell for row in rows for cell in row):
        quoting = csv.QUOTE_ALL  # the writer quotes no line end but its own
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter, quoting=quoting, lineterminator=line_end)
    writer.writerows([header, *([harmless(cell) for cell in row] for row in rows)])

    with tempfile.TemporaryDirectory() as folder:
        path, rows_path = Path(folder) / "source", Path(folder) / "rows"
        path.write_bytes(text.getvalue().encode(encoding))
        options = ReadingOptions(delimiter=delimiter)
        read_source(path, rows_path, options, Limits())
        found = open_rows_file(rows_path)

        assert found.headers == header
        assert list(found.rows()) == [(number, row) for number, row in enumerate(rows, 2)]


@given(st.binary(max_size=3_000))
@example(b'a,b\n"')
@example(b"\xff\xfea\x00")
def test_any_bytes_are_read_or_refused(content):
    from imports.engine.errors import SourceRejected

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "source"
        path.write_bytes(content)
        try:
            summary = read_source(path, Path(folder) / "rows", ReadingOptions(), Limits())
        except SourceRejected:
            return
        assert summary.total_rows == len(list(open_rows_file(Path(folder) / "rows").rows())) > 0
