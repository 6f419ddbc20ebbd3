"""Sign-in and sign-out."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.views import LoginView, LogoutView

from portals.forms import SignInForm

# Django's own views: they check that `next` stays on this host, give the session a new key, and sign out by POST alone.
sign_in = LoginView.as_view(
    template_name="customer/sign_in.html",
    authentication_form=SignInForm,
    redirect_authenticated_user=True,
    extra_context={"session_hours": settings.SESSION_COOKIE_AGE // 3600},
)
sign_out = LogoutView.as_view()
