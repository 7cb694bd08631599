"""Sound made by code: a chord of its own for every track and station, written as MP3 and recognised again.

Each has one low and one high note, as a telephone's keys have, so that a second of audio says which one is heard.
One track carries a time code as well: a third note that rises evenly from its start to its end, so that a fifth of a
second of it says which one that is.
"""

import cmath
import math
from array import array
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import accumulate, cycle

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

TIME_CODED = LIBRARY.track("Tiny Engine")
"""The track with a time code: its length is a stand-in's longest, and no playlist holds it."""

_CODE_FROM_HZ = 2_100.0  # above all chords
_CODE_HZ_PER_S = 40.0
_TURN_BITS = 44  # a whole turn in whole numbers, for a phase that does not drift
_WAVE = 4_096  # places of one wave
_CODE_RATE = 11_025  # what it is decoded with: twice its highest note, and more
_CODE_LISTEN_S = 0.2
_CODE_STEP_HZ = 5.0  # a whole wave in what is listened to; the phase tells the rest


@cache
def chord(heard: Track | Radio) -> tuple[int, int]:
    """Return the two notes of a track or station, in Hz."""
    place = _PLAYABLE.index(heard)
    return _LOW_HZ[place % len(_LOW_HZ)], _HIGH_HZ[place // len(_LOW_HZ)]


def mp3(heard: Track | Radio, *, from_s: float = 0) -> bytes:
    """Return the audio as CBR 320k MP3 from that second to the end; ten seconds of a station.

    A chord sounds the same at every second, so a later start is nothing but a shorter piece of the same. A time code
    does not: its later start is encoded anew, as a server does that seeks in the source.
    """
    if isinstance(heard, Radio):
        return _encoded(heard, _LOOP_S)
    if heard == TIME_CODED:
        return _encoded_from(from_s)
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


def position(audio: bytes, at_s: float) -> float | None:
    """Return which second of the time-coded track is heard at `at_s` of MP3 bytes; None where there is no time code.

    It is right to a millisecond, but for what the MP3 encoder and the decoder put before the sound: constant, about
    25 ms for LAME alone, by which less is returned. The fifth of a second from `at_s` on is listened to.
    """
    try:
        sound = miniaudio.decode(
            audio, output_format=miniaudio.SampleFormat.FLOAT32, nchannels=1, sample_rate=_CODE_RATE
        )
    except miniaudio.DecodeError:
        return None
    start, count = round(at_s * _CODE_RATE), round(_CODE_LISTEN_S * _CODE_RATE)
    hertz = _rising_note(sound.samples[start : start + count])
    return None if hertz is None else (hertz - _CODE_FROM_HZ) / _CODE_HZ_PER_S - _CODE_LISTEN_S / 2


def seconds(audio: bytes) -> float:
    """Return how long MP3 bytes sound."""
    return float(miniaudio.mp3_get_info(audio).duration)


_PLAYABLE: tuple[Track | Radio, ...] = (*LIBRARY.tracks, *LIBRARY.radios)
_TITLES: dict[tuple[int | None, int | None], str] = {chord(heard): heard.title for heard in _PLAYABLE}


@cache
def _encoded(heard: Track | Radio, length_s: int) -> bytes:
    if heard == TIME_CODED:
        return _mp3_of(_time_coded()[: length_s * _SAMPLE_RATE * _CHANNELS * 2])
    return _mp3_of(_block(chord(heard)) * round(length_s / _BLOCK_S))


@cache
def _encoded_from(start_s: float) -> bytes:
    return _mp3_of(_time_coded()[round(start_s * _SAMPLE_RATE) * _CHANNELS * 2 :])


def _mp3_of(pcm: bytes) -> bytes:
    encoder = lameenc.Encoder()
    encoder.set_bit_rate(BIT_RATE_KBPS)
    encoder.set_in_sample_rate(_SAMPLE_RATE)
    encoder.set_channels(_CHANNELS)
    encoder.set_quality(_FASTEST_QUALITY)
    encoder.silence()
    return bytes(encoder.encode(pcm)) + bytes(encoder.flush())


def _block(notes: tuple[int, int]) -> bytes:
    """Return a tenth of a second as 16-bit stereo PCM."""
    peak = _VOLUME * 32_767
    samples = array("h")
    for n in range(round(_SAMPLE_RATE * _BLOCK_S)):
        value = sum(math.sin(2 * math.pi * note * n / _SAMPLE_RATE) for note in notes)
        samples.extend([round(peak * value)] * _CHANNELS)
    return samples.tobytes()


@cache
def _time_coded() -> bytes:
    """Return the whole time-coded track as 16-bit stereo PCM: its chord, and a note that rises."""
    turn, length = 1 << _TURN_BITS, TIME_CODED.duration_s * _SAMPLE_RATE
    wave = [round(_VOLUME * 32_767 * math.sin(2 * math.pi * place / _WAVE)) for place in range(_WAVE)]
    faster = round(turn * _CODE_HZ_PER_S / _SAMPLE_RATE**2)
    first = round(turn * _CODE_FROM_HZ / _SAMPLE_RATE)
    phases = accumulate(range(first, first + faster * length, faster), initial=0)
    below = cycle(array("h", _block(chord(TIME_CODED)))[::_CHANNELS])
    shift = _TURN_BITS - _WAVE.bit_length() + 1
    mono = array("h", [low + wave[phase >> shift & _WAVE - 1] for low, phase in zip(below, phases, strict=False)])
    stereo = array("h", bytes(2 * len(mono) * _CHANNELS))
    for channel in range(_CHANNELS):
        stereo[channel::_CHANNELS] = mono
    return stereo.tobytes()


def _rising_note(samples: Sequence[float]) -> float | None:
    """Return the note of a time code in the middle of some samples, in Hz: the nearest of a comb, then by its phase."""
    if len(samples) < round(_CODE_LISTEN_S * _CODE_RATE):
        return None
    steps = round(TIME_CODED.duration_s * _CODE_HZ_PER_S / _CODE_STEP_HZ)
    comb = [_CODE_FROM_HZ + step * _CODE_STEP_HZ for step in range(steps + 1)]
    power, near = max((_power(samples, note, _CODE_RATE), note) for note in comb)
    if power < _ENOUGH_POWER:
        return None
    half = len(samples) // 2
    turned = _phasor(samples[half : 2 * half], near) / _phasor(samples[:half], near)
    turned /= cmath.rect(1, 2 * math.pi * near * half / _CODE_RATE)
    return near + cmath.phase(turned) * _CODE_RATE / (2 * math.pi * half)


def _phasor(samples: Sequence[float], note: float) -> complex:
    """Return strength and phase of one frequency at the first of the samples."""
    turn = -2j * math.pi * note / _CODE_RATE
    return sum(sample * cmath.exp(turn * n) for n, sample in enumerate(samples))


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


def _power(samples: Sequence[float], note: float, rate: int = _LISTEN_RATE) -> float:
    """Return how strong one frequency is (Goertzel's algorithm)."""
    coefficient = 2 * math.cos(2 * math.pi * note / rate)
    before, last = 0.0, 0.0
    for sample in samples:
        before, last = last, sample + coefficient * last - before
    count = max(1, len(samples))
    return (last * last + before * before - coefficient * last * before) / (count * count)
