"""An application with a large answer for the web process to send, and with how much it has sent, at /sent."""

from __future__ import annotations

PIECE = b"x" * 64 * 1024
PIECES = 4 * 1024  # 256 MB

sent = {"pieces": 0}


async def application(scope, receive, send):
    if scope["type"] != "http":
        return
    await send({"type": "http.response.start", "status": 200, "headers": [(b"Connection", b"close")]})
    if scope["path"] != "/large":
        await send({"type": "http.response.body", "body": b"%d" % (sent["pieces"] * len(PIECE))})
        return
    for _ in range(PIECES):
        sent["pieces"] += 1
        await send({"type": "http.response.body", "body": PIECE, "more_body": True})
    await send({"type": "http.response.body"})
