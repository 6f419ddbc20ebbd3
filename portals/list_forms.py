"""Forms of contact lists."""

from __future__ import annotations

from django import forms

from portals.forms import Styled


class ListForm(Styled):
    """What a contact list is called."""

    name = forms.CharField(label="Name", max_length=200, error_messages={"required": "Give the list a name."})
