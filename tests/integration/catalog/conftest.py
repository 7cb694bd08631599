"""A library that is built, and Amazon's API on loopback that is told of it."""

from dataclasses import dataclass, field
from itertools import repeat
from pathlib import Path

import pytest

from music_catalog.builder import Builder
from music_catalog.library import Library
from music_catalog.models import Locale
from music_catalog.smapi import LwaCredentials, Smapi
from music_catalog.state import State
from music_catalog.upload import Skill, Uploader
from simulator.smapi import LWA, SKILL_ID, SmapiStandIn


@dataclass
class Told:
    """Progress that is kept."""

    sentences: list = field(default_factory=list)
    there: list = field(default_factory=list)

    def sending(self, kind, there, whole):
        self.there.append((kind, there, whole))

    def says(self, text):
        self.sentences.append(text)


class Amazon(SmapiStandIn):
    """The service, and what the tests ask of it."""

    def client(self, **changed):
        return Smapi(LwaCredentials(**(LWA | changed)), self.url, self.url)

    def names(self, kind):
        return {each["names"][0]["value"] for each in self.known(kind).values()}


@dataclass
class Desk:
    """Where one builds and uploads, each build a minute after the one before."""

    folder: Path
    state: State
    amazon: Amazon
    items: dict
    told: Told = field(default_factory=Told)
    now: int = 1_795_000_000_000
    pauses: int = 0

    def ask(self, command, args):
        found = self.items.get(command.split("/")[1], [])
        found = [each for each in found if not args.get("favorite") or each.get("favorite")]
        return found[args["offset"] :][: args["limit"]]

    def build(self):
        self.now += 60_000
        return Builder(self.state, self.folder, (Locale("en", "US"),)).build(Library(self.ask), self.now)

    def uploader(self, **changed):
        skill = Skill(SKILL_ID, changed.pop("vendor_id", ""))
        return Uploader(self.amazon.client(**changed), self.state, self.folder, skill, self.told)

    def pausing(self, times=5):
        return repeat(self.pause, times)

    def pause(self):
        self.pauses += 1

    def restart(self):
        """Open the state anew, as the next program does."""
        self.state.__exit__()
        self.state = State(self.folder / "state.sqlite")


@pytest.fixture
def amazon():
    with Amazon() as service:
        yield service


@pytest.fixture
def items():
    harbor = {"uri": "library://artist/1", "name": "Blue Harbor"}
    return {
        "artists": [harbor],
        "albums": [{"uri": "library://album/1", "name": "Night Ferry", "artists": [harbor]}],
        "tracks": [{"uri": f"library://track/{n}", "name": f"Song {n}", "artists": [harbor]} for n in range(1, 4)],
    }


@pytest.fixture
def desk(tmp_path, amazon, items):
    desk = Desk(tmp_path, State(tmp_path / "state.sqlite"), amazon, items)
    yield desk
    desk.state.__exit__()
