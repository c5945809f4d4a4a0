"""Keeping: the file in which the user's own state folder keeps what was measured in a cluster. This does input/output.

$XDG_STATE_HOME/quorate/durations/NAME.json (~/.local/state where it is not set; XDG Base Directory Specification), one
file for each cluster; a lab's figures are not those of the hosts, and lie in NAME@lab.json.
"""

import json
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import quote

from quorate.errors import UsageError
from quorate.explore.measured import Measured, Sample, as_record, from_record

SCHEMA = "quorate.durations/1"


def place(cluster: str, *, in_lab: bool = False) -> Path:
    """Return the file of a cluster."""
    state = os.environ.get("XDG_STATE_HOME", "")
    folder = Path(state) if state.startswith("/") else Path.home() / ".local/state"
    return folder / "quorate/durations" / f"{quote(cluster, safe='')}{'@lab' if in_lab else ''}.json"


def load(cluster: str, *, in_lab: bool = False) -> Measured:
    """Return what was measured, nothing where there is no file; UsageError where the file cannot be read."""
    file = place(cluster, in_lab=in_lab)
    try:
        found = json.loads(file.read_bytes())
        if found["schema"] != SCHEMA:
            raise ValueError("another schema")
        return from_record(found["durations"])
    except FileNotFoundError:
        return Measured()
    except (OSError, ValueError, TypeError, KeyError, RecursionError) as error:
        raise UsageError(
            f"{file} does not hold durations of {cluster}: {error}", "remove it; drills measure them anew"
        ) from error


def add(cluster: str, samples: Iterable[Sample], *, in_lab: bool = False) -> Path | None:
    """Add samples to what was measured; return the file, None where there are none. UsageError if it cannot be kept."""
    new = tuple(samples)
    if not new:
        return None
    file = place(cluster, in_lab=in_lab)
    text = json.dumps({"schema": SCHEMA, "durations": as_record(load(cluster, in_lab=in_lab) | new)}, indent=1)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        handle, path = tempfile.mkstemp(dir=file.parent, prefix=".", suffix=".json")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as stream:
                stream.write(text + "\n")
            Path(path).replace(file)
        except BaseException:
            Path(path).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise UsageError(f"{file} cannot be written: {error.strerror}", "set XDG_STATE_HOME") from error
    return file
