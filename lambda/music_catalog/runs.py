"""One run from start to end, on a PC and in the function alike."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from music_catalog.builder import Builder, Counts, Notes, Source, folder_of
from music_catalog.models import ENTITY_LIMIT, Kind, Locale
from music_catalog.state import State
from music_catalog.upload import Pause, Uploader

__all__ = ["Catalogue", "summary", "upload"]


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Where a catalogue lies and how its names are told."""

    state: State
    folder: Path
    locales: tuple[Locale, ...]
    notes: Notes | None = None
    """Where the skill looks up what entities are, if this run reaches it."""

    def build(
        self, source: Source, now_ms: int, told: Callable[[Kind, int], None], *, may_shrink: bool = False
    ) -> dict[Kind, Counts]:
        """Write all six files. Raises CatalogError."""
        builder = Builder(self.state, self.folder, self.locales, ENTITY_LIMIT, self.notes)
        return builder.build(source, now_ms, may_shrink=may_shrink, told=told)

    @property
    def files(self) -> Path:
        """Return where the files of the last build lie."""
        return folder_of(self.folder, self.state.run)

    def can_go_on(self) -> bool:
        """Tell whether an upload broke off and can go on, with the files it began with."""
        return self.files.is_dir() and not all(upload.completed for upload in self.state.uploads())


def upload(uploader: Uploader, pauses: Callable[[], Iterable[Pause]]) -> list[Kind]:
    """Send what is new, wait for Amazon, and bind the skill anew; return what Amazon is not done with yet.

    The skill is bound also when sending breaks off, when Amazon takes longer than is waited, or refuses: any file that
    was handed over may have unbound it.
    """
    try:
        uploader.send()
        return uploader.settle(pauses())
    finally:
        uploader.rebind(pauses())


def summary(counts: dict[Kind, Counts], state: State) -> str:
    """Return what a build wrote and what of it Amazon does not have yet, one line for each kind."""
    lines = [_line(kind, each, state.untold(kind)) for kind, each in counts.items()]
    return "\n".join(lines)


def _line(kind: Kind, counts: Counts, untold: int) -> str:
    dropped = f", {counts.dropped} without a place" if counts.dropped else ""
    written = f"{counts.living:,} ({counts.changed:,} new or changed), {counts.deleted:,} to delete"
    return f"{kind:>9}: {written}, {untold:,} to upload{dropped}"
