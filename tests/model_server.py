"""A server that speaks the model's protocol, strictly: a request that is not as the protocol says is answered 4xx.

Its address is receiver.url without "/hook" and with "/v1"; what it answers well, late or wrong is a behaviour.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler

from tests.receivers import Behaviour, Receiver, answers

KEY = "sk-test-key"


def base_url(receiver: Receiver) -> str:
    return f"http://127.0.0.1:{receiver.port}/v1"


def says(content: object, **message: object) -> Behaviour:
    """Answer with this content: text, or what is made JSON of, or a function of the columns asked about."""

    def behave(request: BaseHTTPRequestHandler) -> None:
        body = json.loads(request.receiver.requests[-1].body)
        if refusal := _fault_of(request, body):
            answers(400, json.dumps({"error": {"message": refusal, "type": "invalid_request_error"}}).encode())(request)
            return
        said = content(asked(request.receiver)["columns"]) if isinstance(content, Callable) else content
        text = said if isinstance(said, str | None) else json.dumps(said)
        completion = {
            "id": "chatcmpl-1",
            "object": "chat.completion",
            "created": 1_700_000_000,
            "model": body["model"],
            "choices": [
                {
                    "index": 0,
                    "finish_reason": "stop",
                    "logprobs": None,
                    "message": {"role": "assistant", "content": text, "refusal": None, **message},
                }
            ],
        }
        answers(200, json.dumps(completion).encode(), Content_Type="application/json")(request)

    return behave


def asked(receiver: Receiver) -> dict:
    """Return what the last request told of the file: {"fields", "columns"}."""
    return json.loads(json.loads(receiver.requests[-1].body)["messages"][1]["content"])


def _fault_of(request: BaseHTTPRequestHandler, body: dict) -> str:
    """Return what of a request is not as the protocol says; "" for nothing."""
    if (request.command, request.path) != ("POST", "/v1/chat/completions"):
        return f"{request.command} {request.path}"
    if request.headers["Authorization"] != f"Bearer {KEY}":
        return "authorization"
    if set(body) - {"model", "messages", "response_format", "max_completion_tokens", "store"} or not body.get("model"):
        return "unknown parameters"
    if [message["role"] for message in body["messages"]] != ["system", "user"]:
        return "roles"
    form = body["response_format"]
    schema = form["json_schema"]["schema"]
    if form["type"] != "json_schema" or form["json_schema"]["strict"] is not True:
        return "not strict"
    # https://platform.openai.com/docs/guides/structured-outputs: all are required, no others are allowed.
    if schema["additionalProperties"] is not False or sorted(schema["required"]) != sorted(schema["properties"]):
        return "schema"
    if sum(len(one["enum"]) for one in schema["properties"].values()) > 1000:
        return "too many choices"
    return ""
