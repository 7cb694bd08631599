"""Tokens and players: what Alexa echoes back, and who a device is at home."""

import base64
import json
import re
from dataclasses import FrozenInstanceError, fields, is_dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from music_assistant_alexa import actions, models
from music_assistant_alexa.models import (
    Activity,
    Device,
    Enqueued,
    EventRank,
    MediaType,
    PlaybackState,
    QueueItem,
    Running,
    StreamToken,
)
from simulator.rules.audio_player import MOST_TOKEN

TOKEN = StreamToken("02:00:00:00:00:01", "a" * 32, 0, 7)


def encoded(value):
    text = value if isinstance(value, bytes) else json.dumps(value).encode()
    return "1." + base64.urlsafe_b64encode(text).rstrip(b"=").decode()


@settings(deadline=None)
@given(st.text(), st.text(), st.integers(0, 10**12), st.integers(0, 10**15), st.integers(0, 999))
def test_a_token_survives_the_way_through_alexa(queue_id, queue_item_id, position_ms, generation, offset_ms):
    """Whatever ids Music Assistant gives, decoding the text gives the token back."""
    token = StreamToken(queue_id, queue_item_id, position_ms, generation, offset_ms)
    assert StreamToken.decode(token.encode()) == token


@settings(deadline=None)
@given(st.one_of(st.text(st.characters()), st.text(st.characters()).map("1.".__add__), st.binary().map(encoded)))
def test_a_foreign_token_is_none(text):
    """Any text of other skills, versions or attackers decodes to a token that can be encoded again, or to None."""
    token = StreamToken.decode(text)
    assert token is None or token.encode()


@pytest.mark.parametrize(
    "text",
    [
        *(None, 7, b"1.x", [], {}, "", "1.", "1", "2." + TOKEN.encode()[2:], "ma1.q7f3c2.17.9b1c", "1.!!!!", "1.é"),
        *(TOKEN.encode()[:-3], " " + TOKEN.encode(), "x" * 100_000, "1." + "W1tb" * 20_000),
        *(encoded(value) for value in ([], {}, "x", None, 7, ["q", "i", 0], ["q", "i", 0, 7, 8, 9])),
        *(encoded(value) for value in (["q", "i", 0, 7, "8"], ["q", "i", 0, 7, -1])),
        *(encoded(value) for value in (["q", "i", "0", 7], ["q", "i", 0, None], [1, "i", 0, 7], ["q", "i", 0.5, 7])),
        *(encoded(value) for value in (["q", "i", True, 7], ["q", "i", 0, True], ["q", "i", 10**40, 7])),
        *(encoded(value) for value in (["q", "i", 0, 10**40], ["q", "i", 0, -1], ["\ud800", "i", 0, 7])),
        *(encoded(value) for value in (b"[1e999]", b'["q","i",1e999,7]', b'["q","i",NaN,7]', b"\xff")),
    ],
    ids=lambda text: repr(text)[:40],
)
def test_broken_tokens_are_none(text):
    """No error, no action: what is not wholly one of our tokens is None."""
    assert StreamToken.decode(text) is None


def test_a_token_fits_alexa():
    """With ids twice as long as Music Assistant's, a token stays far under 1,024 characters."""
    token = StreamToken("q" * 100, "i" * 100, 10**9, 10**12)
    assert len(token.encode()) <= MOST_TOKEN // 2


def test_generations_make_tokens_differ():
    """The same item handed out twice has two tokens."""
    again = StreamToken(TOKEN.queue_id, TOKEN.queue_item_id, TOKEN.position_ms, TOKEN.generation + 1)
    assert again.encode() != TOKEN.encode()


@given(st.text())
def test_a_player_is_a_locally_administered_mac(device_id):
    """Every device has a stable player id that no real network card can have."""
    player_id = Device(device_id).player_id
    assert re.fullmatch(r"02(:[0-9a-f]{2}){5}", player_id)
    assert player_id == Device(device_id).player_id


def test_two_devices_are_two_players():
    """Devices do not share a player."""
    assert len({Device(f"amzn1.ask.device.{number}").player_id for number in range(1000)}) == 1000


def test_the_device_id_does_not_show():
    """A device id stays out of what could be printed."""
    assert "KITCHEN" not in repr((Device("KITCHEN"), PlaybackState("KITCHEN")))


@pytest.mark.parametrize("module", [models, actions])
def test_models_are_frozen(module):
    """Every model is a frozen dataclass with slots."""
    kinds = [kind for kind in vars(module).values() if isinstance(kind, type) and is_dataclass(kind)]
    assert kinds
    for kind in kinds:
        assert kind.__dataclass_params__.frozen, kind
        assert not hasattr(kind, "__dict__") or "__slots__" in vars(kind), kind
    with pytest.raises(FrozenInstanceError):
        setattr(TOKEN, fields(TOKEN)[0].name, "x")


def test_a_media_type_never_heard_of_is_unknown():
    """A new kind of media in MA does not break the reading of a queue."""
    assert MediaType("hologram") is MediaType.UNKNOWN


def test_what_was_enqueued_counts_behind_its_stream_only():
    """An answer to NearlyFinished of another stream than the running one does not follow."""
    running = Running(TOKEN, QueueItem("i"), Activity.STARTED, 0, 0, EventRank.START)
    behind = Enqueued(TOKEN.generation, TOKEN)
    assert PlaybackState("d", running, behind).following == behind
    assert PlaybackState("d", running, Enqueued(TOKEN.generation - 1, TOKEN)).following is None
    assert PlaybackState("d", None, behind).following is None


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        ((7, 100, 0, EventRank.START), (8, 50, 0, EventRank.START)),
        ((7, 100, 900, EventRank.LAST), (7, 101, 0, EventRank.START)),
        ((7, 100, 0, EventRank.LAST), (7, 100, 1, EventRank.START)),
        ((7, 100, 5, EventRank.START), (7, 100, 5, EventRank.STOPPED)),
        ((7, 100, 5, EventRank.STOPPED), (7, 100, 5, EventRank.STARTED_AGAIN)),
        ((7, 100, 5, EventRank.STARTED_AGAIN), (7, 100, 5, EventRank.LAST)),
    ],
)
def test_events_have_an_order(older, newer):
    """First the generation, then the second, then the offset, then what can only come after what."""
    first, second = (
        Running(StreamToken("q", "i", 0, generation), QueueItem("i"), Activity.STARTED, offset, at, rank)
        for generation, at, offset, rank in (older, newer)
    )
    assert first.order < second.order
