"""Two commands at once: the one that came too late says so, and plays nothing."""

from dataclasses import replace

import pytest

from music_assistant_alexa.models import Running


@pytest.fixture
def overtaken(skill, monkeypatch):
    """Let a newer stream be stored by someone else just before ours is, from now on."""
    skill.play_album()
    record = skill.store.record

    def later(device_id, change):
        if isinstance(change, Running):
            newer = replace(change.token, generation=change.generation + 1_000)
            record(device_id, replace(change, token=newer))
        return record(device_id, change)

    monkeypatch.setattr(skill.store, "record", later)
    return skill


@pytest.mark.parametrize("intent", ["AMAZON.ResumeIntent", "AMAZON.NextIntent", "AMAZON.PreviousIntent"])
def test_the_one_that_came_too_late_says_so(overtaken, intent):
    """Nothing is played in the place of what is newer, and nobody is left without a word."""
    answer = overtaken.ask(intent)
    assert "directives" not in answer["response"]
    assert overtaken.said(answer) == "Something newer is playing here already."


def test_a_button_stays_silent(overtaken):
    """A button has no words."""
    assert overtaken.event("PlaybackController.NextCommandIssued")["response"] == {}
