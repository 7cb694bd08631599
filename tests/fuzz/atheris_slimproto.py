"""Coverage-guided bytes for the parser of slimproto: `python tests/fuzz/atheris_slimproto.py -max_total_time=60`."""

import sys

import atheris

with atheris.instrument_imports(include=["home_bridge.packets", "home_bridge.player", "home_bridge.models"]):
    from home_bridge.models import Memory
    from home_bridge.packets import Frames, encode
    from home_bridge.player import Player

LONGEST = 2 + 0xFFFF


def target(received: bytes) -> None:
    """Cut the bytes in two places, and let a player take what is in them."""
    first, second = (received[0], received[1] * 16) if len(received) > 1 else (0, 0)
    frames, now = Frames(), [1_000.0]
    player = Player(Memory("02:00:00:00:00:01", "Kitchen", 1), lambda: now[0])
    for piece in (received[2:][:first], received[2:][first : first + second], received[2:][first + second :]):
        for packet in frames.feed(piece):
            for answer in player.receive(packet) + player.tick():
                encode(answer, 7)
            now[0] += 0.7
        if len(frames._rest) >= LONGEST:
            raise AssertionError("more than one frame waits")


atheris.Setup(sys.argv, target)
atheris.Fuzz()
