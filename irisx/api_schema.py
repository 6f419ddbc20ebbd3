"""What the OpenAPI document repeats: errors, pages of lists, and examples."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema_serializer, inline_serializer
from rest_framework import serializers


@extend_schema_serializer(component_name="Error")
class ErrorShape(serializers.Serializer[Any]):
    """Every answer that is no success. More keys stand beside these where they help: `field`, `limit`, `row` …"""

    error = serializers.CharField(help_text="A sentence for the person who must act.")
    code = serializers.CharField(help_text="Stable, for programs.")


_MEANINGS = {
    400: "The request cannot be carried out as it is: see `code` and `field`.",
    401: "No token, or one that is not valid any more.",
    404: "There is no such thing, or it is another tenant's.",
    409: "Not in this state.",
    429: "Too many requests; `Retry-After` says when again.",
    503: "The database is away; `Retry-After` says when again.",
}


def errors(*statuses: int) -> dict[int, OpenApiResponse]:
    """Return these error answers for `extend_schema(responses=…)`, with those that every address may give."""
    return {status: OpenApiResponse(ErrorShape, description=_MEANINGS[status]) for status in (*statuses, 401, 429, 503)}


def page_shape(name: str, of: type[serializers.BaseSerializer[Any]]) -> serializers.Serializer[Any]:
    """Return the shape of one page of a list."""
    return inline_serializer(
        name,
        {
            "results": of(many=True),
            "page": serializers.IntegerField(),
            "limit": serializers.IntegerField(),
            "total": serializers.IntegerField(),
        },
    )


# Examples ------------------------------------------------------------------------------------------------------------


def answer(name: str, value: Any, status: int = 200, media_type: str = "application/json") -> list[OpenApiExample]:
    return [OpenApiExample(name, value=value, response_only=True, status_codes=[str(status)], media_type=media_type)]


def body(name: str, value: Any) -> list[OpenApiExample]:
    return [OpenApiExample(name, value=value, request_only=True, media_type="application/json")]


def page(name: str, value: Any) -> list[OpenApiExample]:
    return answer(name, {"results": [value], "page": 1, "limit": 20, "total": 1})
