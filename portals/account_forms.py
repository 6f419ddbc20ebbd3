"""Forms about one's own account: passwords, mails."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth import authenticate
from django.contrib.auth.forms import PasswordChangeForm, SetPasswordForm
from django.http import HttpRequest

from irisx.accounts import passwords
from irisx.accounts.models import ImportMail, User
from portals.forms import Styled


class ForgottenForm(Styled):
    """Whose password was forgotten."""

    email = forms.EmailField(
        label="E-mail",
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True}),
        error_messages={"required": "Enter your e-mail address.", "invalid": "Enter an e-mail address in full."},
    )


class ImportMailForm(Styled):
    """Of which imports somebody wants a mail."""

    import_mail = forms.ChoiceField(
        label="Send me a mail",
        choices=ImportMail.choices,
        help_text="About imports that you began, and recurring ones that are yours.",
    )


class NewPasswordForm(Styled, SetPasswordForm):  # type: ignore[type-arg]  # has none when it runs
    """A new password, twice."""

    error_messages = {"password_mismatch": "The two passwords are not the same. Type both again."}

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(user, *args, **kwargs)
        first, second = self.fields["new_password1"], self.fields["new_password2"]
        first.label, second.label = "New password", "The same again"
        first.help_text = "At least 8 characters, not only digits. A few unrelated words are good."
        second.help_text = ""
        for field in (first, second):
            field.error_messages["required"] = "Enter the new password."

    def save(self, commit: bool = True) -> User:
        user: User = self.user
        passwords.change(user, self.cleaned_data["new_password1"])
        return user


class ChangePasswordForm(NewPasswordForm, PasswordChangeForm):
    """The present password, and a new one twice."""

    def __init__(self, user: User, *args: Any, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(user, *args, **kwargs)
        self.request = request
        present = self.fields["old_password"]
        present.label = "Present password"
        present.error_messages["required"] = "Enter your present password."

    def clean_old_password(self) -> str:
        # As at sign-in, so that wrong guesses are counted: a session may be in another's hands.
        given: str = self.cleaned_data["old_password"]
        if authenticate(self.request, username=self.user.get_username(), password=given) is None:
            raise forms.ValidationError("This is not your present password. Try again.")
        return given
