"""Uploads to Amazon's API on loopback: in the right order, each step once, and going on where a run broke off."""

import json

import pytest

from music_catalog import upload as upload_module
from music_catalog.errors import ConfigurationError, IngestionError, LoginError, SmapiError
from music_catalog.models import Kind
from music_catalog.runs import Catalogue, upload

TRACKS = "AMAZON.MusicRecording"


def upload_all(desk, **changed):
    return upload(desk.uploader(**changed), desk.pausing)


def calls(amazon, name):
    return [call for call in amazon.calls if call.endswith(f" {name}")]


@pytest.fixture
def small_parts(monkeypatch, amazon):
    """Parts of 200 bytes: the same steps as with a library of gigabytes."""
    monkeypatch.setattr(upload_module, "PART_BYTES", 200)
    monkeypatch.setattr("simulator.smapi.SMALLEST_PART", 200)


def test_a_first_upload_makes_what_is_needed_and_voice_finds_all(desk, amazon):
    """Catalogues are made and associated before their uploads, empty ones not at all; then the skill is bound anew."""
    desk.build()
    assert upload_all(desk) == []
    assert amazon.names(TRACKS) == {"Song 1", "Song 2", "Song 3"}
    assert sorted(each.type for each in amazon.catalogs.values()) == [
        "AMAZON.MusicAlbum", "AMAZON.MusicGroup", TRACKS,
    ]  # fmt: skip
    assert amazon.bound
    assert [call.split()[1] for call in amazon.calls[-5:]] == [
        "get_manifest", "put_manifest", "get_status", "disable", "enable",
    ]  # fmt: skip


def test_a_second_run_sends_nothing_and_leaves_the_skill_alone(desk, amazon):
    """What did not change is not uploaded, and the skill is not taken from the devices for it."""
    desk.build()
    upload_all(desk)
    before = list(amazon.calls)
    desk.build()
    upload_all(desk)
    assert amazon.calls == before


def test_only_what_changed_is_sent(desk, amazon, items):
    """One new name sends one of the catalogues, and Amazon is never told of a change that is none."""
    desk.build()
    upload_all(desk)
    before = len(calls(amazon, "create_upload"))
    items["tracks"][0] = items["tracks"][0] | {"name": "Other"}
    del items["tracks"][1]
    desk.build()
    upload_all(desk)
    assert len(calls(amazon, "create_upload")) == before + 1
    assert amazon.names(TRACKS) == {"Other", "Song 3"}
    assert (amazon.ignored, amazon.needless) == ([], [])
    assert amazon.bound


@pytest.mark.parametrize("parts_there", range(8))
def test_an_upload_that_breaks_off_goes_on(desk, amazon, small_parts, parts_there):
    """Wherever it broke off, the next run sends the parts that are missing and no other one."""
    desk.build()
    amazon.parts_until_failure = parts_there
    with pytest.raises(SmapiError, match="broken off"):
        upload_all(desk)
    amazon.parts_until_failure = None
    sent = len(calls(amazon, "put_part"))
    desk.restart()
    assert Catalogue(desk.state, desk.folder, ()).can_go_on()
    upload_all(desk)
    assert amazon.names(TRACKS) == {"Song 1", "Song 2", "Song 3"}
    whole = sum(len(upload.parts) for each in amazon.catalogs.values() for upload in each.uploads.values())
    assert len(calls(amazon, "put_part")) == whole + 1
    assert sent == parts_there + 1
    assert len(calls(amazon, "create_catalog")) == 3


@pytest.mark.parametrize("parts_there", range(8))
def test_an_upload_that_breaks_off_leaves_the_skill_bound(desk, amazon, small_parts, parts_there):
    """Files that were whole before it broke off have unbound the skill; where none was, the skill is left alone."""
    desk.build()
    amazon.parts_until_failure = parts_there
    with pytest.raises(SmapiError, match="broken off"):
        upload_all(desk)
    assert amazon.bound
    assert len(calls(amazon, "enable")) == bool(calls(amazon, "complete_upload"))


def test_progress_is_told_part_by_part(desk, small_parts):
    """Whoever watches sees bytes grow up to the whole file."""
    desk.build()
    upload_all(desk)
    there = [(there, whole) for kind, there, whole in desk.told.there if kind is Kind.TRACK]
    assert there == sorted(there)
    assert there[-1][0] == there[-1][1] > 200


def test_addresses_that_expired_begin_the_upload_anew(desk, amazon, small_parts):
    """Presigned addresses hold for hours; the next day's run asks for new ones."""
    desk.build()
    amazon.parts_until_failure = 1
    with pytest.raises(SmapiError):
        upload_all(desk)
    amazon.parts_until_failure, amazon.links_expired = None, True
    upload_all(desk)
    assert amazon.names(TRACKS) == {"Song 1", "Song 2", "Song 3"}
    assert any("begins anew" in text for text in desk.told.sentences)


@pytest.mark.parametrize("whose", ["its own note", "the call"])
@pytest.mark.parametrize("build_again", [False, True])
def test_a_run_that_ends_at_the_completion_does_no_harm(desk, amazon, monkeypatch, whose, build_again):
    """Whether Amazon was told that an upload is whole, or nearly, the next run uploads once more, and that is all."""
    desk.build()

    def ends(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        if whose == "the call":
            patched.setattr("music_catalog.smapi.Smapi.complete_upload", ends)
        else:
            patched.setattr(type(desk.state), "complete", ends)
        with pytest.raises(KeyboardInterrupt):
            upload_all(desk)
    desk.restart()
    if build_again:
        desk.build()
    assert upload_all(desk) == []
    assert set(amazon.names("AMAZON.MusicGroup")) == {"Blue Harbor"}
    assert amazon.names(TRACKS) == {"Song 1", "Song 2", "Song 3"}
    assert amazon.bound


def test_a_build_in_between_tells_all_of_what_broke_off(desk, amazon, small_parts, items):
    """What was on its way when a newer build came counts as not told."""
    desk.build()
    amazon.parts_until_failure = 3
    with pytest.raises(SmapiError):
        upload_all(desk)
    amazon.parts_until_failure = None
    for shelf in items.values():
        shelf += [{"uri": f"{shelf[0]['uri']}0{number}", "name": f"New {number}"} for number in range(9)]
    desk.build()
    upload_all(desk)
    assert [len(each.entities) for each in amazon.catalogs.values()] == [10, 10, 12]
    assert desk.state.uploads() == []


def test_amazon_may_take_longer_than_anybody_waits(desk, amazon):
    """The run ends saying what is not done, the skill bound; a later one asks again, and binds again."""
    amazon.polls_until_done = 4
    desk.build()
    assert set(upload(desk.uploader(), lambda: desk.pausing(2))) == {"artists", "albums", "tracks"}
    assert amazon.bound
    desk.restart()
    desk.build()
    assert upload_all(desk) == []
    assert len(calls(amazon, "create_upload")) == 3
    assert len(calls(amazon, "enable")) == 2


def test_a_tombstone_that_waits_is_not_forgotten_by_an_older_confirmation(desk, amazon, items):
    """What is gone since an upload is still told, though that upload is confirmed only now."""
    amazon.polls_until_done = 4
    desk.build()
    upload(desk.uploader(), lambda: desk.pausing(1))
    del items["tracks"][0]
    desk.build()
    amazon.polls_until_done = 0
    upload_all(desk)
    assert amazon.names(TRACKS) == {"Song 2", "Song 3"}
    assert desk.state.untold(Kind.TRACK) == 0


def test_a_refused_catalogue_says_why_and_is_told_again(desk, amazon):
    """The step and Amazon's reason are in the error; the next run sends all of it anew."""
    desk.build()
    path = desk.folder / "run-1" / "tracks.json"
    content = json.loads(path.read_text())
    content["entities"][0]["deleted"] = False
    path.write_text(json.dumps(content))
    with pytest.raises(IngestionError, match=r"tracks: SCHEMA_VALIDATION: .*True was expected|tracks: SCHEMA_VAL"):
        upload_all(desk)
    assert amazon.bound
    desk.build()
    upload_all(desk)
    assert amazon.names(TRACKS) == {"Song 1", "Song 2", "Song 3"}


def test_more_than_amazon_keeps_is_refused_by_the_stand_in(desk, amazon):
    """The limit counts over all catalogues of the skill: the stand-in can tell a builder that forgets it."""
    amazon._limit = 4
    desk.build()
    with pytest.raises(IngestionError, match="more than 4 entities"):
        upload_all(desk)


def test_credentials_that_are_refused_are_named(desk, amazon):
    """The error names the three values and where they come from, and holds none of them."""
    desk.build()
    with pytest.raises(LoginError, match="LWA_REFRESH_TOKEN") as refused:
        upload_all(desk, refresh_token="Atzr|other")
    assert "Atzr" not in str(refused.value)
    assert amazon.catalogs == {}


def test_several_vendor_ids_need_a_choice(desk, amazon):
    """Nobody guesses which developer account is meant."""
    amazon.vendors = ["M1", "M2"]
    desk.build()
    with pytest.raises(ConfigurationError, match="ALEXA_VENDOR_ID"):
        upload_all(desk)
    assert upload_all(desk, vendor_id="M2") == []


def test_a_skill_that_was_not_enabled_is_bound_too(desk, amazon):
    """Where a run broke off between the two halves, or nobody had enabled it, it is enabled in the end."""
    amazon.enabled = False
    desk.build()
    upload_all(desk)
    assert amazon.enabled


def test_amazon_out_of_reach_is_said(desk, amazon, monkeypatch):
    """A service that does not answer is a sentence, not a traceback."""
    desk.build()
    monkeypatch.setattr("music_catalog.smapi._TIMEOUTS", (0.1, 0.1))
    amazon.url = "http://127.0.0.1:9"
    uploader = desk.uploader()
    uploader._smapi._session.get_adapter("http://").max_retries = 0
    with pytest.raises(SmapiError, match="does not answer"):
        uploader.send()


def test_a_catalogue_that_was_made_and_not_associated_is_used(desk, amazon, monkeypatch):
    """A run that ends between the two leaves no orphan behind: six catalogues of a type are not six times one."""
    desk.build()

    def fails(*_):
        raise SmapiError("away")

    with monkeypatch.context() as patched:
        patched.setattr("music_catalog.smapi.Smapi.associate", fails)
        with pytest.raises(SmapiError):
            upload_all(desk)
    upload_all(desk)
    assert len(amazon.catalogs) == 3
    assert amazon.names(TRACKS) == {"Song 1", "Song 2", "Song 3"}
