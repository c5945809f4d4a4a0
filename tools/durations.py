#!/usr/bin/env python3
"""Write src/quorate/explore/durations.json: what agents, fencing and Pacemaker itself take, from drills in a lab.

    tools/durations.py measure FILE DIR [RUNS]
    tools/durations.py write DIR...

measure: builds the lab of a cluster file, runs each drill of FAULTS so often (3), keeps in DIR the drills, the journals
of all nodes and the CIB, and takes the lab down. Needs root. A line in DIR/note.txt is put beside the environment.
write: makes the file anew from all that was measured: give every DIR. For each figure it has the median, the mean, the
least, the most, the number of samples and the runs they come from; for each run the versions, where and when. Where
labs of several kinds have measured the same, the figures are of the first DIR's kind. Fencing: without power_wait only,
which durations.py adds itself.
"""

import json
import os
import statistics
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from lxml import etree

from quorate.catalog.services import kinds
from quorate.describe.load import load
from quorate.drill.history import read
from quorate.drill.journal import parse_journal
from quorate.drill.outcome import judge_run
from quorate.drill.taken import seen
from quorate.explore.durations import Key
from quorate.explore.measured import Sample, from_journals

TARGET = Path(__file__).parents[1] / "src/quorate/explore/durations.json"
QUORATE = Path(sys.executable).with_name("quorate")
FAULTS = ("power-cut", "freeze", "kill-server", "kill-server-and-supervisor", "standby", "reboot", "isolated")
PAUSES = ("membership", "quorum lost", "monitor", "announced", "transition", "action", "watched")


def agents_of(cib: Path) -> dict[str, str]:
    """Return the agent of every primitive in a CIB."""
    found = dict[str, str]()
    for primitive in etree.parse(cib).iterfind(".//resources//primitive"):
        parts = (primitive.get("class"), primitive.get("provider"), primitive.get("type"))
        found[primitive.get("id", "")] = ":".join(part for part in parts if part)
    return found


def measured(folder: Path) -> list[Sample]:
    """Return everything that was measured on one cluster."""
    lines = [
        line
        for file in sorted(folder.glob("journal-*.json"))
        for line in parse_journal(file.read_text(errors="replace"), file.stem.removeprefix("journal-"))
    ]
    found = list(from_journals(lines))
    for file in sorted(folder.glob("drills/*/*/run.json")):
        outcome = judge_run(read(file.parent))
        found += seen(lines, outcome)
    return found


def run(folder: Path) -> dict[str, Any]:
    """Return where and with what a cluster ran."""
    about = json.loads(next(iter(sorted(folder.glob("drills/*/*/about.json")))).read_text())
    about = about.get("about", about)
    drills = [json.loads(file.read_text()) for file in folder.glob("drills/*/*/run.json")]
    return {
        "cluster": about["cluster"],
        "environment": about["place"] + (": " + note if (note := note_of(folder)) else ""),
        "date": min(one["started"] for one in drills)[:10],
        "drills": len(drills),
        "versions": about["versions"],
    }


def note_of(folder: Path) -> str:
    """Return what whoever measured has noted down, in one line."""
    file = folder / "note.txt"
    return file.read_text().strip() if file.exists() else ""


def figure(samples: Iterable[float]) -> dict[str, float]:
    """Return what is kept of samples."""
    found = sorted(samples)
    return {
        "median_s": round(statistics.median(found), 3),
        "mean_s": round(statistics.fmean(found), 3),
        "least_s": round(found[0], 3),
        "most_s": round(found[-1], 3),
        "n": len(found),
    }


def grouped(folders: Iterable[Path]) -> tuple[Mapping[Key, list[float]], ...]:
    """Return samples by (kind, name, task) for each folder; kind: agents, fencing, pauses."""
    result = []
    for folder in folders:
        agents, found = agents_of(folder / "cib.xml"), dict[Key, list[float]]()
        fence = {agent.removeprefix("stonith:") for agent in agents.values() if agent.startswith("stonith:")}
        waits = {
            value.get("value") for value in etree.parse(folder / "cib.xml").iterfind(".//nvpair[@name='power_wait']")
        }
        for sample in measured(folder):
            resource, task, _ = sample.key
            if resource in agents:
                key = ("agents", agents[resource], task)
            elif not resource and task in PAUSES:
                key = ("pauses", "", task)
            elif not resource and len(fence) == 1 and waits <= {"0", "0s"}:
                key = ("fencing", next(iter(fence)), task)
            else:
                continue
            found.setdefault(key, []).append(sample.seconds)
        result.append(found)
    return tuple(result)


def quorate(*words: str, to: Path | None = None) -> int:
    """Call quorate; return its exit code. to: a file for what it prints."""
    told = {**os.environ, "IPMI_PASSWORD": "benchmark"}
    if to is None:
        return subprocess.run([str(QUORATE), *words], check=False, env=told).returncode
    with to.open("wb") as stream:
        return subprocess.run([str(QUORATE), *words], check=False, env=told, stdout=stream).returncode


def measure(file: str, folder: Path, runs: int = 3) -> None:
    """Drill on a lab of its own, each drill by itself: one that does not hold ends nothing."""
    cluster = load(Path(file).read_bytes(), file, kinds()).cluster
    assert cluster is not None, f"see quorate check {file}"
    folder.mkdir(parents=True)
    try:
        assert quorate("lab", "up", file) == 0
        assert quorate("apply", "--lab", "--yes", file) == 0
        quorate("lab", "ssh", file, cluster.nodes[0].name, "cibadmin", "--query", to=folder / "cib.xml")
        for turn in range(runs):
            for fault in FAULTS:
                quorate("drill", "--lab", file, "--only", fault, "--seed", str(turn), "-o", str(folder / "drills"))
        for node in cluster.nodes:
            journal = ("journalctl", "--no-pager", "-o", "json")
            quorate("lab", "ssh", file, node.name, *journal, to=folder / f"journal-{node.name}.json")
    finally:
        quorate("lab", "down", file)


def write(folders: list[Path]) -> None:
    """Write the file."""
    record: dict[str, Any] = {"made_by": "tools/durations.py", "runs": [run(folder) for folder in folders]}
    by_run = grouped(folders)
    place = [str(one["environment"]).partition(" nodes")[0].split()[-1] for one in record["runs"]]
    record |= {"agents": {}, "fencing": {}, "pauses": {}}
    for key in sorted({key for found in by_run for key in found}):
        first = next(place[i] for i, found in enumerate(by_run) if key in found)
        taken = [i for i, found in enumerate(by_run) if key in found and place[i] == first]
        kind, name, task = key
        value = figure(s for i in taken for s in by_run[i][key]) | {"runs": taken}
        (record[kind].setdefault(name, {}) if name else record[kind])[task] = value
    TARGET.write_text(json.dumps(record, indent=1) + "\n")


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["measure", file, folder, *runs]:
            measure(file, Path(folder), *map(int, runs))
        case ["write", *folders] if folders:
            write([Path(word) for word in folders])
        case _:
            sys.exit(__doc__)
