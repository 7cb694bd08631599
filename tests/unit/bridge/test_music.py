"""A music-skill queue on a player: answered before it is loaded, and loaded under the player's lock."""

import asyncio
import contextlib
import json
from dataclasses import asdict, replace

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
from home_bridge.music import Music
from home_bridge.music_queue import Modes, MusicQueue, QueueOrder


class FakeSession:
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
            answer = await api(command, **args)
            if command.startswith("music/"):
                for track in answer if isinstance(answer, list) else [answer]:
                    track["duration"] = 180
            return answer

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
    """Run a test's coroutine with a session and its music, in a loop of its own."""

    def runner(test):
        async def running():
            session = FakeSession(flows)
            session.ma.catalogue |= {f"library://album/{n}": [10 * n + 1, 10 * n + 2] for n in (1, 2, 3)}
            await test(session, Music(session))
            session.gate.set()
            await session.idle()

        asyncio.run(running())

    return runner


def played(session):
    return [args["media"] for command, args in session.ma.calls if command == "player_queues/play_media"]


def test_answered_before_it_is_loaded(run):
    """The first entry is known, and written down, while Music Assistant has been told nothing."""

    async def test(session, music):
        entry = await music.start(order())
        assert (entry.number, entry.item.uri, session.written) == (1, "library://track/1", 1)
        assert played(session) == []
        session.gate.set()
        assert (await music.source("q1", 1)).path == session.player.current.path
        assert played(session) == ["library://track/1"]

    run(test)


def test_a_newer_queue_ends_the_loading_of_the_older(run):
    """What was not loaded yet never is: only the last of three is played, and the older ones are unknown."""

    async def test(session, music):
        for queue_id, number in (("q1", 1), ("q2", 2), ("q3", 3)):
            await music.start(order(queue_id, f"library://track/{number}"))
        waiting = asyncio.ensure_future(music.source("q1", 1))
        session.gate.set()
        await session.idle()
        assert played(session) == ["library://track/3"]
        with pytest.raises(UnknownQueueError):
            await music.following("q1", 1, skip=False)
        with pytest.raises((UnknownQueueError, UnknownItemError)):
            await waiting
        assert music.sound("q1", 1) is None
        assert music.sound("q3", 1) is not None

    run(test)


def test_the_same_order_twice_at_once(run):
    """Two requests for one queue get one entry, and it is loaded once."""

    async def test(session, music):
        first, second = await asyncio.gather(music.start(order()), music.start(order()))
        assert first == second
        assert session.written == 1
        session.gate.set()
        await session.idle()
        assert played(session) == ["library://track/1"]

    run(test)


def test_going_on_while_it_is_still_loaded(run):
    """A queue that goes on with one whose rest is still added lets it be added."""

    async def test(session, music):
        session.gate.set()
        await music.start(order(uri="library://album/1"))
        await music.source("q1", 1)
        kept = await music.start(order("q2", "library://album/1", goes_on=("q1", 1)))
        await session.idle()
        assert kept.generation == session.player.current.generation
        assert session.ma.titles() == ["Track 11", "Track 12"]

    run(test)


async def hear(session, music, number=1, queue_id="q1", offset_ms=0, kind=EventKind.STARTED):
    await music.tell(queue_id, number, Event(kind, 0, offset_ms, session.at_home.scene.now))


async def begun(session, music, uri="library://album/1"):
    session.gate.set()
    await music.start(order(uri=uri))
    await session.idle()
    await hear(session, music)


def begins(entry):
    return entry.item.uri, entry.offset_ms


@pytest.mark.parametrize("named", [1, 3])
def test_going_on_where_it_is(run, named):
    """The new queue begins with what is heard, at its place; an entry that nobody was given changes nothing of it."""

    async def test(session, music):
        await begun(session, music)
        session.at_home.scene.time += 10
        kept = await music.start(order("q2", "library://album/1", goes_on=("q1", named)))
        assert begins(kept) == ("library://track/11", 10_000)

    run(test)


@pytest.mark.parametrize("seconds", [60, 190])
def test_going_on_with_what_was_begun_unheard_of(run, seconds):
    """The entry that is named is the one that is heard, though its Started was lost: it goes on from its beginning."""

    async def test(session, music):
        await begun(session, music)
        following = await music.following("q1", 1, skip=False)
        session.at_home.scene.time += seconds
        kept = await music.start(order("q2", "library://album/1", goes_on=("q1", 2)))
        assert begins(kept) == ("library://track/12", 0)
        assert kept.generation == following.generation == session.player.current.generation

    run(test)


@pytest.mark.parametrize("ended", [False, True], ids=["silent since", "finished"])
@pytest.mark.parametrize(("uri", "next_one"), [("library://album/1", 12), ("library://track/1", 1)])
def test_going_on_behind_the_end(run, uri, next_one, ended):
    """No place is behind the end of an item: what follows begins, and where nothing does all of it anew."""

    async def test(session, music):
        await begun(session, music, uri)
        await music.following("q1", 1, skip=False)
        session.at_home.scene.time += 180
        if ended:
            await hear(session, music, offset_ms=180_000, kind=EventKind.FINISHED)
        kept = await music.start(order("q2", uri, goes_on=("q1", 1)))
        assert begins(kept) == (f"library://track/{next_one}", 0)
        await session.idle()
        assert (await music.source("q2", 1)).path

    run(test)


def test_going_on_behind_the_end_of_a_later_entry(run):
    """An entry that was over before is named late: what the player is at counts, and that has ended, too."""

    async def test(session, music):
        await begun(session, music)
        await music.following("q1", 1, skip=False)
        await hear(session, music, 2)
        session.at_home.scene.time += 180
        kept = await music.start(order("q2", "library://album/1", goes_on=("q1", 1)))
        assert begins(kept) == ("library://track/11", 0)

    run(test)


def test_going_on_with_what_may_not_be_heard_now(run):
    """What plays is explicit, and the listener's filter is on since: the queue begins with what is not."""

    async def test(room, music):
        await begun(room, music)
        music.queue.describe(music.queue.entry(1), replace(music.queue.entry(1).item, explicit=True))
        asked = {"goes_on": ("q1", 1), "explicit_allowed": False}
        assert (await music.start(order("q2", "library://album/1", **asked))).generation is None

    run(test)


def test_going_on_behind_a_queue_that_was_ordered_before(run):
    """What plays was replaced while it was waited for: there is nothing to go on with any more."""

    async def test(room, music):
        await begun(room, music)
        await music.following("q1", 1, skip=False)
        room.gate.clear()
        slow, api = asyncio.Event(), room.ma.api

        async def answered(command, **args):
            await (slow.wait() if args.get("uri") == "library://album/2" else asyncio.sleep(0))
            return await api(command, **args)

        room.ma.api = answered
        older = asyncio.ensure_future(music.start(order("q2", "library://album/2")))
        await asyncio.sleep(0)
        newer = asyncio.ensure_future(music.start(order("q3", "library://album/1", goes_on=("q1", 2))))
        await asyncio.sleep(0)
        slow.set()
        await older
        room.gate.set()
        assert (await newer).generation is None

    run(test)


def test_going_on_while_another_queue_takes_the_player(run):
    """What it waited for is another queue's by then, which was ordered later: it begins nothing."""

    async def test(room, music):
        await begun(room, music)
        await music.following("q1", 1, skip=False)
        room.gate.clear()
        waiting = asyncio.ensure_future(music.start(order("q2", "library://album/1", goes_on=("q1", 2))))
        await asyncio.sleep(0)
        await music.start(order("q3", "library://album/2"))
        room.gate.set()
        with pytest.raises(UnknownQueueError):
            await waiting
        await room.idle()
        assert music.holds("q3")

    run(test)


@pytest.mark.parametrize("changes", [{"goes_on": ("gone", 1)}, {"uri": "library://album/2"}, {"goes_on": None}])
def test_another_queues_place(run, changes):
    """A queue that is not the one on the player, or of other content, is begun anew: its place is a stranger's."""

    async def test(session, music):
        await begun(session, music)
        session.at_home.scene.time += 10
        wanted = {"uri": "library://album/1", "goes_on": ("q1", 1)} | changes
        entry = await music.start(order("q2", **wanted))
        assert (entry.offset_ms, entry.generation) == (0, None)

    run(test)


def test_going_on_from_the_middle(run):
    """The first entry begins where the stream is, however far in its track that stream begins."""

    async def test(room, music):
        room.gate.set()
        await music.start(order(uri="library://album/1"))
        await room.idle()
        player = room.player
        player.current = replace(player.current, position_ms=60_000)
        room.at_home.report("started", 0, player.current.generation)
        room.at_home.scene.time += 5
        kept = await music.start(order("q2", "library://album/1", goes_on=("q1", 1)))
        assert kept.offset_ms == 5_000

    run(test)


@pytest.mark.parametrize("where", ["previous", "jump"])
def test_moving_waits_for_the_player(run, where):
    """Nobody is sent to another entry while Music Assistant does not have the player: the cause is said."""

    async def test(room, music):
        room.gate.set()
        await music.start(order(uri="library://album/1"))
        await music.view("q1", 1)
        calls, room.away = len(room.ma.calls), UnreachableError("away")
        with pytest.raises(UnreachableError):
            await music.move("q1", where, 2)
        assert room.ma.calls[calls:] == []

    run(test)


def test_a_report_about_what_was_only_shown(run):
    """An entry that a screen was shown, and that never played, is none that a speaker can report about."""

    async def test(room, music):
        room.gate.set()
        await music.start(order(uri="library://album/1"))
        assert len((await music.view("q1", 1))["entries"]) == 2
        with pytest.raises(UnknownItemError):
            await music.tell("q1", 2, Event(EventKind.STARTED, 0, 0, room.at_home.scene.now))

    run(test)


@pytest.mark.parametrize("modes", [{"shuffle": True}, {"loop": True}, {"shuffle": True, "repeat_one": True}])
def test_going_on_in_other_modes(run, modes):
    """A queue that goes on is mixed and repeated as it was asked for, before anyone hears what follows."""

    async def test(session, music):
        session.gate.set()
        await music.start(order(uri="library://album/1"))
        await session.idle()
        calls = len(session.ma.calls)
        wanted = Modes(**modes)
        await music.start(order("q2", "library://album/1", goes_on=("q1", 1), modes=wanted))
        await asyncio.sleep(0)  # the answer goes out
        seen = await music.view("q2", 1)
        assert {name: seen[name] for name in asdict(wanted)} == asdict(wanted)
        assert (session.ma.shuffle, session.ma.repeat) == (wanted.shuffle, wanted.repeat)
        told = [
            name for name, _ in session.ma.calls[calls:] if name in {"player_queues/shuffle", "player_queues/repeat"}
        ]
        assert len(told) == len(modes)

    run(test)


def modes_of(view):
    return {name: on for name, on in view.items() if name != "entries" and on}


def test_a_loop_beneath_a_repeated_song(run):
    """Each switch is turned by itself: the loop is there again when the song is no longer repeated."""

    async def test(session, music):
        session.gate.set()
        await music.start(order(uri="library://album/1", modes=Modes(loop=True, repeat_one=True)))
        assert modes_of(await music.view("q1", 1)) == {"loop": True, "repeat_one": True}
        assert session.ma.repeat == "one"
        await music.switch("q1", "repeat_one", on=False)
        assert modes_of(await music.view("q1", 1)) == {"loop": True}
        assert session.ma.repeat == "all"
        await music.switch("q1", "repeat_one", on=True)
        await music.switch("q1", "loop", on=False)
        assert modes_of(await music.view("q1", 1)) == {"repeat_one": True}
        await music.switch("q1", "repeat_one", on=False)
        assert modes_of(await music.view("q1", 1)) == {}
        assert session.ma.repeat == "off"

    run(test)


def test_modes_of_music_assistants_screen(run):
    """What was set there is what a switch changes, also of a queue whose modes nobody remembers."""

    async def test(session, music):
        session.gate.set()
        await music.start(order(uri="library://album/1"))
        await session.idle()
        session.ma.repeat, session.ma.shuffle = "all", True
        await music.switch("q1", "repeat_one", on=True)
        await music.switch("q1", "repeat_one", on=False)
        assert modes_of(await music.view("q1", 1)) == {"shuffle": True, "loop": True}
        session.ma.repeat = "off"
        assert modes_of(await music.view("q1", 1)) == {"shuffle": True}

    run(test)


def test_a_switch_that_music_assistant_refuses(run):
    """Its error is the answer, and the modes are what they were."""

    async def test(session, music):
        session.gate.set()
        await music.start(order(uri="library://album/1"))
        await session.idle()
        session.ma.refused["player_queues/repeat"] = MusicAssistantError("500")
        with pytest.raises(MusicAssistantError):
            await music.switch("q1", "loop", on=True)
        assert music.queue.modes == Modes()

    run(test)


@pytest.mark.parametrize("again", ["skip", "previous", "jump"])
def test_a_request_that_comes_again(run, again):
    """Alexa repeats a request whose answer was lost: the same answer, and Music Assistant is told nothing."""

    async def test(session, music):
        session.gate.set()
        await music.start(order(uri="library://album/1"))
        await session.idle()
        if again != "skip":
            await music.following("q1", 1, skip=True)

        def ask():
            return music.following("q1", 1, skip=True) if again == "skip" else music.move("q1", again, 2)

        first, calls = await ask(), len(session.ma.commands())
        assert (await ask(), len(session.ma.commands())) == (first, calls)

    run(test)


@pytest.mark.parametrize("failure", [UnreachableError("away"), MusicAssistantError("500")])
def test_what_cannot_be_loaded(run, failure):
    """Its stream and the questions about it say so; the same order again tries once more."""

    async def test(session, music):
        session.away = failure
        session.gate.set()
        await music.start(order())
        for question in (music.source("q1", 1), music.following("q1", 1, skip=False), music.view("q1", 1)):
            with pytest.raises(MusicAssistantError):
                await question
        session.away = None
        await music.start(order())
        assert (await music.source("q1", 1)).path

    run(test)


@pytest.mark.parametrize("failure", [UnreachableError("away"), StreamTimeoutError("late")])
def test_a_view_without_music_assistant(run, failure):
    """Of a queue that plays the entry itself is known, and the modes as they were last."""

    async def test(session, music):
        session.gate.set()
        await music.start(order(uri="library://album/1", modes=Modes(loop=True, repeat_one=True)))
        await session.idle()
        session.ma.refused["player_queues/get"] = failure
        seen = await music.view("q1", 1)
        assert [entry["item"]["uri"] for entry in seen["entries"]] == ["library://track/11"]
        assert modes_of(seen) == {"loop": True, "repeat_one": True}
        with pytest.raises(UnknownItemError):
            await music.view("q1", 2)
        session.ma.refused["player_queues/get"] = MusicAssistantError("500")
        with pytest.raises(MusicAssistantError):
            await music.view("q1", 1)

    run(test)


@pytest.mark.parametrize("restarted", [False, True])
def test_audio_of_a_queue_that_went_on(run, restarted):
    """It is kept under the name of the stream it went on with, also when the player has another queue since."""

    async def test(session, music):
        session.gate.set()
        first = await music.start(order(uri="library://album/1"))
        await session.idle()
        await music.start(order("q2", "library://album/1", goes_on=("q1", 1)))
        await session.idle()
        await music.start(order("q3", "library://album/2"))
        await session.idle()
        if restarted:
            music = Music(session, MusicQueue.from_json(json.loads(json.dumps(music.queue.to_json()))))
        assert music.sound("q2", 1) == first.sound
        assert music.sound("q3", 1) not in {first.sound, None}
        assert music.sound("q2", 2) is None

    run(test)


@pytest.mark.parametrize("goes_on", [None, ("q0", 1)])
def test_an_older_order_that_is_resolved_later(run, goes_on):
    """What was ordered last has the player; the one before it is no more, though its content was found later."""

    async def test(session, music):
        session.gate.set()
        await music.start(order("q0", "library://album/2"))
        await session.idle()
        slow, api = asyncio.Event(), session.ma.api

        async def answered(command, **args):
            if args.get("uri") == "library://album/1":
                await slow.wait()
            return await api(command, **args)

        session.ma.api = answered
        older = asyncio.ensure_future(music.start(order(uri="library://album/1")))
        await asyncio.sleep(0)
        await music.start(order("q2", "library://album/2", goes_on=goes_on))
        slow.set()
        with pytest.raises(UnknownQueueError):
            await older
        await session.idle()
        assert music.holds("q2")
        assert session.ma.titles() == ["Track 21", "Track 22"]

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

    async def test(session, music):
        session.gate.set()
        session.ma.refused["player_queues/repeat"] = MusicAssistantError("500")
        await music.start(order())
        await session.idle()
        assert (await music.source("q1", 1)).path

    run(test)


def test_events_wait_for_the_loading(run):
    """Started comes before Music Assistant has answered: it is told when it has."""

    async def test(session, music):
        await music.start(order())
        event = Event(EventKind.STARTED, 0, 0, session.at_home.scene.now)
        telling = asyncio.ensure_future(music.tell("q1", 1, event))
        await asyncio.sleep(0)
        session.gate.set()
        await telling
        assert session.player.audible.stream.generation == session.player.current.generation
        assert music.queue.entry(1).heard

    run(test)


def test_a_restart_in_the_middle_of_loading(run):
    """A queue that was begun and never loaded is refused, and loaded when it is ordered again."""

    async def test(session, _):
        queue = MusicQueue("q1", "library://track/1")
        queue.add(Item("", "library://track/1"), first=True)
        music = Music(session, queue)
        session.gate.set()
        with pytest.raises(MusicAssistantError):
            await music.source("q1", 1)
        await music.start(order())
        assert (await music.source("q1", 1)).path

    run(test)
