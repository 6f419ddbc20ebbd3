"""WebSockets as daphne serves them for us: frames have a length, and clients read what they are sent."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from daphne.ws_protocol import WebSocketFactory, WebSocketProtocol

logger = logging.getLogger("irisx.web")

MAX_FRAME_BYTES = 4096
UNREAD_SECONDS = 10.0  # for a client that has stopped reading, until it is cut off


class Socket(WebSocketProtocol):
    """A WebSocket that does without clients who do not read.

    Twisted keeps in memory whatever a client does not take. Daphne asks only silent clients whether they are there,
    and answers each ping of the protocol itself, without a consumer that would count them. So nothing more is read
    from a client that has 64 kB to take beyond what is in the system's buffers, and soon it is cut off.
    """

    # Daphne has no setting for it, and would take a frame of a gigabyte into memory before a consumer sees its length.
    maxMessagePayloadSize = MAX_FRAME_BYTES
    # Close with 1009, so that the client learns why.
    failByDrop = False

    transport: Any
    cut_off: asyncio.TimerHandle | None = None

    # Called by Twisted -----------------------------------------------------------------------------------------------

    def connectionMade(self) -> None:
        super().connectionMade()
        # The protocol of HTTP, which had the connection before, still has the place.
        self.transport.unregisterProducer()
        self.transport.registerProducer(self, True)

    def pauseProducing(self) -> None:
        """Take note that the client is behind."""
        self.transport.pauseProducing()
        self.cut_off = asyncio.get_running_loop().call_later(UNREAD_SECONDS, self.drop)

    def resumeProducing(self) -> None:
        """Go on, since the client has taken all there was."""
        self.stopProducing()
        self.transport.resumeProducing()

    def stopProducing(self) -> None:
        if self.cut_off:
            self.cut_off.cancel()
            self.cut_off = None

    # ------------------------------------------------------------------------------------------------------------------

    def drop(self) -> None:
        logger.info("A socket was cut off: its client does not read.")
        # Closing would wait for what the client does not take.
        self.transport.abortConnection()


def serve_ours() -> None:
    """Have daphne, which has no setting for it, make sockets of this kind."""
    WebSocketFactory.protocol = Socket
