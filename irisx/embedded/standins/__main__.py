"""`python -m irisx.embedded.standins --port PORT --redirect-uri URI`: Google, as the demo needs it."""

from __future__ import annotations

import argparse
import signal
import threading

from irisx.embedded.standins.demo_sheets import spreadsheets
from irisx.embedded.standins.google import GoogleStandIn
from irisx.embedded.standins.server import running


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--redirect-uri", required=True)
    arguments = parser.parse_args()
    ending = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: ending.set())
    google = GoogleStandIn(redirect_uris=(arguments.redirect_uri,), spreadsheets=spreadsheets())
    with running(google, port=arguments.port):
        ending.wait()


if __name__ == "__main__":
    main()
