"""/ws/imports: live progress of imports. docs/api.md tells of the messages, under “Live progress”."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections import deque
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any
from uuid import UUID

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncJsonWebsocketConsumer
from django.db import InterfaceError, OperationalError
from redis.exceptions import RedisError

from imports import progress
from imports.models import ImportJob
from irisx.accounts.models import User
from irisx.accounts.sockets import (
    OriginGuard,
    bearer_token_of,
    headers_of,
    session_key_of,
    user_of_session,
    user_of_token,
)
from irisx.accounts.tenancy import ALL, tenant_scope
from irisx.web_sockets import MAX_FRAME_BYTES

logger = logging.getLogger(__name__)

# Close codes: 4000 plus the HTTP status, because Daphne lets an application close with no code below 3000. So 1009 is
# Daphne's own, see irisx/web_sockets.py; this one is for servers that leave the length of frames to us.
TOO_BIG = 1009
NOT_AUTHENTICATED = 4401
TOO_MANY_FRAMES = 4429
UNAVAILABLE = 4503

LAYER_ERRORS = (RedisError, OSError, TimeoutError)
DATABASE_ERRORS = (OperationalError, InterfaceError)


class ImportProgressConsumer(AsyncJsonWebsocketConsumer):
    """Sends one client the snapshots of the jobs that it subscribed to."""

    authentication_seconds = 10.0  # for a client that came without credentials
    recheck_seconds = 60.0  # between looks at whether the user may still be here
    max_subscriptions = 100
    # More frames than this in so many seconds is a flood. A page sends a ping every 25 s.
    max_frames = 100
    flood_seconds = 10.0

    user: User | None = None
    is_closed = False

    def __init__(self) -> None:
        super().__init__()
        # Finds out anew who is on the socket; None once they may not be here.
        self.find_user: Callable[[], Awaitable[User | None]] | None = None
        self.subscriptions: set[UUID] = set()
        self.frame_times: deque[float] = deque(maxlen=self.max_frames)
        self.watch: asyncio.Task[None] | None = None

    # The socket's life -----------------------------------------------------------------------------------------------

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        try:
            await super().__call__(scope, receive, send)
        except (*LAYER_ERRORS, *DATABASE_ERRORS) as error:
            # The channel layer is asked for a channel before connect(), and connect() asks the database who it is:
            # without either there is no socket. Pages poll.
            logger.warning("A socket was refused: %s", type(error).__name__)
            await send({"type": "websocket.close", "code": UNAVAILABLE})

    async def dispatch(self, message: Any) -> None:
        if message["type"] == "import.progress":
            # Channels' own sends a thread to look after the database's connections first. These are most of what a
            # socket is told, each for each socket, and need no database.
            await self.import_progress(message)
        else:
            await super().dispatch(message)

    async def connect(self) -> None:
        headers = headers_of(self.scope)
        if token := bearer_token_of(headers):
            self.find_user = partial(user_of_token, token)
        elif session_key := session_key_of(headers):
            self.find_user = partial(user_of_session, session_key)
        # Accepted first: at the handshake no code could be given, and a handshake has only so much time, while many
        # others may be waiting for the database before this one. Frames are not looked at before this is over.
        await self.accept()
        self.user = await self.find_user() if self.find_user else None
        if token and self.user is None:
            await self.close(NOT_AUTHENTICATED)
            return
        self.watch = asyncio.create_task(self.keep_watch())

    async def disconnect(self, code: int) -> None:
        self.is_closed = True
        if self.watch:
            self.watch.cancel()
        for job_id in [*self.subscriptions]:
            await self.leave(job_id)

    async def close(self, code: int | None = None, reason: str | None = None) -> None:
        """Close once. Frames that are under way are dropped."""
        if not self.is_closed:
            self.is_closed = True
            await super().close(code, reason)

    async def keep_watch(self) -> None:
        """Close the socket when nobody says who they are in time, or when who did may be here no more."""
        if self.user is None:
            await asyncio.sleep(self.authentication_seconds)
        while self.user is not None:
            await asyncio.sleep(self.recheck_seconds)
            await self.recheck()
        await self.close(NOT_AUTHENTICATED)

    async def recheck(self) -> None:
        try:
            found = await self.find_user() if self.find_user else None
        except DATABASE_ERRORS as error:
            # Nobody can be looked up, and nothing new can be read either. The next look decides.
            logger.warning("A socket's user was not looked up: %s", type(error).__name__)
            return
        has_moved = found is not None and self.user is not None and found.tenant_id != self.user.tenant_id
        self.user = None if has_moved else found

    # Frames ----------------------------------------------------------------------------------------------------------

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None, **_: Any) -> None:
        if self.is_closed:
            return
        if len(bytes_data or b"") > MAX_FRAME_BYTES or len((text_data or "").encode()) > MAX_FRAME_BYTES:
            await self.close(TOO_BIG)
        elif self.is_flood():
            await self.close(TOO_MANY_FRAMES)
        else:
            await self.take(text_data)

    def is_flood(self) -> bool:
        """Note a frame, and return whether there were more than max_frames in the last flood_seconds."""
        now = time.monotonic()
        times = self.frame_times
        is_flood = len(times) == times.maxlen and now - times[0] < self.flood_seconds
        times.append(now)
        return is_flood

    async def take(self, text: str | None) -> None:
        """Do what a frame asks for, or say why not. Nothing that a client sends raises."""
        try:
            message = json.loads(text or "")
        except (ValueError, RecursionError):
            await self.refuse("malformed", "A message is a JSON object with a type.")
            return
        match message:
            case {"type": "ping"}:
                await self.send_json({"type": "pong"})
            case {"type": "authenticate", "token": str(token)}:
                await self.authenticate(token)
            case {"type": "subscribe" | "unsubscribe", "jobId": str()} if self.user is None:
                await self.refuse("not_authenticated", "Send authenticate with a token first.", message["jobId"])
            case {"type": "subscribe", "jobId": str(job_id)}:
                await self.subscribe(job_id)
            case {"type": "unsubscribe", "jobId": str(job_id)}:
                await self.unsubscribe(job_id)
            case {"type": "authenticate" | "subscribe" | "unsubscribe"}:
                await self.refuse("malformed", "Something is missing: authenticate needs a token, others a jobId.")
            case {"type": str()}:
                await self.refuse("unknown_type", "Known types are subscribe, unsubscribe, authenticate and ping.")
            case _:
                await self.refuse("malformed", "A message is a JSON object with a type.")

    async def authenticate(self, token: str) -> None:
        try:
            user = await user_of_token(token)
        except DATABASE_ERRORS:
            await self.refuse("database_unavailable", "The database does not answer. Please try again in a moment.")
            return
        # A fresh token of the same user keeps the socket; its subscriptions are not for anybody else.
        if user is None or (self.user is not None and user.pk != self.user.pk):
            await self.close(NOT_AUTHENTICATED)
            return
        self.find_user = partial(user_of_token, token)
        is_first = self.user is None
        self.user = user
        if is_first:
            self.restart_watch()
        await self.send_json({"type": "authenticated"})

    def restart_watch(self) -> None:
        if self.watch:
            self.watch.cancel()
        self.watch = asyncio.create_task(self.keep_watch())

    # Jobs ------------------------------------------------------------------------------------------------------------

    async def subscribe(self, text: str) -> None:
        job_id = _uuid(text)
        try:
            if job_id is None or not await self.may_see(job_id):
                await self.refuse("job_not_found", "There is no such import.", text)
                return
            if len(self.subscriptions | {job_id}) > self.max_subscriptions:
                await self.refuse("too_many_subscriptions", "This socket watches too many imports already.", text)
                return
            self.subscriptions.add(job_id)
            await self.channel_layer.group_add(progress.group_name(job_id), self.channel_name)
            # Read after joining the group: the other order can miss the last event.
            snapshot = await progress.load(job_id)
        except ImportJob.DoesNotExist:
            await self.refuse("job_not_found", "There is no such import.", text)
        except DATABASE_ERRORS:
            await self.refuse(
                "database_unavailable", "The database does not answer. Please try again in a moment.", text
            )
        except LAYER_ERRORS:
            # Without the layer no event would ever come. A closed socket sends the page to polling, a silent one not.
            await self.refuse("live_progress_unavailable", "Live progress is not available at the moment.", text)
            await self.close(UNAVAILABLE)
        else:
            await self.send_json({"type": "subscribed", "jobId": text, "data": snapshot})

    async def unsubscribe(self, text: str) -> None:
        if job_id := _uuid(text):
            await self.leave(job_id)
        await self.send_json({"type": "unsubscribed", "jobId": text})

    async def leave(self, job_id: UUID) -> None:
        if job_id not in self.subscriptions:
            return
        self.subscriptions.discard(job_id)
        try:
            await self.channel_layer.group_discard(progress.group_name(job_id), self.channel_name)
        except LAYER_ERRORS as error:
            # What still comes for it is dropped by import_progress().
            logger.warning("A socket left a group while the channel layer was away: %s", type(error).__name__)

    @database_sync_to_async
    def may_see(self, job_id: UUID) -> bool:
        """Return whether the job exists for the user. Platform staff see every tenant's: a socket names no tenant."""
        user = self.user
        if user is None:
            return False
        with tenant_scope(ALL if user.tenant_id is None else user.tenant_id):
            return ImportJob.objects.visible_to(user).filter(pk=job_id).exists()

    async def import_progress(self, event: dict[str, Any]) -> None:
        message = event["message"]
        if not self.is_closed and _uuid(message["jobId"]) in self.subscriptions:
            await self.send_json(message)

    async def refuse(self, code: str, message: str, job_id: str | None = None) -> None:
        refusal = {"type": "error", "code": code, "message": message}
        await self.send_json(refusal if job_id is None else {**refusal, "jobId": job_id})


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


websocket_application = OriginGuard(ImportProgressConsumer.as_asgi())
