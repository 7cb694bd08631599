"""The double of Alexa's music service, driven by a skill that answers by the book, and by one that does not."""

import pytest

from simulator.envelopes import APPLICATION_ID
from simulator.music_directives import Account, reference
from simulator.music_service import MusicService
from simulator.rules import RuleBroken
from simulator.rules.music_given import GET_NEXT, GET_PREVIOUS, JUMP
from simulator.scripted_music import CONTENT_ID, ScriptedMusicSkill, answer, error, item, queue_method
from simulator.utterances import NotUnderstood

ENTITIES = {"ALBUM": {"Night Ferry": "A.night"}, "ARTIST": {"Blue Harbor": "R.blue"}, "TRACK": {"Café": "T.cafe"}}


@pytest.fixture
def music():
    return ScriptedMusicSkill()


@pytest.fixture
def room(music, ear, clock):
    return MusicService(music, ear=ear, clock=clock, entities=ENTITIES)


@pytest.fixture
def rooms(music, ear, clock):
    return lambda **more: MusicService(music, ear=ear, clock=clock, entities=ENTITIES, **more)


def names(step):
    return [kind.rsplit(".", 1)[-1] for kind in step.requests]


def searched(music):
    return music.of("GetPlayableContent")[-1]["selectionCriteria"]["attributes"]


@pytest.mark.parametrize(
    ("said", "attributes"),
    [
        ("play music on music assistant", []),
        ("alexa, play the album night ferry", [("ALBUM", "A.night"), ("MEDIA_TYPE", "ALBUM")]),
        (
            "play the album night ferry by blue harbor",
            [("ALBUM", "A.night"), ("ARTIST", "R.blue"), ("MEDIA_TYPE", "ALBUM")],
        ),
        ("play the song cafe", [("TRACK", "T.cafe"), ("MEDIA_TYPE", "TRACK")]),
        ("play blue harbor", [("ARTIST", "R.blue")]),
        ("play sigur ros", [("ARTIST", "sigur ros")]),
        ("play rock music", [("GENRE", "rock")]),
        ("play the summertime station", [("STATION", "summertime"), ("MEDIA_TYPE", "STATION")]),
        ("play alive by pearl jam", [("TRACK", "alive"), ("ARTIST", "pearl jam")]),
        (
            "play the latest album by blue harbor",
            [("ARTIST", "R.blue"), ("MEDIA_TYPE", "ALBUM"), ("SORT_TYPE", "RECENCY")],
        ),
        ("wake me up to night ferry at seven", [("ALBUM", "A.night")]),
    ],
)
def test_a_sentence_is_a_search(room, music, said, attributes):
    """What is named goes by the catalogue's id, what no catalogue has by its text."""
    room.say(said)
    assert [(each["type"], each.get("entityId") or each["value"]) for each in searched(music)] == attributes


def test_what_alexa_would_not_understand_gets_a_hint(room):
    """A sentence that is none about music is refused with one that is."""
    with pytest.raises(NotUnderstood, match="thumbs up"):
        room.say("thumb up")


def test_an_album_is_played_from_search_to_the_end(room, music):
    """Search, Initiate, then for each item Started and at once GetNextItem, Finished, and silence after the last."""
    assert names(room.say("play the album night ferry")) == [
        "GetPlayableContent",
        "Initiate",
        "ItemPlaybackStarted",
        "GetNextItem",
    ]
    assert names(room.listen(200)) == [
        *("ItemPlaybackFinished", "ItemPlaybackStarted", "GetNextItem"),
        *("ItemPlaybackFinished", "ItemPlaybackStarted", "GetNextItem"),
        "ItemPlaybackFinished",
    ]
    assert [each["currentItemReference"]["id"] for each in music.of("GetNextItem")] == ["one", "two", "three"]
    assert not any(each["isUserInitiated"] for each in music.of("GetNextItem"))
    assert room.item is None
    assert room.judge_all() == room.breaches == []


def test_alexa_says_what_was_found(room, music):
    """The name comes from the answer, and an error is said in Alexa's own words."""
    assert room.say("play night ferry").speech == "The Record by Nobody, on Music Assistant."
    music.script["GetPlayableContent"] = error("CONTENT_NOT_FOUND")
    step = room.say("play nothing at all")
    assert (step.error, step.speech) == ("CONTENT_NOT_FOUND", "I couldn't find that on Music Assistant.")
    assert names(step) == ["GetPlayableContent"]


def test_alexa_knows_what_plays(room, music):
    """What plays is told without asking the skill: the item said it."""
    room.say("play the album night ferry by blue harbor")
    step = room.say("what's playing")
    assert step.speech == room.item.title
    assert names(step) == []


def test_one_who_plays_says_so(room, music):
    """Initiate names the item that is heard or paused, and none where nothing is."""
    room.say("play night ferry")
    room.say("pause")
    room.say("play night ferry")
    first, second = music.of("Initiate")
    assert "currentItemReference" not in first
    assert second["currentItemReference"]["value"] == {"id": "one", "queueId": "q1", "contentId": CONTENT_ID}


def test_next_is_asked_for_by_the_user(room, music, ear):
    """Somebody's "next" asks anew, as a person's wish, and what was looked ahead to is not used."""
    room.say("play night ferry")
    step = room.say("next")
    assert names(step) == ["GetNextItem", "ItemPlaybackStopped", "ItemPlaybackStarted", "GetNextItem"]
    assert [each["isUserInitiated"] for each in music.of("GetNextItem")] == [False, True, False]
    assert room.track == "two"


def test_next_after_the_last_is_silence(room, music):
    """A queue that is finished ends the music."""
    music.record = ("one",)
    room.say("play night ferry")
    room.say("next")
    assert not room.device.playing


def test_a_disabled_control_is_not_used(room, music):
    """PREVIOUS is disabled on the first item, so that nothing is asked."""
    room.say("play night ferry")
    step = room.say("previous")
    assert (names(step), step.speech) == ([], "That isn't available right now.")
    room.say("next")
    assert names(room.say("previous"))[0] == "GetPreviousItem"
    assert room.track == "one"


def test_an_item_of_the_screen_is_jumped_to(room, music):
    """A title that is shown is played, by its id, and the stopped item's event says why."""
    room.say("play night ferry")
    room.say("jump to three")
    assert room.track == "three"
    assert music.of("JumpToItem")[0]["targetItemId"] == "three"
    room.say("pause")
    jumped, paused = music.of("Stopped")
    assert jumped["body"]["cause"] == {"type": "JUMP"}
    assert "cause" not in paused["body"]
    assert room.say("jump to seventeen").speech == "I don't see seventeen there."


def test_a_mode_asks_anew_what_follows(room, music):
    """Loop makes something follow the last item."""
    music.record = ("one",)
    room.say("play night ferry")
    assert names(room.say("loop on")) == ["SetLoop", "GetNextItem"]
    assert music.of("SetLoop") == [
        {
            "requestContext": music.of("SetLoop")[0]["requestContext"],
            "currentItemReference": reference({"id": "one", "queueId": "q1", "contentId": CONTENT_ID}, "wrapped"),
            "enable": True,
        }
    ]
    room.play_to_end()
    assert room.device.playing
    assert room.room.modes.loop


def test_repeat_has_a_status(room, music):
    """SetRepeat says ON and OFF, and Initiate asks for it only where it is wanted."""
    room.say("play night ferry")
    room.say("repeat on")
    room.say("repeat off")
    assert [each["mode"] for each in music.of("SetRepeat")] == [{"status": "ON"}, {"status": "OFF"}]
    assert "repeat" not in music.of("Initiate")[0]["playbackModes"]
    room.play(CONTENT_ID, repeat=True)
    assert music.of("Initiate")[1]["playbackModes"]["repeat"] == {"status": "ON"}


def test_a_thumb_down_skips_where_the_skill_says_so(room, music):
    """A thumb up changes nothing that is heard; one down asks for the next item."""
    room.say("play night ferry")
    assert names(room.say("thumbs up")) == ["ReceiveFeedback"]
    assert names(room.say("thumbs down"))[:2] == ["ReceiveFeedback", "GetNextItem"]
    assert room.track == "two"


def test_no_thumbs_where_the_item_takes_none(room, music):
    """An item whose rules allow no feedback gets none."""
    music.script["Initiate"] = answer(
        "Alexa.Media.Playback.Initiate.Response",
        {"playbackMethod": queue_method(item("one", first=True, rules={"feedbackEnabled": False}))},
    )
    room.say("play night ferry")
    assert names(room.say("thumbs up")) == []


def test_pause_and_resume_are_alexas_own(room):
    """The skill hears Stopped and Started, and no directive."""
    room.say("play night ferry")
    assert names(room.say("pause")) == ["ItemPlaybackStopped"]
    assert names(room.say("resume")) == ["ItemPlaybackStarted"]


def test_a_stream_that_is_over_is_renewed(room, music, ear, clock):
    """Past validUntil the item is asked for anew, and pulled on from where it was."""
    music.valid_until = "2026-11-19T00:00:00Z"
    room.say("play night ferry")
    room.listen(10)
    room.say("pause")
    clock.now = 1_795_046_400.0 + 1  # a second later than that
    music.valid_until = "2026-11-30T00:00:00Z"
    assert names(room.say("resume")) == ["GetItem", "ItemPlaybackStarted", "GetNextItem"]
    assert "one from 10000" in ear.opened
    assert room.device.playing


def test_the_music_moves_to_another_room(room, rooms, music, ear):
    """The other Echo pulls the same stream from the current moment on; the skill is asked for the next item only."""
    room.say("play night ferry")
    room.listen(20)
    bathroom = rooms()
    assert names(room.move_to(bathroom)) == ["ItemPlaybackStarted", "GetNextItem"]
    assert ear.opened == ["one", "two", "one from 20000", "two"]
    assert (room.item, bathroom.track, bathroom.device.position_ms) == (None, "one", 20_000)
    assert len(music.of("Initiate")) == 1


def test_an_alarm_keeps_the_content_and_nothing_else(room, music):
    """What an alarm plays is the contentId, which was found when it was set."""
    alarm = room.set_alarm("wake me up to night ferry at seven")
    room.play(alarm.content_id)
    assert music.of("Initiate")[0]["contentId"] == CONTENT_ID
    music.script["GetPlayableContent"] = error("CONTENT_NOT_FOUND")
    with pytest.raises(LookupError):
        room.set_alarm("wake me up to silence")


def test_a_stream_that_fails_is_asked_for_once_more(room, music, ear):
    """A failure is told; the item is renewed once, and then the next one plays."""
    ear.failing = {"two": "MEDIA_ERROR_INVALID_REQUEST"}
    room.say("play night ferry")
    assert [each["body"]["error"]["type"] for each in music.of("Failed")] == ["MEDIA_ERROR_INVALID_REQUEST"] * 2
    assert [each["targetItemReference"]["value"]["id"] for each in music.of("GetItem")] == ["two"]


def test_an_item_that_fails_at_its_start_is_passed_over(room, music, ear):
    """When the first item never plays, the second does."""
    ear.failing = {"one": "MEDIA_ERROR_INVALID_REQUEST"}
    room.say("play night ferry")
    assert room.track == "two"


def test_an_answer_that_did_not_come_is_asked_for_at_the_end(room, music):
    """When nothing was answered about the next item, it is asked for again when the current one ends."""
    music.script["GetNextItem"] = error("INTERNAL_ERROR", "Alexa", "3.0")
    room.say("play night ferry")
    del music.script["GetNextItem"]
    room.play_to_end()
    assert room.track == "two"


def test_a_message_can_come_twice(room, music):
    """The last directive is sent as it was."""
    room.say("play night ferry")
    room.line.again()
    assert music.events[-1] == music.events[-2]


def test_an_account_may_be_linked(music, ear, clock):
    """A linked account's token goes with directives and events, and is in no text of ours."""
    account = Account(access_token="secret-token")
    room = MusicService(music, ear=ear, clock=clock, account=account)
    room.say("play night ferry")
    assert music.of("Initiate")[0]["requestContext"]["user"]["accessToken"] == "secret-token"
    assert music.events[2]["context"]["System"]["user"]["accessToken"] == "secret-token"
    assert music.events[2]["context"]["System"]["application"]["applicationId"] == APPLICATION_ID
    assert "secret-token" not in repr(account)


@pytest.mark.parametrize(
    ("name", "wrong", "row"),
    [
        ("GetPlayableContent", {"header": {}, "payload": {}}, 65),
        ("Initiate", answer("Alexa.Media.Playback.Initiate.Response", {"playbackMethod": {}}), 73),
        ("GetNextItem", answer("Alexa.Audio.PlayQueue.GetNextItem.Response", {"isQueueFinished": False}), 79),
    ],
)
def test_a_broken_rule_is_raised(room, music, name, wrong, row):
    """What breaks a rule is an exception, which names the row."""
    music.script[name] = wrong
    with pytest.raises(RuleBroken) as broken:
        room.say("play night ferry")
    assert row in {breach.row for breach in broken.value.breaches}


def test_a_rule_of_several_exchanges_is_raised_too(room, music):
    """An item that the queue never had is not to be played: seen only against what was handed out before."""
    room.say("play night ferry")
    music.script["JumpToItem"] = answer("Alexa.Audio.PlayQueue.JumpToItem.Response", {"item": item("two")})
    with pytest.raises(RuleBroken, match="Rule 82"):
        room.room.ask_about(JUMP, targetItemId="no such item")


def test_a_lenient_room_only_notes(rooms, music):
    """Where it is not strict, what was broken is kept."""
    music.script["SetShuffle"] = answer("Alexa.Response", {"more": 1}, "3.0")
    room = rooms(strict=False)
    room.say("play night ferry")
    room.say("shuffle on")
    assert {breach.row for breach in room.breaches} == {85}


def test_an_exception_of_the_skill_is_the_cause(room, music):
    """What the skill raised is chained to the rule it broke."""

    def raising(_event):
        raise KeyError("x")

    music.script["Initiate"] = raising
    with pytest.raises(RuleBroken) as broken:
        room.say("play night ferry")
    assert isinstance(broken.value.__cause__, KeyError)


def test_all_forms_of_a_reference_can_be_sent(room, music):
    """Bare, wrapped and nested: each names the same item."""
    room.say("play night ferry")
    for form in ("bare", "wrapped", "nested"):
        room.room.ask_about(GET_NEXT, form, isUserInitiated=False)
    assert room.judge_all() == []
    room.room.ask_about(GET_PREVIOUS)
    assert room.judge_all() == []


def test_nothing_is_done_where_nothing_plays(room):
    """Commands about what plays need something that plays."""
    assert room.say("next").speech == "Nothing is playing."
    with pytest.raises(LookupError):
        room.room.held()
