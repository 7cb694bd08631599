"""Sound made by code: a chord of its own for every track and station, written as MP3 and recognised again.

Each has one low and one high note, as a telephone's keys have, so that a second of audio says which one is heard.
"""

import math
from array import array
from collections.abc import Iterator
from functools import cache

import lameenc
import miniaudio

from simulator.demo_library import LIBRARY, Radio, Track

BIT_RATE_KBPS = 320
BYTES_PER_SECOND = BIT_RATE_KBPS * 1000 // 8

_SAMPLE_RATE = 44_100
_CHANNELS = 2
_VOLUME = 0.2
_FASTEST_QUALITY = 9

# All are multiples of 10 Hz: a tenth of a second then holds whole waves, and audio is that block again and again.
_LOW_HZ = (260, 330, 400, 470, 540, 610, 680)
_HIGH_HZ = (900, 1010, 1130, 1270, 1430, 1610, 1810)
_BLOCK_S = 0.1

_LISTEN_RATE = 8_000
_LISTEN_FROM_S = 0.1  # an encoder starts with silence
_LISTEN_S = 0.5
_CLEARLY = 8.0  # a note is heard if it has this many times the power of the next one of its group
_ENOUGH_POWER = 1e-5

_LOOP_S = 10  # of a station


@cache
def chord(heard: Track | Radio) -> tuple[int, int]:
    """Return the two notes of a track or station, in Hz."""
    place = _PLAYABLE.index(heard)
    return _LOW_HZ[place % len(_LOW_HZ)], _HIGH_HZ[place // len(_LOW_HZ)]


def mp3(heard: Track | Radio, *, from_s: float = 0) -> bytes:
    """Return the audio as CBR 320k MP3 from that second to the end; ten seconds of a station.

    A chord sounds the same at every second, so a later start is nothing but a shorter piece of the same.
    """
    if isinstance(heard, Radio):
        return _encoded(heard, _LOOP_S)
    whole = _encoded(heard, heard.duration_s)
    return whole[: max(0, round(len(whole) * (1 - from_s / heard.duration_s)))]


def chunks(heard: Track | Radio, *, from_s: float = 0, size: int = 32_768) -> Iterator[bytes]:
    """Yield the audio in pieces; a station never ends."""
    whole = mp3(heard, from_s=from_s)
    while True:
        for start in range(0, len(whole), size):
            yield whole[start : start + size]
        if isinstance(heard, Track):
            return


def identify(audio: bytes) -> str | None:
    """Return the title of the track or station heard in MP3 bytes, or None if it is none of ours.

    About a second (40 kB) is enough; the bytes may start in the middle of a frame.
    """
    samples = _decoded(audio)
    low = _clear_note(samples, _LOW_HZ)
    high = _clear_note(samples, _HIGH_HZ)
    return _TITLES.get((low, high)) if low and high else None


def seconds(audio: bytes) -> float:
    """Return how long MP3 bytes sound."""
    return float(miniaudio.mp3_get_info(audio).duration)


_PLAYABLE: tuple[Track | Radio, ...] = (*LIBRARY.tracks, *LIBRARY.radios)
_TITLES: dict[tuple[int | None, int | None], str] = {chord(heard): heard.title for heard in _PLAYABLE}


@cache
def _encoded(heard: Track | Radio, length_s: int) -> bytes:
    encoder = lameenc.Encoder()
    encoder.set_bit_rate(BIT_RATE_KBPS)
    encoder.set_in_sample_rate(_SAMPLE_RATE)
    encoder.set_channels(_CHANNELS)
    encoder.set_quality(_FASTEST_QUALITY)
    encoder.silence()
    pcm = _block(chord(heard)) * round(length_s / _BLOCK_S)
    return bytes(encoder.encode(pcm)) + bytes(encoder.flush())


def _block(notes: tuple[int, int]) -> bytes:
    """Return a tenth of a second as 16-bit stereo PCM."""
    peak = _VOLUME * 32_767
    samples = array("h")
    for n in range(round(_SAMPLE_RATE * _BLOCK_S)):
        value = sum(math.sin(2 * math.pi * note * n / _SAMPLE_RATE) for note in notes)
        samples.extend([round(peak * value)] * _CHANNELS)
    return samples.tobytes()


def _decoded(audio: bytes) -> list[float]:
    """Return half a second as mono samples between -1 and 1; nothing if it cannot be decoded."""
    try:
        sound = miniaudio.decode(
            audio[: 2 * BYTES_PER_SECOND],
            output_format=miniaudio.SampleFormat.FLOAT32,
            nchannels=1,
            sample_rate=_LISTEN_RATE,
        )
    except miniaudio.DecodeError:
        return []
    start = round(_LISTEN_FROM_S * _LISTEN_RATE)
    return list(sound.samples[start : start + round(_LISTEN_S * _LISTEN_RATE)])


def _clear_note(samples: list[float], notes: tuple[int, ...]) -> int | None:
    by_power = sorted(((_power(samples, note), note) for note in notes), reverse=True)
    (strongest, note), (second, _) = by_power[0], by_power[1]
    return note if strongest > _ENOUGH_POWER and strongest > _CLEARLY * second else None


def _power(samples: list[float], note: int) -> float:
    """Return how strong one frequency is (Goertzel's algorithm)."""
    coefficient = 2 * math.cos(2 * math.pi * note / _LISTEN_RATE)
    before, last = 0.0, 0.0
    for sample in samples:
        before, last = last, sample + coefficient * last - before
    count = max(1, len(samples))
    return (last * last + before * before - coefficient * last * before) / (count * count)
