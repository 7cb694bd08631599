"""The skill's side and the bridge's of the music skill's queues: both mean the same by every call and every answer."""

import uuid

import pytest

from music_assistant_alexa.adapters.home_http import HomeHttp
from music_assistant_alexa.adapters.home_queues import HomeQueues
from music_assistant_alexa.adapters.ssm_secrets import fetch_secret
from music_assistant_alexa.errors import ItemNotFoundError, MediaNotFoundError
from music_assistant_alexa.models import Activity, MediaItem, MediaType, QueueCommand
from music_assistant_alexa.music_queue import ItemEvent, ItemReference, MusicQueue, QueueOrder
from music_assistant_alexa.settings import Credentials, Settings

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def home(stack):
    settings = Settings.from_env(stack.skill_environment())
    credentials = Credentials(settings.secret_name, lambda name: fetch_secret(name, settings.aws_endpoint))
    return HomeHttp(settings.home_url, credentials, settings.home_ca_pem)


@pytest.fixture
def queues(home):
    return HomeQueues(home)


@pytest.fixture
def queue():
    return MusicQueue(str(uuid.uuid4()), 1)


@pytest.fixture
def album(home):
    return next(each for each in home.search("night ferry", (MediaType.ALBUM,), 5) if each.name == "Night Ferry")


@pytest.fixture
def first(queues, queue, album):
    """Begin a queue and return its first entry."""
    return queues.start(queue.player_id, QueueOrder(queue.queue_id, queue.player_name, album))


def test_a_queue_from_its_beginning_to_its_end(queues, queue, first):
    """Every entry has a number of its own, which it keeps; the first says so, and nothing follows the last."""
    player, queue_id = queue.player_id, queue.queue_id
    assert (first.entry_id, first.first, first.item.album) == ("1", True, "Night Ferry")
    played, entry = [first], first
    while entry := queues.following(player, queue_id, entry.entry_id, skip=True):
        played.append(entry)
    viewed = queues.view(player, queue_id, "1").entries
    assert [each.entry_id for each in viewed] == [each.entry_id for each in played]
    assert [each.item.title for each in viewed] == [each.item.title for each in played]
    assert [each.first for each in played] == [True] + [False] * (len(played) - 1)
    assert len(played) > 2


def test_the_same_order_again(queues, queue, album, first):
    """It is answered as before."""
    again = queues.start(queue.player_id, QueueOrder(queue.queue_id, queue.player_name, album))
    assert (again.entry_id, again.item.uri) == (first.entry_id, first.item.uri)


def test_moving_and_changing(queues, queue, first):
    """Commands are understood, and a view shows what they changed."""
    player, queue_id = queue.player_id, queue.queue_id
    second, third = queues.view(player, queue_id, first.entry_id).entries[1:3]
    assert queues.jump(player, queue_id, third.entry_id).item.uri == third.item.uri
    queues.tell(player, queue_id, ItemEvent(Activity.STARTED, third.entry_id, 0, 1_795_000_000))
    assert queues.previous(player, queue_id, third.entry_id).item.uri == second.item.uri
    queues.change(player, queue_id, QueueCommand("favourite", {"entry_id": third.entry_id}))
    for switch in ("loop", "repeat_one", "shuffle"):
        queues.change(player, queue_id, QueueCommand(switch, {"on": True}))
    view = queues.view(player, queue_id, third.entry_id)
    assert (view.shuffle, view.loop, view.repeat_one, view.entries[0].item.favourite) == (True, True, True, True)


@pytest.mark.parametrize("names_the_queue", [True, False])
def test_going_on_with_what_is_heard(queues, queue, album, first, names_the_queue):
    """The entry that is named begins the new queue, if its queue is the one at home; else the first item does."""
    second = queues.following(queue.player_id, queue.queue_id, first.entry_id, skip=False)
    heard = ItemReference(queue.queue_id if names_the_queue else "gone", second.entry_id)
    newer = QueueOrder(str(uuid.uuid4()), queue.player_name, album, goes_on=heard)
    begun = queues.start(queue.player_id, newer)
    assert begun.item.uri == (second if names_the_queue else first).item.uri
    assert begun.entry_id == "1"
    assert begun.offset_ms < 1000  # it counts from when home heard of it


def test_what_is_no_more(queues, queue, first):
    """A queue that another took the place of, an entry that was never given, and what stands before the first."""
    for queue_id, entry_id in ((str(uuid.uuid4()), "1"), (queue.queue_id, "99")):
        with pytest.raises(ItemNotFoundError):
            queues.view(queue.player_id, queue_id, entry_id)
    with pytest.raises(ItemNotFoundError):
        queues.previous(queue.player_id, queue.queue_id, first.entry_id)


def test_a_number_that_is_another_record_by_now(queues, queue, album):
    """A uri of the library that means something else is not played; by its provider's uri the record is found again."""
    moved = MediaItem("library://album/9999", album.name, MediaType.ALBUM, album.artist, other_uris=album.other_uris)
    found = queues.start(queue.player_id, QueueOrder(queue.queue_id, queue.player_name, moved))
    assert found.item.album == "Night Ferry"
    gone = MediaItem(album.uri, "Nowhere", MediaType.ALBUM, "Nobody")
    with pytest.raises(MediaNotFoundError):
        queues.start(queue.player_id, QueueOrder(str(uuid.uuid4()), queue.player_name, gone))
