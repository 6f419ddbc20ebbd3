"""`python -m irisx.embedded remove FOLDER`: stop what runs on a data folder and delete its database. For bin/test."""

from __future__ import annotations

import argparse
from pathlib import Path

from irisx.embedded import remove

parser = argparse.ArgumentParser(prog="python -m irisx.embedded", description=__doc__)
parser.add_argument("action", choices=["remove"])
parser.add_argument("folder", type=Path)
remove(parser.parse_args().folder)
