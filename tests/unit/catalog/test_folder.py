"""A folder that cannot be written is told as what it is, a setting that is wrong."""

import sqlite3

import pytest

from music_catalog.__main__ import main
from music_catalog.errors import ConfigurationError
from music_catalog.models import Kind
from music_catalog.state import State


@pytest.fixture
def a_file(tmp_path):
    path = tmp_path / "file"
    path.write_text("no folder")
    return path


def test_a_folder_that_cannot_be_made_ends_with_a_sentence(a_file, monkeypatch, capsys):
    """`make catalog` ends 1 and names the variable, the folder and the cause."""
    monkeypatch.setenv("MUSIC_ASSISTANT_URL", "http://music.test:8095")
    monkeypatch.setenv("MUSIC_ASSISTANT_TOKEN", "t")
    monkeypatch.setenv("CATALOG_FOLDER", str(a_file / "x"))
    assert main([]) == 1
    told = capsys.readouterr().err
    assert told.startswith(f"catalog: {a_file / 'x'} cannot be written (")
    assert "Not a directory" in told
    assert "CATALOG_FOLDER" in told
    assert told.count("\n") == 1


def test_a_file_that_is_no_state_is_told(tmp_path):
    """What lies where the state should, and is none, is not taken for one."""
    (tmp_path / "state.sqlite").write_bytes(b"something else" * 100)
    with pytest.raises(ConfigurationError, match=r"file is not a database.*CATALOG_FOLDER"):
        State(tmp_path / "state.sqlite")


def test_a_build_that_finds_no_room_is_told(desk, monkeypatch):
    """What the disk refuses while files are written is told in the same words, and nothing of the build is kept."""

    def refuse(*_args, **_more):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pathlib.Path.open", refuse)
    with pytest.raises(ConfigurationError, match=r"No space left on device.*CATALOG_FOLDER"):
        desk.build()
    assert desk.state.run == 0


def test_a_state_that_cannot_be_written_is_told(desk, monkeypatch):
    """Nor may the state refuse in words of SQLite alone."""

    def refuse(*_args, **_more):
        raise sqlite3.OperationalError("attempt to write a readonly database")

    monkeypatch.setattr(desk.state, "stamp", refuse)
    with pytest.raises(ConfigurationError, match=r"readonly database.*CATALOG_FOLDER"):
        desk.build()
    assert desk.state.untold(Kind.TRACK) == 0
