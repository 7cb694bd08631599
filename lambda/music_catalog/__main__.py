"""`make catalog`: build the catalogues here, say what an upload would tell, and with --upload tell it."""

import argparse
import sys
import time
from collections.abc import Iterator, Sequence
from itertools import repeat
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from music_catalog.errors import CatalogError
from music_catalog.library import Home, Library
from music_catalog.models import Kind
from music_catalog.runs import Catalogue, summary, upload
from music_catalog.settings import Settings
from music_catalog.smapi import Smapi
from music_catalog.state import State
from music_catalog.upload import Pause, Uploader

PAUSE_S = 15.0
PAUSES = 80
"""Twenty minutes in all; what takes Amazon longer is asked for by the next run."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run; return 1 when something failed, in words on the error stream."""
    asked = _parser().parse_args(arguments)
    try:
        return _run(asked, Settings.from_env(), Console(stderr=True))
    except CatalogError as error:
        sys.stderr.write(f"catalog: {error}\n")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("catalog: interrupted; the next `make catalog` with the same words goes on where it was\n")
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="catalog", description=__doc__)
    parser.add_argument("--upload", action="store_true", help="send to Amazon what it does not have yet")
    parser.add_argument("--rebind", action="store_true", help="only renew the skill's manifest and enablement")
    parser.add_argument("--shrink", action="store_true", help="delete even more than half of what Alexa knows")
    return parser


def _run(asked: argparse.Namespace, settings: Settings, console: Console) -> int:
    with State(settings.folder / "state.sqlite") as state, _Bars(console) as bars:
        catalogue = Catalogue(state, settings.folder, settings.locales)
        uploader = _uploader(settings, catalogue, bars) if asked.upload or asked.rebind else None
        if uploader and asked.rebind:
            uploader.rebind(_pauses(), anyway=True)
            return 0
        if not (uploader and catalogue.can_go_on()):
            _build(settings, catalogue, bars, may_shrink=asked.shrink)
        if uploader is None:
            bars.says("Nothing was uploaded. `make catalog UPLOAD=1` sends it to Amazon.")
            return 0
        if waiting := upload(uploader, _pauses):
            bars.says(f"Amazon is not done with {', '.join(waiting)}: run `make catalog UPLOAD=1` again in an hour.")
    return 0


def _build(settings: Settings, catalogue: Catalogue, bars: "_Bars", *, may_shrink: bool) -> None:
    home = Home(settings.home_url, settings.home_token, settings.home_headers, settings.home_ca_file)
    counts = catalogue.build(Library(home), time.time_ns() // 1_000_000, bars.read, may_shrink=may_shrink)
    bars.says(f"Written to {catalogue.files}\n{summary(counts, catalogue.state)}")


def _uploader(settings: Settings, catalogue: Catalogue, bars: "_Bars") -> Uploader:
    api_url, login_url = settings.smapi_urls
    smapi = Smapi(settings.lwa, api_url, login_url)
    return Uploader(smapi, catalogue.state, catalogue.folder, settings.skill, bars)


def _pauses() -> Iterator[Pause]:
    return repeat(lambda: time.sleep(PAUSE_S), PAUSES)


class _Bars:
    """Progress on a terminal; where there is none, only the sentences."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._reading = Progress(
            TextColumn("{task.description:>18}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=console,
        )
        self._sending = Progress(
            TextColumn("{task.description:>18}"), BarColumn(), DownloadColumn(), TimeElapsedColumn(), console=console
        )
        self._tasks: dict[str, TaskID] = {}
        self._running: Progress | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._show(None)

    def read(self, kind: Kind, there: int) -> None:
        """Show how many entities of a kind were written; how many there are is not known before the end."""
        self._move(self._reading, f"reading {kind}", there, None)

    def sending(self, kind: Kind, there: int, whole: int) -> None:
        """Show how many bytes of a file are there."""
        self._move(self._sending, f"sending {kind}", there, whole)

    def says(self, text: str) -> None:
        """Print a sentence."""
        self._show(None)
        self._console.print(text, highlight=False, markup=False)

    def _move(self, progress: Progress, name: str, there: int, whole: int | None) -> None:
        self._show(progress)
        task = self._tasks.get(name)
        if task is None:
            task = self._tasks[name] = progress.add_task(name, total=whole)
        progress.update(task, completed=there)

    def _show(self, progress: Progress | None) -> None:
        if progress is self._running:
            return
        if self._running:
            self._running.stop()
        if progress:
            progress.start()
        self._running = progress


if __name__ == "__main__":
    sys.exit(main())
