"""What finds contacts by the beginning of a name: an expression that the index and its searches share."""

from __future__ import annotations

from django.db.models import F, Func
from django.db.models.functions import Lower


def _key(name: str) -> Func:
    return Func(F("tenant_id"), Lower(name), template="(%(expressions)s)", arg_joiner=" || ':' || ")


class NameKeys(Func):
    """A contact's keys, "<tenant id>:<name>" of first and last name in lower case, as a tsvector.

    Which is a set of texts that an index can search by prefix; nothing here has to do with words or languages.
    """

    template = "array_to_tsvector(ARRAY[%(expressions)s])"

    def __init__(self) -> None:
        super().__init__(_key("first_name"), _key("last_name"))
