"""The form of an address that is told how imports end."""

from __future__ import annotations

from django import forms

from imports.webhooks.models import WebhookEvent
from portals.forms import Styled

EVENTS = {
    WebhookEvent.COMPLETED: "Import completed",
    WebhookEvent.FAILED: "Import failed",
    WebhookEvent.CANCELLED: "Import cancelled",
    WebhookEvent.CORRECTED: "Failed rows corrected",
    WebhookEvent.HELD: "Recurring import held",
}


class EndpointForm(Styled):
    """Where to, and what of. What an address may be, the service decides."""

    url = forms.CharField(
        label="Address",
        max_length=1000,
        help_text="It takes a POST for each event and answers with 200 to 299.",
        widget=forms.URLInput(attrs={"placeholder": "https://"}),
        error_messages={"required": "Enter the address that is to be told."},
    )
    events = forms.MultipleChoiceField(
        label="Events",
        choices=list(EVENTS.items()),
        widget=forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"}),
        error_messages={"required": "Choose at least one event."},
    )
