"""Workbooks that point at what is none of theirs: files of this machine, and addresses elsewhere."""

from __future__ import annotations

import io
import re
import select
import socket
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

CANARY = "canary.7f3a@example.com"
RELATIONSHIPS = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


@dataclass
class Outside:
    """What no workbook may reach."""

    file_url: str  # of a file with the canary in it
    http_url: str  # at a port of ours


@pytest.fixture
def outside(tmp_path) -> Iterator[Outside]:
    """Give addresses to point at. Fails if anybody connects to the port."""
    (tmp_path / "canary").write_text(CANARY)
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        yield Outside((tmp_path / "canary").as_uri(), f"http://127.0.0.1:{listening.getsockname()[1]}/canary")
        callers, _, _ = select.select([listening], [], [], 0)
    assert not callers


def rewritten(workbook: bytes, parts: dict[str, Callable[[str], str]], more: dict[str, str] | None = None) -> bytes:
    """Return a workbook with some of its parts changed, and others added."""
    content = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook)) as source, zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            change = parts.get(name, lambda text: text)
            target.writestr(name, change(source.read(name).decode()))
        for name, text in (more or {}).items():
            target.writestr(name, text)
    return content.getvalue()


def with_entity(url: str) -> Callable[[str], str]:
    """Return what puts an external entity into a part: it is declared, and stands for the first text."""

    def change(text: str) -> str:
        root = re.sub(r"^<\?xml[^>]*\?>\s*", "", text)
        doctype = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY outside SYSTEM "{url}">]>'
        return doctype + re.sub(r">[^<>\s][^<>]*<", ">&outside;<", root, count=1)

    return change


@pytest.mark.parametrize("scheme", ["file", "http"])
@pytest.mark.parametrize(
    "part",
    [
        "xl/worksheets/sheet1.xml",
        "xl/sharedStrings.xml",
        "xl/workbook.xml",
        "xl/_rels/workbook.xml.rels",
        "xl/styles.xml",
        "xl/theme/theme1.xml",
        "docProps/core.xml",
    ],
)
def test_an_external_entity_is_refused_and_not_followed(refusal, data, outside, part, scheme):
    url = outside.file_url if scheme == "file" else outside.http_url

    assert refusal(rewritten((data / "numbers.xlsx").read_bytes(), {part: with_entity(url)})) == "unsafe_file"


def test_a_link_to_another_workbook_is_not_followed_and_its_stored_value_is_read(read, data, outside):
    """A formula such as ='[people.xlsx]Sheet1'!A1 has the value that it had when the workbook was saved."""

    def linked(text: str) -> str:
        return text.replace(
            "</workbook>", '<externalReferences><externalReference r:id="rId99"/></externalReferences></workbook>'
        )

    def related(text: str) -> str:
        link = f'<Relationship Id="rId99" Type="{OFFICE}/externalLink" Target="externalLinks/externalLink1.xml"/>'
        return text.replace("</Relationships>", f"{link}</Relationships>")

    def with_formula(text: str) -> str:
        cell = '<c r="A2" t="str"><f>[1]Sheet1!A1</f><v>stored.value@example.com</v></c>'
        return re.sub(r'<c r="A2".*?</c>', cell, text, count=1)

    kind = f"{OFFICE}/externalLinkPath"
    hostile = rewritten(
        (data / "numbers.xlsx").read_bytes(),
        {
            "xl/workbook.xml": linked,
            "xl/_rels/workbook.xml.rels": related,
            "xl/worksheets/sheet1.xml": with_formula,
        },
        {
            "xl/externalLinks/externalLink1.xml": f'<externalLink xmlns="{MAIN}" xmlns:r="{OFFICE}">'
            '<externalBook r:id="rId1"><sheetNames><sheetName val="Sheet1"/></sheetNames></externalBook>'
            "</externalLink>",
            "xl/externalLinks/_rels/externalLink1.xml.rels": f'<Relationships xmlns="{RELATIONSHIPS}">'
            f'<Relationship Id="rId1" Type="{kind}" Target="{outside.http_url}" TargetMode="External"/>'
            f'<Relationship Id="rId2" Type="{kind}" Target="{outside.file_url}" TargetMode="External"/>'
            "</Relationships>",
        },
    )

    found = read(hostile)

    assert found.cells[0][0] == "stored.value@example.com"
    assert CANARY not in repr(found)
