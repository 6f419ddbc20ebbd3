"""What the settings must be before anything starts: the defaults are for development, and unsafe anywhere else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from ipaddress import IPv4Network, IPv6Network, ip_network

from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured

# RFC 7518 section 3.2: HS256, which signs the API's tokens, wants a key of 256 bits.
SECRET_KEY_MIN_LENGTH = 32
LOCAL_HOSTS = {"localhost", "127.0.0.1", "::1", "[::1]"}
MAKE_A_KEY = "Make one with: openssl rand -base64 32 | tr +/ -_"


class RefusedToStart(ImproperlyConfigured):
    """The settings or the database would leave people's contacts open to others."""


def check_settings(
    *,
    debug: bool,
    secret_key: str,
    development_secret_key: str,
    encryption_keys: Sequence[str],
    development_encryption_key: str,
    allowed_hosts: Sequence[str],
    site_url: str,
    host: str,
) -> None:
    """Raise RefusedToStart with all that is wrong. `allowed_hosts` as set, without defaults; `host`: the database's."""
    wrong = list(_unfit_keys(encryption_keys))
    if debug:
        wrong += _unfit_for_debug(allowed_hosts, host)
    else:
        wrong += _unfit_for_production(secret_key, development_secret_key, allowed_hosts, site_url)
        if development_encryption_key in encryption_keys:
            wrong.append(f"FIELD_ENCRYPTION_KEYS is not set, and the default one is known to everybody. {MAKE_A_KEY}")
    if wrong:
        raise RefusedToStart(" ".join(["IRISX does not start:", *wrong]))


def _unfit_keys(encryption_keys: Sequence[str]) -> Iterator[str]:
    for place, key in enumerate(encryption_keys, start=1):
        try:
            Fernet(key)
        except ValueError:
            yield f"Key {place} of FIELD_ENCRYPTION_KEYS is not 32 bytes in URL-safe base64. {MAKE_A_KEY}"


def _unfit_for_production(
    secret_key: str, development_secret_key: str, allowed_hosts: Sequence[str], site_url: str
) -> Iterator[str]:
    if secret_key == development_secret_key:
        yield "SECRET_KEY is not set, and the default one is known to everybody. Set it to 50 random characters."
    elif len(secret_key) < SECRET_KEY_MIN_LENGTH:
        yield f"SECRET_KEY has {len(secret_key)} characters. Set it to 50 random ones."
    if not allowed_hosts:
        yield "ALLOWED_HOSTS is not set. Set it to the names that people reach this site by, with commas between."
    elif not site_url:
        yield (
            "SITE_URL is not set, and ALLOWED_HOSTS begins with a pattern. "
            "Set it to the address that links in mails shall begin with, such as https://imports.example.com."
        )


def networks_of(texts: Sequence[str]) -> list[IPv4Network | IPv6Network]:
    """Return the networks of OUTBOUND_ALLOWED_NETWORKS; raises RefusedToStart."""
    try:
        return [ip_network(text) for text in texts]
    except ValueError as error:
        raise RefusedToStart(
            f"IRISX does not start: OUTBOUND_ALLOWED_NETWORKS holds what is no network: {error}. "
            "Write networks such as 10.1.0.0/16, with commas between."
        ) from error


def _unfit_for_debug(allowed_hosts: Sequence[str], host: str) -> Iterator[str]:
    """DEBUG shows settings and source to whoever meets an error, and makes demo users whose passwords are known."""
    advice = "Set DEBUG=0 in production."
    if others := [name for name in allowed_hosts if name not in LOCAL_HOSTS]:
        yield f"DEBUG is on while ALLOWED_HOSTS names more than this machine ({', '.join(others)}). {advice}"
    if not is_this_machine(host):
        yield f"DEBUG is on while the database is on another machine ({host}). {advice}"


def is_this_machine(host: str) -> bool:
    """Tell whether a database's host is this machine: none, the folder of a unix socket, or a loopback name."""
    return not host or host.startswith("/") or host in LOCAL_HOSTS


def site_url_of(allowed_hosts: Sequence[str]) -> str:
    """Return the address that the first of ALLOWED_HOSTS stands for; "" if there is none, or it is a pattern."""
    first = allowed_hosts[0] if allowed_hosts else ""
    return f"https://{first}" if first and not first.startswith((".", "*")) else ""
