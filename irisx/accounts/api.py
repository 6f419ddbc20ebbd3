"""POST /v1/auth/token and /v1/auth/token/refresh."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import authenticate, user_logged_in
from rest_framework import serializers
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from irisx.accounts.authentication import issue_tokens, renew_tokens
from irisx.accounts.models import User
from irisx.api_requests import Shape


class Credentials(Shape):
    email = serializers.CharField(max_length=254)
    password = serializers.CharField(max_length=1000, trim_whitespace=False)


class RefreshRequest(Shape):
    refresh = serializers.CharField(max_length=4000)


class TokenAPIView(APIView):
    """A view that is asked before there is a token. Its refusals are 401 all the same."""

    authentication_classes = ()
    permission_classes = ()

    def get_authenticate_header(self, request: Request) -> str:
        # Without one, DRF would turn 401 into 403.
        return 'Bearer realm="api"'


class TokenView(TokenAPIView):
    def post(self, request: Request) -> Response:
        given: dict[str, Any] = Credentials.read(request.data)
        user = authenticate(request._request, username=given["email"], password=given["password"])
        if not isinstance(user, User):
            raise AuthenticationFailed(
                "There is no account with this e-mail address and password.", code="wrong_credentials"
            )
        # No session begins, but wrong passwords before this count no more.
        user_logged_in.send(sender=User, request=request._request, user=user)
        return Response(issue_tokens(user))


class TokenRefreshView(TokenAPIView):
    def post(self, request: Request) -> Response:
        return Response(renew_tokens(RefreshRequest.read(request.data)["refresh"]))
