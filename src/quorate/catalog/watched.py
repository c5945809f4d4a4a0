"""Watched servers: a small process on every node that tells Pacemaker when a server's process ends, or hangs. Pure.

programs/watch is that process, one for each watched server, kept by systemd. Nothing of it stands in Pacemaker's
configuration, so it can neither stop nor move anything: where it is missing, the next monitor finds a killed server.
"""

import re
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import takewhile

from quorate.catalog.service import HostFile
from quorate.catalog.site import Site

PROGRAM = "/usr/lib/quorate/watch"
UNITS = "/etc/systemd/system"
UNIT_NAME = "quorate-watch-{}.service"
UNIT = """\
# Written by quorate.
[Unit]
Description=Tells Pacemaker at once when {resource} has ended
After=pacemaker.service

[Service]
ExecStart={call}
Restart=always
RestartSec=1s

[Install]
WantedBy=multi-user.target
"""


EVERY_S = 5.0
PATIENCE_S = 15.0


def watched(
    resource: str,
    pidfile: str,
    question: Sequence[str] = (),
    *,
    every_s: float = EVERY_S,
    patience_s: float = PATIENCE_S,
    back_s: float = 0,
) -> tuple[HostFile, ...]:
    """Return the files by which a node watches the server that `resource` runs, and that writes its id to `pidfile`.

    question: a command that any server answers which does not hang, or ("unix", PATH, LINE): a line to be sent to a
    socket of the server's, which costs no process. It is asked `every_s`; a server that has not answered within
    `patience_s` is killed: one that is only slow must be able to. back_s: the unit is one that systemd starts again by
    itself, and Pacemaker is told only where it is not back in that time.
    """
    usual = (every_s, patience_s) == (EVERY_S, PATIENCE_S)
    times = [] if usual else [f"--every={every_s:g}", f"--patience={patience_s:g}"]
    back = [f"--back={back_s:g}"] if back_s else []
    call = shlex.join([PROGRAM, *times, *back, resource, pidfile, *question])
    unit = UNIT_NAME.format(resource)
    content = UNIT.format(resource=resource, call=call)
    started = (("systemctl", "daemon-reload"), ("systemctl", "enable", unit), ("systemctl", "restart", unit))
    anew = (("systemctl", "try-restart", "quorate-watch-*.service"),)
    return (
        HostFile(PROGRAM, program("watch"), mode=0o755, make_parents=True, then=anew),
        HostFile(f"{UNITS}/{unit}", content, then=started),
    )


@dataclass(frozen=True, slots=True)
class Watch:
    """A watched resource. every_s: how often its server is asked whether it hangs, 0: never. patience_s: as above."""

    resource: str
    every_s: float = 0.0
    patience_s: float = 0.0


def watched_at(site: Site) -> Iterator[Watch]:
    """Yield what is watched of a service."""
    before, after = f"{UNITS}/{UNIT_NAME}".split("{}")
    files = {file.path: file for node in site.nodes for file in site.service.files(site, node)}
    for path, file in files.items():
        if path.startswith(before):
            yield _watch(path.removeprefix(before).removesuffix(after), file.content)


def _watch(resource: str, unit: str) -> Watch:
    """Return what a unit as `watched` writes it does."""
    _, *words = shlex.split(re.search(r"^ExecStart=(.*)$", unit, re.MULTILINE)[1])  # type: ignore[index]
    times = dict(word[2:].split("=") for word in takewhile(lambda word: word.startswith("--"), words))
    _, _, *question = words[len(times) :]
    if not question:
        return Watch(resource)
    return Watch(resource, float(times.get("every", EVERY_S)), float(times.get("patience", PATIENCE_S)))


@cache
def program(name: str) -> str:
    """Return the text of a program of `programs`."""
    return resources.files("quorate.catalog").joinpath(f"programs/{name}").read_text("utf-8")
