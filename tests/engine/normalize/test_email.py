from __future__ import annotations

import pytest
from email_validator import EmailNotValidError, validate_email
from hypothesis import given
from hypothesis import strategies as st

from imports.engine.errors import InvalidValue
from imports.engine.normalize.email import _PLAIN, _PLAIN_LENGTH, normalize_email


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        ("  ", ""),
        ("n/a", ""),
        ("Ana@Example.com", "ana@example.com"),
        (" ana@example.com\t", "ana@example.com"),
        ("ana＠example.com", "ana@example.com"),  # full-width @
        ("ana@example.com\u200b", "ana@example.com"),
        ("ana@example.com,", "ana@example.com"),
        ("<ana@example.com>", "ana@example.com"),
        ("'ana@example.com'", "ana@example.com"),
        ("mailto:ana@example.com?subject=Hello", "ana@example.com"),
        ("Müller, Ana <Ana@example.com>", "ana@example.com"),
        ("ana@example.com; bob@example.com", "ana@example.com"),
        ("ana@example.com bob@example.com", "ana@example.com"),
        ("not an address, bob@example.com", "bob@example.com"),
        ('"Müller, Ana" <Ana@example.com>', "ana@example.com"),
        ("ana@example.com / bob@example.com", "ana@example.com"),
        ("ana@example.com|bob@example.com", "ana@example.com"),
        ("ana@example.com\nbob@example.com", "ana@example.com"),
        ("[Ana](mailto:ana@example.com)", "ana@example.com"),
        ("Work: ana@example.com", "ana@example.com"),
        ("E-Mail: ana@example.com", "ana@example.com"),
        ("ana@example.com (work)", "ana@example.com"),
        ("ana@example.com.", "ana@example.com"),
        ("用户@例子.公司", "用户@例子.公司"),
        ("ana@пример.рф", "ana@пример.рф"),
        ("ana@MÜNCHEN.de", "ana@münchen.de"),
        ("ana@xn--mnchen-3ya.de", "ana@münchen.de"),
        ("jörg@example.de", "jörg@example.de"),
        ("o'brien+news@mail.example.co.uk", "o'brien+news@mail.example.co.uk"),
        (f"{'a' * 64}@example.com", f"{'a' * 64}@example.com"),
    ],
)
def test_normalize_email(text, expected):
    assert normalize_email(text) == expected


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("ann@example", "“ann@example” has no domain ending."),
        ("ann", "“ann” has no @ sign."),
        ("ann at example.com", "“ann at example.com” has no @ sign."),
        ("@example.com", "“@example.com” has nothing before the @ sign."),
        ("ann@", "“ann@” has nothing after the @ sign."),
        ("ann@@example.com", "“ann@@example.com” has more than one @ sign."),
        ("ann@exam ple.com", "“ann@exam ple.com” has a space in it."),
        ("ann lee@example.com", "“ann lee@example.com” has a space in it."),
        ("ann@example..com", "“ann@example..com” has a dot too many."),
        ("ann@.com", "“ann@.com” has a dot too many."),
        ("ann@printer.local", "“ann@printer.local” is not an e-mail address."),
        ("http://ann@example.com", "“http://ann@example.com” is not an e-mail address."),
        ("ann(at)example.com", "“ann(at)example.com” has no @ sign."),
        ("ann@192.168.0.1", "“ann@192.168.0.1” is not an e-mail address."),
        (f"{'a' * 250}@example.com", "is longer than an address can be (254 characters)."),
    ],
)
def test_a_bad_address_is_refused_with_its_reason(text, reason):
    with pytest.raises(InvalidValue) as refused:
        normalize_email(text)

    assert refused.value.code == "email_invalid"
    assert reason in refused.value.message
    assert refused.value.message.endswith("Enter an address like ann@example.com.")


words = st.text("az09_-+'", min_size=1, max_size=6)
labels = st.text("az09-", min_size=1, max_size=6) | st.just("xn--mnchen-3ya")
endings = st.sampled_from(["com", "de", "example", "test", "local", "xn--p1ai", "c", "c0m", "123"])


@given(st.lists(words, min_size=1, max_size=3), st.lists(labels, max_size=3), endings)
def test_what_the_pattern_accepts_the_library_accepts_unchanged(local, domain, ending):
    address = f"{'.'.join(local)}@{'.'.join([*domain, ending])}"
    if _PLAIN.fullmatch(address) and len(address) <= _PLAIN_LENGTH:
        assert validate_email(address, check_deliverability=False).normalized == address


@given(st.emails(domains=st.just("example.com")))
def test_every_address_that_the_library_accepts_is_accepted(address):
    try:
        validate_email(address, check_deliverability=False)
    except EmailNotValidError:
        return
    assert normalize_email(address)
