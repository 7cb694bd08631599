"""A library in a dict that answers as Music Assistant does, and a catalogue of it in a folder."""

import json
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from music_catalog.builder import Builder
from music_catalog.library import Library
from music_catalog.models import Kind, Locale
from music_catalog.state import State

NOW = 1_795_000_000_000
US = (Locale("en", "US"),)


def item(kind, number, name, **more):
    return {"uri": f"library://{kind}/{number}", "name": name, "favorite": False, "is_playable": True} | more


@dataclass
class Shelves:
    """Music Assistant's listings; `asked` keeps what was asked for."""

    items: dict[str, list] = field(default_factory=dict)
    asked: list = field(default_factory=list)

    def __call__(self, command, args):
        self.asked.append((command, args))
        shelf = command.split("/")[1]
        found = [each for each in self.items.get(shelf, []) if not args.get("favorite") or each["favorite"]]
        return found[args["offset"] :][: args["limit"]]


@dataclass
class Desk:
    """Where a catalogue is built again and again, each time a minute later."""

    folder: Path
    shelves: Shelves
    state: State
    now: int = NOW
    locales: tuple = US
    notes: bool = False
    """The skill's table is there to be told."""
    noted: list = field(default_factory=list)
    finished: int = 0

    def add(self, entry):
        self.noted.append(entry.uri)

    def finish(self):
        self.finished = len(self.noted)

    def news(self):
        noted, self.noted = self.noted, []
        return noted

    def build(self, limit=500_000, page=3, **more):
        self.now += 60_000
        builder = Builder(self.state, self.folder, self.locales, limit, self if self.notes else None)
        return builder.build(Library(self.shelves, page), self.now, **more)

    def read(self, kind):
        return json.loads((self.folder / f"run-{self.state.run}" / f"{kind}.json").read_text())

    def entities(self, kind):
        return {each["id"]: each for each in self.read(kind)["entities"]}

    def names(self, kind):
        return [each["names"][0]["value"] for each in self.read(kind)["entities"] if "names" in each]

    def tell_all(self):
        """Upload, as far as the state knows."""
        for kind in Kind:
            self.state.hand_over(kind)
            self.state.confirm(kind)


@pytest.fixture
def shelves():
    harbor = {"uri": "library://artist/1", "name": "Blue Harbor"}
    ferry = {"uri": "library://album/1", "name": "Night Ferry"}
    return Shelves(
        {
            "playlists": [item("playlist", 1, "Rainy Day")],
            "radios": [item("radio", 1, "Lab FM")],
            "artists": [item("artist", 1, "Blue Harbor"), item("artist", 2, "The Quartz & Co.")],
            "albums": [item("album", 1, "Night Ferry", artists=[harbor], metadata={"genres": ["Jazz"]})],
            "tracks": [
                item(
                    "track",
                    number,
                    f"Song {number}",
                    artists=[harbor],
                    album=ferry,
                    metadata={"genres": ["Bossa Nova"]},
                )
                for number in range(1, 8)
            ],
        }
    )


@pytest.fixture
def desk(tmp_path, shelves):
    with State(tmp_path / "state.sqlite") as state:
        yield Desk(tmp_path, shelves, state)
