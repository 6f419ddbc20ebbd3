from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from asgiref.sync import async_to_sync
from standardwebhooks import Webhook

from imports.webhooks import endpoints, signing
from imports.webhooks.dispatcher import Dispatcher
from imports.webhooks.models import WebhookDelivery, WebhookEndpoint, WebhookEvent
from irisx.accounts.models import Tenant
from irisx.accounts.tenancy import ALL, tenant_scope
from tests.receivers import Received, Receiver, receiver


@pytest.fixture
def hook() -> Iterator[Receiver]:
    """A receiver that takes everything, until a test has it behave otherwise."""
    with receiver() as made:
        yield made


@pytest.fixture
def listen(acme) -> Callable[..., WebhookEndpoint]:
    """Have a tenant's imports told to an address; acme's unless another is named."""

    def make(url: str, *, tenant: Tenant = acme, events=tuple(WebhookEvent)) -> WebhookEndpoint:
        with tenant_scope(tenant):
            return endpoints.create(tenant, url=url, events=events)

    return make


@pytest.fixture
def dispatch() -> Callable[[], None]:
    """Send what is due, as the worker does. Statements run on the test's own connection."""
    return lambda: async_to_sync(Dispatcher().run)()


@pytest.fixture
def deliveries() -> Callable[[], list[WebhookDelivery]]:
    """Return what is in the outbox, oldest first."""

    def stored() -> list[WebhookDelivery]:
        with tenant_scope(ALL):
            return list(WebhookDelivery.objects.select_related("endpoint").order_by("id"))

    return stored


@pytest.fixture
def verified(acme) -> Callable[..., dict]:
    """Return the payload of a request that a receiver trusts: by the secret given, or acme's of now."""

    def payload(request: Received, secret: str = "") -> dict:
        with tenant_scope(acme):
            return Webhook(secret or signing.secrets_of(acme).secret).verify(request.body, request.headers)

    return payload
