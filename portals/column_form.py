"""The form that asks which columns the contacts page shows."""

from __future__ import annotations

from collections.abc import Mapping, Sized
from typing import Any, cast

from django import forms

from contacts.fields import Field
from portals.contact_columns import MOST, all_columns
from portals.forms import Styled


def _check_not_too_many(chosen: Sized) -> None:
    if len(chosen) > MOST:
        raise forms.ValidationError(f"{len(chosen)} are too many for one table. Choose at most {MOST}.")


class ColumnsForm(Styled):
    """Which columns are shown."""

    columns = forms.MultipleChoiceField(
        widget=forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"}),
        validators=[_check_not_too_many],
        error_messages={"required": "Choose at least one column beside the name."},
    )

    def __init__(self, *args: Any, fields: Mapping[str, Field], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(column.key, column.label) for column in all_columns(fields).values()]
        cast("forms.MultipleChoiceField", self.fields["columns"]).choices = choices
