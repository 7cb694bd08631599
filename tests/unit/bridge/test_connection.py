"""The socket of one player: whatever goes wrong with one connection, there is another one after it."""

import asyncio

from home_bridge.connection import Connection

VERS = b"\x00\x05vers0"


async def greetings(on_packet, wanted):
    """Serve a player, one packet for each greeting; return how often it greeted."""
    greeted, enough = 0, asyncio.Event()

    async def serve(reader, writer):
        nonlocal greeted
        await reader.readexactly(8)
        greeted += 1
        writer.write(VERS)
        if greeted == wanted:
            enough.set()
        await reader.read()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    connection = Connection(*server.sockets[0].getsockname(), "02:00:00:00:00:01", on_packet, bool)
    connection.start()
    async with asyncio.timeout(10):
        await enough.wait()
    await connection.close()
    server.close()
    return greeted


def test_a_packet_that_cannot_be_taken_ends_one_connection(caplog):
    """What fails while a packet is taken is logged, and the player greets again."""
    packets = []

    def take(packet):
        packets.append(packet)
        if len(packets) == 1:
            raise OverflowError("a bug of ours")

    assert asyncio.run(greetings(take, 2)) == 2
    assert "it connects again" in caplog.text
