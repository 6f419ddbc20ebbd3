"""Addresses of the customer portal."""

from __future__ import annotations

from django.urls import path

from portals.customer import accounts
from portals.urls import tenant_pages

app_name = "customer"
urlpatterns = [
    path("sign-in/", accounts.sign_in, name="sign-in"),
    path("sign-out/", accounts.sign_out, name="sign-out"),
    path("account/", accounts.account, name="account"),
    path("account/password/", accounts.change_password, name="password"),
    path("password/forgotten/", accounts.forgotten, name="forgotten"),
    path("password/new/<uidb64>/<token>/", accounts.new_password, name="new-password"),
    path("password/set/", accounts.new_password_set, name="new-password-set"),
    *tenant_pages,
]
