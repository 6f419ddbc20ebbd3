"""Makes nasty files of good ones: for the bounded fuzzing of the tests, and the long one of bench/fuzz_reading.py."""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Callable, Iterator

import xlsxwriter

HEADER = ["First Name", "Last Name", "Email", "Phone", "Country", "Birthday", "Notes"]
PEOPLE = [
    ["Maya", "Hollister", "maya@example.com", "+12125550143", "US", "1986-03-14", "first, second"],
    ["Jürgen", "Weiß", "j.weiss@example.com", "030 901820", "DE", "14.03.1986", 'said "hi"'],
    ["美咲", "高橋", "misaki@example.com", "03-1234-5678", "JP", "1986/3/14", "two\nlines"],
    ["Анна", "Кузнецова", "anna@example.com", "8 903 123-45-67", "RU", "3/14/86", "=1+1"],
]
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "cp1251", "cp932", "gb18030", "koi8-r")
# What readers look for, and what they may trip over.
TOKENS = [
    *(b'"', b'""', b"'", b",", b";", b"\t", b"|", b"^", b"\r", b"\n", b"\r\n", b"\r\r\n", b"\x00", b"\x1a", b"\x1b$B"),
    *(b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\xc3", b"\xe2\x80", b"\xf0\x9f", b"\x81", b"\\", b'\\"', b"#"),
    *(b"sep=;\n", b"Total: 3 records\n", b"-----\n", b"a@example.com", b"1.2E+10", b"03/04/2024", b"'=1+1", b"//"),
    *(b"<table><tr><td>", b"<td colspan=999>", b"</table>", b"<script>", b"&#0;", b"&#xD800;", b"<!--", b"]]>"),
    *(b"BEGIN:VCARD\n", b"END:VCARD\n", b"AGENT:\n", b";ENCODING=QUOTED-PRINTABLE:=", b";CHARSET=utf-16:", b"\n "),
    *(b'r="XFD1048576"', b'r="A0"', b't="e"', b't="s"><v>9999999</v>', b"<v>1e308</v>", b'spans="1:9"', b"<row r='9'>"),
    *(b"PK\x03\x04", b"PK\x05\x06", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"{", b"[", b"<?xml?>", b"%PDF-"),
    *(b"\xc2\x85", b";;;;", b"=\n", b"<!DOCTYPE x>"),
]  # fmt: skip


def text_table(chance: random.Random) -> bytes:
    """Return a delimited text, mostly a good one."""
    delimiter = chance.choice([",", ";", "\t", "|", "^", " ", ":"])
    end = chance.choice(["\n", "\r\n", "\r"])
    rows = [HEADER, *chance.choices(PEOPLE, k=chance.randint(0, 8))]
    if chance.random() < 0.3:
        rows.insert(chance.randint(0, len(rows)), chance.choice([["Report"], [], ["Total", "3"], HEADER, ["# note"]]))

    def cell(text: str) -> str:
        quoted = any(sign in text for sign in (delimiter, '"', "\n")) or chance.random() < 0.1
        return '"' + text.replace('"', '""') + '"' if quoted and chance.random() < 0.95 else text

    text = end.join(delimiter.join(map(cell, row)) for row in rows) + end
    return text.encode(chance.choice(ENCODINGS), "replace")


def cards(chance: random.Random) -> bytes:
    """Return a file of vCards."""
    lines = []
    for row in chance.choices(PEOPLE, k=chance.randint(1, 4)):
        lines += ["BEGIN:VCARD", f"VERSION:{chance.choice(['2.1', '3.0', '4.0'])}", f"N:{row[1]};{row[0]};;;"]
        lines += [f"EMAIL;TYPE=WORK:{row[2]}", f"TEL;TYPE=CELL:{row[3]}", f"ADR:;;Street 1;City;;1234;{row[4]}"]
        lines += [f"BDAY:{row[5]}", "NOTE;ENCODING=QUOTED-PRINTABLE;CHARSET=UTF-8:J=C3=BCr=", "gen", "END:VCARD"]
    return "\r\n".join(lines).encode(chance.choice(("utf-8", "utf-16", "cp1252")), "replace")


def page(chance: random.Random) -> bytes:
    """Return a web page with a table."""
    rows = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in [HEADER, *PEOPLE])
    return f"<html><body><table border=1>{rows}</table></body></html>".encode(chance.choice(("utf-8", "utf-16")))


def spreadsheet_xml(chance: random.Random) -> bytes:
    """Return an XML spreadsheet of Excel 2003."""
    cells = [[f'<Cell><Data ss:Type="String">{cell}</Data></Cell>' for cell in row] for row in [HEADER, *PEOPLE]]
    rows = "".join(f"<Row>{''.join(row)}</Row>" for row in cells)
    space = "urn:schemas-microsoft-com:office:spreadsheet"
    return (
        f'<?xml version="1.0"?><Workbook xmlns="{space}" xmlns:ss="{space}"><Worksheet ss:Name="P"><Table>{rows}'
        "</Table></Worksheet></Workbook>"
    ).encode(chance.choice(("utf-8", "utf-16")))


def workbook(chance: random.Random) -> bytes:
    """Return an .xlsx, one part of which may be mangled while the archive stays whole."""
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        zeros = book.add_format({"num_format": "00000"})
        for number, row in enumerate([HEADER, *chance.choices(PEOPLE, k=3)]):
            sheet.write_row(number, 0, row)
        sheet.write(1, 7, 1234, zeros)
        sheet.write_formula(2, 7, "=1+1")
    if chance.random() < 0.3:
        return content.getvalue()
    changed = io.BytesIO()
    with zipfile.ZipFile(content) as source, zipfile.ZipFile(changed, "w", zipfile.ZIP_DEFLATED) as target:
        wanted = chance.choice(source.namelist())
        for name in source.namelist():
            part = source.read(name)
            target.writestr(name, mangled(part, chance) if name == wanted else part)
    return changed.getvalue()


def packed(chance: random.Random) -> bytes:
    """Return a ZIP archive with one of the others in it, or several."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(chance.choice((0, 1, 1, 1, 2))):
            archive.writestr(chance.choice(("a.csv", "b.vcf", "c.txt", "x/")) + str(number), text_table(chance))
    return content.getvalue()


KINDS: tuple[Callable[[random.Random], bytes], ...] = (text_table, cards, page, spreadsheet_xml, workbook, packed)


def mangled(content: bytes, chance: random.Random) -> bytes:
    """Return the content with a few things done to it."""
    changed = bytearray(content)
    for _ in range(chance.randint(1, 6)):
        place = chance.randint(0, len(changed))
        match chance.randint(0, 6):
            case 0:
                changed[place:place] = chance.choice(TOKENS)
            case 1:
                del changed[place : place + chance.randint(1, 40)]
            case 2:
                changed[place : place + 1] = bytes([chance.randint(0, 255)])
            case 3:
                changed[place:place] = changed[place : place + chance.randint(1, 200)] * chance.randint(1, 20)
            case 4:
                changed[place:place] = chance.choice(TOKENS) * chance.randint(2, 400)
            case 5:
                del changed[place:]
            case _:
                changed[place:place] = chance.randbytes(chance.randint(1, 30))
    return bytes(changed)


def files(seed: int) -> Iterator[bytes]:
    """Yield nasty files without end, the same ones for the same seed."""
    chance = random.Random(seed)
    while True:
        content = chance.choice(KINDS)(chance)
        yield mangled(content, chance) if chance.random() < 0.8 else content
