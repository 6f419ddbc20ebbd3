"""What docs/api.md says of webhooks is so, and its examples run as they are printed."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings

from imports.api.serializers import JobSerializer
from imports.webhooks.models import WebhookEvent
from imports.webhooks.schedule import PAUSES
from imports.webhooks.signing import SigningSecrets, headers_for

SECTION = (settings.BASE_DIR / "docs/api.md").read_text().partition("\n## Webhooks\n")[2].partition("\n## ")[0]
EXAMPLES = re.findall(r"```python\n(.*?)```", SECTION, re.S)
SECRET, OTHER = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
BODY = '{"type":"import.completed","data":{"filename":"Zoë.csv"}}'


def signed(*secrets: str, now: datetime | None = None) -> dict[str, str]:
    current, previous = (*secrets, "")[:2]
    return headers_for("msg_1", BODY, signed_with=SigningSecrets(current, previous, None), now=now or datetime.now(UTC))


def test_there_are_two_examples():
    assert len(EXAMPLES) == 2


@pytest.mark.parametrize("example", EXAMPLES, ids=["with the package", "without"])
def test_an_example_takes_what_is_genuine_and_nothing_else(example):
    names: dict = {}
    exec(compile(example, "docs/api.md", "exec"), names)
    verified = names["verified"]
    body, hour = BODY.encode(), timedelta(hours=1)

    for headers in (signed(SECRET), signed(OTHER, SECRET), {k.title(): v for k, v in signed(SECRET).items()}):
        assert verified(SECRET, headers, body) == json.loads(BODY)
    for headers, changed in [
        (signed(OTHER), body),
        (signed(SECRET), body.replace(b"completed", b"cancelled")),
        (signed(SECRET, now=datetime.now(UTC) - hour), body),
        (signed(SECRET, now=datetime.now(UTC) + hour), body),
        ({**signed(SECRET), "webhook-id": "msg_2"}, body),
        ({}, body),
    ]:
        assert verified(SECRET, headers, changed) is None


def test_the_events_are_those_that_there_are():
    assert re.findall(r"^\| `import\.(\w+)` \|", SECTION, re.M) == list(WebhookEvent.values)


def test_the_schedule_is_the_one_that_there_is():
    units = {"s": "seconds", "min": "minutes", "h": "hours"}
    (line,) = re.findall(r"^> (.+)$", SECTION, re.M)
    pauses = [timedelta(**{units[unit]: int(number)}) for number, unit in re.findall(r"(\d+) (\w+)", line)]

    assert pauses == list(PAUSES[1:])


def test_the_payload_has_keys_that_there_are():
    payload = json.loads(re.search(r"```json\n(.*?)```", SECTION, re.S)[1])

    assert payload["data"].keys() <= set(JobSerializer.Meta.fields)
