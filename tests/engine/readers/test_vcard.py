"""vCards of all versions: a card is a row, numbered by its place in the file."""

from __future__ import annotations

import pytest


def card(*lines, end="\r\n"):
    return end.join(["BEGIN:VCARD", *lines, "END:VCARD", ""])


def first(found):
    return {header: cell for header, cell in zip(found.headers, found.cells[0], strict=True) if cell}


VERSION_3 = card(
    "VERSION:3.0",
    "PRODID:-//Example//Contacts//EN",
    "N:Hollister;Maya;Ann;Dr.;MBA",
    "FN:Dr. Maya Ann Hollister\\, MBA",
    "ORG:Harborlight Logistics;Sales;North",
    "TITLE:Head of Sales",
    "EMAIL;TYPE=INTERNET,HOME:maya@home.example.com",
    "EMAIL;TYPE=INTERNET,WORK,pref:maya@example.com",
    "TEL;TYPE=WORK,FAX:+1 212 555 0100",
    "TEL;TYPE=HOME:+1 212 555 0144",
    "TEL;TYPE=CELL:+1 212 555 0143",
    "ADR;TYPE=WORK:;Floor 5;418 Alder St;New York;NY;10001;USA",
    "ADR;TYPE=HOME:;;1 Elm Rd;Albany;NY;12201;USA",
    "BDAY:19860314",
    "URL:https://example.com/maya",
    "CATEGORIES:VIP,North\\, East",
    "NOTE:First line\\nsecond\\; with a very long text that goes on",
    "  in the next line\\\\",
    "X-SKYPE:maya.h",
    "PHOTO;ENCODING=b;TYPE=JPEG:/9j/4AAQSkZJRgABAQAAAQABAAD",
    " /2wBDAAMCAgMCAgMDAwME",
)


def test_everything_a_contact_has_a_field_for_comes_out_of_a_card(read):
    found = read(VERSION_3)

    assert first(found) == {
        "Full Name": "Dr. Maya Ann Hollister, MBA",
        "First Name": "Maya Ann",
        "Last Name": "Hollister",
        "Name Prefix": "Dr.",
        "Name Suffix": "MBA",
        "Email": "maya@example.com",
        "Home Email": "maya@home.example.com",
        "Phone": "+1 212 555 0143",
        "Home Phone": "+1 212 555 0144",
        "Fax": "+1 212 555 0100",
        "Company": "Harborlight Logistics",
        "Department": "Sales, North",
        "Title": "Head of Sales",
        "Street": "418 Alder St\nFloor 5",
        "City": "New York",
        "State": "NY",
        "Postal Code": "10001",
        "Country": "USA",
        "Home Address": "1 Elm Rd, Albany, NY, 12201, USA",
        "Website": "https://example.com/maya",
        "Birthday": "1986-03-14",
        "Tags": "VIP, North, East",
        "Notes": "First line\nsecond; with a very long text that goes on in the next line\\",
    }
    assert found.summary.type == "vcard"
    assert found.summary.file_info == {
        "type": "vcard",
        "encoding": "utf-8",
        "delimiter": None,
        "sheet": None,
        "header_row": None,
        "version": "3.0",
    }
    (warning,) = found.summary.warnings
    assert (warning.code, warning.needs_review) == ("left_out_properties", False)
    assert warning.message == "Left out of the cards, since no contact has a field for it: X-SKYPE, PHOTO."


def test_cards_are_numbered_and_share_their_columns(read):
    found = read(
        card("FN:Ana", "EMAIL:ana@example.com") + "\r\n\r\n" + card("N:;;;;") + card("FN:Ben", "TEL:+49 30 901820")
    )

    assert (found.headers, found.rows) == (
        ["Full Name", "Email", "Phone"],
        [(1, ["Ana", "ana@example.com", ""]), (3, ["Ben", "", "+49 30 901820"])],
    )


def test_version_2_1_has_quoted_printable_charsets_and_bare_types(read):
    found = read(
        b"BEGIN:VCARD\r\nVERSION:2.1\r\n"
        b"N;CHARSET=windows-1252;ENCODING=QUOTED-PRINTABLE:Wei=DF;J=FCrgen;;;\r\n"
        b"FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:J=C3=BCrgen =\r\n=57ei=C3=9F\r\n"
        b"NOTE;QUOTED-PRINTABLE;CHARSET=UTF-8:one=0D=0Atwo=\r\n three\r\n"
        b"ORG;CHARSET=shift_jis:\x83\x7d\x83\x8b\r\n"
        b"TEL;WORK;VOICE:030 901820\r\nTEL;CELL;PREF:0170 1234567\r\nEMAIL;INTERNET:j.weiss@example.com\r\n"
        b"AGENT:\r\nBEGIN:VCARD\r\nN:Other;Person\r\nEND:VCARD\r\nTITLE:Koch\r\nEND:VCARD\r\n"
    )

    assert first(found) == {
        "Full Name": "Jürgen Weiß",
        "First Name": "Jürgen",
        "Last Name": "Weiß",
        "Email": "j.weiss@example.com",
        "Phone": "0170 1234567",
        "Work Phone": "030 901820",
        "Company": "マル",
        "Title": "Koch",
        "Notes": "one\r\ntwo three",
    }
    assert len(found.rows) == 1


def test_version_4_has_uris_preferences_and_dates_without_a_year(read):
    found = read(
        card(
            "VERSION:4.0",
            "FN:Zoë Ångström",
            "N:Ångström;Zoë;;;",
            "EMAIL;PREF=2;TYPE=home:zoe@home.example.com",
            "EMAIL;PREF=1;TYPE=work:zoe@example.com",
            'TEL;VALUE=uri;PREF=1;TYPE="voice,home":tel:+46-8-555-0100;ext=5',
            'ADR;LABEL="Storgatan 1: \\n 111 22; Stockholm":;;Storgatan 1;Stockholm;;111 22;Sweden',
            "BDAY:--0314",
            "ANNIVERSARY:20090808T1430-0500",
            "KIND:individual",
            end="\n",
        )
    )

    assert first(found) == {
        "Full Name": "Zoë Ångström",
        "First Name": "Zoë",
        "Last Name": "Ångström",
        "Email": "zoe@example.com",
        "Home Email": "zoe@home.example.com",
        "Phone": "+46-8-555-0100;ext=5",
        "Street": "Storgatan 1",
        "City": "Stockholm",
        "Postal Code": "111 22",
        "Country": "Sweden",
        "Birthday": "--03-14",
        "Anniversary": "2009-08-08",
    }


def test_labels_of_apple_say_what_an_address_is(read):
    found = read(
        card(
            "FN:Ana",
            "item1.EMAIL;type=pref:ana@example.com",
            "item2.EMAIL;type=INTERNET:ana@school.example.com",
            "item2.X-ABLabel:_$!<School>!$_",
            "BDAY;X-APPLE-OMIT-YEAR=1604:1604-03-14",
        )
    )

    assert first(found) == {
        "Full Name": "Ana",
        "Email": "ana@example.com",
        "School Email": "ana@school.example.com",
        "Birthday": "--03-14",
    }


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1251", "cp1252", "cp932"])
@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
def test_cards_in_any_encoding_and_with_any_line_ends(read, encoding, end):
    name = {"cp1251": "Анна Кузнецова Сергеевна", "cp932": "高橋 美咲、株式会社みどり"}.get(
        encoding, "Jürgen Weiß Müller"
    )
    mark = {"utf-16-le": "", "utf-16-be": ""}.get(encoding, "")

    found = read((mark + card(f"FN:{name}", f"NOTE:{name}", "EMAIL:a@example.com", end=end) * 3).encode(encoding))

    assert [cells[0] for cells in found.cells] == [name] * 3
    assert found.row_numbers == [1, 2, 3]


def test_cards_that_have_no_end_are_read_and_said(read):
    found = read("BEGIN:VCARD\nFN:Ana\nBEGIN:VCARD\nFN:Ben\nEND:VCARD\nBEGIN:VCARD\nFN:Cleo\nEMA")

    assert found.rows == [(1, ["Ana"]), (2, ["Ben"]), (3, ["Cleo"])]
    assert found.warnings == {"unclosed_card": (1, True)}


def test_same_thing_twice_is_one_and_a_second_of_a_kind_has_a_number(read):
    found = read(
        card(
            "TEL;TYPE=CELL:1234567",
            "TEL;TYPE=CELL:1234567",
            "TEL;TYPE=WORK:2234567",
            "TEL;TYPE=WORK:3234567",
            "URL:https://a.example",
            "URL:https://b.example",
            "EMAIL:a@example.com",
            "EMAIL:b@example.com",
            "EMAIL:c@example.com",
        )
    )

    assert first(found) == {
        "Phone": "1234567",
        "Work Phone": "2234567",
        "Work Phone 2": "3234567",
        "Website": "https://a.example",
        "Website 2": "https://b.example",
        "Email": "a@example.com",
        "Email 2": "b@example.com",
        "Email 3": "c@example.com",
    }


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("BEGIN:VCARD\nVERSION:3.0\nEND:VCARD\n", "empty_file"),
        ("BEGIN:VCARD\n", "empty_file"),
        ("BEGIN:VCALENDAR\nEND:VCALENDAR\n", "unsupported_type"),
    ],
)
def test_what_holds_no_person_is_refused(refusal, content, code):
    assert refusal(content) == code


def test_control_characters_are_taken_out_and_long_texts_cut(read):
    found = read(card("FN:A\x00na", "NOTE:" + "x" * 40_000))

    assert (found.cells[0][0], len(found.cells[0][1])) == ("Ana", 32_767)
    assert found.warnings == {"control_characters": (1, False), "long_cell": (1, False)}
