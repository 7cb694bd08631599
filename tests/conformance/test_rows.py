"""Every row of the table of Alexa's rules, over everything the skill can be made to answer."""

from pathlib import Path

import pytest

from simulator.evidence.evenings import INTENTS
from simulator.rules.custom_skill import PLAYBACK_BUILT_INS
from simulator.rules.not_yet import UNUSED

EVENTS = Path(__file__).parents[1] / "events"
pytestmark = [pytest.mark.conformance, pytest.mark.timeout(300)]


def test_row(row, tally):
    """What the row says holds for everything it is about, and it is about something that was judged."""
    (verdict,) = [verdict for verdict in tally.verdicts if verdict.row == row]
    if verdict.result == "not yet":
        pytest.skip(verdict.waiting)
    assert verdict.result in ("pass", "warning"), verdict.sentences


def test_the_table_is_complete(tally):
    """The table has every row from 1 to 105, each once."""
    assert [verdict.row.row for verdict in tally.verdicts] == list(range(1, 106))


def test_nothing_was_unexpected(tally):
    """No answer, however legal, hides an exception of the skill or an event it could not read."""
    assert tally.stumbles == []


def test_every_event_file_was_answered(tally):
    """Each of the files is among the evidence as it is, and with ids of ours while its device or its queue plays."""
    names = {file.stem for file in EVENTS.glob("*.json")} - {"env"}
    assert names <= set(tally.evidence)
    custom = {name for name in names if not name.startswith(("music_", "aasb_"))}
    assert {f"{name}, with live tokens" for name in custom} <= set(tally.evidence)
    music = {name for name in names if name.startswith("music_")}
    assert {f"{name}, with live ids" for name in music} <= set(tally.evidence)


def test_an_offset_as_text_is_the_number(house):
    """Row 40: what the row keeps of a position is the same, however Alexa writes it."""
    kept = []
    for offset in (61_000, "61000"):
        house.move_in()
        echo = house.echo()
        echo.ask("PlayAlbumIntent", album="night ferry")
        echo.send("AudioPlayer.PlaybackStopped", token=echo.device.current.token, offsetInMilliseconds=offset)
        kept.append(house.store.load(echo.sender.device_id).running.offset_ms)
    assert kept == [61_000, 61_000]


def test_what_is_said_to_be_unused_is(tally):
    """A row that is excused because the skill does no such thing has found nothing to judge."""
    assert [verdict.row.row for verdict in tally.verdicts if verdict.row.row in UNUSED and verdict.judged] == []


def test_every_playback_built_in_is_asked_for():
    """Row 43 is about eleven intents, and the evenings ask for all of them."""
    assert {intent for intent, _ in INTENTS} >= PLAYBACK_BUILT_INS
