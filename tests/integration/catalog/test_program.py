"""`make catalog` as it is run: against Music Assistant's stand-in, and Amazon's."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from simulator.smapi import LWA, SKILL_ID
from simulator.stand_in.handle import StandIn

ROOT = Path(__file__).parents[3]

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def home():
    with StandIn() as home:
        yield home


@pytest.fixture
def catalog(home, amazon, tmp_path):
    """Run it with arguments and more environment; its exit status and what it said."""
    environ = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT / "lambda"),
        "CATALOG_FOLDER": str(tmp_path),
        "MUSIC_ASSISTANT_URL": home.url,
        "MUSIC_ASSISTANT_TOKEN": home.token,
        "MUSIC_SKILL_ID": SKILL_ID,
        "SMAPI_URL": amazon.url,
        "LWA_URL": amazon.url,
    }
    credentials = {f"LWA_{name.upper()}": value for name, value in LWA.items()}

    def run(*arguments, **more):
        command = [sys.executable, "-m", "music_catalog", *arguments]
        done = subprocess.run(command, env=environ | credentials | more, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout + done.stderr

    return run


def test_building_uploads_nothing(catalog, amazon, tmp_path):
    """Without UPLOAD=1 six files are written, what they would tell is said, and nobody is called."""
    status, said = catalog(LWA_REFRESH_TOKEN="")
    assert status == 0
    assert "UPLOAD=1" in said
    assert len(list((tmp_path / "run-1").glob("*.json"))) == 6
    assert amazon.calls == []


def test_uploading_makes_the_library_known(catalog, amazon, home):
    """With UPLOAD=1 voice finds what is on the shelf, and the skill is bound."""
    status, said = catalog("--upload")
    assert status == 0, said
    assert amazon.names("AMAZON.MusicAlbum") == {each["name"] for each in home.api("music/albums/library_items")}
    assert len(amazon.names("AMAZON.MusicRecording")) > 10
    assert amazon.bound


def test_binding_alone(catalog, amazon):
    """REBIND=1 renews the enablement without reading or sending anything."""
    amazon.bound = False
    assert catalog("--rebind")[0] == 0
    assert amazon.bound


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"LWA_REFRESH_TOKEN": ""}, "generate-lwa-tokens"),
        ({"LWA_REFRESH_TOKEN": "Atzr|other"}, "Login with Amazon refused"),
        ({"MUSIC_SKILL_ID": ""}, "MUSIC_SKILL_ID is missing"),
        ({"MUSIC_ASSISTANT_TOKEN": "other"}, "home refused the token"),
    ],
    ids=["no token", "another token", "no skill", "no access"],
)
def test_what_fails_is_one_sentence(catalog, amazon, more, sentence):
    """A run that cannot work says what is wrong in one line, without a traceback, and ends with 1."""
    status, said = catalog("--upload", **more)
    assert status == 1
    assert sentence in said
    assert "Traceback" not in said
    assert amazon.catalogs == {}
