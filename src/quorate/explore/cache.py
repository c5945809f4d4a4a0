"""Cache: explorations that were made already, kept by what they were made from. Reads and writes files.

They lie in XDG_CACHE_HOME/quorate/explore (XDG Base Directory Specification), one file each, named by a digest of the
subject, the durations, the scheduler's version and quorate's own; so whatever could change an outcome has another
name. A file that cannot be read, or was not written to its end, is as good as none.
"""

import gzip
import json
import os
import tempfile
import zlib
from contextlib import suppress
from pathlib import Path

from quorate.explore.packing import pack, unpack
from quorate.explore.result import Exploration

SIZE_MAX = 64 * 2**20
"""Bytes that all files together may have; those not used for longest go first."""

ENDING = ".json.gz"


def folder() -> Path:
    """Return where explorations are kept, whether it is there or not."""
    given = os.environ.get("XDG_CACHE_HOME", "")
    home = Path(given) if given.startswith("/") else Path.home() / ".cache"
    return home / "quorate" / "explore"


def load(key: str) -> Exploration | None:
    """Return what was kept under a key; None if there is nothing that can be read."""
    path = folder() / f"{key}{ENDING}"
    try:
        found = unpack(json.loads(gzip.decompress(path.read_bytes())))
    except (OSError, EOFError, zlib.error, ValueError, KeyError, TypeError, IndexError, AttributeError):
        return None
    with suppress(OSError):
        os.utime(path)
    return found


def save(key: str, found: Exploration) -> None:
    """Keep an exploration, and forget the oldest where they are too many. A disk that refuses is no error."""
    content = gzip.compress(json.dumps(pack(found), separators=(",", ":")).encode(), compresslevel=3, mtime=0)
    with suppress(OSError):
        place = folder()
        place.mkdir(parents=True, exist_ok=True, mode=0o700)
        _write(place / f"{key}{ENDING}", content)
        _trim(place)


def _write(path: Path, content: bytes) -> None:
    """Write a file whole or not at all."""
    number, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")
    try:
        with os.fdopen(number, "wb") as file:
            file.write(content)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _trim(place: Path) -> None:
    kept = sorted(((path.stat(), path) for path in place.glob(f"*{ENDING}")), key=lambda one: -one[0].st_mtime_ns)
    size = 0
    for status, path in kept:
        size += status.st_size
        if size > SIZE_MAX:
            path.unlink(missing_ok=True)
