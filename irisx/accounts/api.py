"""POST /v1/auth/token and /v1/auth/token/refresh."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import authenticate, user_logged_in
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from irisx.accounts.authentication import issue_tokens, renew_tokens
from irisx.accounts.models import User
from irisx.api_requests import Shape
from irisx.api_schema import ErrorShape


class Credentials(Shape):
    email = serializers.CharField(max_length=254)
    password = serializers.CharField(max_length=1000, trim_whitespace=False)


class RefreshRequest(Shape):
    refresh = serializers.CharField(max_length=4000)


class TokenPair(serializers.Serializer[Any]):
    access = serializers.CharField(help_text="For the header `Authorization: Bearer …`, for 30 minutes.")
    refresh = serializers.CharField(help_text="For a new pair, once, within 7 days.")


PAIR = {"access": "eyJhbGciOiJIUzI1NiJ9.eyJ0b2tlbl90eXBlIjoiYWNjZXNzIn0.…", "refresh": "eyJhbGciOiJIUzI1NiJ9.eyJ0b2.…"}
NOT_LET_IN = OpenApiResponse(ErrorShape, description="Not with these.")


class TokenAPIView(APIView):
    """A view that is asked before there is a token. Its refusals are 401 all the same."""

    authentication_classes = ()
    permission_classes = ()

    def get_authenticate_header(self, request: Request) -> str:
        # Without one, DRF would turn 401 into 403.
        return 'Bearer realm="api"'


class TokenView(TokenAPIView):
    @extend_schema(
        operation_id="auth_token",
        summary="Sign in: a token for an e-mail address and a password",
        request=Credentials,
        responses={200: TokenPair, 401: NOT_LET_IN},
        examples=[
            OpenApiExample("Sign in", {"email": "ana@acme.example", "password": "…"}, request_only=True),
            OpenApiExample("Let in", PAIR, response_only=True, status_codes=["200"]),
        ],
    )
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
    @extend_schema(
        operation_id="auth_token_refresh",
        summary="Renew: a new pair of tokens for a refresh token, once",
        description="A refresh token that comes twice ends its session: somebody else has it.",
        request=RefreshRequest,
        responses={200: TokenPair, 401: NOT_LET_IN},
        examples=[
            OpenApiExample("Renew", {"refresh": PAIR["refresh"]}, request_only=True),
            OpenApiExample("Renewed", PAIR, response_only=True, status_codes=["200"]),
        ],
    )
    def post(self, request: Request) -> Response:
        return Response(renew_tokens(RefreshRequest.read(request.data)["refresh"]))
