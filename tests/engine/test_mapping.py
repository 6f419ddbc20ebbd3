from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contacts.fields import BY_KEY, WELL_KNOWN, custom_field
from imports.engine.mapping import fingerprint, fold_header, suggest


def fields_of(columns, **options):
    """The field suggested for each header; columns are headers, or header → values."""
    if not isinstance(columns, dict):
        columns = dict.fromkeys(columns, ())
    suggestions = suggest(list(columns.items()), options.pop("fields", WELL_KNOWN), **options)
    return {suggestion.header: suggestion.field for suggestion in suggestions}


def one(header, *values, fields=WELL_KNOWN):
    (suggestion,) = suggest([(header, values)], fields)
    return suggestion


@pytest.mark.parametrize(
    ("header", "folded"),
    [
        ("E-Mail", "e mail"),
        ("  Straße ", "strasse"),
        ("PRÉNOM", "prenom"),
        ("firstName", "first name"),
        ("addr_line1", "addr line 1"),
        ("Contact: E-mail 1 - Value", "contact e mail 1 value"),
        ("फ़ोन", "फोन"),
        ("İl", "il"),
        ("???", ""),
    ],
)
def test_fold_header(header, folded):
    assert fold_header(header) == folded


def test_a_fingerprint_sees_the_words_and_their_order():
    assert fingerprint(["E-Mail", "Name"]) == fingerprint(["e_mail", "NAME "])
    assert fingerprint(["E-Mail", "Name"]) != fingerprint(["Name", "E-Mail"])
    assert fingerprint(["E-Mail"]) != fingerprint(["E-Mail", ""])


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("E-mail", "email"),
        ("EMAIL ADDRESS", "email"),
        ("Contact: E-mail 1 - Value", "email"),
        ("user_email", "email"),
        ("fName", "first_name"),
        ("orgNm", "company"),
        ("addrLn1", "street"),
        ("pstcd", "postal_code"),
        ("workphone", "phone"),
        ("billingcity", "city"),
        ("Organization 1 - Title", "title"),
        ("Mailing Zip/Postal Code", "postal_code"),
        ("Emial", "email"),
        ("Compnay", "company"),
        ("Adress", "street"),
        ("Strasse", "street"),
        ("Geschaeftlich Telefon", "phone"),
        ("自宅〒", "postal_code"),
    ],
)
def test_a_header_is_known_by_its_words(header, field):
    assert one(header).field == field


@pytest.mark.parametrize(
    "header",
    [
        "E-mail 1 - Label",
        "Email Status",
        "Email opt-in",
        "Phone Type",
        "Stage",
        "Status",
        "Company Linkedin Url",
        "ad_name",
        "Form Name",
        "Fax (Work)",
        "City, State",
        "Spouse First",
        "Last Activity Date",
        "",
        "42",
    ],
)
def test_a_header_with_other_words_in_it_is_not_guessed(header):
    assert one(header).field is None


def test_a_field_is_given_to_one_column_and_the_others_learn_why():
    first, second, third = suggest([("Home Phone", ()), ("Work Phone", ()), ("Fax", ())], WELL_KNOWN)

    assert (first.field, first.confidence, first.reason) == (None, 0, "Phone comes from “Work Phone”")
    assert (second.field, second.reason) == ("phone", "“Work Phone” means Phone")
    assert (third.field, third.reason) == (None, "No field fits")


@pytest.mark.parametrize(
    ("headers", "chosen"),
    [
        (["Mobile", "Phone", "Home Phone"], "Phone"),
        (["Home Phone", "Mobile"], "Mobile"),
        (["Phone 2", "Phone 1"], "Phone 1"),
        (["Company Phone", "Direct Phone"], "Direct Phone"),
        (["Ev telefonu", "İş telefonu"], "İş telefonu"),
        (["İş telefonu", "Telefon"], "Telefon"),
        (["自宅電話", "会社電話", "携帯電話"], "会社電話"),
        (["手機號碼", "公司電話"], "手機號碼"),
        (["Home Phone", "Company Phone"], "Company Phone"),
        (["Other Phone"], "Other Phone"),
    ],
)
def test_of_several_phones_the_plainest_is_chosen(headers, chosen):
    assert [header for header, field in fields_of(headers).items() if field] == [chosen]


def test_the_address_of_one_place_is_chosen_as_a_whole():
    suggested = fields_of(["Home Street", "Home City", "Business Street", "Business City"])

    assert suggested == {"Home Street": None, "Home City": None, "Business Street": "street", "Business City": "city"}


@pytest.mark.parametrize(
    ("headers", "field"),
    [
        (["Nom", "Prénom"], "last_name"),
        (["Nome", "Cognome"], "first_name"),
        (["Name", "Email"], "full_name"),
        (["担当者名", "会社名"], "full_name"),
        (["担当者 名", "担当者 姓"], "first_name"),
    ],
)
def test_what_a_name_is_depends_on_the_columns_beside_it(headers, field):
    assert fields_of(headers)[headers[0]] == field


@pytest.mark.parametrize(
    ("columns", "field"),
    [
        ({"Name": ["Nord GmbH", "Syd A/S"], "E-mail": []}, "company"),
        ({"Naziv": [], "OIB": [], "Kontakt osoba": []}, "company"),
        ({"Naam": [], "Contactpersoon": [], "Btw-nummer": []}, "company"),
        ({"Name": [], "First name": [], "Last name": [], "VAT number": []}, "company"),
        ({"Name": ["Ana Silva"], "Company": ["Silva Lda"]}, "full_name"),
        ({"Kundenavn": ["Vik Bygg", "Fjord AS", "Haug"], "Org.nr.": [], "Kontaktperson": []}, "company"),
        ({"Kundenavn": ["Ola Vik"], "Org.nr.": [], "Kontaktperson": []}, "full_name"),
        ({"Kontaktperson": ["Siv Ask", "Bo Ek", "Eva Lund"], "Tfn": []}, "full_name"),
    ],
)
def test_a_name_is_a_companys_where_the_rows_are_companies(columns, field):
    assert next(iter(fields_of(columns).values())) == field


def test_who_it_is_is_a_name_unless_first_and_last_name_are_there():
    assert fields_of({"Client": ["Ann Lee", "Bo Ash"]}) == {"Client": "full_name"}
    assert fields_of({"Client": ["Ann Lee"], "First name": ["Ann"], "Last name": ["Lee"]})["Client"] is None


@pytest.mark.parametrize(
    ("headers", "field"),
    [
        (["縣市", "鄉鎮市區"], "state"),
        (["縣市", "地址"], "city"),
        (["Tỉnh/Thành phố", "Địa chỉ"], "city"),
        (["Περιοχή", "Πόλη"], "state"),
        (["Περιοχή", "ΤΚ"], "city"),
    ],
)
def test_what_a_place_is_depends_on_the_columns_beside_it(headers, field):
    assert fields_of(headers)[headers[0]] == field


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("D.O.B. (dd/mm/yyyy)", "birthday"),
        ("Straße, Nr.", "street"),
        ("Улица, номер дома", "street"),
        ("Surname, First name", "full_name"),
        ("Which city do you live in?", "city"),
        ("Telefonu klienta", "phone"),
        ("Company number", None),
        ("Emergency phone", None),
    ],
)
def test_a_header_may_say_more_than_its_field(header, field):
    assert one(header, *(["Berlin"] if field == "city" else ())).field == field


def test_the_language_of_the_file_decides_what_a_word_means():
    assert fields_of(["Imię", "Nazwisko", "Kraj"])["Kraj"] == "country"
    assert fields_of(["Jméno", "Příjmení", "Kraj"])["Kraj"] == "state"


@pytest.mark.parametrize(
    ("header", "values", "field"),
    [
        ("Title", ["Mr", "Mrs.", "Dr"], None),
        ("Title", ["Nurse", "Teacher"], "title"),
        ("Email", ["yes", "no"], None),
        ("Email", ["ann at example.com"], "email"),
        ("Phone", ["12"], "phone"),
        ("Phone", ["p:+12125550100"], "phone"),
        ("Zip", ["'10014", "'94103"], "postal_code"),
        ("Role", ["subscriber", "editor"], None),
        ("Country", ["12", "7"], None),
        ("Estado", ["Activo", "Inactivo"], None),
        ("Estado", ["Jalisco"], "state"),
        ("Titel", ["Dr.", "Prof. Dr."], None),
        ("Ort", ["10115 Berlin"], "city"),
    ],
)
def test_values_can_contradict_a_header(header, values, field):
    assert one(header, *values).field == field


@pytest.mark.parametrize(
    ("value", "field"),
    [
        ("Guest 12", "last_name"),
        ("Test1", "last_name"),
        ("O’Brien", "last_name"),
        ("高", "last_name"),
        ("C-1023", None),
        ("10234", None),
        ("ann@example.com", None),
    ],
)
def test_names_may_hold_digits_and_numbers_are_no_names(value, field):
    assert one("Last Name", value, value).field == field


def test_a_contradiction_is_explained():
    assert one("Email", "yes", "no").reason == "Named like E-mail, but the values are of another kind"


@pytest.mark.parametrize(
    ("header", "values", "field", "reason"),
    [
        ("Column 4", ["ann@example.com", "bob@example.org"], "email", "All 2 values look like e-mail addresses"),
        ("Kontaktweg", ["ann@example.com", "bob@example.org"], "email", "All 2 values look like e-mail addresses"),
        ("", ["+49 30 901820", "+1 212 555 0100"], "phone", "All 2 values look like phone numbers"),
        ("Feld 2", ["https://example.com", "www.example.org"], "website", "All 2 values look like web addresses"),
        ("C", ["Germany", "France"], "country", "All 2 values are names of countries"),
        ("Column 1", ["Maya Hollister", "Derek Okafor"], "full_name", "All 2 values look like names of people"),
        ("Field", ["10-115", "00-950"], "postal_code", "All 2 values look like postal codes"),
        ("F", ["1981-03-04", "23.11.1990"], "birthday", "All 2 values look like dates of birth"),
        ("B", ["Nord GmbH", "Kaya Tekstil A.Ş."], "company", "All 2 values look like names of companies"),
        ("Mobile", ["0912 345 678", "0934 555 010"], "phone", "“Mobile” means Phone"),
        ("Work", ["0912 345 678", "0934 555 010"], "phone", "All 2 values look like phone numbers"),
        ("G", [*["+49 30 901820"] * 19, "none"], "phone", "19 of 20 values look like phone numbers"),
        ("Order day", ["2026-03-04"], None, "No field fits"),
        ("Profile picture", ["https://example.com/a.png"], None, "No field fits"),
        ("Contact owner", ["ann@example.com"], None, "No field fits"),
    ],
)
def test_values_speak_where_the_header_is_silent(header, values, field, reason):
    suggestion = one(header, *values)

    assert (suggestion.field, suggestion.reason) == (field, reason)


@pytest.mark.parametrize(
    ("left", "right", "addresses", "fields"),
    [
        (["Grace", "Omar"], ["Whitfield", "Hassan"], ["grace@example.com", "omar@example.com"], ("first", "last")),
        (["Müller", "Weiß"], ["Jörg", "Zoë"], ["j.muller@example.com", "z.weiss@example.com"], ("last", "first")),
        (["Ana", "Rui"], ["Silva", "Pinto"], ["ana.silva@example.com", "rui.pinto@example.com"], ("first", "last")),
        (["Ana", "Rui"], ["Porto", "Braga"], ["office@example.com", "shop@example.com"], (None, None)),
    ],
)
def test_names_without_a_header_are_told_by_the_addresses(left, right, addresses, fields):
    suggested = fields_of({"Column 1": left, "Column 2": right, "Column 3": addresses})

    assert list(suggested.values()) == [*(field and f"{field}_name" for field in fields), "email"]


def test_filled_columns_go_before_empty_ones():
    assert fields_of({"Business Phone": ["", ""], "Mobile": ["+49 151 12345678", ""]})["Mobile"] == "phone"


def test_what_was_chosen_before_goes_first():
    suggestions = suggest(
        [("Kontakt", ()), ("E-mail", ()), ("Fax", ())],
        WELL_KNOWN,
        {"kontakt": "email", "fax": None},
    )

    assert [(each.field, each.confidence, each.reason) for each in suggestions] == [
        ("email", 100, "Same as last time"),
        (None, 0, "E-mail comes from “Kontakt”"),
        (None, 0, "Left out last time"),
    ]


def test_what_name_was_before_yields_to_the_columns_beside_it():
    remembered = {"name": "full_name"}

    assert suggest([("Name", ())], WELL_KNOWN, remembered)[0].reason == "Same as last time"
    assert fields_of(["Vorname", "Name"], remembered=remembered)["Name"] == "last_name"
    assert fields_of(["Vorname", "Name"], remembered={"name": "company"})["Name"] == "company"


def test_a_remembered_field_that_is_gone_is_not_suggested():
    assert suggest([("Stage", ())], WELL_KNOWN, {"stage": "custom:stage"})[0].field is None


@pytest.mark.parametrize("header", ["Loyalty card no.", "loyalty_card_no", "LOYALTY CARD NO"])
def test_custom_fields_are_found_by_label_and_key(header):
    fields = [*WELL_KNOWN, custom_field("loyalty_card_no", "Loyalty card no.")]

    suggestion = one(header, fields=fields)

    assert (suggestion.field, suggestion.confidence, suggestion.reason) == ("custom:loyalty_card_no", 100, "Same name")


def test_an_export_of_ours_maps_to_itself():
    assert all(suggestion.confidence == 100 for suggestion in suggest([(f.label, ()) for f in WELL_KNOWN], WELL_KNOWN))
    assert fields_of([field.label for field in WELL_KNOWN]) == {field.label: field.key for field in WELL_KNOWN}


def test_only_the_given_fields_are_suggested():
    assert fields_of(["Email", "City"], fields=[BY_KEY["email"]]) == {"Email": "email", "City": None}


headers = st.text(max_size=30) | st.sampled_from(["Email", "Phone 2", "Nom", "Title", "Column 4", "電話", "\ud800"])


@given(st.lists(st.tuples(headers, st.lists(st.text(max_size=20), max_size=3)), max_size=8))
def test_any_columns_get_a_suggestion_each_and_no_field_twice(columns):
    suggestions = suggest(columns, WELL_KNOWN)

    assert [suggestion.header for suggestion in suggestions] == [header for header, _ in columns]
    given_fields = [suggestion.field for suggestion in suggestions if suggestion.field]
    assert len(given_fields) == len(set(given_fields))
    assert all(60 <= suggestion.confidence <= 100 for suggestion in suggestions if suggestion.field)
    assert all(suggestion.confidence == 0 for suggestion in suggestions if not suggestion.field)
    assert fingerprint([header for header, _ in columns])
