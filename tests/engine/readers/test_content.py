from __future__ import annotations

import gzip
import io
import zipfile

import pytest

from imports.engine.errors import SourceRejected
from imports.engine.readers.content import Content, content_of

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def zipped(**members):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    return content.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR",
        b"\xff\xd8\xff\xe0\x00\x10JFIF",
        b"%PDF-1.7\n1 0 obj",
        b"{\\rtf1\\ansi Name}",
        b"MZ\x90\x00\x03\x00\x00\x00",
        gzip.compress(b"Name,Email\n"),
        zipped(**{"[Content_Types].xml": "<Types wordprocessingml.document.main+xml/>"}),
        b'[{"name": "Ana"}]',
        b'{"contacts": []}',
        '\ufeff{"contacts": []}'.encode(),
        '{"contacts": []}'.encode("utf-16"),
        b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nEND:VCALENDAR\r\n",
        b'<?xml version="1.0"?><contacts><contact/></contacts>',
        b"MIME-Version: 1.0\r\nContent-Type: multipart/related\r\n",
        b"<html><body><p>Sign in to download</p></body></html>",
        OLE + bytes(512 - len(OLE)),
        bytes(range(256)) * 10,
    ],
)
def test_what_is_no_table_is_refused_whatever_its_name(read, content):
    with pytest.raises(SourceRejected) as rejected:
        read(content)

    assert rejected.value.code == "unsupported_type"
    # Clients match on it.
    assert rejected.value.message == "Invalid file type. Only CSV and Excel files allowed."


@pytest.mark.parametrize(
    "header", ["ID3,Email", "MZ,Email", "GIF8,Email", '"{Name}",Email', "[Name],Email", "<Name>,Email"]
)
def test_headers_that_begin_like_something_else_are_text(tmp_path, header):
    (tmp_path / "source").write_text(f"{header}\nA,a@example.com\n")

    assert content_of(tmp_path / "source") is Content.DELIMITED
