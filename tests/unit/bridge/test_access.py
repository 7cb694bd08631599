"""Who may call, and which addresses are the internet's."""

import pytest

from home_bridge.access import Access
from home_bridge.art import is_public
from music_assistant_alexa.stream_urls import public_art_url

NOW = 1_800_000_000.0


@pytest.fixture
def access():
    """Two tokens and two keys, as while they are changed."""
    return Access(["new-token", "old-token"], ["new-key", "old-key"], lambda: NOW)


@pytest.mark.parametrize(
    ("header", "known"),
    [
        ("Bearer new-token", True),
        ("Bearer old-token", True),
        ("bearer new-token", True),
        ("Bearer  new-token ", True),
        ("Bearer new-toke", False),
        ("Bearer new-token2", False),
        ("Bearer ", False),
        ("Bearer", False),
        ("Basic new-token", False),
        ("new-token", False),
        ("", False),
        ("Bearer schlüssel", False),
        ("Bearer \udcff", False),
    ],
)
def test_tokens(access, header, known):
    """Each token of the list is good, nothing else is, and no header breaks the check."""
    assert access.knows(header) is known


@pytest.mark.parametrize(("key", "good"), [("new-key", True), ("old-key", True), ("other", False)])
def test_signatures(access, key, good):
    """A URL signed with any key of the list is good."""
    url = public_art_url("https://i.example/a.jpg", base_url="https://home.example", key=key, now=NOW)
    name, _, query = url.rpartition("/")[2].partition("?")
    fields = dict(part.split("=", 1) for part in query.split("&"))
    found = access.reference("art", name, fields["exp"], fields["sig"])
    assert found == ({"u": "https://i.example/a.jpg", "s": 600} if good else None)


@pytest.mark.parametrize("sig", ["", "x", "schlüssel", "=" * 5000])
def test_strange_signatures(access, sig):
    """A signature that is none is refused like a wrong one."""
    assert access.reference("art", "eyJ1IjoiIn0.jpg", str(int(NOW) + 60), sig) is None


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.216.34", True),
        ("2606:2800:220:1:248:1893:25c8:1946", True),
        ("127.0.0.1", False),
        ("10.0.0.1", False),
        ("192.168.1.10", False),
        ("172.16.0.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("255.255.255.255", False),
        ("::1", False),
        ("::", False),
        ("fe80::1%eth0", False),
        ("fd00::1", False),
        ("::ffff:127.0.0.1", False),
        ("::ffff:93.184.216.34", True),
        ("2002:7f00:0001::", False),
        ("64:ff9b::7f00:1", False),
        ("64:ff9b::5db8:d822", True),
        ("64:ff9b:1::7f00:1", False),
        ("64:ff9b:1::5db8:d822", False),
        ("::127.0.0.1", False),
        ("::93.184.216.34", False),
        ("::ffff:0:7f00:1", False),
        ("fec0::1", False),
        ("feff::1", False),
        ("ff02::1", False),
        ("2001:db8::1", False),
        ("3fff::1", False),
        ("5f00::1", False),
        ("100:0:0:1::1", False),
        ("192.0.0.8", False),
        ("192.0.0.9", False),
        ("not-an-address", False),
    ],
)
def test_public_addresses(address, public):
    """Pictures are fetched from the internet only: not from this machine, the home, or a cloud's own addresses."""
    assert is_public(address) is public
