"""Sending what is due, many at once, from one event loop.

A slow receiver holds a place here, and nothing else: no thread, no database connection, none of the worker's places for
imports. The worker's command runs the queue "webhooks" beside the others, in one process with them.
"""

from __future__ import annotations

import asyncio
import logging

from asgiref.sync import sync_to_async
from django.conf import settings
from django.utils import timezone

from imports.webhooks import signing
from imports.webhooks.deliveries import Taken, settle, take
from irisx import outbound
from irisx.outbound import Answer, NotReached

logger = logging.getLogger(__name__)

# How often what came in meanwhile is looked for while others are on their way.
LOOK_SECONDS = 1.0
# What is on its way when the worker ends may arrive for so long; the rest is sent again when its lease is over.
STOP_SECONDS = 5.0
HEADERS = {"Content-Type": "application/json", "User-Agent": "IRISX-Webhooks/1.0"}


class Dispatcher:
    """Sends until nothing is due and nothing on its way."""

    def __init__(self) -> None:
        self._sending: dict[asyncio.Task[None], Taken] = {}
        # Set: somebody wants a look at what is due. None: it does not run.
        self._wanted: asyncio.Event | None = None

    async def run(self) -> None:
        """Send what is due. Called while it runs, it has that run look again, and returns."""
        if self._wanted is not None:
            self._wanted.set()
            return
        self._wanted = asyncio.Event()
        self._wanted.set()
        try:
            while self._wanted.is_set() or self._sending:
                self._wanted.clear()
                for taken in await self._take():
                    self._sending[asyncio.create_task(send(taken))] = taken
                if self._sending:
                    await self._wait(self._wanted)
        except asyncio.CancelledError:
            if self._sending:
                await asyncio.wait(self._sending, timeout=STOP_SECONDS)
            raise
        finally:
            await self._give_up()
            self._wanted = None

    async def _take(self) -> list[Taken]:
        places = settings.WEBHOOKS_AT_ONCE - len(self._sending)
        if not places:
            return []
        failing = sum(taken.has_failed for taken in self._sending.values())
        places_for_failing = settings.WEBHOOKS_AT_ONCE // 2 - failing
        taken: list[Taken] = await sync_to_async(take)(places=places, places_for_failing=places_for_failing)
        return taken

    async def _wait(self, wanted: asyncio.Event) -> None:
        """Wait until one has arrived, or somebody wants a look, or it is time for one."""
        wake = asyncio.create_task(wanted.wait())
        try:
            await asyncio.wait([*self._sending, wake], timeout=LOOK_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        finally:
            wake.cancel()
        for task in [task for task in self._sending if task.done()]:
            self._report(self._sending.pop(task), task.exception())

    async def _give_up(self) -> None:
        for task in self._sending:
            task.cancel()
        outcomes = await asyncio.gather(*self._sending, return_exceptions=True)
        for taken, outcome in zip(self._sending.values(), outcomes, strict=True):
            self._report(taken, outcome)
        self._sending.clear()

    def _report(self, taken: Taken, outcome: BaseException | None) -> None:
        # No more than that: others are on their way beside it, and whoever stopped them would send them twice.
        if isinstance(outcome, Exception):
            logger.error("Webhook %s: what came of it was not noted; it is sent again.", taken.id, exc_info=outcome)


dispatcher = Dispatcher()
"""The process' own: its places are shared by all tasks that want something sent."""


async def send(taken: Taken) -> None:
    """Make one try, and note what came of it."""
    await sync_to_async(settle)(taken, await _outcome(taken))


async def _outcome(taken: Taken) -> Answer | NotReached:
    if taken.signed_with is None:
        return NotReached("The signing secret cannot be read on our side. We have been told; it is tried again.")
    headers = signing.headers_for(str(taken.id), taken.body, signed_with=taken.signed_with, now=timezone.now())
    try:
        return await outbound.post(taken.url, body=taken.body.encode(), headers={**HEADERS, **headers})
    except NotReached as error:
        return error
