"""How long audio sounds, read off its first frame (MP3 of a constant bitrate) or counted frame by frame (AAC, ADTS).

Music Assistant encodes MP3 at 320 kbit/s throughout, without a Xing header; the size of its AAC says nothing.
Layouts: ISO/IEC 11172-3 (MPEG audio header), ISO/IEC 13818-7 (ADTS), id3.org (ID3v2 header).
"""

_KBPS = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0)  # MPEG-1 layer III
_AAC_HZ = (96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350)
_AAC_SAMPLES = 1024
_ID3_HEADER = 10
_MP3_HEADER = 4
_MP3_MASK, _MP3_SYNC = 0xFFFE, 0xFFFA  # sync, MPEG-1, layer III
_ADTS_HEADER = 7
_ADTS_MASK, _ADTS_SYNC = 0xFFF6, 0xFFF0  # sync, layer 0
_LONGEST_START = 64 * 1024


class AudioLength:
    """Takes a stream piece by piece, and tells how long it is so far."""

    def __init__(self, extension: str) -> None:
        self._count = self._adts if extension == "aac" else self._mp3
        self._size = 0
        self._carry = b""
        self._skip = 0
        """Bytes of the frame at hand that are still to come."""

        self._audio_from = 0
        self._bytes_per_s = 0
        self._counted_s = 0.0
        self._unreadable = False

    @property
    def seconds(self) -> float | None:
        """How long it sounds so far; None where that cannot be told."""
        if self._unreadable:
            return None
        if self._bytes_per_s:
            return (self._size - self._audio_from) / self._bytes_per_s
        return self._counted_s

    def feed(self, chunk: bytes) -> None:
        """Take the next piece."""
        self._count(chunk)
        self._size += len(chunk)

    def _mp3(self, chunk: bytes) -> None:
        """Find the first frame; what follows is of its bitrate."""
        self._carry += chunk
        start = _after_id3(self._carry)
        header = self._carry[start : start + 4]
        if len(header) < _MP3_HEADER and len(self._carry) < _LONGEST_START:
            return
        if int.from_bytes(header[:2]) & _MP3_MASK == _MP3_SYNC:
            self._audio_from, self._bytes_per_s = start, _KBPS[header[2] >> 4] * 125
        self._look_no_further(found=self._bytes_per_s > 0)

    def _adts(self, chunk: bytes) -> None:
        """Count frames; a piece may end anywhere in one."""
        skipped = min(self._skip, len(chunk))
        self._skip -= skipped
        data, at = self._carry + chunk[skipped:], 0
        while at + _ADTS_HEADER <= len(data):
            length = (data[at + 3] & 3) << 11 | data[at + 4] << 3 | data[at + 5] >> 5
            rate = data[at + 2] >> 2 & 15
            synchronous = int.from_bytes(data[at : at + 2]) & _ADTS_MASK == _ADTS_SYNC
            if not synchronous or length < _ADTS_HEADER or rate >= len(_AAC_HZ):
                self._look_no_further(found=False)  # what was counted is not the truth
                return
            self._counted_s += _AAC_SAMPLES / _AAC_HZ[rate]
            at += length
        self._carry = data[at:]
        self._skip += max(0, at - len(data))

    def _look_no_further(self, *, found: bool) -> None:
        self._count, self._carry = self._nothing, b""
        self._unreadable = not found

    def _nothing(self, chunk: bytes) -> None:
        pass


def _after_id3(start: bytes) -> int:
    """Return where the audio begins behind an ID3v2 tag, if there is one."""
    if start[:3] != b"ID3" or len(start) < _ID3_HEADER:
        return 0 if start[:3] != b"ID3" else len(start)
    size = 0
    for byte in start[6:10]:
        size = size << 7 | byte & 0x7F
    return _ID3_HEADER + size
