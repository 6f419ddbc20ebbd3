"""A connection to PostgreSQL that breaks, or falls silent, while a chunk is being committed."""

from __future__ import annotations

import os
import socket

import psycopg
import pytest
from django.db import connection
from procrastinate.contrib.django.utils import connector_params

from tests.faults import proxy
from tests.faults.imports import assert_exact, is_finished, start_import
from tests.waiting import wait_until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("globex_stays_as_it_is")]


def connect_to_postgres() -> socket.socket:
    """Open a connection to where Django's goes: a server's unix socket in this folder, or a host."""
    host, port = connection.settings_dict["HOST"], int(connection.settings_dict["PORT"] or 5432)
    if not host.startswith("/"):
        return socket.create_connection((host, port))
    server = socket.socket(socket.AF_UNIX)
    server.connect(f"{host}/.s.PGSQL.{port}")
    return server


@pytest.fixture
def network():
    with proxy.proxy_to(connect_to_postgres) as network:
        yield network


@pytest.mark.parametrize("failure", [proxy.lose_commit, proxy.lose_answer, proxy.fall_silent])
def test_what_became_of_a_commit_is_read_from_the_checkpoint(workers, acme, tmp_path, network, failure):
    job, people = start_import(acme, tmp_path, rows=400)
    network.fail_next(failure)
    worker = workers.start_worker(HOST="127.0.0.1", PORT=network.port)

    wait_until(lambda: is_finished(job), seconds=30)

    assert network.has_failed.is_set()
    assert worker.is_alive
    assert_exact(job, people)


def test_a_worker_that_is_killed_before_a_chunks_first_statement_loses_and_doubles_nothing(
    workers, acme, tmp_path, network
):
    job, people = start_import(acme, tmp_path, rows=400)
    network.fail_next(proxy.fall_silent, at=proxy.BEGINNING)
    worker = workers.start_worker(HOST="127.0.0.1", PORT=network.port)
    assert network.has_failed.wait(30)

    worker.kill()
    workers.start_worker()
    wait_until(lambda: is_finished(job), seconds=30)

    assert_exact(job, people)


def test_a_dead_network_is_noticed_within_half_a_minute(network):
    options = (socket.TCP_KEEPIDLE, socket.TCP_KEEPINTVL, socket.TCP_KEEPCNT, socket.TCP_USER_TIMEOUT)
    with (
        psycopg.connect(**{**connector_params(), "host": "127.0.0.1", "port": network.port}) as through,
        socket.socket(fileno=os.dup(through.fileno())) as ours,
    ):
        idle, interval, count, timeout_ms = (ours.getsockopt(socket.IPPROTO_TCP, option) for option in options)

    assert idle + count * interval <= 30
    # Keepalives are not sent while something sent is not acknowledged yet.
    assert 0 < timeout_ms <= 30_000
