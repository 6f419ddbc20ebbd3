"""Text that is kept encrypted: what a copy of the database alone must not give away.

FIELD_ENCRYPTION_KEYS holds Fernet keys. The first encrypts, all of them decrypt: a new key is put in front, then
`manage.py rotate_encryption_keys` encrypts with it what is stored, then the old key is taken out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.apps import apps
from django.conf import settings
from django.db import models

if TYPE_CHECKING:
    from collections.abc import Iterator

    CipherField = models.TextField[str, str]
else:
    CipherField = models.TextField  # knows no type parameters when it runs


class CannotDecrypt(Exception):
    """What is stored was encrypted with a key that FIELD_ENCRYPTION_KEYS does not have, or was changed since."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


class EncryptedField(CipherField):
    """Holds what encrypt() returned, or "". Reading it gives that: whoever wants the text calls decrypt().

    So nothing that shows or logs a row shows the text, and a lost key spoils the text alone, not every query.
    """


def encrypt(text: str) -> str:
    """Return a text as it may be stored; never twice the same."""
    return _keys().encrypt(text.encode()).decode()


def decrypt(stored: str) -> str:
    """Return what encrypt() was given; raises CannotDecrypt."""
    try:
        return _keys().decrypt(stored).decode()
    except InvalidToken as error:
        raise CannotDecrypt from error


def renew(stored: str) -> str:
    """Return what decrypts to the same, encrypted with the first key; raises CannotDecrypt."""
    try:
        return _keys().rotate(stored).decode()
    except InvalidToken as error:
        raise CannotDecrypt from error


def encrypted_fields() -> Iterator[tuple[type[models.Model], str]]:
    """Yield model and name of each field that holds encrypted text."""
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if isinstance(field, EncryptedField):
                yield model, field.name


def _keys() -> MultiFernet:
    keys: list[str] = settings.FIELD_ENCRYPTION_KEYS
    return MultiFernet([Fernet(key) for key in keys])
