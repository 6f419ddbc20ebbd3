"""Kill workers at random moments under several imports, and hold what is left to the files. See README.md."""

from __future__ import annotations

import argparse
import random
import sys
import time
from pathlib import Path

import measuring


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--jobs", type=int, default=5)
    parser.add_argument("--rows", type=int, default=30_000, help="rows of each import (30,000)")
    parser.add_argument("--seed", type=int, default=random.randrange(1_000_000))
    given = parser.parse_args()
    print(f"seed {given.seed}")
    with measuring.private_system() as data_dir:
        sys.path.insert(0, str(measuring.ROOT))
        from irisx.accounts.models import Tenant
        from tests.faults import random_kills
        from tests.faults.workers import nursery_in

        tenants = [
            Tenant.objects.create(name=name, slug=name.lower(), default_country="US") for name in ("Acme", "Initech")
        ]
        folder = Path(data_dir) / "people"
        folder.mkdir()
        began = time.monotonic()
        with nursery_in(data_dir) as workers:
            killed = random_kills.run(
                workers, tenants, folder, jobs=given.jobs, rows=given.rows, kills=given.kills, seed=given.seed
            )
        seconds = time.monotonic() - began
    print(
        f"{killed} workers killed under {given.jobs} imports of {given.rows:,} rows, in {seconds:.0f} s: "
        "no row lost, none doubled, every number adds up"
    )


if __name__ == "__main__":
    main()
