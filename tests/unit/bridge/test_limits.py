"""How much of the bridge one client gets, who is one client, and what is said of those refused."""

import contextlib
import logging

import pytest

from home_bridge.errors import BusyError, TooManyError
from home_bridge.limits import SUMMARY_S, Refusals, Slots, client_of


@pytest.fixture
def held():
    """Hold slots until the test is over."""
    with contextlib.ExitStack() as stack:
        yield stack


def test_each_client_has_its_share(held):
    """A client is refused beyond its share, while others still find a slot."""
    slots = Slots(2, 10)
    held.enter_context(slots.taken("a"))
    held.enter_context(slots.taken("a"))
    with pytest.raises(TooManyError), slots.taken("a"):
        pass
    held.enter_context(slots.taken("b"))
    assert slots.count == 3


def test_all_have_a_share(held):
    """Beyond the limit in all nobody finds a slot, known or not."""
    slots = Slots(2, 3)
    for client in ("a", "b", None):
        held.enter_context(slots.taken(client))
    for client in ("a", "c", None):
        with pytest.raises(BusyError) as refused, slots.taken(client):
            pass
        assert not isinstance(refused.value, TooManyError)


def test_unknown_clients_do_not_share(held):
    """Clients that cannot be told apart are not taken for one."""
    slots = Slots(1, 3)
    held.enter_context(slots.taken(None))
    held.enter_context(slots.taken(None))
    assert slots.count == 2


def test_a_slot_is_given_back_whatever_happens():
    """A slot is free again after an error, a refusal takes none, and of who has none nothing is kept."""
    slots = Slots(1, 2)
    for number in range(100):
        with contextlib.suppress(ZeroDivisionError), slots.taken(f"client {number}"):
            with pytest.raises(TooManyError), slots.taken(f"client {number}"):
                pass
            raise ZeroDivisionError
    assert (slots.count, len(slots._taken)) == (0, 0)


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("9.9.9.9", [], "9.9.9.9"),
        ("9.9.9.9", ["8.8.8.8"], "9.9.9.9"),  # who comes from the internet itself is no proxy of ours
        ("::ffff:9.9.9.9", [], "9.9.9.9"),
        ("2606:4700:1:2:3:4:5:6", [], "2606:4700:1:2::/64"),
        ("2606:4700:1:2:a::", ["8.8.8.8"], "2606:4700:1:2::/64"),
        ("172.18.0.3", ["9.9.9.9"], "9.9.9.9"),
        ("127.0.0.1", ["9.9.9.9"], "9.9.9.9"),
        ("::1", [" 9.9.9.9 "], "9.9.9.9"),
        ("::ffff:172.18.0.3", ["9.9.9.9"], "9.9.9.9"),
        ("fd00::3", ["2606:4700::1"], "2606:4700::/64"),
        ("127.0.0.1", ["8.8.8.8, 1.1.1.1,9.9.9.9"], "9.9.9.9"),  # what the client wrote stands before
        ("127.0.0.1", ["8.8.8.8", "9.9.9.9"], "9.9.9.9"),
        ("127.0.0.1", ["8.8.8.8, 192.168.1.7"], None),  # someone at home, whatever he claims
        ("127.0.0.1", ["8.8.8.8,"], None),
        ("127.0.0.1", ["unknown"], None),
        ("127.0.0.1", ["9.9.9.9:80"], None),
        ("127.0.0.1", [], None),
        ("192.168.1.7", [], None),
        ("100.64.0.7", [], None),
        ("", [], None),
    ],
)
def test_clients(peer, forwarded, client):
    """A public peer is the client; a private one is the proxy, which names the client at the end."""
    assert client_of(peer, forwarded) == client


def test_refusals_are_counted_not_listed(caplog):
    """However many are refused, one line a minute says how many; without any there is none."""
    due = []
    refusals = Refusals(lambda delay, say: due.append((delay, say)))
    caplog.set_level(logging.INFO)
    for _ in range(1000):
        refusals.note()
    assert [delay for delay, _ in due] == [SUMMARY_S]
    assert caplog.messages == []
    due.pop()[1]()
    assert [message.split()[0] for message in caplog.messages] == ["1000"]
    assert due == []
    refusals.note()
    due.pop()[1]()
    assert [message.split()[0] for message in caplog.messages] == ["1000", "1"]
