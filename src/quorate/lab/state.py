"""What stands on disk about labs: what each is, who is changing it, which images are in use. Does I/O."""

import asyncio
import fcntl
import json
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from quorate.errors import Locked
from quorate.lab.places import ROOT, Places

LOCK_TRIES = 20  # a child that a killed `up` had just forked holds its lock for some more milliseconds


def read_state(places: Places) -> dict[str, Any]:
    """Return a lab's state as JSON has it: name, phase, digest, image, nodes, boot; empty if there is no lab."""
    try:
        state: dict[str, Any] = json.loads(places.state.read_text())
    except (FileNotFoundError, ValueError):
        return {}
    return state


def lock_file(path: Path) -> int | None:
    """Lock a file that its holder may remove; return its descriptor, or None when somebody else holds it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return None
        if path.exists() and os.fstat(descriptor).st_ino == path.stat().st_ino:
            return descriptor
        os.close(descriptor)  # removed by its last holder after we had opened it


@asynccontextmanager
async def locked(places: Places) -> AsyncIterator[None]:
    """Have a lab for oneself for the time of the block; Locked when somebody else is taking it up or down."""
    lock = lock_file(places.lock)
    for _ in range(LOCK_TRIES):
        if lock is None:
            await asyncio.sleep(0.05)
            lock = lock_file(places.lock)
    if lock is None:
        raise Locked(f"Somebody else is taking the lab {places.name} up or down.", "Wait for it.")
    try:
        yield
    finally:
        os.close(lock)


def prune(root: Path = ROOT) -> list[str]:
    """Remove the images that no lab uses; return their names. The next lab of their kind builds its image again."""
    used = {state["image"] for state in labs(root)}
    unused = [path for path in sorted((root / "images").glob("*")) if path.is_dir() and path.name not in used]
    removed = []
    for path in unused:
        lock = lock_file(path.with_suffix(".lock"))
        if lock is not None:
            shutil.rmtree(path)
            path.with_suffix(".lock").unlink(missing_ok=True)
            os.close(lock)
            removed.append(path.name)
    return removed


def labs(root: Path = ROOT) -> list[dict[str, Any]]:
    """Return the state of every lab below `root` (see read_state), by name."""
    found = [read_state(Places(root, path.name)) for path in sorted((root / "labs").glob("*")) if path.is_dir()]
    return [state for state in found if state]
