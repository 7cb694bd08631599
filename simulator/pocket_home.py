"""A Music Assistant that fits in a pocket: queues and players in one thread, on a clock that only tests move.

It keeps to what docs/home-bridge.md says of the real one, and passes the same contract as the stand-in home: sessions
roll on play_index, the next item is handed over half a second after the first byte, the index follows STMs, a queue is
emptied five seconds after its end, and a lost connection takes stream, next item and position with it.
"""

import random
from collections.abc import Callable
from functools import lru_cache
from itertools import count
from typing import Any

from home_bridge.errors import MusicAssistantError, UnreachableError
from home_bridge.packets import FromServer, ToServer
from simulator.pocket_clock import PocketClock
from simulator.pocket_player import PocketPlayer
from simulator.pocket_queue import PocketItem, PocketQueue, media_json
from simulator.stand_in import music
from simulator.stand_in.errors import MediaNotFound
from simulator.stand_in.music import Media


class PocketHome:
    """The server: an API, a stream server and a slimproto server for any number of players."""

    def __init__(self, clock: PocketClock, *, old: bool = False, seed: int = 20) -> None:
        self.clock = clock
        self.old = old
        """Speaks slimproto as aioslimproto 3.1.5 does."""
        self.away = False
        """Nothing answers."""
        self.broken: dict[str, int] = {}
        """Titles of tracks whose audio cannot be had, or breaks off: and at which second."""
        self.players: dict[str, PocketPlayer] = {}
        self.numbers = count(1)
        self._queues: dict[str, PocketQueue] = {}
        self._random = random.Random(seed)

    # The player side

    def connect(self, mac: str, send: Callable[[FromServer], None]) -> bool:
        """Take a player in; False when nothing answers."""
        if self.away:
            return False
        self.drop(mac)
        queue = self._queues.setdefault(mac, PocketQueue()).forgotten()
        self._queues[mac] = queue
        player = self.players[mac] = PocketPlayer(mac, queue, self.clock, send, self.numbers, old=self.old)
        self.clock.soon(player.greet)
        return True

    def drop(self, mac: str) -> None:
        """Lose the connection of a player."""
        player = self.players.pop(mac, None)
        if player is not None:
            player.gone()

    def hear(self, mac: str, packet: ToServer) -> None:
        """Take a packet of a player."""
        if (player := self.players.get(mac)) is not None:
            player.client.hear(packet)

    # The API

    def api(self, command: str, **args: Any) -> Any:
        """Carry out a command. Raises MusicAssistantError as the bridge's own client would."""
        if self.away:
            raise UnreachableError("Music Assistant does not answer")
        name = "_" + command.replace("/", "_")
        try:
            answer = getattr(self, name)(**args)
        except (MusicAssistantError, MediaNotFound) as error:
            self.clock.settle()
            raise MusicAssistantError(f"500 to {command}: {error}") from error
        self.clock.settle()
        return answer

    def pull(self, path: str, *, sample: bool = False) -> tuple[PocketItem, int]:
        """Serve a stream: its item, and the second its audio begins at. Raises MusicAssistantError."""
        if self.away:
            raise UnreachableError("Music Assistant's stream server is away")
        _, _, session, mac, queue_item_id, _ = path.split("/")
        queue = self.queue(mac) if mac in self.players else None
        item = queue.item(queue_item_id) if queue else None
        if queue is None or item is None or session != queue.session:
            raise MusicAssistantError("Music Assistant's stream server answered 404")
        begins_s = item.seek_s
        if begins_s >= self.broken.get(item.media.name, begins_s + 1) and not sample:
            raise MusicAssistantError("Music Assistant's stream server broke off")
        self.players[mac].loaded(item)
        self.clock.settle()
        return item, begins_s

    def queue(self, mac: str) -> PocketQueue:
        """Return the queue of a player, connected or not."""
        return self._queues.setdefault(mac, PocketQueue())

    def screen(self, mac: str, command: str, **args: Any) -> None:
        """Press something on Music Assistant's own screen."""
        self.api(f"player_queues/{command}", queue_id=mac, **args)

    def _need(self, mac: str) -> PocketPlayer:
        try:
            return self.players[mac]
        except KeyError:
            raise MusicAssistantError(f"Player {mac} is not available") from None

    def _players_get(self, player_id: str) -> dict[str, Any] | None:
        return {"available": True} if player_id in self.players else None

    def _player_queues_get(self, queue_id: str) -> dict[str, Any] | None:
        return self.queue(queue_id).as_json() if queue_id in self.players else None

    def _player_queues_items(self, queue_id: str, offset: int = 0, limit: int = 500) -> list[dict[str, Any]]:
        items = self.queue(queue_id).items if queue_id in self.players else []
        return [item.as_json() for item in items[offset : offset + limit]]

    def _player_queues_play_index(self, queue_id: str, index: int | str, seek_position: int = 0) -> None:
        self._need(queue_id).play_index(index, seek_position)

    def _player_queues_play_media(self, queue_id: str, media: str | list[str], option: str) -> None:
        player = self._need(queue_id)
        if option == "replace":
            player.clear()
        found = [entry for uri in ([media] if isinstance(media, str) else media) if (entry := _found(uri))]
        tracks = [track for entry in found for track in music.to_queue(entry, None, self._random)]
        items = [PocketItem(f"{next(self.numbers):032x}", track) for track in tracks]
        if not items:
            raise MusicAssistantError("No playable items found")
        self._load(player, items, option)

    def _load(self, player: PocketPlayer, items: list[PocketItem], option: str) -> None:
        queue = player.queue
        index = queue.index or 0
        if queue.state in {"playing", "paused"} and queue.in_buffer is not None:
            index = queue.in_buffer
        after, mixed = index + 1, queue.shuffle and len(items) > 1
        if option == "replace":
            self._put(player, items, 0, keep_played=False, keep_rest=False, mixed=mixed)
            player.play_index(0)
        elif option in {"next", "play"}:
            self._put(player, items, after, mixed=mixed)
            if option == "play":
                player.play_index(min(after, len(queue.items) - 1))
        else:
            at = after if queue.shuffle else len(queue.items) + 1
            self._put(player, items, at, mixed=queue.shuffle)
            if queue.index is None:
                queue.index, queue.current = 0, queue.item(0)

    def _put(
        self,
        player: PocketPlayer,
        items: list[PocketItem],
        at: int,
        *,
        keep_played: bool = True,
        keep_rest: bool = True,
        mixed: bool = False,
    ) -> None:
        queue = player.queue
        before = queue.items[:at] if keep_played else []
        after = items + (queue.items[at:] if keep_rest else [])
        for number, item in enumerate(after):
            item.sort_index += at + number
        player.update_items(before + (self._random.sample(after, len(after)) if mixed else after))

    def _player_queues_delete_item(self, queue_id: str, item_id_or_index: str) -> None:
        player = self._need(queue_id)
        items = list(player.queue.items)
        at = _place(player.queue, item_id_or_index)
        if player.queue.in_buffer is None or at > player.queue.in_buffer:
            items.pop(at)
            player.update_items(items)

    def _player_queues_move_item(self, queue_id: str, queue_item_id: str, pos_shift: int) -> None:
        player = self._need(queue_id)
        queue = player.queue
        at = _place(queue, queue_item_id)
        if queue.in_buffer is not None and at <= queue.in_buffer:
            raise MusicAssistantError(f"{at} is already played/buffered")
        current = queue.index or 0
        to = at + pos_shift if pos_shift else current + (queue.state == "playing")
        if current <= to <= len(queue.items):
            items = list(queue.items)
            items.insert(to, items.pop(at))
            player.update_items(items)

    def _player_queues_repeat(self, queue_id: str, repeat_mode: str) -> None:
        player = self._need(queue_id)
        player.queue.repeat = repeat_mode
        player.signal()
        player.enqueue_again()

    def _player_queues_shuffle(self, queue_id: str, shuffle_enabled: bool) -> None:
        player = self._need(queue_id)
        queue = player.queue
        if queue.shuffle == shuffle_enabled:
            return
        queue.shuffle = shuffle_enabled
        index = queue.index if queue.in_buffer is None else queue.in_buffer
        after = 0 if index is None else index + 1
        rest = [] if index is None else queue.items[after:]
        if not shuffle_enabled:
            rest.sort(key=lambda item: item.sort_index)
        self._put(player, rest, after, keep_rest=False, mixed=shuffle_enabled)

    def _player_queues_clear(self, queue_id: str) -> None:
        self._need(queue_id).clear()

    def _player_queues_stop(self, queue_id: str) -> None:
        self._need(queue_id).stop()

    def _player_queues_pause(self, queue_id: str) -> None:
        self._need(queue_id).pause()

    def _player_queues_play(self, queue_id: str) -> None:
        self._need(queue_id).play()

    def _player_queues_next(self, queue_id: str) -> None:
        self._need(queue_id).skip(1)

    def _player_queues_previous(self, queue_id: str) -> None:
        self._need(queue_id).skip(-1)

    @staticmethod
    def _music_item_by_uri(uri: str) -> dict[str, Any]:
        return media_json(music.find(uri))

    @staticmethod
    def _music_albums_album_tracks(item_id: str, provider_instance_id_or_domain: str) -> list[dict[str, Any]]:
        return _tracks("album", item_id, provider_instance_id_or_domain)

    @staticmethod
    def _music_playlists_playlist_tracks(item_id: str, provider_instance_id_or_domain: str) -> list[dict[str, Any]]:
        return _tracks("playlist", item_id, provider_instance_id_or_domain)


@lru_cache(maxsize=256)
def _tracks(kind: str, item_id: str, provider: str) -> list[dict[str, Any]]:
    return [media_json(track) for track in music.tracks_of(music.find_by_id(kind, item_id, provider))]


@lru_cache(maxsize=256)
def _found(uri: str) -> Media | None:
    try:
        return music.find(uri)
    except MediaNotFound:
        return None


def _place(queue: PocketQueue, queue_item_id: str) -> int:
    at = queue.index_of(queue_item_id)
    if at is None:
        raise MusicAssistantError(f"Item {queue_item_id} not found in queue")
    return at
