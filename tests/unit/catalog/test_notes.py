"""What the skill's table is told of entities, and when."""

import sqlite3

import pytest

from music_catalog.builder import NOTED_FOR_MS
from music_catalog.errors import ConfigurationError, LibraryError
from music_catalog.library import Library
from music_catalog.state import State

ALL = 12
"""Entities of the shelves that Music Assistant has a uri for."""


@pytest.fixture
def desk(desk):
    desk.notes = True
    return desk


def test_what_is_new_is_noted_once(desk, shelves):
    """A first build notes all but genres, whose names say everything; the next one what came, and what changed."""
    desk.build()
    noted = desk.news()
    assert len(noted) == len(set(noted)) == ALL
    assert not [uri for uri in noted if uri.startswith("ma:")]
    assert desk.finished == ALL
    desk.build()
    assert desk.news() == []
    shelves.items["albums"][0]["name"] = "Night Ferry (Live)"
    shelves.items["radios"].append({"uri": "library://radio/2", "name": "Night FM", "favorite": False})
    desk.build()
    assert sorted(desk.news()) == ["library://album/1", "library://radio/2"]


def test_what_has_not_changed_is_noted_again_in_time(desk):
    """The table's rows do not stay for ever, so that they are written anew long before they are forgotten."""
    desk.build()
    desk.news()
    desk.now += NOTED_FOR_MS
    desk.build()
    assert len(desk.news()) == ALL
    assert NOTED_FOR_MS < 400 * 24 * 3600 * 1000 / 2


def test_a_build_that_breaks_off_has_noted_nothing(desk, monkeypatch):
    """What the table was told by a build that is not kept is told again; so is what it could not be told."""

    def breaks(error):
        raise error("away")

    for where, name, error in ((Library, "_listed", LibraryError), (type(desk), "finish", ConfigurationError)):
        with monkeypatch.context() as patched:
            patched.setattr(where, name, lambda *_, error=error, **__: breaks(error))
            with pytest.raises(error):
                desk.build()
    desk.news()
    desk.build()
    assert len(desk.news()) == ALL


def test_a_table_that_comes_later_is_told_everything(desk):
    """Builds without the table note nothing, and forget nothing of what is to be noted."""
    desk.notes = False
    desk.build()
    desk.notes = True
    desk.build()
    assert len(desk.news()) == ALL


def test_a_state_of_an_older_version_is_read(desk, tmp_path):
    """A file without the column gets it, keeps what Amazon was told, and everything is noted."""
    desk.build()
    desk.tell_all()
    times = {id_: each["lastUpdatedTime"] for id_, each in desk.entities("tracks").items()}
    desk.news()
    desk.state.__exit__()
    with sqlite3.connect(tmp_path / "state.sqlite") as old:
        old.execute("ALTER TABLE entity DROP COLUMN noted")
    desk.state = State(tmp_path / "state.sqlite")
    desk.build()
    assert len(desk.news()) == ALL
    assert {id_: each["lastUpdatedTime"] for id_, each in desk.entities("tracks").items()} == times
    assert desk.state.untold("tracks") == 0
    desk.state.__exit__()
