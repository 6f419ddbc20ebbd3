"""A mail server on loopback, as strict as RFC 5321 lets it be, that keeps what it takes."""

from __future__ import annotations

import email
import re
import socketserver
from collections.abc import Iterator
from contextlib import contextmanager
from email import policy
from email.message import EmailMessage
from threading import Thread

MAX_LINE = 998  # without its CRLF: RFC 5321 section 4.5.3.1.6


class MailServer(socketserver.ThreadingTCPServer):
    """`answers` are given to RCPT one after the other in place of 250; `wrong` is what a client did that it may not."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Session)
        self.taken: list[EmailMessage] = []
        self.answers: list[str] = []
        self.wrong: list[str] = []

    @property
    def port(self) -> int:
        return self.server_address[1]


class Session(socketserver.StreamRequestHandler):
    server: MailServer

    def handle(self) -> None:
        self.say("220 mail.example ESMTP")
        state = "new"
        while line := self.rfile.readline():
            if not line.endswith(b"\r\n"):
                self.server.wrong.append(f"a line ends without CRLF: {line!r}")
            command = line.rstrip(b"\r\n").decode("ascii")
            match state, command.upper().split(":")[0].split(" ")[0]:
                case _, "QUIT":
                    self.say("221 bye")
                    return
                case "new", "EHLO":
                    self.say("250-mail.example\r\n250 SIZE 1000000")
                    state = "greeted"
                case "greeted", "MAIL" if re.fullmatch(r"MAIL FROM:<[^<>\s]+@[^<>\s]+>( SIZE=\d+)?", command, re.I):
                    self.say("250 ok")
                    state = "from"
                case "from" | "to", "RCPT" if re.fullmatch(r"RCPT TO:<[^<>\s]+@[^<>\s]+>", command, re.I):
                    answer = self.server.answers.pop(0) if self.server.answers else "250 ok"
                    self.say(answer)
                    state = "to" if answer.startswith("250") else state
                case "to", "DATA":
                    self.say("354 go on")
                    self.take()
                    self.say("250 taken")
                    state = "greeted"
                case _, "RSET":
                    self.say("250 ok")
                    state = "greeted"
                case _:
                    self.server.wrong.append(f"“{command}” in state {state}")
                    self.say("503 bad sequence")

    def say(self, answer: str) -> None:
        self.wfile.write(answer.encode("ascii") + b"\r\n")

    def take(self) -> None:
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            text = line.removesuffix(b"\r\n")
            if len(text) > MAX_LINE or not line.isascii() or b"\n" in text or b"\r" in text:
                self.server.wrong.append(f"not a line of mail: {line[:100]!r}")
            lines.append(text.removeprefix(b"."))
        self.server.taken.append(email.message_from_bytes(b"\r\n".join(lines), policy=policy.default))


@contextmanager
def mail_server() -> Iterator[MailServer]:
    with MailServer() as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
