"""What happens to a music-skill queue, before a Music Assistant of a few lines."""

import pytest

from home_bridge import music_audio, music_flows
from home_bridge.content import Plan
from home_bridge.errors import MusicAssistantError, StreamTimeoutError, UnknownItemError, UnreachableError
from home_bridge.media import PART
from home_bridge.models import Event, EventKind, Item, Wanted
from home_bridge.music_queue import Modes, MusicQueue


class Listening:
    """A queue of the tracks 1 to n, whose first entry is loaded."""

    def __init__(self, flows, count, *, explicit_allowed=True, **plan):
        self.at_home = flows()
        self.run, self.turn, self.ma = self.at_home.run, self.at_home.turn, self.at_home.ma
        self.player = self.at_home.player
        self.queue = MusicQueue("q1", "library://album/1", explicit_allowed)
        uris = [f"library://track/{number}" for number in range(1, count + 1)]
        self.first = self.queue.add(Item("", uris[0], "Track 1", duration_ms=180_000), first=True)
        self.plan = Plan(self.queue.entry(1).item, tuple(uris[1:]), **plan)
        self.run(music_flows.begin(self.turn, self.queue, self.plan))

    def fill(self):
        self.run(music_flows.fill(self.turn, self.plan))
        for work in self.ma.background:
            self.run(work)
        return self

    def hear(self, number=1):
        self.ma.at(0.5, self.ma._enqueue)
        self.ma.run_until(self.at_home.scene.time + 0.5)
        self.tell("started", number)
        return self

    def tell(self, kind, number, offset_ms=0):
        entry = self.queue.entry(number)
        event = Event(EventKind(kind), entry.generation, offset_ms, self.at_home.scene.now)
        music_flows.tell(self.turn, self.queue, entry, event)

    def ask(self, flow, number):
        return self.run(flow(self.turn, self.queue, self.queue.entry(number)))

    def title(self, flow, number):
        entry = self.ask(flow, number)
        return entry and entry.item.title


@pytest.fixture
def listening(flows):
    """Begin a queue of the given tracks."""
    return lambda count=3, **changes: Listening(flows, count, **changes)


def test_begun_by_one_item(listening):
    """Music Assistant plays the first item alone, and the entry takes its stream; what played before is not stopped.

    A `replace` would stop it beside the loading: of 40 queues begun at once after "next", 4 were stopped themselves.
    """
    scene = listening()
    assert scene.ma.calls == [
        ("player_queues/clear", {"skip_stop": True}),
        ("player_queues/play_media", {"media": "library://track/1", "option": "play"}),
    ]
    entry = scene.queue.entry(1)
    assert (entry.generation, entry.item.queue_item_id) == (scene.player.current.generation, scene.at_home.item_id(1))
    assert scene.player.current.item.duration_ms == 180_000


def test_the_rest_comes_in_parts(listening):
    """A long list is added in parts, of which the first is there before the queue is asked about."""
    scene = listening(2 * PART, shuffle=True, repeat="all")
    scene.ma.catalogue |= {f"library://track/{number}": [number] for number in range(100, 2 * PART + 1)}
    scene.run(music_flows.fill(scene.turn, scene.plan))
    assert len(scene.ma.items) == PART + 1
    assert (scene.ma.shuffle, scene.ma.repeat) == (True, "all")
    scene.run(scene.ma.background.pop())
    assert len(scene.ma.items) == 2 * PART


def test_a_station_is_filled_by_music_assistant(listening):
    """What is like the seed is added by radio mode, and then nothing of ours."""
    scene = listening(5, seed="library://artist/1")
    added = []
    scene.ma._player_queues_play_media = lambda **args: added.append(args)
    scene.fill()
    assert added == [{"media": "library://artist/1", "option": "add", "radio_mode": True}]


def test_a_station_where_nothing_is_alike(listening):
    """Where no provider knows what is alike, the rest of the seed is played; not being able to ask is an error."""
    scene = listening(5, seed="library://artist/1")
    play_media = scene.ma._player_queues_play_media

    def refused(*, radio_mode=False, **args):
        if radio_mode:
            raise MusicAssistantError("500")
        play_media(**args)

    scene.ma._player_queues_play_media = refused
    scene.fill()
    assert len(scene.ma.items) == 5
    scene.ma.refused["player_queues/play_media"] = UnreachableError("away")
    with pytest.raises(UnreachableError):
        scene.fill()


def test_nothing_plays(listening):
    """Music Assistant takes the command and sends nothing: an error, and no entry has a stream."""
    scene = listening()
    scene.ma.silent = True
    queue = MusicQueue("q2", "library://track/2")
    queue.add(Item("", "library://track/2"), first=True)
    with pytest.raises(StreamTimeoutError):
        scene.run(music_flows.begin(scene.turn, queue, Plan(Item("", "library://track/2"))))
    assert not queue.begun


def test_what_follows(listening):
    """Each entry is followed by the next; an entry that is not wanted any more by what is."""
    scene = listening().fill().hear()
    second = scene.ask(music_flows.following, 1)
    assert (second.number, second.item.title) == (2, "Track 2")
    assert scene.ask(music_flows.following, 1) == second
    scene.hear(2)
    assert scene.ask(music_flows.following, 1).number == 2
    assert scene.title(music_flows.following, 2) == "Track 3"


def test_silence_is_wanted_at_home(listening):
    """Paused on Music Assistant's screen: nothing follows."""
    scene = listening().fill().hear()
    scene.at_home.want(Wanted.PAUSE)
    assert scene.ask(music_flows.following, 1) is None


def test_what_was_only_shown_is_followed_by_nothing(listening):
    """An entry of a view that was never handed out has no stream to speak of."""
    scene = listening().fill().hear()
    scene.run(music_flows.view(scene.turn, scene.queue, scene.queue.entry(1)))
    with pytest.raises(UnknownItemError):
        scene.ask(music_flows.following, 3)
    with pytest.raises(UnknownItemError):
        music_audio.source(scene.turn, scene.queue.entry(3))


def explicit(scene, *numbers):
    for item in scene.ma.items:
        if item["queue_item_id"] in {scene.at_home.item_id(number) for number in numbers}:
            item["media_item"]["metadata"] = {"explicit": True}


@pytest.mark.parametrize("flow", [music_flows.following, music_flows.skip], ids=["following", "skip"])
def test_explicit_items_are_passed_over(listening, flow):
    """Neither what follows nor what is skipped to is explicit where that is not allowed."""
    scene = listening(4, explicit_allowed=False).fill().hear()
    explicit(scene, 2, 3)
    assert scene.title(flow, 1) == "Track 4"


@pytest.mark.parametrize("flow", [music_flows.following, music_flows.skip], ids=["following", "skip"])
def test_many_explicit_items_in_a_row(listening, flow):
    """However many there are, what may be heard behind them follows."""
    scene = listening(60, explicit_allowed=False).fill().hear()
    explicit(scene, *range(2, 60))
    assert scene.title(flow, 1) == "Track 60"


def test_a_refill_that_is_explicit(listening):
    """What Music Assistant adds at the end while it is asked is passed over, too."""
    scene = listening(1, explicit_allowed=False).fill().hear()
    scene.ma.refills = True

    def refill():
        scene.ma.fill(2, 3)
        explicit(scene, 2)
        scene.ma._enqueue()

    scene.ma.at(2, refill)
    assert scene.title(music_flows.following, 1) == "Track 3"


@pytest.mark.parametrize("flow", [music_flows.following, music_flows.skip], ids=["following", "skip"])
def test_nothing_but_explicit_items(listening, flow):
    """Where all that follows is explicit, nothing does."""
    scene = listening(3, explicit_allowed=False).fill().hear()
    explicit(scene, 2, 3)
    assert scene.ask(flow, 1) is None


def test_explicit_items_where_they_are_allowed(listening):
    """Without the filter nothing is left out."""
    scene = listening(3).fill().hear()
    explicit(scene, 2)
    assert scene.title(music_flows.following, 1) == "Track 2"


def test_skipping_leaves_repeat_one(listening):
    """By itself the same follows, as another entry; who asks for the next gets the next."""
    scene = listening(2, repeat="one").fill().hear()
    again = scene.ask(music_flows.following, 1)
    assert (again.number, again.item.title) == (2, "Track 1")
    assert scene.title(music_flows.skip, 1) == "Track 2"


@pytest.mark.parametrize("loop", [True, False])
def test_skipping_the_last_that_is_repeated(listening, loop):
    """Behind it is the first of a queue that loops beneath "repeat one", else nothing."""
    scene = listening(2, repeat="one").fill().hear()
    scene.queue.note_modes(Modes(loop=loop, repeat_one=True))
    last = scene.ask(music_flows.skip, 1)
    assert scene.title(music_flows.skip, last.number) == ("Track 1" if loop else None)


def test_before_the_first(listening):
    """Nothing stands before the first entry; before the second the first does, as another entry."""
    scene = listening().fill().hear()
    with pytest.raises(UnknownItemError):
        scene.ask(music_flows.previous, 1)
    second = scene.ask(music_flows.following, 1)
    scene.hear(second.number)
    back = scene.ask(music_flows.previous, 2)
    assert (back.item.title, back.number, back.first) == ("Track 1", 3, True)


def test_a_view_from_the_past(listening):
    """What was heard is shown under the number it was heard by, what is still to come under that of its time."""
    scene = listening(4, repeat="all").fill().hear()
    scene.ask(music_flows.following, 1)
    scene.hear(2)
    scene.ask(music_flows.following, 2)
    entries, seen = scene.ask(music_flows.view, 1)
    assert [entry.number for entry in entries] == [1, 2, 3, 4]
    assert seen.repeat == "all"
    scene.queue.note_heard(scene.queue.entry(4))
    entries, _ = scene.ask(music_flows.view, 2)
    assert [entry.number for entry in entries] == [2, 3, 5]


def test_jumping_away(listening):
    """What was playing is in the past then, though its Started has not come."""
    scene = listening(4).fill()
    scene.run(music_flows.view(scene.turn, scene.queue, scene.queue.entry(1)))
    assert scene.ask(music_flows.jump, 3).number == 3
    assert [entry.heard for entry in reversed(scene.queue.newest_first)] == [True, False, False, False]


def test_a_jump_to_what_is_gone(listening):
    """What was taken out of Music Assistant's queue meanwhile cannot be chosen any more."""
    scene = listening().fill().hear()
    scene.run(music_flows.view(scene.turn, scene.queue, scene.queue.entry(1)))
    scene.ma.items.pop()
    with pytest.raises(UnknownItemError):
        scene.ask(music_flows.jump, 3)


def test_a_failure_is_a_pause(listening):
    """Music Assistant shows that nothing is heard, and where; what follows can still be asked for."""
    scene = listening().fill().hear()
    scene.ma.told.clear()
    scene.tell("failed", 1, offset_ms=7000)
    assert scene.ma.told == ["STMt 7000", "STMp"]
    assert scene.title(music_flows.following, 1) == "Track 2"


@pytest.mark.parametrize("offset_ms", [0, 7000])
def test_what_failed_may_begin_again_at_once(listening, offset_ms):
    """Alexa asks for the same stream anew; its Started in the very second of the failure is news to home."""
    scene = listening().fill().hear()
    scene.tell("failed", 1, offset_ms=offset_ms)
    scene.tell("started", 1)
    assert scene.player.audible.playing
    assert "STMr" in scene.ma.told[-2:]


def test_paused_on_the_screen(listening):
    """A Started that comes late changes nothing of it; one that is new means that someone told Alexa to go on."""
    scene = listening().fill().hear()
    scene.at_home.want(Wanted.PAUSE)
    scene.tell("started", 1)
    assert scene.player.wanted is Wanted.PAUSE
    scene.tell("stopped", 1, offset_ms=3000)
    scene.at_home.scene.time += 5
    scene.tell("started", 1, offset_ms=3000)
    assert (scene.player.wanted, scene.ma.told[-2:]) == (Wanted.PLAY, ["STMr", "STMt 3000"])


def test_pulled_where_it_was_loaded(listening):
    """The path of an entry is the one its session gave; what follows is asked of the same session."""
    scene = listening().fill().hear()
    first = music_audio.source(scene.turn, scene.queue.entry(1))
    assert first.path == scene.player.loaded.path
    assert (first.endless, first.expected.ends_ms, first.expected.uri) == (False, 180_000, "library://track/1")
    second = scene.ask(music_flows.following, 1)
    assert music_audio.source(scene.turn, second).path == first.path.replace(
        scene.at_home.item_id(1), scene.at_home.item_id(2)
    )


def test_pulled_again_from_its_beginning(listening):
    """What broke is loaded once more, at 0 though the speaker is further; it plays on and gets no new stream."""
    scene = listening().fill().hear()
    scene.at_home.scene.time += 20
    entry = scene.queue.entry(1)
    broken, generation = scene.player.loaded.path, scene.player.generation
    assert music_audio.is_loaded(scene.turn, entry, "")
    assert not music_audio.is_loaded(scene.turn, entry, broken)
    scene.run(music_audio.load_again(scene.turn, entry, broken))
    assert scene.ma.calls[-1] == ("player_queues/play_index", {"index": entry.item.queue_item_id, "seek_position": 0})
    assert music_audio.source(scene.turn, entry).path not in {"", broken}
    assert scene.player.generation == generation
    assert scene.player.elapsed_ms() == 20_000
    calls = len(scene.ma.calls)
    scene.run(music_audio.load_again(scene.turn, entry, broken))  # someone else has seen it break, too
    assert len(scene.ma.calls) == calls


def test_what_was_heard_long_ago(listening):
    """An entry that is neither current nor next is not pulled again: that would end what is heard."""
    scene = listening().fill().hear()
    scene.ask(music_flows.skip, 1)
    scene.hear(2)
    with pytest.raises(UnknownItemError):
        music_audio.source(scene.turn, scene.queue.entry(1))
