"""slimproto bytes, against the layouts that aioslimproto 3.1.5 and 3.3.0 read and write."""

import struct

import pytest

from home_bridge.packets import (
    Frames,
    Hello,
    Ignored,
    Name,
    NameQuery,
    Response,
    Stat,
    Strm,
    decode,
    encode,
)

REQUEST = b"GET /single/abc/02:00:00:00:00:01/00ff/02:00:00:00:00:01.flac HTTP/1.0\r\nHost: x\r\n\r\n"


def strm(command=b"s", autostart=b"0", time=0, port=8097, request=REQUEST):
    fields = (command, autostart, b"m????", 0, b"0", 0, b"0", 0, 0, 0, time, port, 0)
    return struct.pack("!cc5sBcBcBBBLHL", *fields) + request


def framed(name, body):
    return struct.pack("!H", len(body) + 4) + name + body


def test_helo_says_receiver_and_mac():
    """HELO carries device id 7, the MAC at byte 2 and the capabilities from byte 36 on."""
    packet = encode(Hello("02:ab:00:00:00:01"), 1)
    assert packet[:4] == b"HELO"
    assert int.from_bytes(packet[4:8]) == len(packet) - 8
    body = packet[8:]
    assert body[0] == 7
    assert body[2:8] == bytes.fromhex("02ab00000001")
    assert body[36:].startswith(b"Model=squeezelite,ModelName=Amazon Echo,")
    assert body.endswith(b",mp3")


def test_stat_is_laid_out_as_the_server_unpacks_it():
    """STAT carries jiffies, elapsed seconds, elapsed ms and the server's number where aioslimproto reads them."""
    body = encode(Stat("STMt", 83_500, 42), 7_000)[8:]
    assert body[:4] == b"STMt"
    fields = struct.unpack("!BBBLLLLHLLLLHLL", body[4:51])
    assert fields[8] == 7_000
    assert fields[11] == 83
    assert fields[13] == 83_500
    assert fields[14] == 42


@pytest.mark.parametrize("elapsed", [-5, 0, 2**33])
def test_stat_takes_any_elapsed_time(elapsed):
    """No position, however wrong, breaks a packet."""
    assert len(encode(Stat("STMt", elapsed), 2**40)) == 61


def test_stat_is_61_bytes():
    """STAT is as long as a squeezelite's, so that 3.1.5, which reads 64 bytes at a time, keeps up with bursts."""
    assert len(encode(Stat("STMs"), 1)) == 61


def test_response_is_longer_than_one_read():
    """RESP is at least as long as STAT, says 200 and names the content type."""
    packet = encode(Response(), 1)
    assert len(packet) >= 61
    assert packet[8:].startswith(b"HTTP/1.0 200 OK\r\nContent-Type: audio/mpeg\r\n")


def test_name_ends_with_nul():
    """SETD 0 carries the name in UTF-8 and ends with NUL, the byte that 3.1.5 cuts off."""
    assert encode(Name("Küche"), 1) == b"SETD" + struct.pack("!I", 8) + b"\x00" + "Küche".encode() + b"\x00"


def test_strm_is_read():
    """A strm gives its command, autostart, time, port and the path of its request."""
    packet = decode(b"strm", strm(autostart=b"3", time=9))
    assert packet == Strm("s", "3", 9, 8097, "/single/abc/02:00:00:00:00:01/00ff/02:00:00:00:00:01.flac")


@pytest.mark.parametrize("request_line", [b"", b"GET", b"POST /x HTTP/1.0\r\n", b"\xff\xfe"])
def test_strm_without_a_request_has_no_path(request_line):
    """What is no GET leaves the path empty and raises nothing."""
    assert decode(b"strm", strm(request=request_line)).path == ""


@pytest.mark.parametrize(
    ("name", "body"),
    [
        (b"strm", b"s0"),
        (b"setd", b"\xfe"),
        (b"setd", b"\x00Kitchen"),
        (b"aude", b"\x01\x01"),
        (b"\xff\xff\xff\xff", b""),
    ],
)
def test_everything_else_is_ignored(name, body):
    """Short, unknown and uninteresting packets are ignored."""
    assert isinstance(decode(name, body), Ignored)


def test_name_query_is_read():
    """Setd 0 without a name asks for it."""
    assert decode(b"setd", b"\x00") == NameQuery()


@pytest.mark.parametrize("size", [1, 2, 3, 7, 64, 1000])
def test_frames_are_found_however_cut(size):
    """Packets come out whole and in order, however the network cuts the bytes."""
    stream = framed(b"setd", b"\x00") + framed(b"strm", strm()) + framed(b"vers", b"7.9") + framed(b"strm", strm(b"t"))
    frames = Frames()
    found = [packet for start in range(0, len(stream), size) for packet in frames.feed(stream[start : start + size])]
    assert [type(packet) for packet in found] == [NameQuery, Strm, Ignored, Strm]


def test_an_empty_frame_is_passed_over():
    """A frame without even a name does not stop what comes after it."""
    assert Frames().feed(struct.pack("!H", 0) + framed(b"setd", b"\x00"))[-1] == NameQuery()
