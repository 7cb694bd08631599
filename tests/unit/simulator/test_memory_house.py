"""The house in memory sees what an answer took, so that rules about it can fail."""

import http.client
from urllib.parse import urlsplit

import pytest

from simulator.memory_house import MemoryHouse


@pytest.fixture
def house():
    house = MemoryHouse()
    yield house
    house.close()


def post(url, path):
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=5)
    connection.request("POST", path, body=b"{}")
    status = connection.getresponse().status
    connection.close()
    return status


def test_an_answer_is_seen_with_what_it_took(house):
    """A call home and a write are counted with the answer they were made for, and only with that."""
    echo = house.echo()
    echo.ask("PlayAlbumIntent", album="night ferry")
    echo.ask("AMAZON.HelpIntent")
    assert [bool(each.effects) for each in echo.trace if each.intent] == [True, False]
    assert echo.trace[0].current_item is not None
    assert echo.breaches == []


def test_a_progressive_response_is_heard(house):
    """What is posted to Alexa before the answer is seen with it, and breaks row 56 for an event."""
    echo = house.echo()
    answer = house.invoke
    echo._invoke = lambda event: post(event["context"]["System"]["apiEndpoint"], "/v1/directives") and answer(event)
    echo.send("AudioPlayer.PlaybackStarted", token="x", offsetInMilliseconds=0)
    assert 56 in {breach.row for breach in echo.breaches}


def test_alexa_knows_no_other_address(house):
    """Anything else that is posted is refused, and counts as nothing."""
    assert post(house.api.url, "/v1/devices") == 404
    assert house.api.received == []


def test_moving_in_leaves_nothing_behind(house):
    """A new Echo of a new house has nothing to resume."""
    house.echo().ask("PlayAlbumIntent", album="night ferry")
    house.move_in()
    assert "Nothing is playing" in house.echo().ask("AMAZON.ResumeIntent").speech


def test_a_stream_fails_when_it_is_told_to(house):
    """A scripted error reaches the skill as PlaybackFailed of its type."""
    house.ear.errors.append("MEDIA_ERROR_UNKNOWN")
    step = house.echo().ask("PlayAlbumIntent", album="night ferry")
    failed = [each for each in step.exchanges if each.kind == "AudioPlayer.PlaybackFailed"]
    assert [each.request["error"]["type"] for each in failed] == ["MEDIA_ERROR_UNKNOWN"]
