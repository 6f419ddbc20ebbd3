"""`python -m irisx.embedded remove FOLDER…`: stop what runs on data folders, delete their databases. For bin/test."""

from __future__ import annotations

import argparse
from pathlib import Path

from irisx.embedded import remove

parser = argparse.ArgumentParser(prog="python -m irisx.embedded", description=__doc__)
parser.add_argument("action", choices=["remove"])
parser.add_argument("folders", type=Path, nargs="+", metavar="FOLDER")
for folder in parser.parse_args().folders:
    remove(folder)
