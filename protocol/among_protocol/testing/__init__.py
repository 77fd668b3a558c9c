"""A server in memory, to test bots and clients against: no installation, no data, no waiting. Needs the extra `client`.

    async with TestServer() as server:
        await server.join("garden/hall", "ann", "robo")
        async with connect(server.url, token=server.token("robo")) as among:
            ...                                            # the bot under test, as a task
            await server.says("ann", "garden/hall", "hi @robo")
            (answer,) = await server.heard("garden/hall", by="robo")

It speaks the protocol on a real socket on loopback, in both encodings, to any client in any language. People and places
are made when they are named; every password is PASSWORD. Time stands still (`server.town.clock.advance(60)`), ids are
the same in every run, and nothing goes wrong unless the test wants it to:

    server.cut()                                           # the network has gone
    await server.stop(); await server.start()              # nobody there for a while; the same port
    await server.restart()                                 # all are told to come back
    await server.restore(0.5)                              # an older backup, another epoch
    server.town.refuse(codes.RATE_LIMITED, SendMessage, retry_after_ms=200)
    server.hold(); ...; await server.release()             # answers are held back
    server.answering = False                               # what is asked is lost
    server.town.novelty(server.id_of("garden/hall"))       # an entry of a type to come
    server.town.forget(server.id_of("garden/hall"), 10)    # retention
    connection.lag(); ...; connection.catch_up()           # for one of server.connections

`Town` is the same without a socket: `town.connect()` gives a Connection that takes and gives frames as bytes.
What it does not promise: that anything outlives the process.
`python -m among_protocol.testing garden/hall ann bob` serves one by itself.
"""

from .clock import Clock
from .connection import Connection
from .limits import LIMITS
from .server import FOUNDER, PASSWORD, TestServer
from .state import Novelty
from .town import Refusal, Town

__all__ = ["FOUNDER", "LIMITS", "PASSWORD", "Clock", "Connection", "Novelty", "Refusal", "TestServer", "Town"]
