"""Forms of the ways in that are no file: text that somebody pasted."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings

from irisx.refusals import Invalid
from portals import json_text
from portals.forms import OptionsForm


class JsonForm(OptionsForm):
    """Contacts as JSON."""

    contacts = forms.CharField(
        label="Contacts as a JSON list",
        strip=False,
        help_text=f"1 to {settings.BULK_MAX_CONTACTS:,} contacts. Keys that we do not know become custom fields.",
        widget=forms.Textarea(attrs={"rows": 12, "spellcheck": "false", "class": "form-control raw"}),
        error_messages={"required": "Paste a list of contacts."},
    )

    def clean_contacts(self) -> list[dict[str, Any]]:
        try:
            return json_text.contacts_of(self.cleaned_data["contacts"])
        except Invalid as refusal:
            raise forms.ValidationError(refusal.message) from refusal


class PasteForm(OptionsForm):
    """Rows copied from a spreadsheet."""

    text = forms.CharField(
        label="Rows with their column names",
        strip=False,
        help_text="Copy the cells in your spreadsheet, the row with the column names first, and paste them here.",
        widget=forms.Textarea(attrs={"rows": 12, "spellcheck": "false", "wrap": "off", "class": "form-control raw"}),
        error_messages={"required": "Paste some rows, together with their column names."},
    )
