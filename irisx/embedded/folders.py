"""Making the folders of a data folder, with the owner and mode that each must have whatever the umask."""

from __future__ import annotations

import os
import shutil
import stat
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

from irisx.embedded.home import EmbeddedError, Home


def make_data_dir(home: Home) -> None:
    """Make the data folder and our folders in it. Changes nothing that is there."""
    try:
        for folder in (home.data_dir, home.data_dir / "pids", home.data_dir / "log"):
            make_open(folder)
        if not os.access(home.data_dir, os.W_OK | os.X_OK):
            raise PermissionError(f"{home.data_dir} is not writable")
    except PermissionError as error:
        raise EmbeddedError(
            f"The data folder {home.data_dir} belongs to somebody else. "
            "Run as its owner, or set IRISX_DATA_DIR to a folder of your own."
        ) from error


def make_base_dir(home: Home) -> None:
    """Make the folder of database and sockets where that is not the data folder itself."""
    if home.base_dir != home.data_dir:
        make_open(home.base_dir)
        _set_aside_a_former_database(home)


def make_open(folder: Path) -> None:
    """Make a folder, and those above it that are missing, which every account may enter and only we may change."""
    if folder.is_dir():
        return
    make_open(folder.parent)
    try:
        folder.mkdir()
    except FileExistsError:
        return  # another command was faster
    # As root the servers run under another account, which must get to its own folders through ours.
    folder.chmod(0o755)


def make_private(folder: Path, home: Home) -> None:
    """Make a folder for the servers' account alone, or check one that is there. Its parent exists.

    Raises EmbeddedError where somebody else has put a folder, file or link in its place.
    """
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    found = folder.lstat()
    if home.is_borrowed and stat.S_ISDIR(found.st_mode) and found.st_uid == 0:
        os.chown(folder, home.uid, home.gid)
        found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != home.uid:
        raise EmbeddedError(
            f"{folder} is not a folder of ours: it belongs to user {found.st_uid}. Look at it, remove it."
        )
    if stat.S_IMODE(found.st_mode) != 0o700:
        folder.chmod(0o700)


def remove(home: Home) -> None:
    """Delete what the servers of a data folder have on disk, wherever it lies. They must have stopped."""
    folders = [home.database_dir, home.socket_dir]
    if home.base_dir != home.data_dir:
        folders += [home.base_dir, _former(home)]
    for folder in folders:
        if folder.exists():
            shutil.rmtree(folder)


def _set_aside_a_former_database(home: Home) -> None:
    """Begin anew when the data folder was deleted: its database lies elsewhere and did not go with it.

    Folder and database carry the same mark. The database of a folder that is gone is kept until the next one is
    set aside, since the folder may only have been away (a disk that was not mounted).
    """
    ours, theirs = home.data_dir / "database-mark", home.base_dir / "database-mark"
    mark = ours.read_text() if ours.exists() else ""
    if theirs.exists() and theirs.read_text() != mark:
        if _former(home).exists():
            shutil.rmtree(_former(home))
        home.base_dir.rename(_former(home))
        make_open(home.base_dir)
    if not theirs.exists():
        mark = mark or uuid4().hex
        theirs.write_text(mark)
        ours.write_text(mark)


def _former(home: Home) -> Path:
    return home.base_dir.with_suffix(".former")
