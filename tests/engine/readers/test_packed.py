"""A ZIP archive with one table in it is read; anything else in an archive is refused, by name."""

from __future__ import annotations

import io
import zipfile

import pytest

from imports.engine.errors import SourceRejected
from imports.engine.readers import Limits

PEOPLE = "First Name,Email\nMaya,maya@example.com\nDerek,derek@example.com\n"
CARD = "BEGIN:VCARD\r\nFN:Ana\r\nEND:VCARD\r\n"
CELLS = [["Maya", "maya@example.com"], ["Derek", "derek@example.com"]]


def zipped(members, *, method=zipfile.ZIP_DEFLATED):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", method) as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    return content.getvalue()


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_the_one_table_of_an_archive_is_read(read, method):
    found = read(zipped({"export/people.csv": PEOPLE}, method=method))

    assert (found.cells, found.warnings) == (CELLS, {})
    assert found.summary.file_info == {
        "type": "csv",
        "encoding": "utf-8",
        "delimiter": ",",
        "sheet": None,
        "header_row": 1,
        "packed_in": "zip",
        "member": "export/people.csv",
    }


@pytest.mark.parametrize(
    "clutter",
    [
        {"export/": ""},
        {"__MACOSX/._people.csv": "\x00\x05\x16\x07", ".DS_Store": "\x00\x00\x00\x01Bud1"},
        {"Thumbs.db": "x", "desktop.ini": "[x]"},
    ],
)
def test_what_programs_put_into_archives_is_not_counted(read, clutter):
    found = read(zipped({**clutter, "people.csv": PEOPLE}))

    assert (found.cells, found.warnings) == (CELLS, {})


def test_a_table_beside_files_that_are_none_is_read_and_they_are_named(read):
    found = read(zipped({"README.txt": "Hello", "logo.png": "x", "people.csv": PEOPLE}))

    assert (found.cells, found.warnings) == (CELLS, {"archive_members": (None, False)})
    assert "“README.txt”, “logo.png”" in found.summary.warnings[0].message


def test_an_archive_is_read_as_its_file_is(read):
    assert read(zipped({"a.csv": "Name;E-Mail\nJürgen;j@example.com\n".encode("cp1252")})).cells[0][0] == "Jürgen"
    assert read(zipped({"contacts.vcf": CARD})).summary.type == "vcard"
    assert read(zipped({"people.dat": PEOPLE})).cells == CELLS


@pytest.mark.parametrize(
    ("members", "named"),
    [
        ({"a.csv": PEOPLE, "b.csv": PEOPLE}, "“a.csv”, “b.csv”"),
        ({"a.csv": PEOPLE, "b.xlsx": "PK"}, "“a.csv”, “b.xlsx”"),
        ({"a.txt": PEOPLE, "b.txt": PEOPLE}, "“a.txt”, “b.txt”"),
        ({f"{number}.csv": PEOPLE for number in range(7)}, "“0.csv”, “1.csv”, “2.csv”, “3.csv”, “4.csv” and 2 more"),
        ({"inner.zip": zipped({"people.csv": PEOPLE})}, "“inner.zip”"),
    ],
)
def test_several_files_and_archives_in_archives_are_refused_by_name(read, members, named):
    with pytest.raises(SourceRejected) as rejected:
        read(zipped(members))

    assert rejected.value.code == "unsupported_type"
    assert rejected.value.message.startswith("Invalid file type. Only CSV and Excel files allowed. ")
    assert named in rejected.value.message


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ({}, "empty_file"),
        ({"export/": ""}, "empty_file"),
        ({"people.csv": ""}, "empty_file"),
        ({"people.csv": "Name,Email\n"}, "empty_file"),
        ({"readme": "Hello"}, "unsupported_type"),
        ({"photo.png": b"\x89PNG\r\n\x1a\n\x00\x00"}, "unsupported_type"),
        ({"mimetype": "application/epub+zip", "book.html": "<table><tr><td>a"}, "unsupported_type"),
        ({"META-INF/MANIFEST.MF": "", "a.csv": PEOPLE}, "unsupported_type"),
        ({"zeros.csv": "a,b\n" + "0" * 150_000_000}, "unsafe_file"),
    ],
)
def test_what_holds_no_table_is_refused(refusal, members, code):
    assert refusal(zipped(members)) == code


def test_what_unpacks_to_more_than_is_allowed_is_refused_whatever_the_directory_says(refusal):
    lying = bytearray(zipped({"people.csv": PEOPLE * 100_000}))
    place = lying.rindex(b"PK\x01\x02")
    lying[place + 24 : place + 28] = (100).to_bytes(4, "little")

    assert refusal(bytes(lying), limits=Limits(unpacked_bytes=1_000_000)) == "unsafe_file"


def test_an_archive_with_a_password_is_refused(refusal):
    locked = bytearray(zipped({"people.csv": PEOPLE}))
    for sign, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        locked[locked.index(sign) + offset] |= 1

    assert refusal(bytes(locked)) == "password_protected"


@pytest.mark.parametrize("kept", [10, 60, 100])
def test_an_archive_that_is_cut_off_is_damaged(refusal, kept):
    assert refusal(zipped({"people.csv": PEOPLE})[:kept]) == "damaged_file"


def test_nothing_of_an_archive_stays_behind(read, tmp_path):
    read(zipped({"people.csv": PEOPLE}))

    assert sorted(path.name for path in tmp_path.iterdir()) == ["rows", "source"]
