"""Build the catalogues of 200,000 tracks, or as many as are asked for, as a server tells them; print what it took."""

import json
import resource
import sys
import tempfile
from pathlib import Path

from music_assistant_alexa.adapters.media_wire import media_item
from music_catalog.builder import Builder, folder_of
from music_catalog.library import Library
from music_catalog.models import Kind, Locale
from music_catalog.state import State

TRACKS = int(sys.argv[1]) if len(sys.argv) > 1 else 200_000
SIZES = {"artists": TRACKS // 25, "albums": TRACKS // 10, "tracks": TRACKS, "playlists": 200, "radios": 50}
NOTHING = dict.fromkeys(("description", "review", "copyright", "lyrics", "label", "links", "performers", "chapters"))


def short(kind, number):
    name = f"The {kind.title()} & Núm. {number} (Live)" if number % 4 == 0 else f"{kind.title()} number {number}"
    return {"item_id": str(number), "uri": f"library://{kind}/{number}", "name": name}


def item(kind, number):
    whole = short(kind, number) | {"favorite": number % 50 == 0, "is_playable": True, "version": "", "position": None}
    whole["metadata"] = NOTHING | {"genres": [f"Genre {number % 300}"], "images": [{"path": "x" * 80, "type": "thumb"}]}
    whole["artists"] = [short("artist", number % SIZES["artists"])]
    whole["album"] = short("album", number % SIZES["albums"]) if kind == "track" else None
    return whole


def listing():
    """Answer as a server: each page is made of JSON text anew, and nothing is kept."""

    def ask(command, args):
        shelf = command.split("/")[1]
        numbers = range(0, SIZES[shelf], 50 if args.get("favorite") else 1)
        page = [item(shelf.removesuffix("s"), number) for number in numbers[args["offset"] :][: args["limit"]]]
        return json.loads(json.dumps(page))

    return ask


class Batches:
    """Items in batches, as the scheduled function notes them for the skill."""

    def __init__(self):
        self.noted, self._waiting = 0, []

    def add(self, entry):
        kind = entry.kind.shelf.removesuffix("s")
        self._waiting.append(media_item({"media_type": kind, **entry.item}))
        if len(self._waiting) == 25:
            self.finish()

    def finish(self):
        self.noted += len(self._waiting)
        self._waiting.clear()


def main():
    notes = Batches()
    with tempfile.TemporaryDirectory() as name, State(Path(name) / "state.sqlite") as state:
        builder = Builder(state, Path(name), (Locale("en", "US"),), notes=notes)
        counts = builder.build(Library(listing()), 1_795_000_000_000)
        size = (folder_of(Path(name), 1) / "tracks.json").stat().st_size
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    told = {"tracks": counts[Kind.TRACK].living, "noted": notes.noted, "file_bytes": size, "peak_bytes": peak}
    sys.stdout.write(json.dumps(told))


if __name__ == "__main__":
    main()
