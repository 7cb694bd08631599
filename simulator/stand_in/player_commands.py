"""The API's commands for players."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING
from urllib.parse import quote_plus

from simulator.demo_library import Track
from simulator.stand_in.errors import RefusedError
from simulator.stand_in.music import Media, artist_name
from simulator.stand_in.queue_commands import QueueCommands
from simulator.stand_in.shapes import Json, image

if TYPE_CHECKING:
    from simulator.stand_in.home import Home
    from simulator.stand_in.players import Player

_SAME_FOR_ALL: Json = {
    "provider": "squeezelite",
    "type": "player",
    "available": True,
    "supported_features": [
        *("volume_set", "multi_device_dsp", "gapless_playback", "power", "set_members", "play_media"),
        *("enqueue", "pause"),
    ],
    "volume_muted": None,
    "group_members": [],
    "static_group_members": [],
    "synced_to": None,
    "active_group": None,
    "sound_mode_list": [],
    "source_list": [],
    "enabled": True,
    "hide_in_ui": False,
    "expose_to_ha": True,
    "icon": "mdi-speaker",
    "power_control": "native",
    "volume_control": "native",
    "mute_control": "none",
    "active_output_protocol": "native",
    "extra_attributes": {},
}


class PlayerCommands:
    """Every method without an underscore is `players/{its name}`, and `cmd_x` is `players/cmd/x`.

    A command for a player that is not there is ignored without an error.
    """

    def __init__(self, home: "Home", queue_commands: QueueCommands) -> None:
        self._home = home
        self._queue_commands = queue_commands

    def all(self) -> list[Json]:
        """List the connected players."""
        return [self._json(player) for player in self._home.players.all()]

    def get(self, player_id: str) -> Json | None:
        """Tell one player; nothing if it is unknown."""
        player = self._home.players.get(player_id)
        return self._json(player) if player else None

    def get_by_name(self, name: str) -> Json | None:
        """Tell the player of that display name."""
        named = (player for player in self._home.players.all() if player.name == name)
        player = next(named, None)
        return self._json(player) if player else None

    async def cmd_play(self, player_id: str) -> None:
        """Go on."""
        player = self._home.players.get(player_id)
        if player and player.reported.state != "playing":
            await self._queue_commands.play(player_id)

    async def cmd_pause(self, player_id: str) -> None:
        """Pause."""
        await self._through_queue(player_id, self._queue_commands.pause)

    async def cmd_play_pause(self, player_id: str) -> None:
        """Pause what plays, play what does not."""
        await self._through_queue(player_id, self._queue_commands.play_pause)

    async def cmd_stop(self, player_id: str) -> None:
        """Stop."""
        await self._through_queue(player_id, self._queue_commands.stop)

    def cmd_next(self, player_id: str) -> None:
        """Play the next item."""
        if self._home.players.get(player_id):
            self._queue_commands.next(player_id)

    def cmd_previous(self, player_id: str) -> None:
        """Play the item before."""
        if self._home.players.get(player_id):
            self._queue_commands.previous(player_id)

    async def cmd_seek(self, player_id: str, position: int) -> None:
        """Play the current item from that second."""
        if self._home.players.get(player_id):
            await self._queue_commands.seek(player_id, position)

    async def cmd_volume_set(self, player_id: str, volume_level: int) -> None:
        """Set the volume, 0 to 100."""
        if player := self._home.players.get(player_id):
            await player.client.volume_set(min(100, max(0, volume_level)))

    async def cmd_volume_up(self, player_id: str) -> None:
        """Raise the volume by five."""
        await self._change_volume(player_id, 5)

    async def cmd_volume_down(self, player_id: str) -> None:
        """Lower the volume by five."""
        await self._change_volume(player_id, -5)

    async def cmd_volume_mute(self, player_id: str, muted: bool) -> None:
        """Mute, or no longer."""
        if player := self._home.players.get(player_id):
            await player.client.mute(muted=muted)

    async def cmd_power(self, player_id: str, powered: bool) -> None:
        """Switch on or off."""
        if player := self._home.players.get(player_id):
            await player.client.power(powered=powered)

    def cmd_group(self, player_id: str, target_player: str) -> None:
        """Refuse: the demonstration has no groups."""
        raise RefusedError(f"Player {player_id} can not be grouped with {target_player}")

    async def _through_queue(self, player_id: str, command: Callable[[str], Awaitable[None]]) -> None:
        if self._home.players.get(player_id):
            await command(player_id)

    async def _change_volume(self, player_id: str, by: int) -> None:
        if player := self._home.players.get(player_id):
            await self.cmd_volume_set(player_id, player.client.volume_level + by)

    def _json(self, player: "Player") -> Json:
        state = player.reported.state
        return _SAME_FOR_ALL | {
            "player_id": player.player_id,
            "name": player.name,
            "display_name": player.name,
            "device_info": _device(player),
            "playback_state": state,
            "state": state,
            "elapsed_time": player.reported.elapsed_s,
            "elapsed_time_last_updated": player.reported.at,
            "powered": player.client.powered,
            "volume_level": player.client.volume_level,
            "group_volume": player.client.volume_level,
            "active_source": player.player_id,
            "can_group_with": [p.player_id for p in self._home.players.all() if p is not player],
            "current_media": self._current_media(player),
        }

    def _current_media(self, player: "Player") -> Json | None:
        queue = self._home.queues.get(player.player_id)
        if not queue or not queue.current_item:
            return None
        media = queue.current_item.media
        return {
            "uri": media.uri,
            "media_type": media.kind,
            "title": media.name,
            "artist": artist_name(media),
            "album": media.entry.album.title if isinstance(media.entry, Track) else None,
            "image_url": self._image_url(media),
            "duration": media.duration_s,
            "source_id": queue.queue_id,
            "queue_item_id": queue.current_item.queue_item_id,
            "custom_data": None,
            "elapsed_time": queue.elapsed_time,
            "elapsed_time_last_updated": queue.elapsed_time_last_updated,
        }

    def _image_url(self, media: Media) -> str | None:
        picture = image(media)
        if not picture:
            return None
        path = quote_plus(quote_plus(picture["path"]))
        query = f"provider={picture['provider']}&size=500&fmt=jpeg&path={path}"
        return f"{self._home.api.url}/imageproxy?{query}"


def _device(player: "Player") -> Json:
    return {
        "model": player.client.device_model,
        "manufacturer": player.client.device_type,
        "software_version": None,
        "model_id": None,
        "manufacturer_id": None,
        "identifiers": {"ip_address": "127.0.0.1", "mac_address": player.player_id.upper()},
        "mac_address": player.player_id.upper(),
        "ip_address": "127.0.0.1",
    }
