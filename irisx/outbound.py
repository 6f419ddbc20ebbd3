"""HTTP to addresses that users give: the one way out to them.

Such an address may lead inwards: to our own database, to the machine's cloud credentials, to a neighbour. So the
address that the socket connects to is checked, after the name was looked up and for every connection. A check of the
text alone, or of a look-up of its own, is passed by a name that means something else a moment later (DNS rebinding).
"""

from __future__ import annotations

import asyncio
import re
import socket
import ssl
import threading
from concurrent.futures import Future
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import TYPE_CHECKING, Any

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from django.conf import settings
from yarl import URL

from irisx.refusals import Invalid

if TYPE_CHECKING:
    from collections.abc import Mapping

HTTPS_PORTS = (443, 8443)
URL_MAX_CHARACTERS = 1000

# IANA's registries of special-purpose addresses, and what clouds serve their machines' secrets from. Spelled out rather
# than left to ipaddress: its is_global is True for multicast, NAT64 and 6to4, and changes with Python's releases.
BLOCKED_IPV4 = tuple(
    map(
        ip_network,
        (
            "0.0.0.0/8",  # this network
            "10.0.0.0/8",
            "100.64.0.0/10",  # shared by a provider's customers (CGNAT)
            "127.0.0.0/8",
            "168.63.129.16/32",  # a public address, which Azure's machines reach their host by
            "169.254.0.0/16",  # link-local, with the metadata services of most clouds
            "172.16.0.0/12",
            "192.0.0.0/24",  # protocol assignments
            "192.0.2.0/24",  # documentation
            "192.31.196.0/24",  # AS112
            "192.52.193.0/24",  # AMT relays
            "192.88.99.0/24",  # 6to4 relays
            "192.168.0.0/16",
            "192.175.48.0/24",  # AS112
            "198.18.0.0/15",  # benchmarks
            "198.51.100.0/24",  # documentation
            "203.0.113.0/24",  # documentation
            "224.0.0.0/4",  # multicast
            "240.0.0.0/4",  # reserved, and broadcast
        ),
    )
)
# Of IPv6 only what IANA gives out as global unicast. Outside of it: loopback, IPv4-mapped and -compatible, NAT64
# (64:ff9b::/96, 64:ff9b:1::/48), unique local, link-local, multicast.
GLOBAL_IPV6 = ip_network("2000::/3")
BLOCKED_IPV6 = tuple(
    map(
        ip_network,
        (
            "2001::/23",  # protocol assignments, Teredo, ORCHID
            "2001:db8::/32",  # documentation
            "2002::/16",  # 6to4: an IPv4 address in other clothes
            "2620:4f:8000::/48",  # AS112
            "3fff::/20",  # documentation
        ),
    )
)


Found = list[tuple[socket.AddressFamily, str]]


class AddressBlocked(OSError):
    """The address leads into a network that is not for webhooks."""

    # An OSError, so that of a name's several addresses the next is tried; without the address, so that whoever
    # entered the name does not learn what it means inside.
    def __init__(self) -> None:
        super().__init__(self.__doc__)


class NotReached(Exception):
    """There is no answer. The message says why, for whoever entered the address."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, whatever its status."""

    status: int
    headers: Mapping[str, str]
    body: bytes  # the first OUTBOUND_ANSWER_MAX_BYTES of it


# Before: what an address must look like ------------------------------------------------------------------------------


def check_url(text: str, *, field: str) -> None:
    """Raise Invalid("url_not_allowed") for an address that we will never call.

    It looks at the text alone. What a name means is looked at when we connect: now it would prove nothing, and tell
    whoever asks which names exist inside.
    """
    try:
        _parsed(text)
    except ValueError as error:
        raise Invalid("url_not_allowed", f"{error}", field=field) from error


# WHATWG's URL standard, "ends in a number": 127.1, 0x7f.1 and 2130706433 are addresses to a resolver, too.
_ENDS_IN_NUMBER = re.compile(r"(?:^|\.)(?:\d+|0x[0-9a-f]*)\.?$", re.IGNORECASE)


def _parsed(text: str) -> URL:
    """Return the address as the client reads it, so that what is checked is what is called; raises ValueError."""
    if len(text) > URL_MAX_CHARACTERS or not text.isprintable() or any(letter.isspace() for letter in text):
        raise ValueError(f"The address must have at most {URL_MAX_CHARACTERS} characters, without blanks among them.")
    try:
        url = URL(text)
        host, port = url.host, url.port
    except ValueError as error:
        raise ValueError("The address cannot be read. Write it like https://example.com/hooks.") from error
    schemes = ("https",) if settings.OUTBOUND_HTTPS_ONLY else ("https", "http")
    if url.scheme not in schemes or not host:
        raise ValueError("The address must start with https:// and name a host.")
    if url.user is not None or url.password is not None:
        raise ValueError("The address must not hold a user name or password.")
    if port is None or (settings.OUTBOUND_HTTPS_ONLY and port not in HTTPS_PORTS):
        raise ValueError(f"The address must have port {' or '.join(map(str, HTTPS_PORTS))}, or none.")
    if _is_blocked_host(host):
        raise ValueError("The address leads into a network that is not for webhooks.")
    return url


def _is_blocked_host(host: str) -> bool:
    try:
        return is_blocked(ip_address(host))
    except ValueError:  # a name
        name = host.rstrip(".").lower()
        if name == "localhost" or name.endswith(".localhost"):
            return is_blocked(IPv4Address("127.0.0.1"))
        return _ENDS_IN_NUMBER.search(host) is not None


def is_blocked(address: IPv4Address | IPv6Address) -> bool:
    """Tell whether nothing of ours may connect there; OUTBOUND_ALLOWED_NETWORKS makes exceptions."""
    if any(address in network for network in settings.OUTBOUND_ALLOWED_NETWORKS):
        return False
    if isinstance(address, IPv4Address):
        return any(address in network for network in BLOCKED_IPV4)
    return address not in GLOBAL_IPV6 or any(address in network for network in BLOCKED_IPV6)


# The call ------------------------------------------------------------------------------------------------------------


async def post(url: str, *, body: bytes, headers: Mapping[str, str]) -> Answer:
    """Send a body and return the answer. All of it takes at most OUTBOUND_TIMEOUT_SECONDS, however slow the bytes are.

    Redirects are not followed, no proxy is asked, nothing is unpacked. Raises NotReached.
    """
    try:
        target = _parsed(url)  # the rules may have changed since it was saved
    except ValueError as error:
        raise NotReached(str(error)) from error
    try:
        async with asyncio.timeout(settings.OUTBOUND_TIMEOUT_SECONDS):
            return await _post(target, body, headers)
    except TimeoutError as error:
        seconds = settings.OUTBOUND_TIMEOUT_SECONDS
        raise NotReached(f"There was no whole answer within {seconds:g} seconds.") from error
    except (aiohttp.ClientError, OSError, ValueError) as error:
        raise NotReached(_reason(error)) from error


async def _post(url: URL, body: bytes, headers: Mapping[str, str]) -> Answer:
    connector = aiohttp.TCPConnector(
        socket_factory=_checked_socket, resolver=_Resolver(), use_dns_cache=False, force_close=True
    )
    async with (
        aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=None),  # asyncio.timeout() is around all of it
            auto_decompress=False,  # 64 kB may unpack to gigabytes
            trust_env=False,  # no proxies, no .netrc
        ) as session,
        session.post(
            url, data=body, headers={"Accept-Encoding": "identity", **headers}, allow_redirects=False
        ) as response,
    ):
        return Answer(response.status, response.headers, await _first_bytes(response.content))


async def _first_bytes(stream: aiohttp.StreamReader) -> bytes:
    """Read as much of an answer as we ever take; the connection is closed on the rest."""
    limit = settings.OUTBOUND_ANSWER_MAX_BYTES
    taken = bytearray()
    while len(taken) < limit and (some := await stream.read(limit - len(taken))):
        taken += some
    return bytes(taken)


def _checked_socket(info: tuple[Any, ...]) -> socket.socket:
    """Make the socket for one connection, unless the address it is to connect to is blocked."""
    family, kind, protocol, _, target = info
    if is_blocked(ip_address(target[0])):
        raise AddressBlocked
    return socket.socket(family, kind, protocol)


class _Resolver(AbstractResolver):
    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        return [
            ResolveResult(hostname=host, host=address, port=port, family=family, proto=0, flags=socket.AI_NUMERICHOST)
            for family, address in await _looked_up(host, port)
        ]

    async def close(self) -> None:
        return None


async def _looked_up(host: str, port: int) -> Found:
    """Look a name up in a thread of its own.

    A look-up cannot be stopped, and a dead name server holds each for half a minute. Those of a pool would keep others'
    names waiting once they hold it, and the process from ending: Python waits for pools, not for daemon threads.
    """
    found: Future[Found] = Future()

    def ask() -> None:
        try:
            found.set_result(look_up(host, port))
        except Exception as error:
            found.set_exception(error)

    found.set_running_or_notify_cancel()  # whoever waits may give up; the thread does not
    threading.Thread(target=ask, name="look-up", daemon=True).start()
    return await asyncio.wrap_future(found)


def look_up(host: str, port: int) -> Found:
    """Return the addresses that a name has now, as the system says; raises OSError."""
    infos = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [(family, str(address[0])) for family, _, _, _, address in infos]


def _reason(error: BaseException) -> str:
    """Say why there was no answer, without the addresses and names that the error's own words may hold."""
    causes = [error]
    while (cause := causes[0].__cause__) is not None:
        causes.insert(0, cause)
    for cause in causes:
        match cause:
            case AddressBlocked():
                return str(cause)
            case socket.gaierror():
                return "The host's name was not found."
            case ssl.SSLCertVerificationError():
                return f"The certificate is not valid: {getattr(cause, 'verify_message', '') or 'it was refused'}."
            case ssl.SSLError() | aiohttp.ClientSSLError():
                return "The connection could not be encrypted (TLS)."
            case ConnectionRefusedError():
                return "The connection was refused."
            case ConnectionResetError() | aiohttp.ServerDisconnectedError():
                return "The connection was closed before an answer came."
    return f"The answer could not be had ({type(error).__name__})."
