"""The files' way to Amazon, in steps that are kept: a run that breaks off goes on where it was."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from music_catalog.builder import folder_of
from music_catalog.errors import ConfigurationError, IngestionError, LinkExpiredError, SmapiError
from music_catalog.models import Kind
from music_catalog.smapi import Smapi
from music_catalog.state import State, Upload

__all__ = ["PART_BYTES", "Pause", "Progress", "Skill", "Uploader"]

PART_BYTES = 8 * 1024 * 1024
"""Size of a part; Amazon wants 5 MB at least, but of the last one."""

Pause = Callable[[], None]
"""Wait for a moment."""


class Progress(Protocol):
    """Who is told how far an upload is."""

    def sending(self, kind: Kind, there: int, whole: int) -> None:
        """Tell that so many of a file's bytes are there."""
        ...

    def says(self, text: str) -> None:
        """Tell a sentence."""
        ...


@dataclass(frozen=True, slots=True)
class Skill:
    """Whose catalogues they are."""

    skill_id: str
    vendor_id: str = ""
    """Needed only where an account has several."""


class Uploader:
    """Sends what Amazon does not have yet, and binds the skill anew afterwards."""

    def __init__(self, smapi: Smapi, state: State, folder: Path, skill: Skill, progress: Progress) -> None:
        self._smapi = smapi
        self._state = state
        self._folder = folder
        self._skill = skill
        self._progress = progress

    def send(self) -> None:
        """Send every file that says something new. Raises SmapiError."""
        begun = {upload.kind: upload for upload in self._state.uploads()}
        for kind in Kind:
            upload = begun.get(kind)
            if upload and not upload.completed:
                self._send(upload)
            elif self._state.untold(kind):
                self._send(self._begin(kind))

    def settle(self, pauses: Iterable[Pause]) -> list[Kind]:
        """Ask how far Amazon is, now and after each pause, until it is done; return the kinds it is not done with.

        Raises IngestionError when Amazon refused one, after all others have been asked for.
        """
        waiting = self._ask_for(self._state.uploads())
        for pause in pauses:
            if not waiting:
                break
            pause()
            waiting = self._ask_for(waiting)
        return [upload.kind for upload in waiting]

    def rebind(self, pauses: Iterable[Pause], *, anyway: bool = False) -> bool:
        """Write the manifest again and enable the skill anew, if an upload has unbound it; tell whether it was done.

        After an upload Alexa silently takes another music service, until manifest and enablement are renewed.
        """
        if not (anyway or self._state.note("rebind")):
            return False
        manifest, etag = self._smapi.manifest(self._skill.skill_id)
        self._smapi.put_manifest(self._skill.skill_id, manifest, etag)
        self._wait_for_manifest(pauses)
        self._smapi.disable(self._skill.skill_id)
        self._smapi.enable(self._skill.skill_id)
        if not self._state.uploads():
            self._state.keep_note("rebind", "")
        return True

    def _begin(self, kind: Kind) -> Upload:
        catalog_id = self._catalog_of(kind)
        parts = max(-(-self._file(kind).stat().st_size // PART_BYTES), 1)
        upload_id, urls = self._smapi.create_upload(catalog_id, parts)
        if len(urls) != parts:
            raise SmapiError(f"Amazon gave {len(urls)} addresses for {parts} parts; run it again")
        upload = Upload(kind, catalog_id, upload_id, completed=False)
        self._state.begin(upload, urls)
        return upload

    def _send(self, upload: Upload) -> None:
        try:
            self._send_whole(upload)
        except LinkExpiredError:
            self._progress.says(f"The upload of {upload.kind} that had begun is no longer valid: begins anew.")
            self._send_whole(self._begin(upload.kind))

    def _send_whole(self, upload: Upload) -> None:
        self._send_parts(upload)
        etags = [part.etag for part in self._state.parts(upload.kind)]
        self._state.hand_over(upload.kind)
        self._smapi.complete_upload(upload.catalog_id, upload.upload_id, etags)
        self._state.complete(upload.kind)

    def _send_parts(self, upload: Upload) -> None:
        path = self._file(upload.kind)
        whole = path.stat().st_size
        with path.open("rb") as file:
            for part in self._state.parts(upload.kind):
                if not part.etag:
                    file.seek((part.number - 1) * PART_BYTES)
                    etag = self._smapi.put_part(part.url, file.read(PART_BYTES))
                    self._state.part_is_there(upload.kind, part.number, etag)
                self._progress.sending(upload.kind, min(part.number * PART_BYTES, whole), whole)

    def _catalog_of(self, kind: Kind) -> str:
        """Return the id of the skill's catalogue of a kind; made and associated if there is none."""
        found = self._smapi.catalogs_of(self._skill.skill_id).get(kind.type, "")
        if not found:
            # Made but not associated, when a run broke off between the two: its id is in the notes.
            found = self._state.note(f"catalog {kind}") or self._smapi.create_catalog(kind, self._vendor_id())
            self._state.keep_note(f"catalog {kind}", found)
            self._smapi.associate(self._skill.skill_id, found)
        return found

    def _vendor_id(self) -> str:
        if self._skill.vendor_id:
            return self._skill.vendor_id
        found = self._smapi.vendor_ids()
        if len(found) != 1:
            raise ConfigurationError(
                f"this account has {len(found)} vendor ids: set ALEXA_VENDOR_ID to the one the skill belongs to "
                "(developer.amazon.com, Settings, My IDs)"
            )
        return found[0]

    def _ask_for(self, uploads: Iterable[Upload]) -> list[Upload]:
        waiting, refusals = [], []
        for upload in uploads:
            status = self._smapi.upload_status(upload.catalog_id, upload.upload_id)
            if status.refusal:
                self._state.refuse(upload.kind)
                refusals.append(f"{upload.kind}: {status.refusal}")
            elif status.taken_in:
                self._state.confirm(upload.kind)
                self._progress.says(f"Alexa knows the {upload.kind}.")
            else:
                waiting.append(upload)
        if refusals:
            raise IngestionError(f"Amazon refused what it was sent - {' | '.join(refusals)}")
        return waiting

    def _wait_for_manifest(self, pauses: Iterable[Pause]) -> None:
        state = self._smapi.manifest_state(self._skill.skill_id)
        for pause in pauses:
            if state != "IN_PROGRESS":
                break
            pause()
            state = self._smapi.manifest_state(self._skill.skill_id)
        if state == "FAILED":
            raise SmapiError("Amazon refused the skill's own manifest: the developer console says why at the skill")

    def _file(self, kind: Kind) -> Path:
        return folder_of(self._folder, self._state.run) / f"{kind}.json"
