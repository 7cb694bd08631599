"""How long audio sounds, told while it comes."""

import pytest

from home_bridge.audio_length import AudioLength
from simulator import tones
from simulator.demo_library import LIBRARY

TRACK = LIBRARY.tracks[0]
ID3 = b"ID3\x04\x00\x00" + bytes([0, 0, 0, 34]) + b"\x00" * 34
"""As Music Assistant's ffmpeg puts it before the audio: 44 bytes."""


def adts(frames, *, payload=400, rate=4):
    """Return so many frames of AAC-LC, 44.1 kHz stereo; their sizes differ, as a variable bitrate's do."""
    sizes = (7 + payload + number % 90 for number in range(frames))
    return b"".join(_header(size, rate) + b"\x00" * (size - 7) for size in sizes)


def _header(size, rate):
    return bytes([0xFF, 0xF1, 0x40 | rate << 2, 0x80 | size >> 11, size >> 3 & 0xFF, (size & 7) << 5 | 0x1F, 0xFC])


def heard(extension, audio, step):
    length = AudioLength(extension)
    for start in range(0, len(audio), step):
        length.feed(audio[start : start + step])
    return length.seconds


@pytest.mark.parametrize("step", [1, 7, 1000, 65_536])
@pytest.mark.parametrize("tag", [b"", ID3])
def test_mp3(tag, step):
    """MP3 of a constant bitrate sounds as long as a decoder says, with or without a tag, however it is cut up."""
    audio = tones.mp3(TRACK)[:40_000]
    assert heard("mp3", tag + audio, step) == pytest.approx(len(audio) / 40_000)
    assert heard("mp3", tag + audio, step) == pytest.approx(tones.seconds(audio), abs=0.03)


@pytest.mark.parametrize("step", [1, 3, 7, 400, 65_536])
def test_aac(step):
    """AAC is counted frame by frame: 1,024 samples each, whatever its size."""
    assert heard("aac", adts(500), step) == pytest.approx(500 * 1024 / 44_100)


@pytest.mark.parametrize("extension", ["mp3", "aac"])
@pytest.mark.parametrize(
    "audio", [b"no audio at all" * 9000, b"\x00" * 70_000, b"\xff\xfb\x00\x00" * 99, b"\xff" * 70_000]
)
def test_what_is_no_audio(extension, audio):
    """What cannot be read has no length, and is no error."""
    assert heard(extension, audio, 4096) is None


@pytest.mark.parametrize(
    ("extension", "audio"),
    [("mp3", b""), ("mp3", b"\xff"), ("mp3", b"ID3"), ("mp3", ID3), ("aac", b""), ("aac", b"\xff")],
)
def test_what_ends_before_the_audio(extension, audio):
    """A body that ends before its first frame, as Music Assistant's does of a file without sound, sounds for 0 s."""
    assert heard(extension, audio, 4096) == 0


def test_aac_that_loses_its_step():
    """After bytes that are no frame the count is not trusted."""
    assert heard("aac", adts(50) + b"\x00" * 50, 4096) is None
