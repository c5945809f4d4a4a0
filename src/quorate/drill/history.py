"""History: the folder of one run. Recorded first, judged later; the one module here that touches the disk.

    about.json            what is known before the fault
    prediction.json       what explore said before the fault that it would do (prediction.py) to the service it hits
    predictions/NAME.json the same for other services that clients asked
    cib.xml               the CIB that explore was asked about, without what is secret in it
    events.jsonl          what the drill did and saw, appended as it happens
    probes/NAME.jsonl     every attempt of a client, appended by the probe itself
    journals/NODE.jsonl   the survivors' journals, as `journalctl -o json` gave them
    places/NODE.jsonl     what an observer on that node found it to hold, as it came (observer.py has its lines)
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

from quorate.drill.prediction import Prediction
from quorate.drill.record import About, Attempt, Event, Moment, Trace, amount, whole, words
from quorate.drill.sightings import Watch, watches
from quorate.errors import UsageError

DIGITS = 20  # of a BIGINT UNSIGNED
NO_VALUE = (ValueError, TypeError, KeyError, AttributeError, RecursionError)  # what is not JSON, or not of this shape


@dataclass(frozen=True, slots=True)
class Recording:
    """A folder, read back. journals: node -> text. broken: lines that could not be read, "file:line".

    rows: a writing client -> what its table held, once for each time it was read. places: node -> its observers, in
    order; empty where there were none. predictions: for each service that was asked; none as by an older quorate.
    """

    about: About
    events: tuple[Event, ...]
    traces: tuple[Trace, ...]
    journals: dict[str, str] = field(default_factory=dict)
    broken: tuple[str, ...] = ()
    rows: Mapping[str, tuple[tuple[int, ...], ...]] = field(default_factory=dict)
    places: Mapping[str, tuple[Watch, ...]] = field(default_factory=dict)
    predictions: Mapping[str, Prediction] = field(default_factory=dict)

    @property
    def prediction(self) -> Prediction | None:
        """That of the service that the fault hit; None where there is none."""
        return self.predictions.get(self.about.service)


class History:
    """The folder of a run that is going on."""

    def __init__(self, folder: Path, about: About) -> None:
        """Make the folder (FileExistsError if one of that name holds a run already) and write about.json."""
        self.folder = folder
        self._service = about.service
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

    def prediction(self, found: Prediction, service: str = "") -> None:
        """Write down what is foretold of a service; FileExistsError if that was done: nobody may think better of it."""
        path = self.folder / "prediction.json"
        if service not in {"", self._service}:
            (self.folder / "predictions").mkdir(exist_ok=True)
            path = self.folder / "predictions" / f"{service}.json"
        with path.open("x", encoding="utf-8") as file:
            json.dump(found.to_json(), file, indent=1, ensure_ascii=False)

    def cib(self, text: str) -> None:
        """Keep the CIB before the fault. text: without secrets."""
        (self.folder / "cib.xml").write_text(text, encoding="utf-8")

    def probe_file(self, name: str) -> Path:
        """Return the file that the probe called `name` is to append to."""
        return self.folder / "probes" / f"{name}.jsonl"

    def place(self, node: str, line: Mapping[str, Any]) -> None:
        """Keep a line of an observer."""
        (self.folder / "places").mkdir(exist_ok=True)
        with (self.folder / "places" / f"{node}.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps(line, ensure_ascii=False) + "\n")

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
    except (OSError, *NO_VALUE) as error:
        message = f"{folder} is not the folder of a drill: {words(error) or type(error).__name__}"
        raise UsageError(message, "give the folder that holds about.json") from error
    events = _read_events(folder / "events.jsonl", broken)
    traces = [read_trace(path, broken) for path in sorted((folder / "probes").glob("*.jsonl"))]
    journals = {
        words(path.stem): path.read_text(encoding="utf-8", errors="replace")
        for path in sorted((folder / "journals").glob("*.jsonl"))
    }
    rows = _read_rows(folder / "rows", broken)
    places = {path.stem: _read_places(path, broken) for path in sorted((folder / "places").glob("*.jsonl"))}
    found = tuple(trace for trace in traces if trace)
    others = sorted((folder / "predictions").glob("*.json"))
    paths = {about.service: folder / "prediction.json"} | {words(path.stem): path for path in others}
    read_ones = {service: _read_prediction(path, broken) for service, path in paths.items()}
    predictions = {service: one for service, one in read_ones.items() if one}
    return Recording(about, tuple(events), found, journals, tuple(broken), rows, places, predictions)


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
        try:
            if "start" in value:
                start = _start(value)
            elif "end" in value:
                end = _end(value)
            elif "sent" in value:
                sent[whole(value["sent"])] = whole(value["sent_ns"])
            else:
                attempts.append(Attempt.parse(value))
        except NO_VALUE:
            broken.append(f"{path.name}:{number}")
    if not start:
        if attempts:
            broken.append(f"{path.name}: its beginning")
        return None
    cut_off = sent.keys() - {attempt.n for attempt in attempts}
    attempts += [Attempt(n, sent[n], sent[n], "unknown", detail="its end was not recorded") for n in cut_off]
    in_order = tuple(sorted(attempts, key=lambda attempt: (attempt.sent_ns, attempt.n)))
    return Trace(name=words(path.stem), attempts=in_order, **start, **end)


def _start(value: Mapping[str, Any]) -> dict[str, Any]:
    every_ms = amount(value["every_ms"])
    if not every_ms:
        raise ValueError("a client asks in steps")
    return {
        "probe": words(value["start"]),
        "target": words(value["target"]),
        "every_ms": every_ms,
        "timeout_ms": amount(value["timeout_ms"]),
        "in_flight_max": whole(value["in_flight_max"]),
        "started_ns": whole(value["monotonic_ns"]),
        "wall_offset_ns": whole(value["wall_ns"]) - whole(value["monotonic_ns"]),
    }


def _end(value: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "wall_offset_end_ns": whole(value["wall_ns"]) - whole(value["monotonic_ns"]),
        "ended_ns": whole(value["monotonic_ns"]),
        "ended": words(value["end"]),
        "cpu_s": None if value.get("cpu_s") is None else amount(value["cpu_s"]),
    }


def _read_events(path: Path, broken: list[str]) -> list[Event]:
    events = []
    for number, value in _lines(path, broken):
        try:
            events.append(Event.parse(value))
        except NO_VALUE:
            broken.append(f"{path.name}:{number}")
    return events


def _read_prediction(path: Path, broken: list[str]) -> Prediction | None:
    if not path.exists():
        return None
    try:
        return Prediction.parse(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, *NO_VALUE):
        broken.append(path.name)
        return None


def _read_rows(folder: Path, broken: list[str]) -> dict[str, tuple[tuple[int, ...], ...]]:
    readings: dict[str, list[tuple[int, ...]]] = defaultdict(list)
    for path in sorted(folder.glob("*.txt")):
        lines = path.read_text(encoding="utf-8", errors="replace").split()
        numbers = [line for line in lines if line.isdecimal() and len(line) <= DIGITS]
        known = set(numbers)
        broken += [f"{path.name}:{i}" for i, line in enumerate(lines, 1) if line not in known]
        readings[words(path.stem.rpartition("-")[0])].append(tuple(int(line) for line in numbers))
    return {name: tuple(several) for name, several in readings.items()}


def _read_places(path: Path, broken: list[str]) -> tuple[Watch, ...]:
    try:
        return tuple(watches(value for _, value in _lines(path, broken)))
    except NO_VALUE:
        broken.append(path.name)
        return ()


def _lines(path: Path, broken: list[str]) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield (line number, object) of a JSON lines file; none if there is no file."""
    if not path.exists():
        return
    for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
        try:
            value = json.loads(line)
        except (ValueError, RecursionError):
            value = None
        if isinstance(value, dict):
            yield number, value
        elif line.strip():
            broken.append(f"{path.name}:{number}")
