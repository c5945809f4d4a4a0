#!/usr/bin/env python3
"""Write src/quorate/explore/durations.json: what agents, fencing and Pacemaker itself take, from drills in a lab.

    tools/durations.py measure FILE DIR [RUNS]
    tools/durations.py write DIR...

measure: builds the lab of a cluster file, runs each drill of FAULTS so often (3), keeps in DIR the drills, the journals
of all nodes and the CIB, and takes the lab down. Needs root. A line in DIR/note.txt is put beside the environment. Of
several services clients ask all, and the server of each is killed.
write: makes the file anew from all that was measured: give every DIR. By kind of lab, and for each figure: the median,
the mean, the least, the most, the number of samples; for each run the versions, where and when. Fencing: where its
agent does not wait (power_wait: 0s), for explore adds the waits itself.
"""

import json
import os
import re
import shlex
import statistics
import subprocess
import sys
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import Any

from lxml import etree

from quorate.catalog.services import kinds
from quorate.describe.cluster import Cluster
from quorate.describe.load import load
from quorate.drill.history import read
from quorate.drill.journal import parse_journal
from quorate.drill.outcome import judge_run
from quorate.drill.taken import seen
from quorate.explore.durations import BUSY, SERVES
from quorate.explore.measured import Sample, from_journals

TARGET = Path(__file__).parents[1] / "src/quorate/explore/durations.json"
QUORATE = Path(sys.executable).with_name("quorate")
FAULTS = ("power-cut", "freeze", "kill-server", "kill-server-and-supervisor", "standby", "reboot", "isolated")
OF_NODES = ("power-cut", "standby", "reboot", "isolated")
PAUSES = ("membership", "quorum lost", "monitor", "announced", "transition", "action", "watched")


def agents_of(cib: Path) -> dict[str, str]:
    """Return the agent of every primitive in a CIB."""
    found = dict[str, str]()
    for primitive in etree.parse(cib).iterfind(".//resources//primitive"):
        parts = (primitive.get("class"), primitive.get("provider"), primitive.get("type"))
        found[primitive.get("id", "")] = ":".join(part for part in parts if part)
    return found


def cloned(cib: Path) -> set[str]:
    """Return the primitives of which several instances run: a client that is answered is not answered by a new one."""
    return {one.get("id", "") for one in etree.parse(cib).iterfind(".//resources//clone//primitive")}


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


def of_lab(folders: list[Path]) -> dict[str, Any]:
    """Return the figures of the labs of one kind."""
    found: dict[tuple[str, str, str], list[float]] = {}
    busy: list[float] = []
    for folder in folders:
        agents, several = agents_of(folder / "cib.xml"), cloned(folder / "cib.xml")
        fence = {agent.removeprefix("stonith:") for agent in agents.values() if agent.startswith("stonith:")}
        waits = {one.get("value") for one in etree.parse(folder / "cib.xml").iterfind(".//nvpair[@name='power_wait']")}
        plain = len(fence) == 1 and waits == {"0"}
        for sample in measured(folder):
            resource, task, _ = sample.key
            if task == SERVES and resource in several:
                continue
            if resource in agents:
                found.setdefault(("agents", agents[resource], task), []).append(sample.seconds)
            elif task in PAUSES:
                found.setdefault(("pauses", "", task), []).append(sample.seconds)
            elif task == BUSY:
                busy.append(sample.seconds)
            elif plain and not resource:
                found.setdefault(("fencing", next(iter(fence)), task), []).append(sample.seconds)
    record: dict[str, Any] = {"agents": {}, "fencing": {}, "pauses": {}, "busy": statistics.median(busy) >= 0.5}
    for (kind, name, task), samples in sorted(found.items()):
        (record[kind].setdefault(name, {}) if name else record[kind])[task] = figure(samples)
    return record


def quorate(*words: str, state: Path, to: Path | None = None) -> int:
    """Call quorate; return its exit code. state: where it keeps what it remembers. to: a file for what it prints."""
    told = {**os.environ, "IPMI_PASSWORD": "benchmark", "XDG_STATE_HOME": str(state.absolute())}
    if to is None:
        return subprocess.run([str(QUORATE), *words], check=False, env=told).returncode
    with to.open("wb") as stream:
        return subprocess.run([str(QUORATE), *words], check=False, env=told, stdout=stream).returncode


def drills(cluster: Cluster) -> list[tuple[str, ...]]:
    """Return the drills of one turn, as arguments."""
    services = list(cluster.services)
    if len(services) == 1:
        return [("--only", fault) for fault in FAULTS]
    return [
        *(("--all-services", "--only", fault) for fault in OF_NODES),
        *(("--all-services", "--hit", name, "--only", "kill-server") for name in services),
    ]


def measure(file: str, folder: Path, runs: int = 3) -> None:
    """Drill on a lab of its own, each drill by itself: one that does not hold ends nothing."""
    cluster = load(Path(file).read_bytes(), file, kinds()).cluster
    assert cluster is not None, f"see quorate check {file}"
    folder.mkdir(parents=True)
    call = partial(quorate, state=folder / "state")
    try:
        assert call("lab", "up", file) == 0
        assert call("apply", "--lab", "--yes", "--no-test-fencing", file) == 0
        call("lab", "ssh", file, cluster.nodes[0].name, "cibadmin", "--query", to=folder / "cib.xml")
        for turn in range(runs):
            for which in drills(cluster):
                print(f"drill {shlex.join(which)}", flush=True)
                call("drill", "--lab", file, *which, "--seed", str(turn), "-o", str(folder / "drills"))
        for node in cluster.nodes:
            journal = ("journalctl", "--no-pager", "-o", "json")
            call("lab", "ssh", file, node.name, *journal, to=folder / f"journal-{node.name}.json")
    finally:
        call("lab", "down", file)


def write(folders: list[Path]) -> None:
    """Write the file."""
    runs = [run(folder) for folder in folders]
    kinds_of = [re.search(r"(container|kernel) nodes", one["environment"]) for one in runs]
    labs = [found[1] if found else "container" for found in kinds_of]
    record = {
        "made_by": "tools/durations.py",
        "runs": runs,
        "labs": {
            lab: of_lab([folder for folder, its in zip(folders, labs, strict=True) if its == lab])
            for lab in sorted(set(labs))
        },
    }
    TARGET.write_text(json.dumps(record, indent=1) + "\n")


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["measure", file, folder, *runs]:
            measure(file, Path(folder), *map(int, runs))
        case ["write", *folders] if folders:
            write([Path(word) for word in folders])
        case _:
            sys.exit(__doc__)
