"""Sign-in and sign-out of platform staff."""

from __future__ import annotations

from django import forms
from django.conf import settings
from django.contrib.auth.views import LoginView, LogoutView
from django.urls import reverse_lazy

from irisx.accounts.models import User
from irisx.accounts.requests import STAFF_HOME
from portals.forms import SignInForm


class StaffSignInForm(SignInForm):
    """E-mail and password of platform staff."""

    def confirm_login_allowed(self, user: User) -> None:
        super().confirm_login_allowed(user)
        # Said only to those who know the password, so it tells nobody whose account it is.
        if user.tenant_id is not None:
            raise forms.ValidationError("This account is a customer’s. Sign in at the customer portal.")


sign_in = LoginView.as_view(
    template_name="admin_portal/sign_in.html",
    authentication_form=StaffSignInForm,
    next_page=STAFF_HOME,
    redirect_authenticated_user=True,
    extra_context={"session_hours": settings.SESSION_COOKIE_AGE // 3600},
)
sign_out = LogoutView.as_view(next_page=reverse_lazy("admin_portal:sign-in"))
