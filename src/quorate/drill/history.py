"""History: the folder of one run. Recorded first, judged later; the one module here that touches the disk.

    about.json            what is known before the fault
    events.jsonl          what the drill did and saw, appended as it happens
    probes/NAME.jsonl     every attempt of a client, appended by the probe itself
    journals/NODE.jsonl   the survivors' journals, as `journalctl -o json` gave them
    rows/NAME-1.txt, -2   the numbers that a writing client's table held at the end, one a line: read twice, at rest
    run.json, report.*    what was made of it; can be made again

A reader takes what is whole: the last line of a run that was cut off is left out, and said so.
"""

import json
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from quorate.drill.record import About, Attempt, Event, Moment, Trace
from quorate.errors import UsageError


@dataclass(frozen=True, slots=True)
class Recording:
    """A folder, read back. journals: node -> text. broken: lines that could not be read, "file:line".

    rows: a writing client -> what its table held, once for each time it was read.
    """

    about: About
    events: tuple[Event, ...]
    traces: tuple[Trace, ...]
    journals: dict[str, str] = field(default_factory=dict)
    broken: tuple[str, ...] = ()
    rows: Mapping[str, tuple[tuple[int, ...], ...]] = field(default_factory=dict)


class History:
    """The folder of a run that is going on."""

    def __init__(self, folder: Path, about: About) -> None:
        """Make the folder (FileExistsError if one of that name holds a run already) and write about.json."""
        self.folder = folder
        (folder / "probes").mkdir(parents=True, exist_ok=True)
        (folder / "journals").mkdir(exist_ok=True)
        with (folder / "about.json").open("x", encoding="utf-8") as file:
            json.dump(about.to_json(), file, indent=1, ensure_ascii=False)

    def event(self, moment: Moment, text: str = "", *, node: str = "") -> Event:
        """Write down that something happens now, and return it. It is on the disk when this returns."""
        event = Event(moment, time.monotonic_ns(), time.time_ns(), node, text)
        with (self.folder / "events.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps(asdict(event), ensure_ascii=False) + "\n")
        return event

    def probe_file(self, name: str) -> Path:
        """Return the file that the probe called `name` is to append to."""
        return self.folder / "probes" / f"{name}.jsonl"

    def journal(self, node: str, text: str) -> None:
        """Keep a surviving node's journal as `journalctl -o json` printed it."""
        (self.folder / "journals" / f"{node}.jsonl").write_text(text, encoding="utf-8")

    def rows(self, name: str, reading: int, text: str) -> None:
        """Keep what the table of the client called `name` held, as the server printed it: the number of the reading."""
        (self.folder / "rows").mkdir(exist_ok=True)
        (self.folder / "rows" / f"{name}-{reading}.txt").write_text(text, encoding="utf-8")


def read(folder: Path) -> Recording:
    """Read a run's folder; UsageError if it is none."""
    broken: list[str] = []
    try:
        about = About.parse(json.loads((folder / "about.json").read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError, KeyError) as error:
        message = f"{folder} is not the folder of a drill: {error}"
        raise UsageError(message, "Give the folder that holds about.json.") from error
    events = _read_events(folder / "events.jsonl", broken)
    traces = [read_trace(path, broken) for path in sorted((folder / "probes").glob("*.jsonl"))]
    journals = {
        path.stem: path.read_text(encoding="utf-8", errors="replace")
        for path in sorted((folder / "journals").glob("*.jsonl"))
    }
    rows = _read_rows(folder / "rows", broken)
    return Recording(about, tuple(events), tuple(trace for trace in traces if trace), journals, tuple(broken), rows)


def read_trace(path: Path, broken: list[str]) -> Trace | None:
    """Read what a probe wrote, attempts in the order they were sent; None if it did not even begin.

    What was sent, and of whose end nothing is written, is an attempt with the result "unknown". Lines that cannot be
    read are added to `broken`.
    """
    start: dict[str, Any] = {}
    end: dict[str, Any] = {}
    sent: dict[int, int] = {}
    attempts: list[Attempt] = []
    for number, value in _lines(path, broken):
        if "start" in value:
            start = value
        elif "end" in value:
            end = value
        elif "sent" in value:
            sent[value["sent"]] = value["sent_ns"]
        else:
            try:
                attempts.append(Attempt.parse(value))
            except (KeyError, TypeError, ValueError):
                broken.append(f"{path.name}:{number}")
    if not start:
        return None
    cut_off = sent.keys() - {attempt.n for attempt in attempts}
    attempts += [Attempt(n, sent[n], sent[n], "unknown", detail="its end was not recorded") for n in cut_off]
    return Trace(
        name=path.stem,
        probe=start["start"],
        target=start["target"],
        every_ms=start["every_ms"],
        timeout_ms=start["timeout_ms"],
        in_flight_max=start["in_flight_max"],
        started_ns=start["monotonic_ns"],
        wall_offset_ns=start["wall_ns"] - start["monotonic_ns"],
        attempts=tuple(sorted(attempts, key=lambda attempt: (attempt.sent_ns, attempt.n))),
        wall_offset_end_ns=end["wall_ns"] - end["monotonic_ns"] if end else None,
        ended_ns=end.get("monotonic_ns"),
        ended=end.get("end"),
        cpu_s=end.get("cpu_s"),
    )


def _read_events(path: Path, broken: list[str]) -> list[Event]:
    events = []
    for number, value in _lines(path, broken):
        try:
            events.append(Event.parse(value))
        except (KeyError, TypeError, ValueError):
            broken.append(f"{path.name}:{number}")
    return events


def _read_rows(folder: Path, broken: list[str]) -> dict[str, tuple[tuple[int, ...], ...]]:
    readings: dict[str, list[tuple[int, ...]]] = defaultdict(list)
    for path in sorted(folder.glob("*.txt")):
        lines = path.read_text(encoding="utf-8").split()
        broken += [f"{path.name}:{i}" for i, line in enumerate(lines, 1) if not line.isdecimal()]
        readings[path.stem.rpartition("-")[0]].append(tuple(int(line) for line in lines if line.isdecimal()))
    return {name: tuple(several) for name, several in readings.items()}


def _lines(path: Path, broken: list[str]) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield (line number, object) of a JSON lines file; none if there is no file."""
    if not path.exists():
        return
    for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
        try:
            value = json.loads(line)
        except ValueError:
            value = None
        if isinstance(value, dict):
            yield number, value
        elif line.strip():
            broken.append(f"{path.name}:{number}")
