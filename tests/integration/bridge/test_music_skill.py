"""The queues of the music skill: begun, asked about, moved and told of, over the bridge's HTTP API."""

import contextlib
import http.client
from http import HTTPStatus

import pytest

from music_assistant_alexa.stream_urls import VALID_S, PublicUrls
from simulator.stand_in import StandIn
from simulator.tones import identify
from simulator.waiting import eventually

pytestmark = pytest.mark.slow

MAC = "02:00:00:00:bb:01"
KEY = "signing-key-of-the-tests"
ALBUM = ["Copper Wire", "Salt and Paper", "Harbor Bells", "Long Echo", "Gulls"]

KITES = ["Origami", "Neon Carp", "Second Umbrella", "Tin Robot", "Goodnight Kyoto"]


@pytest.fixture(scope="module")
def home():
    """Start a home for all tests of this module; each allows again what it refused."""
    with StandIn() as running:
        yield running


@pytest.fixture(autouse=True)
def _allow_again(home):
    yield
    home.allow()


class Alexa:
    """What the skill asks of one queue."""

    def __init__(self, bridge, queue_id="q1"):
        self.bridge = bridge
        self.queue_id = queue_id
        self.path = f"/players/{MAC}/queue"

    def order(self, uri, known_as="", artist="", **changes):
        """Begin a queue; return (status, answer)."""
        content = {"uri": uri, "name": known_as, "artist": artist, "media_type": "", "other_uris": []}
        body = {
            "queue_id": self.queue_id,
            "name": "Alexa music 1",
            "content": content | changes.pop("content", {}),
            "shuffle": False,
            "loop": False,
            "repeat_one": False,
            "explicit_allowed": True,
            "goes_on": False,
        }
        return self.bridge.ask("POST", self.path, body | changes)

    def begin(self, uri="library://album/2", *names, **changes):
        status, answer = self.order(uri, *names, **changes)
        assert status == HTTPStatus.OK, answer
        return answer["entry"]

    def refused(self, *order, **changes):
        status, answer = self.order(*order, **changes)
        return status, answer["error"]

    def next(self, entry, skip=0):
        return self.ok("GET", f"/next?queue_id={self.queue_id}&entry_id={entry['entry_id']}&skip={skip}")["entry"]

    def view(self, entry):
        return self.ok("GET", f"?queue_id={self.queue_id}&entry_id={entry['entry_id']}")

    def command(self, command, **args):
        return self.ok("POST", "/command", {"queue_id": self.queue_id, "command": command, "args": args})["entry"]

    def tell(self, event, entry, offset_ms=0):
        body = {
            "queue_id": self.queue_id,
            "entry_id": entry["entry_id"],
            "event": event,
            "offset_ms": offset_ms,
            "occurred_at": int(self.bridge.clock.time()),
        }
        assert self.ok("POST", "/events", body) == {}

    def hear(self, entry):
        """Fetch an entry and begin it; return the title its audio says."""
        status, _, audio = self.fetch(entry)
        assert status == HTTPStatus.OK, audio
        self.tell("started", entry)
        return identify(audio)

    def fetch(self, entry, method="GET", valid_s=VALID_S, **headers):
        """Return (status, headers, body); http.client says when a body is not whole."""
        connection, answer = self.open(entry, method, valid_s, **headers)
        with contextlib.closing(connection):
            return answer.status, answer.headers, answer.read()

    def open(self, entry, method="GET", valid_s=VALID_S, **headers):
        host, _, port = self.bridge.url.rpartition("/")[2].partition(":")
        connection = http.client.HTTPConnection(host, int(port), timeout=10)
        connection.request(method, self.stream(entry, valid_s), headers=headers)
        return connection, connection.getresponse()

    def stream(self, entry, valid_s=VALID_S):
        urls = PublicUrls("https://home.example", lambda: KEY, lambda: self.bridge.clock.time() + valid_s - VALID_S)
        return urls.entry(self.queue_id, entry["entry_id"])[0].removeprefix("https://home.example")

    def ok(self, method, path, body=None):
        return self.bridge.ok(method, self.path + path, body)


@pytest.fixture
def alexa(bridge):
    return Alexa(bridge)


def titles(entries):
    return [entry["item"]["title"] for entry in entries]


def queue_at_home(home):
    return home.api("player_queues/get", queue_id=MAC)


def pulls_of(home, entry):
    return [pull for pull in home.pulls() if pull["queue_item_id"] == entry["item"]["queue_item_id"]]


def test_a_queue_is_begun_with_its_first_item(home, alexa):
    """The answer has the first entry, whose audio is there as soon as Music Assistant has loaded it."""
    entry = alexa.begin("library://album/2", "Morning Tide", "Blue Harbor")
    assert (entry["entry_id"], entry["first"], entry["offset_ms"]) == ("1", True, 0)
    assert (entry["item"]["title"], entry["item"]["album"]) == ("Copper Wire", "Morning Tide")
    assert (entry["item"]["explicit"], entry["item"]["favourite"]) == (False, False)
    assert alexa.hear(entry) == "Copper Wire"
    assert titles(alexa.view(entry)["entries"]) == ALBUM
    eventually(lambda: queue_at_home(home)["state"] == "playing", what="Music Assistant to show it")


def test_the_answer_does_not_wait(home, alexa):
    """The order is answered while Music Assistant still loads; the stream is answered when it has."""
    home.refuse("api", command="player_queues/play_media", stall_s=1)
    entry = alexa.begin()
    assert home.api("player_queues/items", queue_id=MAC) == []
    assert alexa.hear(entry) == "Copper Wire"


def test_the_same_order_again_changes_nothing(home, alexa):
    """Alexa repeats a request whose answer was lost: the same entry, and nothing is loaded again."""
    entry = alexa.begin()
    alexa.hear(entry)
    before = home.api("player_queues/items", queue_id=MAC)
    again = alexa.begin()
    assert (again["entry_id"], again["item"]["uri"]) == ("1", entry["item"]["uri"])
    assert home.api("player_queues/items", queue_id=MAC) == before


def test_what_cannot_be_loaded(home, alexa):
    """The order is answered, and then its stream and what asks about it say that Music Assistant refused."""
    home.refuse("api", command="player_queues/play_media", status=500)
    entry = alexa.begin()
    status, _, body = alexa.fetch(entry)
    assert (status, b"music_assistant_refused" in body) == (HTTPStatus.BAD_GATEWAY, True)
    path = f"{alexa.path}/next?queue_id=q1&entry_id=1&skip=0"
    assert alexa.bridge.ask("GET", path)[0] == HTTPStatus.BAD_GATEWAY
    home.allow()
    assert alexa.hear(alexa.begin()) == "Copper Wire"


def test_playing_through(home, alexa):
    """Each entry follows the one before, under a number of its own, until nothing does."""
    entry, heard = alexa.begin(), []
    while entry is not None:
        heard.append((entry["entry_id"], alexa.hear(entry)))
        following = alexa.next(entry)
        assert following == alexa.next(entry)
        alexa.tell("finished", entry, offset_ms=20_000)
        entry = following
    assert heard == [(str(n), title) for n, title in enumerate(ALBUM, 1)]


def test_seen_in_a_view_and_played(alexa):
    """An entry keeps the number it had in a view when its time comes, or when someone chooses it."""
    entry = alexa.begin()
    alexa.hear(entry)
    shown = alexa.view(entry)["entries"]
    assert [each["entry_id"] for each in shown] == ["1", "2", "3", "4", "5"]
    assert [each["first"] for each in shown] == [True, False, False, False, False]
    assert alexa.next(entry)["entry_id"] == "2"
    chosen = alexa.command("jump", entry_id="4")
    assert (chosen["entry_id"], alexa.hear(chosen)) == ("4", "Long Echo")
    assert titles(alexa.view(chosen)["entries"]) == ALBUM[3:]


def test_skipping_and_going_back(alexa):
    """What "next" asks twice by one request is one skip; what was heard is another entry when it comes again."""
    entry = alexa.begin()
    alexa.hear(entry)
    skipped = alexa.next(entry, skip=1)
    assert skipped == alexa.next(entry, skip=1)
    assert alexa.hear(skipped) == "Salt and Paper"
    back = alexa.command("previous", entry_id=skipped["entry_id"])
    assert back == alexa.command("previous", entry_id=skipped["entry_id"])
    assert (back["first"], back["entry_id"]) == (True, "3")
    assert alexa.hear(back) == "Copper Wire"
    body = {"queue_id": "q1", "command": "previous", "args": {"entry_id": back["entry_id"]}}
    assert alexa.bridge.ask("POST", alexa.path + "/command", body)[1]["error"] == "unknown_item"


def test_the_end_and_loops(alexa):
    """After the last entry comes nothing, with loop the first, with repeat one the same: as other entries."""
    entry = alexa.begin("library://track/6", repeat_one=True)
    alexa.hear(entry)
    again = alexa.next(entry)
    assert (again["item"]["uri"], again["entry_id"]) == (entry["item"]["uri"], "2")
    assert alexa.next(entry, skip=1) is None
    alexa.command("loop", on=True)
    entry = alexa.next(entry, skip=1)
    alexa.hear(entry)
    alexa.command("repeat_one", on=False)
    seen = alexa.view(entry)
    assert (entry["first"], seen["loop"], seen["repeat_one"]) == (True, True, False)
    looped = alexa.next(entry)
    assert (looped["first"], looped["item"]["uri"]) == (True, entry["item"]["uri"])
    alexa.command("loop", on=False)
    assert alexa.next(entry) is None


def test_shuffled(home, alexa):
    """A shuffled queue begins anywhere, holds everything, and Music Assistant knows that it is shuffled."""
    entry = alexa.begin("library://album/2", shuffle=True)
    alexa.hear(entry)
    view = alexa.view(entry)
    assert sorted(titles(view["entries"])) == sorted(ALBUM)
    assert (view["shuffle"], queue_at_home(home)["shuffle_enabled"]) == (True, True)
    alexa.command("shuffle", on=False)
    rest = [title for title in ALBUM if title != entry["item"]["title"]]
    assert titles(alexa.view(entry)["entries"])[1:] == rest


def test_what_was_chosen_since_does_not_lose_the_player(home, alexa):
    """A speaker plays what it was given before the order changed: Music Assistant's screen goes there too."""
    entry = alexa.begin(loop=True)
    alexa.hear(entry)
    given = alexa.next(entry)
    home.api("player_queues/move_item", queue_id=MAC, queue_item_id=given["item"]["queue_item_id"], pos_shift=2)
    alexa.command("loop", on=True)
    assert alexa.next(entry)["item"]["title"] == "Harbor Bells"
    alexa.tell("started", given)
    eventually(lambda: queue_at_home(home)["current_index"] == 3, what="Music Assistant to go there")
    assert alexa.next(given)["item"]["title"] == "Gulls"


def test_explicit_tracks(alexa):
    """With the filter on explicit tracks are left out, and what is nothing else is refused."""
    entry = alexa.begin("library://album/4", "Rust & Clover", "Iron Meadow", explicit_allowed=False)
    shown = titles(alexa.view(entry)["entries"])
    assert shown == ["Anvil Song", "Plough", "Thunder Barn", "Velvet Hammer"]
    explicit = next(n for n in range(1, 41) if _title(alexa, n) == "Nettle Crown")
    assert alexa.refused(f"library://track/{explicit}", queue_id="q2", explicit_allowed=False) == (
        HTTPStatus.FORBIDDEN,
        "content_filtered",
    )


def _title(alexa, number):
    body = {"command": "music/item_by_uri", "args": {"uri": f"library://track/{number}"}}
    return alexa.bridge.ok("POST", "/api", body)["name"]


def test_explicit_tracks_that_came_later(home, alexa):
    """What Music Assistant's own screen has added is passed over, too."""
    entry = alexa.begin("library://track/1", explicit_allowed=False)
    alexa.hear(entry)
    added = ["library://track/19", "library://track/2"]
    assert home.api("music/item_by_uri", uri=added[0])["metadata"]["explicit"]
    home.api("player_queues/play_media", queue_id=MAC, media=added, option="add")
    assert alexa.next(entry)["item"]["uri"] == "library://track/2"


@pytest.mark.parametrize("skip", [0, 1])
def test_records_that_are_explicit(home, alexa, skip):
    """However many explicit tracks stand in a row, what may be heard behind them follows."""
    entry = alexa.begin("library://track/1", explicit_allowed=False)
    alexa.hear(entry)
    home.api("player_queues/play_media", queue_id=MAC, media=["library://track/19"] * 30, option="add")
    home.api("player_queues/play_media", queue_id=MAC, media="library://track/2", option="add")
    assert alexa.next(entry, skip)["item"]["uri"] == "library://track/2"


def test_what_no_provider_plays(home, alexa):
    """A track that its provider has withdrawn is refused as unavailable; in a record it is left out."""
    home.withdraw("library://track/6")
    assert alexa.refused("library://track/6") == (HTTPStatus.FORBIDDEN, "content_unavailable")
    assert titles(alexa.view(alexa.begin())["entries"]) == ALBUM[1:]


def test_a_number_that_means_another_record(alexa):
    """The library was made anew: what was meant is found by its name or its provider, never another record."""
    entry = alexa.begin("library://album/1", "Morning Tide", "Blue Harbor", content={"media_type": "album"})
    assert entry["item"]["album"] == "Morning Tide"
    alexa.queue_id = "q2"
    other = ["filesystem_local--DemoShelf://album/Blue Harbor/Night Ferry"]
    known = {"media_type": "album", "other_uris": other}
    entry = alexa.begin("library://album/99", "Called otherwise", "Then", content=known)
    assert entry["item"]["album"] == "Night Ferry"


@pytest.mark.parametrize(
    ("uri", "name"),
    [
        ("library://album/99", "Never Made"),
        ("library://album/1", "Never Made"),
        ("ma:genre/polka", ""),
        ("ma:something", ""),
        ("ma:favourites/everything", ""),
        ("ma:station/library://artist/99", "Nobody"),
    ],
)
def test_what_is_not_there(alexa, uri, name):
    """What was meant is gone, or was never there: 404, and nothing plays."""
    known = {"media_type": "album" if name == "Never Made" else ""}
    assert alexa.refused(uri, name, "Blue Harbor", content=known) == (HTTPStatus.NOT_FOUND, "content_not_found")


@pytest.mark.parametrize(
    ("uri", "count"),
    [
        ("ma:library", 40),
        ("ma:genre/jazz", 5),
        ("library://genre/2", 5),
        ("ma:station/library://artist/1", 10),
        ("ma:station/library://track/6", 1),
        ("ma:station/ma:genre/jazz", 5),
        ("library://artist/1", 10),
        ("library://playlist/1", 6),
    ],
)
def test_kinds_of_content(home, alexa, uri, count):
    """Whatever has a contentId is played: the library, a genre, what is like something, an artist, a playlist."""
    entry = alexa.begin(uri)
    assert alexa.hear(entry) == entry["item"]["title"]
    assert queue_at_home(home)["items"] == count


def test_favourites(home, alexa):
    """A thumb up is a favourite of Music Assistant's, is shown as one, and can be asked for."""
    entry = alexa.begin()
    assert alexa.command("favourite", entry_id="1")["item"]["favourite"] is True
    assert home.api("music/item_by_uri", uri=entry["item"]["uri"])["favorite"] is True
    home.api("music/favorites/add_item", item="library://album/3")
    assert alexa.view(entry)["entries"][0]["item"]["favourite"] is True
    alexa.queue_id = "q2"
    tracks = alexa.begin("ma:favourites/tracks")
    assert tracks["item"]["favourite"] is True
    assert alexa.next(tracks) is None
    alexa.queue_id = "q3"
    assert alexa.begin("ma:favourites/albums")["item"]["album"] == "Café Minuit"
    home.api("music/favorites/remove_item", media_type="track", library_item_id="6")
    home.api("music/favorites/remove_item", media_type="album", library_item_id="3")


def test_what_a_speaker_does_is_seen_at_home(home, alexa):
    """Started, stopped, failed: Music Assistant shows the item, and whether it is heard."""
    entry = alexa.begin()
    alexa.hear(entry)
    following = alexa.next(entry)
    assert alexa.hear(following) == "Salt and Paper"
    eventually(lambda: queue_at_home(home)["current_index"] == 1, what="Music Assistant to show it")
    alexa.tell("stopped", following, offset_ms=4000)
    eventually(lambda: queue_at_home(home)["state"] == "paused", what="Music Assistant to show it")
    alexa.bridge.advance(5)
    alexa.tell("started", following, offset_ms=4000)
    eventually(lambda: queue_at_home(home)["state"] == "playing", what="Music Assistant to show it")
    alexa.bridge.advance(5)
    alexa.tell("failed", following, offset_ms=9000)
    eventually(lambda: queue_at_home(home)["state"] == "paused", what="Music Assistant to show it")
    assert alexa.next(following)["item"]["title"] == "Harbor Bells"


def test_paused_on_the_screen_and_resumed_by_voice(home, alexa):
    """Nobody can stop such a speaker from home; who tells Alexa to go on is believed."""
    entry = alexa.begin()
    alexa.hear(entry)
    eventually(lambda: queue_at_home(home)["state"] == "playing", what="Music Assistant to show it")
    home.api("player_queues/pause", queue_id=MAC)
    eventually(lambda: alexa.next(entry) is None, what="Music Assistant to show it")
    alexa.tell("stopped", entry, offset_ms=3000)
    alexa.bridge.advance(2)
    alexa.tell("started", entry, offset_ms=3000)
    assert alexa.next(entry)["item"]["title"] == "Salt and Paper"


def test_going_on_with_the_same_content(home, alexa):
    """A queue made anew of the same content goes on where it is, with the audio that is there already."""
    entry = alexa.begin()
    alexa.hear(entry)
    following = alexa.next(entry)
    alexa.hear(following)
    alexa.tell("stopped", following, offset_ms=7000)
    pulled = len(home.pulls())
    alexa.queue_id = "q2"
    kept = alexa.begin(goes_on=True, heard={"queue_id": "q1", "entry_id": following["entry_id"]})
    assert (kept["entry_id"], kept["item"]["title"], kept["offset_ms"]) == ("1", "Salt and Paper", 7000)
    assert alexa.hear(kept) == "Salt and Paper"
    assert len(home.pulls()) == pulled
    assert alexa.next(kept)["item"]["title"] == "Harbor Bells"
    alexa.queue_id = "q3"
    heard = {"queue_id": "q2", "entry_id": "1"}
    assert alexa.begin("library://album/1", goes_on=True, heard=heard)["item"]["title"] == "Stairs of Rain"
    alexa.queue_id = "q2"
    assert identify(alexa.fetch(kept)[2]) == "Salt and Paper"


@pytest.mark.parametrize(
    "changes",
    [{"heard": {"queue_id": "gone", "entry_id": "1"}}, {"heard": None}, {"goes_on": False}],
    ids=["another queue", "nothing named", "not going on"],
)
def test_beginning_anew_what_plays(alexa, changes):
    """Without the queue that the player holds there is no place to go on at: it begins at its first item."""
    alexa.hear(alexa.begin())
    alexa.bridge.advance(8)
    alexa.queue_id = "q2"
    anew = alexa.begin(**{"goes_on": True, "heard": {"queue_id": "q1", "entry_id": "1"}} | changes)
    assert (anew["item"]["title"], anew["offset_ms"]) == ("Copper Wire", 0)


def test_a_newer_queue_takes_the_player(alexa):
    """Whoever still asks for the older queue hears what is here of it, and is told that the rest is gone."""
    entry = alexa.begin()
    alexa.hear(entry)
    newer = Alexa(alexa.bridge, "q2")
    assert newer.hear(newer.begin("library://album/1")) == "Stairs of Rain"
    assert identify(alexa.fetch(entry)[2]) == "Copper Wire"
    assert alexa.fetch({"entry_id": "2"})[0] == HTTPStatus.NOT_FOUND
    path = f"{alexa.path}/next?queue_id=q1&entry_id=1&skip=0"
    assert alexa.bridge.ask("GET", path) == (
        HTTPStatus.NOT_FOUND,
        {"error": "unknown_queue", "detail": "the player holds another queue by now, or none"},
    )


def test_orders_in_quick_succession(alexa):
    """Of several queues begun at once on one player the last is heard, from its beginning to its end."""
    for number in range(1, 6):
        alexa.queue_id = f"q{number}"
        entry = alexa.begin(f"library://album/{number}")
    assert alexa.hear(entry) == "Origami"
    assert titles(alexa.view(entry)["entries"]) == [
        "Origami",
        "Neon Carp",
        "Second Umbrella",
        "Tin Robot",
        "Goodnight Kyoto",
    ]


def test_audio_in_parts(home, alexa):
    """An entry's audio is answered by Range, HEAD included, and pulled once for all."""
    entry = alexa.begin()
    _, headers, audio = alexa.fetch(entry)
    assert (headers["Content-Type"], headers["Accept-Ranges"]) == ("audio/mpeg", "bytes")
    assert headers["Cache-Control"] == "private, no-store"
    status, headers, part = alexa.fetch(entry, Range="bytes=1000-1999")
    assert (status, part) == (HTTPStatus.PARTIAL_CONTENT, audio[1000:2000])
    assert headers["Content-Range"] == f"bytes 1000-1999/{len(audio)}"
    status, headers, _ = alexa.fetch(entry, "HEAD")
    assert (status, headers["Content-Length"]) == (HTTPStatus.OK, str(len(audio)))
    entry = alexa.view(entry)["entries"][0]
    assert len(pulls_of(home, entry)) == 1


def test_kept_until_the_last_url_expires(alexa):
    """A URL handed out later makes the audio last longer; that stands in the name of its file."""
    entry = alexa.begin()
    alexa.fetch(entry)
    alexa.fetch(entry, valid_s=2 * VALID_S, Range="bytes=0-1")
    folder = alexa.bridge.settings.cache_dir / "streams"
    eventually(lambda: [file.suffix for file in folder.iterdir()] == [".mp3"], what="the file to be whole")
    (file,) = folder.iterdir()
    assert float(file.name.split(".")[2]) > alexa.bridge.clock.time() + 1.9 * VALID_S


def test_pulled_ahead_for_the_same_url(home, alexa):
    """What is pulled before the Echo asks is what its URL gives then: Music Assistant is asked once."""
    entry = alexa.begin()
    alexa.hear(entry)
    following = alexa.next(entry)
    assert pulls_of(home, following) == []
    alexa.bridge.advance(13)  # of 22 s
    eventually(
        lambda: [pull["finished"] for pull in pulls_of(home, following)] == [True], what="Music Assistant to show it"
    )
    assert alexa.hear(following) == "Salt and Paper"
    assert len(pulls_of(home, following)) == 1


def test_a_broken_stream_is_asked_for_again(home, alexa):
    """A speaker that repeats its request after a break gets it whole, from a new session."""
    home.refuse("stream", cut_after=50_000, times=1)
    entry = alexa.begin()
    with pytest.raises(http.client.IncompleteRead):
        alexa.fetch(entry)
    home.allow()
    assert alexa.hear(entry) == "Copper Wire"
    assert alexa.next(entry)["item"]["title"] == "Salt and Paper"


def test_what_found_no_space_is_pulled_again(home, bridge_beside, tmp_path, monkeypatch):
    """An entry larger than the cache can be had again and again, each time all of it; HEAD promises no length."""
    monkeypatch.setattr("home_bridge.pull.TAIL_BYTES", 200_000)
    with bridge_beside(home, tmp_path, cache_bytes=100_000) as bridge:
        alexa = Alexa(bridge)
        entry = alexa.begin()
        for _ in range(3):
            status, _, audio = alexa.fetch(entry)
            assert (status, identify(audio), len(audio) > 800_000) == (HTTPStatus.OK, ALBUM[0], True)
            head = alexa.fetch(entry, "HEAD")[1]
            assert (head["Content-Length"], head["Accept-Ranges"]) == (None, "none")


def test_a_radio(home, alexa):
    """A station is passed through, without parts, and nothing follows it."""
    entry = alexa.begin("library://radio/1")
    connection, answer = alexa.open(entry)
    with contextlib.closing(connection):
        assert (answer.status, answer.headers["Accept-Ranges"]) == (HTTPStatus.OK, "none")
        assert answer.read(1000)
    assert entry["item"]["duration_ms"] is None
    assert alexa.next(entry) is None
    assert alexa.next(entry, skip=1) is None


def test_urls(alexa):
    """A stream nobody was given is refused, of an unknown queue or entry not found; HEAD pulls nothing."""
    entry = alexa.begin()
    assert alexa.fetch(entry, valid_s=0)[0] == HTTPStatus.FORBIDDEN
    assert alexa.fetch({"entry_id": "7"})[0] == HTTPStatus.NOT_FOUND
    stranger = Alexa(alexa.bridge, "never begun")
    status, _, body = stranger.fetch(entry)
    assert (status, b"unknown_queue" in body) == (HTTPStatus.NOT_FOUND, True)


def test_a_restart_forgets_nothing(home, bridge_beside, tmp_path):
    """After a restart the queue goes on, and what was pulled is served though Music Assistant is away."""
    with bridge_beside(home, tmp_path) as bridge:
        alexa = Alexa(bridge)
        entry = alexa.begin(loop=True)
        alexa.hear(entry)
        following = alexa.next(entry)
    with bridge_beside(home, tmp_path) as bridge:
        alexa.bridge = bridge
        assert alexa.next(entry) == following
        assert alexa.hear(following) == "Salt and Paper"
        assert alexa.next(following)["item"]["title"] == "Harbor Bells"
        assert alexa.begin()["item"]["title"] == "Copper Wire"
    with bridge_beside(home, tmp_path, ma_url="http://127.0.0.1:9", slimproto_port=9) as bridge:
        alexa.bridge = bridge
        status, _, part = alexa.fetch(entry, Range="bytes=100-199")
        assert (status, len(part)) == (HTTPStatus.PARTIAL_CONTENT, 100)
        assert identify(alexa.fetch(following)[2]) == "Salt and Paper"
        seen = alexa.view(entry)
        assert (titles(seen["entries"]), seen["loop"]) == (["Copper Wire"], True)


def test_what_the_cache_lost_is_pulled_again(home, bridge_beside, tmp_path):
    """The current entry is loaded again where its file is gone, from its beginning though the speaker is further."""
    with bridge_beside(home, tmp_path) as bridge:
        alexa = Alexa(bridge)
        entry = alexa.begin()
        alexa.hear(entry)
        alexa.tell("stopped", entry, offset_ms=9000)
    for file in (tmp_path / "streams").iterdir():
        file.unlink()
    with bridge_beside(home, tmp_path) as bridge:
        alexa.bridge = bridge
        whole = alexa.fetch(entry)[2]
        assert identify(whole) == "Copper Wire"
        assert alexa.next(entry)["item"]["title"] == "Salt and Paper"
    assert len(whole) > 800_000  # 22 s of it


BAD = [
    {"queue_id": ""},
    {"queue_id": 7},
    {"name": "\x00"},
    {"content": {"uri": ""}},
    {"content": {"other_uris": "no list"}},
    {"shuffle": "yes"},
    {"loop": None},
    {"repeat_one": "twice"},
    {"explicit_allowed": None},
    {"goes_on": 1},
    {"goes_on": True, "heard": "q1"},
    {"goes_on": True, "heard": {"queue_id": "q1", "entry_id": "x"}},
]


@pytest.mark.parametrize("changes", BAD, ids=str)
def test_orders_that_are_none(alexa, changes):
    """What cannot be understood is 400, with a sentence."""
    assert alexa.refused("library://album/1", **changes) == (HTTPStatus.BAD_REQUEST, "bad_request")


def test_addresses_are_not_played(alexa):
    """Music Assistant would fetch a web address or read a file: neither is content."""
    for uri in ("https://example.com/a.mp3", "/etc/passwd", "ma:station/file:///etc/passwd"):
        assert alexa.refused(uri) == (HTTPStatus.NOT_FOUND, "content_not_found")


def test_requests_that_are_none(alexa):
    """Odd numbers, commands and events are 400; an unknown player is an unknown queue; without a token 401."""
    alexa.begin()
    ask = alexa.bridge.ask
    for entry_id in ("", "0", "x", "-1", "1e3"):
        assert ask("GET", f"{alexa.path}?queue_id=q1&entry_id={entry_id}")[0] == HTTPStatus.BAD_REQUEST
    body = {"queue_id": "q1", "command": "explode", "args": {}}
    assert ask("POST", alexa.path + "/command", body)[0] == HTTPStatus.BAD_REQUEST
    assert ask("POST", alexa.path + "/command", body | {"command": "loop"})[0] == HTTPStatus.BAD_REQUEST
    assert ask("POST", alexa.path + "/command", body | {"command": "jump", "args": []})[0] == HTTPStatus.BAD_REQUEST
    assert ask("POST", alexa.path + "/events", {"queue_id": "q1", "entry_id": "1"})[0] == HTTPStatus.BAD_REQUEST
    other = alexa.path.replace("bb", "cc")
    assert ask("GET", f"{other}?queue_id=q1&entry_id=1")[1]["error"] == "unknown_queue"
    assert ask("POST", alexa.path, {}, token=None)[0] == HTTPStatus.UNAUTHORIZED
