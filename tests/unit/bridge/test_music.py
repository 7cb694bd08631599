"""A music-skill queue on a player: answered before it is loaded, and loaded under the player's lock."""

import asyncio
import contextlib
import json
from dataclasses import asdict

import pytest

from home_bridge import music as music_module
from home_bridge.errors import (
    MusicAssistantError,
    StreamTimeoutError,
    UnknownItemError,
    UnknownQueueError,
    UnreachableError,
)
from home_bridge.identity import Content
from home_bridge.models import Event, EventKind, Item
from home_bridge.music import Music, QueueOrder
from home_bridge.music_queue import Modes, MusicQueue


class Room:
    """A session without a socket: its Music Assistant plays when the test opens the gate."""

    def __init__(self, flows):
        self.at_home = flows()
        self.turn, self.player, self.ma = self.at_home.turn, self.at_home.player, self.at_home.ma
        self.ma.api = self._answered_later(self.ma.api)
        self.lock = asyncio.Lock()
        self.gate = asyncio.Event()
        self.away = None
        self.written = 0
        self.tasks = []

    @staticmethod
    def _answered_later(api):
        async def called(command, **args):
            await asyncio.sleep(0)
            return await api(command, **args)

        return called

    @contextlib.asynccontextmanager
    async def exclusively(self, within_s=4.5):
        async with asyncio.timeout(within_s), self.lock:
            yield

    async def ready(self):
        await self.gate.wait()
        if self.away:
            raise self.away

    def remember(self):
        self.written += 1

    def drop_rest(self):
        self.ma.background.clear()

    def reattach_if_lost(self):
        pass

    def background(self, work):
        self.tasks.append(asyncio.ensure_future(work))

    async def idle(self):
        await asyncio.gather(*self.tasks)


def order(queue_id="q1", uri="library://track/1", **changes):
    return QueueOrder(queue_id, Content(uri), **changes)


@pytest.fixture
def run(flows):
    """Run a test's coroutine with a room and its music, in a loop of its own."""

    def runner(test):
        async def running():
            room = Room(flows)
            room.ma.catalogue |= {f"library://album/{n}": [10 * n + 1, 10 * n + 2] for n in (1, 2, 3)}
            await test(room, Music(room))
            room.gate.set()
            await room.idle()

        asyncio.run(running())

    return runner


def played(room):
    return [args["media"] for command, args in room.ma.calls if command == "player_queues/play_media"]


def test_answered_before_it_is_loaded(run):
    """The first entry is known, and written down, while Music Assistant has been told nothing."""

    async def test(room, music):
        entry = await music.start(order())
        assert (entry.number, entry.item.uri, room.written) == (1, "library://track/1", 1)
        assert played(room) == []
        room.gate.set()
        assert (await music.source("q1", 1)).path == room.player.current.path
        assert played(room) == ["library://track/1"]

    run(test)


def test_a_newer_queue_ends_the_loading_of_the_older(run):
    """What was not loaded yet never is: only the last of three is played, and the older ones are unknown."""

    async def test(room, music):
        for queue_id, number in (("q1", 1), ("q2", 2), ("q3", 3)):
            await music.start(order(queue_id, f"library://track/{number}"))
        waiting = asyncio.ensure_future(music.source("q1", 1))
        room.gate.set()
        await room.idle()
        assert played(room) == ["library://track/3"]
        with pytest.raises(UnknownQueueError):
            await music.following("q1", 1, skip=False)
        with pytest.raises((UnknownQueueError, UnknownItemError)):
            await waiting
        assert music.sound("q1", 1) is None
        assert music.sound("q3", 1) is not None

    run(test)


def test_the_same_order_twice_at_once(run):
    """Two requests for one queue get one entry, and it is loaded once."""

    async def test(room, music):
        first, second = await asyncio.gather(music.start(order()), music.start(order()))
        assert first == second
        assert room.written == 1
        room.gate.set()
        await room.idle()
        assert played(room) == ["library://track/1"]

    run(test)


def test_going_on_while_it_is_still_loaded(run):
    """A queue that goes on with one whose rest is still added lets it be added."""

    async def test(room, music):
        room.gate.set()
        await music.start(order(uri="library://album/1"))
        await music.source("q1", 1)
        kept = await music.start(order("q2", "library://album/1", goes_on=True))
        await room.idle()
        assert kept.generation == room.player.current.generation
        assert room.ma.titles() == ["Track 11", "Track 12"]

    run(test)


@pytest.mark.parametrize("modes", [{"shuffle": True}, {"loop": True}, {"shuffle": True, "repeat_one": True}])
def test_going_on_in_other_modes(run, modes):
    """A queue that goes on is mixed and repeated as it was asked for, before anyone hears what follows."""

    async def test(room, music):
        room.gate.set()
        await music.start(order(uri="library://album/1"))
        await room.idle()
        calls = len(room.ma.calls)
        wanted = Modes(**modes)
        await music.start(order("q2", "library://album/1", goes_on=True, modes=wanted))
        await asyncio.sleep(0)  # the answer goes out
        seen = await music.view("q2", 1)
        assert {name: seen[name] for name in asdict(wanted)} == asdict(wanted)
        assert (room.ma.shuffle, room.ma.repeat) == (wanted.shuffle, wanted.repeat)
        told = [name for name, _ in room.ma.calls[calls:] if name in {"player_queues/shuffle", "player_queues/repeat"}]
        assert len(told) == len(modes)

    run(test)


def modes_of(view):
    return {name: on for name, on in view.items() if name != "entries" and on}


def test_a_loop_beneath_a_repeated_song(run):
    """Each switch is turned by itself: the loop is there again when the song is no longer repeated."""

    async def test(room, music):
        room.gate.set()
        await music.start(order(uri="library://album/1", modes=Modes(loop=True, repeat_one=True)))
        assert modes_of(await music.view("q1", 1)) == {"loop": True, "repeat_one": True}
        assert room.ma.repeat == "one"
        await music.switch("q1", "repeat_one", on=False)
        assert modes_of(await music.view("q1", 1)) == {"loop": True}
        assert room.ma.repeat == "all"
        await music.switch("q1", "repeat_one", on=True)
        await music.switch("q1", "loop", on=False)
        assert modes_of(await music.view("q1", 1)) == {"repeat_one": True}
        await music.switch("q1", "repeat_one", on=False)
        assert modes_of(await music.view("q1", 1)) == {}
        assert room.ma.repeat == "off"

    run(test)


def test_modes_of_music_assistants_screen(run):
    """What was set there is what a switch changes, also of a queue whose modes nobody remembers."""

    async def test(room, music):
        room.gate.set()
        await music.start(order(uri="library://album/1"))
        await room.idle()
        room.ma.repeat, room.ma.shuffle = "all", True
        await music.switch("q1", "repeat_one", on=True)
        await music.switch("q1", "repeat_one", on=False)
        assert modes_of(await music.view("q1", 1)) == {"shuffle": True, "loop": True}
        room.ma.repeat = "off"
        assert modes_of(await music.view("q1", 1)) == {"shuffle": True}

    run(test)


def test_a_switch_that_music_assistant_refuses(run):
    """Its error is the answer, and the modes are what they were."""

    async def test(room, music):
        room.gate.set()
        await music.start(order(uri="library://album/1"))
        await room.idle()
        room.ma.refused["player_queues/repeat"] = MusicAssistantError("500")
        with pytest.raises(MusicAssistantError):
            await music.switch("q1", "loop", on=True)
        assert music.queue.modes == Modes()

    run(test)


@pytest.mark.parametrize("again", ["skip", "previous", "jump"])
def test_a_request_that_comes_again(run, again):
    """Alexa repeats a request whose answer was lost: the same answer, and Music Assistant is told nothing."""

    async def test(room, music):
        room.gate.set()
        await music.start(order(uri="library://album/1"))
        await room.idle()
        if again != "skip":
            await music.following("q1", 1, skip=True)

        def ask():
            return music.following("q1", 1, skip=True) if again == "skip" else music.move("q1", again, 2)

        first, calls = await ask(), len(room.ma.commands())
        assert (await ask(), len(room.ma.commands())) == (first, calls)

    run(test)


@pytest.mark.parametrize("failure", [UnreachableError("away"), MusicAssistantError("500")])
def test_what_cannot_be_loaded(run, failure):
    """Its stream and the questions about it say so; the same order again tries once more."""

    async def test(room, music):
        room.away = failure
        room.gate.set()
        await music.start(order())
        for question in (music.source("q1", 1), music.following("q1", 1, skip=False), music.view("q1", 1)):
            with pytest.raises(MusicAssistantError):
                await question
        room.away = None
        await music.start(order())
        assert (await music.source("q1", 1)).path

    run(test)


@pytest.mark.parametrize("failure", [UnreachableError("away"), StreamTimeoutError("late")])
def test_a_view_without_music_assistant(run, failure):
    """Of a queue that plays the entry itself is known, and the modes as they were last."""

    async def test(room, music):
        room.gate.set()
        await music.start(order(uri="library://album/1", modes=Modes(loop=True, repeat_one=True)))
        await room.idle()
        room.ma.refused["player_queues/get"] = failure
        seen = await music.view("q1", 1)
        assert [entry["item"]["uri"] for entry in seen["entries"]] == ["library://track/11"]
        assert modes_of(seen) == {"loop": True, "repeat_one": True}
        with pytest.raises(UnknownItemError):
            await music.view("q1", 2)
        room.ma.refused["player_queues/get"] = MusicAssistantError("500")
        with pytest.raises(MusicAssistantError):
            await music.view("q1", 1)

    run(test)


@pytest.mark.parametrize("restarted", [False, True])
def test_audio_of_a_queue_that_went_on(run, restarted):
    """It is kept under the name of the stream it went on with, also when the player has another queue since."""

    async def test(room, music):
        room.gate.set()
        first = await music.start(order(uri="library://album/1"))
        await room.idle()
        await music.start(order("q2", "library://album/1", goes_on=True))
        await room.idle()
        await music.start(order("q3", "library://album/2"))
        await room.idle()
        if restarted:
            music = Music(room, MusicQueue.from_json(json.loads(json.dumps(music.queue.to_json()))))
        assert music.sound("q2", 1) == first.sound
        assert music.sound("q3", 1) not in {first.sound, None}
        assert music.sound("q2", 2) is None

    run(test)


@pytest.mark.parametrize("goes_on", [False, True])
def test_an_older_order_that_is_resolved_later(run, goes_on):
    """What was ordered last has the player; the one before it is no more, though its content was found later."""

    async def test(room, music):
        room.gate.set()
        await music.start(order("q0", "library://album/2"))
        await room.idle()
        slow, api = asyncio.Event(), room.ma.api

        async def answered(command, **args):
            if args.get("uri") == "library://album/1":
                await slow.wait()
            return await api(command, **args)

        room.ma.api = answered
        older = asyncio.ensure_future(music.start(order(uri="library://album/1")))
        await asyncio.sleep(0)
        await music.start(order("q2", "library://album/2", goes_on=goes_on))
        slow.set()
        with pytest.raises(UnknownQueueError):
            await older
        await room.idle()
        assert music.holds("q2")
        assert room.ma.titles() == ["Track 21", "Track 22"]

    run(test)


def test_waiting_in_vain(run, monkeypatch):
    """A stream is not waited for without an end."""
    monkeypatch.setattr(music_module, "LOADED_WITHIN_S", 0.01)

    async def test(_, music):
        await music.start(order())
        with pytest.raises(StreamTimeoutError):
            await music.source("q1", 1)

    run(test)


def test_what_follows_fails_to_be_added(run):
    """The first item is loaded and plays, though Music Assistant takes no more."""

    async def test(room, music):
        room.gate.set()
        room.ma.refused["player_queues/repeat"] = MusicAssistantError("500")
        await music.start(order())
        await room.idle()
        assert (await music.source("q1", 1)).path

    run(test)


def test_events_wait_for_the_loading(run):
    """Started comes before Music Assistant has answered: it is told when it has."""

    async def test(room, music):
        await music.start(order())
        event = Event(EventKind.STARTED, 0, 0, room.at_home.scene.now)
        telling = asyncio.ensure_future(music.tell("q1", 1, event))
        await asyncio.sleep(0)
        room.gate.set()
        await telling
        assert room.player.audible.stream.generation == room.player.current.generation
        assert music.queue.entry(1).heard

    run(test)


def test_a_restart_in_the_middle_of_loading(run):
    """A queue that was begun and never loaded is refused, and loaded when it is ordered again."""

    async def test(room, _):
        queue = MusicQueue("q1", "library://track/1")
        queue.add(Item("", "library://track/1"), first=True)
        music = Music(room, queue)
        room.gate.set()
        with pytest.raises(MusicAssistantError):
            await music.source("q1", 1)
        await music.start(order())
        assert (await music.source("q1", 1)).path

    run(test)
