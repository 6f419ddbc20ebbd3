"""Sign-in and sign-out; one's own account; a new password for who forgot it. For customers and platform staff alike."""

from __future__ import annotations

from typing import Any, cast

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import LoginView, LogoutView, PasswordChangeView, PasswordResetConfirmView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.views.decorators.cache import never_cache

from irisx.accounts import passwords
from irisx.accounts.models import User
from portals.account_forms import ChangePasswordForm, ForgottenForm, ImportMailForm, NewPasswordForm
from portals.forms import SignInForm

# Django's own views: they check that `next` stays on this host, give the session a new key, and sign out by POST alone.
# After too many wrong passwords irisx/accounts/lockout.py answers in their place.
sign_in = LoginView.as_view(
    template_name="customer/sign_in.html",
    authentication_form=SignInForm,
    redirect_authenticated_user=True,
    extra_context={"session_hours": settings.SESSION_COOKIE_AGE // 3600},
)
sign_out = LogoutView.as_view()


def frame_of(user: User) -> str:
    """Return the frame of a page about the user's account: their portal's."""
    return "customer/portal.html" if user.tenant_id else "admin_portal/portal.html"


@never_cache
@login_required
def account(request: HttpRequest) -> HttpResponse:
    user = _user(request)
    form = ImportMailForm(request.POST or None, initial={"import_mail": user.import_mail})
    if form.is_valid():
        user.import_mail = form.cleaned_data["import_mail"]
        user.save(update_fields=["import_mail"])
        messages.success(request, "Saved which mails you get.")
        return redirect("customer:account")
    return render(request, "customer/account.html", {"frame": frame_of(user), "form": form})


class ChangePassword(PasswordChangeView):
    """Asks for the present password too. The session stays, all others and the API's tokens end."""

    form_class = ChangePasswordForm
    template_name = "customer/password.html"
    success_url = reverse_lazy("customer:account")

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "request": self.request}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(frame=frame_of(_user(self.request)), **kwargs)

    def form_valid(self, form: Any) -> HttpResponse:
        messages.success(self.request, "Your password was changed. Everywhere else you are signed out.")
        return super().form_valid(form)


change_password = never_cache(ChangePassword.as_view())


@never_cache
def forgotten(request: HttpRequest) -> HttpResponse:
    """Have a link mailed. The answer is the same for an address that nobody has."""
    form = ForgottenForm(request.POST or None)
    is_sent = form.is_valid()
    if is_sent:
        passwords.request_link(form.cleaned_data["email"])
    hours = settings.PASSWORD_RESET_TIMEOUT // 3600
    return render(request, "customer/forgotten.html", {"form": form, "is_sent": is_sent, "hours": hours})


# Takes the link's key out of the address and into the session first, so that no Referer carries it away.
new_password = PasswordResetConfirmView.as_view(
    form_class=NewPasswordForm,
    template_name="customer/new_password.html",
    success_url=reverse_lazy("customer:new-password-set"),
)


@never_cache
def new_password_set(request: HttpRequest) -> HttpResponse:
    return render(request, "customer/new_password_set.html")


def _user(request: HttpRequest) -> User:
    """Return who is signed in, behind login_required."""
    return cast("User", request.user)
