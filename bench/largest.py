"""Import the largest file that may be uploaded while people look at pages. See README.md."""

from __future__ import annotations

import argparse
import statistics
import tempfile
import threading
import time
from pathlib import Path

import httpx
import measuring
import people
import running

ANA = "ana@acme.example"
SIZE_BYTES = 50 * 1024 * 1024
LOOKERS = 4
PAUSE_SECONDS = 0.05


def main() -> None:
    argparse.ArgumentParser(description=__doc__).parse_args()
    with measuring.private_system(), tempfile.TemporaryDirectory(prefix="irisx-load-") as folder:
        path = Path(folder) / "people.csv"
        rows = people.make_csv_of_size(path, SIZE_BYTES)
        print(f"{rows:,} rows, {path.stat().st_size / 1024**2:.1f} MB; {measuring.machine()}")
        with running.system(Path(folder)) as system, system.client(ANA) as ana:
            measuring.forget_peak(system.worker_pid)
            lookers = Lookers(system, ana.headers["Authorization"])
            began = time.monotonic()
            job = running.upload(ana, path)
            uploaded = time.monotonic()
            lookers.look_at(job["id"])
            running.confirm(ana, job, {column["header"]: column["field"] for column in job["mapping"]})
            ended = running.wait_for_end(job["id"])
            finished = time.monotonic()
            seconds = lookers.stop()
            worker_mb = measuring.megabytes("VmHWM", system.worker_pid)
            web_mb = measuring.megabytes("VmRSS", system.web_pid)
    measuring.require(ended["total"] == rows, f"{ended['total']} rows were read, not {rows}.")
    shares = statistics.quantiles(seconds, n=100)
    for what, figure, at_most in (
        ("from the upload's first byte to the last row", f"{finished - began:.1f} s", "300 s"),
        ("of that the upload, to the preview", f"{uploaded - began:.1f} s", ""),
        ("worker's memory", f"{worker_mb:.0f} MB", "300 MB"),
        ("web process's memory", f"{web_mb:.0f} MB", ""),
        (f"95 of 100 answers ({len(seconds):,}, by {LOOKERS} lookers)", f"{1000 * shares[94]:.0f} ms", "500 ms"),
        ("half of them", f"{1000 * shares[49]:.0f} ms", ""),
    ):
        print(f"{what:<50}{figure:>12}{f'   at most {at_most}' if at_most else ''}")


class Lookers:
    """People who look at lists and, once there is one, at the running import, all the time."""

    def __init__(self, system: running.System, authorization: str) -> None:
        self._seconds: list[float] = []
        self._paths = ["/v1/imports", "/v1/imports?status=processing", "/healthz"]
        self._is_over = threading.Event()
        self._url = system.url
        self._headers = {"Authorization": authorization}
        self._threads = [threading.Thread(target=self._look) for _ in range(LOOKERS)]
        for thread in self._threads:
            thread.start()

    def look_at(self, job_id: str) -> None:
        self._paths += [f"/v1/imports/{job_id}", f"/v1/imports/{job_id}/preview"]

    def stop(self) -> list[float]:
        """Return how long each answer took."""
        self._is_over.set()
        for thread in self._threads:
            thread.join()
        return self._seconds

    def _look(self) -> None:
        with httpx.Client(base_url=self._url, headers=self._headers, timeout=60) as client:
            while not self._is_over.wait(PAUSE_SECONDS):
                for path in list(self._paths):
                    began = time.monotonic()
                    answer = client.get(path)
                    self._seconds.append(time.monotonic() - began)
                    measuring.require(answer.status_code < 500, f"{path} answered {answer.status_code}.")


if __name__ == "__main__":
    main()
