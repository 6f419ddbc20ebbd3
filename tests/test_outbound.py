"""Where HTTP to addresses that users give must not lead, and what it must not wait for."""

from __future__ import annotations

import asyncio
import socket
from contextlib import suppress
from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from irisx import outbound
from irisx.outbound import NotReached, check_url, is_blocked, post
from irisx.refusals import Invalid
from tests.receivers import answers, drips, floods, hangs, receiver, resets, self_signed


@pytest.fixture
def production(settings):
    """The rules outside of development."""
    settings.OUTBOUND_ALLOWED_NETWORKS = []
    settings.OUTBOUND_HTTPS_ONLY = True


def send(url: str, **headers):
    return asyncio.run(post(url, body=b"{}", headers=headers))


def reason(url: str) -> str:
    with pytest.raises(NotReached) as failed:
        send(url)
    return str(failed.value)


# Each leads inwards, or would somewhere. `is_global` of Python is True for NAT64, 6to4 and multicast.
INWARDS = [
    "127.0.0.1",
    "127.1.2.3",
    "0.0.0.0",
    "0x7f.1",
    "0177.0.0.1",
    "127.1",
    "2130706433",
    "１２７.0.0.1",  # full-width digits
    "localhost",
    "LOCALHOST.",
    "db.localhost",
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "100.64.0.1",  # shared by a provider's customers
    "169.254.169.254",  # cloud metadata
    "168.63.129.16",  # Azure's, of a public look
    "192.0.0.192",  # Oracle's
    "192.88.99.1",
    "198.18.0.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "[::]",
    "[::1]",
    "[::ffff:127.0.0.1]",
    "[::127.0.0.1]",
    "[64:ff9b::7f00:1]",  # NAT64
    "[64:ff9b:1::7f00:1]",
    "[2002:7f00:1::1]",  # 6to4
    "[2001:0:7f00:1::1]",  # Teredo
    "[fc00::1]",
    "[fd00:ec2::254]",  # Amazon's metadata
    "[fe80::1]",
    "[ff02::1]",
    "[2001:db8::1]",
]


@pytest.mark.usefixtures("production")
@pytest.mark.parametrize("host", INWARDS)
def test_an_address_that_leads_inwards_is_refused_at_save(host):
    with pytest.raises(Invalid) as refused:
        check_url(f"https://{host}/hook", field="url")

    assert (refused.value.code, refused.value.details) == ("url_not_allowed", {"field": "url"})


@pytest.mark.parametrize("host", INWARDS)
def test_an_address_that_leads_inwards_is_not_connected_to_either(host, settings, monkeypatch):
    settings.OUTBOUND_ALLOWED_NETWORKS = []
    # As if it had been saved all the same, or by a text that we cannot read as a resolver does.
    monkeypatch.setattr(outbound, "_is_blocked_host", lambda host: False)

    with receiver() as canary:
        reason(f"http://{host}:{canary.port}/hook")
        assert canary.connections == 0


@pytest.mark.parametrize("address", ["8.8.8.8", "1.1.1.1", "2606:4700:4700::1111", "2a00:1450:4001::200e"])
def test_the_rest_of_the_world_is_open(address):
    assert not is_blocked(ip_address(address))


@pytest.mark.usefixtures("production")
@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/hook",
        "https://user:secret@example.com/hook",
        "https://user@example.com/hook",
        "https://example.com:22/hook",
        "https://example.com:5432/hook",
        "https://example.com:80/hook",
        "https://example.com:0/hook",
        "file:///etc/passwd",
        "gopher://example.com/",
        "//example.com/hook",
        "https:///hook",
        "https://exa mple.com/",
        "https://example.com/\r\nX-Header: 1",
        "https://example.com\\@127.0.0.1/",
        "https://[::1",
        "hook",
        "https://example.com/" + "x" * 1000,
    ],
)
def test_what_is_no_plain_https_address_is_refused(url):
    with pytest.raises(Invalid):
        check_url(url, field="url")
    assert reason(url)


@pytest.mark.usefixtures("production")
@pytest.mark.parametrize(
    "url",
    [
        "https://example.com",
        "https://example.com/hook?key=1",
        "https://example.com:8443/",
        "https://exämple.de/",
        "https://8.8.8.8/",
        "https://[2606:4700:4700::1111]/",
    ],
)
def test_plain_https_addresses_are_taken(url):
    check_url(url, field="url")


@given(st.text() | st.text(st.sampled_from("https://[]:@.\\/#?%0x127u\0 é１")).map("https://".__add__))
def test_whatever_is_entered_is_taken_or_refused_in_a_sentence(text):
    with suppress(Invalid):
        check_url(text, field="url")


def test_development_reaches_its_own_machine(settings):
    check_url("http://localhost:9000/hook", field="url")
    with receiver() as ours:
        assert send(ours.url).status == 204


def test_a_network_that_is_allowed_is_no_way_to_others(settings):
    settings.OUTBOUND_ALLOWED_NETWORKS = []
    assert is_blocked(ip_address("10.1.2.3"))
    settings.OUTBOUND_ALLOWED_NETWORKS = [outbound.ip_network("10.1.0.0/16")]

    assert not is_blocked(ip_address("10.1.2.3"))
    assert is_blocked(ip_address("10.2.0.1"))
    assert is_blocked(ip_address("::ffff:10.1.2.3"))


# Between look-up and connection --------------------------------------------------------------------------------------


def means(monkeypatch, *addresses: str) -> None:
    """Have every name mean these addresses from now on."""
    found = [(socket.AF_INET6 if ":" in address else socket.AF_INET, address) for address in addresses]
    monkeypatch.setattr(outbound, "look_up", lambda host, port: found)


def test_a_name_that_was_public_when_saved_and_means_us_now_is_not_followed(settings, monkeypatch):
    settings.OUTBOUND_ALLOWED_NETWORKS = []
    with receiver() as canary:
        url = f"http://rebinding.example:{canary.port}/hook"
        means(monkeypatch, "93.184.216.34")
        check_url(url, field="url")
        means(monkeypatch, "127.0.0.1", "::1", "::ffff:127.0.0.1")

        assert reason(url) == "The address leads into a network that is not for webhooks."
        assert canary.connections == 0


def test_the_name_is_looked_up_once_and_what_was_found_is_what_is_connected_to(monkeypatch):
    asked = []

    def look_up(host, port):
        asked.append(host)
        return [(socket.AF_INET, "127.0.0.1")]

    monkeypatch.setattr(outbound, "look_up", look_up)
    with receiver() as ours:
        assert send(f"http://hooks.example:{ours.port}/").status == 204
    assert asked == ["hooks.example"]


def test_of_several_addresses_those_that_lead_inwards_are_left_out(settings, monkeypatch):
    settings.OUTBOUND_ALLOWED_NETWORKS = [outbound.ip_network("127.0.0.1/32")]
    means(monkeypatch, "127.0.0.2", "127.0.0.1")
    with receiver() as ours:
        assert send(f"http://hooks.example:{ours.port}/").status == 204


def test_a_name_that_nobody_has_is_not_reached(monkeypatch):
    def look_up(host, port):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(outbound, "look_up", look_up)
    assert reason("http://nobody.example/") == "The host's name was not found."


# Answers -------------------------------------------------------------------------------------------------------------


def test_a_redirect_is_an_answer_and_nothing_else():
    with receiver() as canary, receiver(answers(302, Location=canary.url)) as ours:
        assert send(ours.url).status == 302
        assert canary.connections == 0


def test_no_proxy_of_the_environment_is_asked(monkeypatch):
    with receiver() as proxy, receiver() as ours:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        assert send(ours.url).status == 204
        assert (proxy.connections, ours.connections) == (0, 1)


def test_of_a_large_answer_only_the_beginning_is_read(settings):
    with receiver(floods) as ours:
        answer = send(ours.url)

    assert (answer.status, len(answer.body)) == (200, settings.OUTBOUND_ANSWER_MAX_BYTES)


def test_a_packed_answer_is_not_unpacked():
    with receiver(answers(200, b"\x1f\x8b not gzip at all", Content_Encoding="gzip")) as ours:
        assert send(ours.url).body == b"\x1f\x8b not gzip at all"


@pytest.mark.parametrize("behaves", [drips, hangs])
def test_the_whole_call_has_a_limit_however_lively_the_answer(settings, behaves):
    settings.OUTBOUND_TIMEOUT_SECONDS = 0.3
    with receiver(behaves) as ours:
        assert reason(ours.url) == "There was no whole answer within 0.3 seconds."


def test_a_look_up_that_hangs_counts_too(settings, monkeypatch):
    settings.OUTBOUND_TIMEOUT_SECONDS = 0.1
    with receiver(hangs) as ours:
        monkeypatch.setattr(outbound, "look_up", lambda host, port: ours.is_closing.wait())
        assert reason("http://hooks.example/") == "There was no whole answer within 0.1 seconds."


def test_look_ups_that_hang_hold_up_no_other(monkeypatch):
    async def send_beside(url: str):
        hanging = [asyncio.create_task(post("http://slow.example/", body=b"{}", headers={})) for _ in range(100)]
        answer = await post(url, body=b"{}", headers={})
        for task in hanging:
            task.cancel()
        return answer

    with receiver() as ours:

        def look_up(host, port):
            if host == "slow.example":
                ours.is_closing.wait()
                raise OSError
            return [(socket.AF_INET, "127.0.0.1")]

        monkeypatch.setattr(outbound, "look_up", look_up)
        assert asyncio.run(send_beside(f"http://quick.example:{ours.port}/")).status == 204


def test_a_connection_that_breaks_is_no_answer():
    with receiver(resets) as ours:
        assert reason(ours.url) == "The connection was closed before an answer came."
    assert reason(ours.url) == "The connection was refused."


def test_a_certificate_that_nobody_vouches_for_is_no_answer(tmp_path):
    with receiver(certificate=self_signed(tmp_path)) as ours:
        assert reason(ours.url) == "The certificate is not valid: self-signed certificate."
        assert ours.requests == []


def test_a_server_without_tls_is_no_answer_to_https():
    with receiver() as ours:
        assert reason(ours.url.replace("http:", "https:")) == "The connection could not be encrypted (TLS)."
