from __future__ import annotations

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st
from phonenumbers import PhoneMetadata, PhoneNumberFormat

from imports.engine.errors import InvalidValue
from imports.engine.normalize.phone import _by_library, _by_pattern, normalize_phone


@pytest.mark.parametrize(
    ("text", "country", "expected"),
    [
        ("", "US", ""),
        ("n/a", "US", ""),
        ("--", "", ""),
        ("+49 30 901820", "", "+4930901820"),
        ("+49 (0)30 901820", "US", "+4930901820"),
        ("+34 (0)91 123 45 67", "", "+34911234567"),  # Spain has no trunk zero
        ("+39 06 6982", "", "+39066982"),  # Italy's zero belongs to the number
        ("0049 30 901820", "DE", "+4930901820"),
        ("0049 30 901820", "", "+4930901820"),
        ("0049 30 901820", "US", "+4930901820"),
        ("011 49 30 901820", "US", "+4930901820"),
        ("011 49 30 901820", "FR", "+4930901820"),
        ("030/901820", "DE", "+4930901820"),
        ("(212) 555-0100", "US", "+12125550100"),
        ("1-212-555-0100", "CA", "+12125550100"),
        ("8 (903) 123-45-67", "RU", "+79031234567"),
        ("011 91234-5678", "BR", "+5511912345678"),
        ("tel:+1-212-555-0100", "", "+12125550100"),
        ("'+12125550100", "", "+12125550100"),
        ("212-555-0100 x12", "US", "+12125550100"),
        ("+1 212 555 0100 ext. 12", "", "+12125550100"),
        ("１２１２５５５０１００", "US", "+12125550100"),  # full-width digits
        ("٠١٠٠١٢٣٤٥٦٧", "EG", "+201001234567"),
        ("12125550100.0", "US", "+12125550100"),  # a spreadsheet took it for an amount
        ("1-800-FLOWERS", "US", "+18003569377"),
        ("+1 212 555 0100 / +1 415 555 0187", "", "+12125550100"),
        ("2125550100; 4155550187", "US", "+12125550100"),
        ("030/9018200 oder 0171/1234567", "DE", "+49309018200"),
        ("030 901820 (Büro)", "DE", "+4930901820"),
        ("+49 30 901820 (home)", "", "+4930901820"),
        ("+0049 30 901820", "", "+4930901820"),
        ("(+49) 30 901820", "", "+4930901820"),
        ("(0)30 901820", "DE", "+4930901820"),
        ("Tel. 030 901820", "DE", "+4930901820"),
        ("०३० ९०१८२०", "DE", "+4930901820"),
        ("030 901820\n0170 1234567", "DE", "+4930901820"),
        ("+49-30-901820;ext=5", "", "+4930901820"),
    ],
)
def test_normalize_phone(text, country, expected):
    assert normalize_phone(text, country) == expected


@pytest.mark.parametrize(
    ("text", "country", "code"),
    [
        ("12", "US", "phone_invalid"),
        ("call me", "US", "phone_invalid"),
        ("000-000-0000", "US", "phone_invalid"),
        ("+999 123 456 789", "US", "phone_invalid"),
        ("ext. 12", "US", "phone_invalid"),
        ("030 901820", "", "phone_without_country"),
        ("1.21256E+10", "US", "phone_digits_lost"),
        ("4,93E+11", "DE", "phone_digits_lost"),
    ],
)
def test_a_bad_number_is_refused_with_its_reason(text, country, code):
    with pytest.raises(InvalidValue) as refused:
        normalize_phone(text, country)

    assert refused.value.code == code


@st.composite
def written_numbers(draw):
    """A number of some country, changed a little and written in some way, and the country it is read in."""
    region = draw(st.sampled_from(sorted(phonenumbers.SUPPORTED_REGIONS)))
    metadata = PhoneMetadata.metadata_for_region(region)
    kind = draw(st.sampled_from([metadata.mobile, metadata.fixed_line, metadata.toll_free]))
    national = list((kind and kind.example_number) or "123456789")
    for _ in range(draw(st.integers(0, 3))):
        national[draw(st.integers(0, len(national) - 1))] = draw(st.sampled_from("0123456789"))
    number = "".join(national) + draw(st.sampled_from(["", "", "", "7", "21"]))
    code = str(metadata.country_code)
    start = draw(
        st.sampled_from(["", metadata.national_prefix or "", "0", "1", "8", code, f"+{code}", f"00{code}", f"+{code}0"])
    )
    for place in draw(st.lists(st.integers(1, max(1, len(number) - 1)), max_size=3)):
        number = number[:place] + draw(st.sampled_from(" -()")) + number[place:]
    return start + draw(st.sampled_from(["", " ", "-"])) + number, draw(
        st.sampled_from([region, region, region, "US", "DE", ""])
    )


@given(written_numbers())
def test_what_the_pattern_reads_the_library_reads_too(written):
    text, country = written
    if number := _by_pattern(text, country):
        assert _by_library(text, country) == number


@pytest.mark.parametrize("region", sorted(phonenumbers.SUPPORTED_REGIONS))
def test_the_example_numbers_of_every_country_are_read(region):
    metadata = PhoneMetadata.metadata_for_region(region)
    for kind in (metadata.mobile, metadata.fixed_line):
        if kind is None or not kind.example_number:
            continue
        number = phonenumbers.parse(kind.example_number, region)
        international = phonenumbers.format_number(number, PhoneNumberFormat.E164)
        for text in (
            international,
            phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL),
            phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL),
        ):
            assert normalize_phone(text, region) == international
