"""TEST DATA, not a measurement: writes the folder of an invented drill that looks like a real one.

A power cut of n1 in a three-node web cluster, with the times of a typical run in the container lab: token lost 1.5 s
after the cut, membership 2.7, fencing requested 4.3, fenced 4.8, address 5.2, server 5.9, first answer 6.1; n1 back as
a member after 14.6 s, no failback. Everything follows from a fixed seed: reports of it can be compared byte by byte.

    python tests/data/drill/sample.py FOLDER        write it, to look at a report by hand
"""

import json
import random
import sys
from pathlib import Path

SECOND = 1_000_000_000
ZERO_NS = 5_008 * SECOND  # the monotonic clock at the cut
WALL_OFFSET_NS = 1_795_255_200 * SECOND  # to the wall clock: the cut is at 11:23:28 UTC on 21 November 2026

CLUSTER_FILE = """\
cluster: web-demo
nodes:
  n1: {links: [10.77.1.1], fencing: {ipmi: 10.77.2.1}}
  n2: {links: [10.77.1.2], fencing: {ipmi: 10.77.2.2}}
  n3: {links: [10.77.1.3], fencing: {ipmi: 10.77.2.3}}
corosync: {token: 1s}
fencing:
  ipmi: {user: admin, password: {env: IPMI_PASSWORD}}
services:
  web: {kind: web, address: 10.77.1.100/24}
targets: {outage_s: 10}
"""

ABOUT = {
    "cluster": "web-demo",
    "service": "web",
    "fault": "power-cut",
    "title": "The power of n1 was cut",
    "node": "n1",
    "nodes": {"1": "n1", "2": "n2", "3": "n3"},
    "resources": ["web-address", "web-apache"],
    "target_s": 10,
    "place": "container lab, 3 nodes",
    "versions": {
        "quorate": "0.1.0",
        "corosync": "3.1.7",
        "pacemaker": "2.1.5",
        "apache2": "2.4.62",
        "Debian": "12.8",
        "Linux": "6.1.0",
    },
    "settings": {
        "Transport": "knet, 1 link",
        "Encryption": "aes256 / sha256",
        "Token": "1000 ms (1650 ms with 3 nodes)",
        "Consensus": "1980 ms",
        "Retransmits before loss": "4",
        "Fencing": "fence_ipmilan",
        "Fencing action": "reboot, time-out 60 s",
        "Stickiness": "1000",
    },
    "cluster_file": CLUSTER_FILE,
    "repeat": ["quorate demo", "quorate drill web-demo.yaml power-cut --node n1 --lab"],
}

JOURNAL = [  # seconds after the cut, nodes, program, message
    (1.24, "n2 n3", "corosync", "[TOTEM ] Token has not been received in 1237 ms"),
    (
        1.50,
        "n2 n3",
        "corosync",
        "[TOTEM ] A processor failed, forming new configuration: token timed out (1650ms), "
        "waiting 1980ms for consensus.",
    ),
    (2.69, "n2 n3", "corosync", "[QUORUM] Sync members[2]: 2 3"),
    (2.69, "n2 n3", "corosync", "[QUORUM] Sync left[1]: 1"),
    (2.70, "n2 n3", "corosync", "[TOTEM ] A new membership (2.12) was formed. Members left: 1"),
    (2.70, "n2 n3", "corosync", "[TOTEM ] Failed to receive the leave message. failed: 1"),
    (2.71, "n2 n3", "corosync", "[QUORUM] Members[2]: 2 3"),
    (2.72, "n2 n3", "pacemaker-controld", "Node n1 state is now lost"),
    (2.72, "n2 n3", "pacemaker-controld", "Our DC node (n1) left the cluster"),
    (2.73, "n2 n3", "pacemaker-controld", "State transition S_NOT_DC -> S_ELECTION"),
    (3.21, "n2", "pacemaker-controld", "State transition S_ELECTION -> S_INTEGRATION"),
    (4.27, "n2", "pacemaker-schedulerd", "Cluster node n1 will be fenced: peer is no longer part of the cluster"),
    (4.30, "n2", "pacemaker-controld", "Requesting fencing (reboot) of node n1"),
    (4.30, "n2", "pacemaker-fenced", "Requesting peer fencing (reboot) targeting n1"),
    (4.33, "n2", "pacemaker-fenced", "Requesting that n3 perform 'reboot' action targeting n1"),
    (4.79, "n3", "pacemaker-fenced", "Operation 'reboot' [812] targeting n1 using ipmi-n1 returned 0"),
    (
        4.80,
        "n2 n3",
        "pacemaker-fenced",
        "Operation 'reboot' targeting n1 by n3 for pacemaker-controld.1713@n2: OK (complete)",
    ),
    (
        4.81,
        "n2 n3",
        "pacemaker-controld",
        "Peer n1 was terminated (reboot) by n3 on behalf of pacemaker-controld.1713: OK",
    ),
    (4.86, "n2", "pacemaker-controld", "Requesting local execution of start operation for web-address on n2"),
    (5.20, "n2", "pacemaker-controld", "Result of start operation for web-address on n2: ok"),
    (5.21, "n2", "pacemaker-controld", "Requesting local execution of start operation for web-apache on n2"),
    (5.62, "n3", "pacemaker-controld", "Result of start operation for ipmi-n2 on n3: ok"),
    (5.90, "n2", "pacemaker-controld", "Result of start operation for web-apache on n2: ok"),
    (5.95, "n2", "pacemaker-controld", "Result of monitor operation for web-apache on n2: ok"),
    (14.60, "n2 n3", "corosync", "[TOTEM ] A new membership (1.16) was formed. Members joined: 1"),
    (14.61, "n2 n3", "corosync", "[QUORUM] Members[3]: 1 2 3"),
    (15.10, "n2 n3", "pacemaker-controld", "Node n1 state is now member"),
]

EVENTS = [
    (-3.0, "steady", "", "50 good answers in a row"),
    (0.0, "inject", "n1", "power of n1 cut"),
    (0.064, "injected", "n1", "no process of n1 is left"),
    (16.4, "returned", "n1", "n1 is online again"),
    (21.0, "settled", "", "all resources as wanted"),
]


def fate(t: float) -> tuple[str, float, str]:
    """What becomes of a question asked t seconds after the cut: result, seconds it takes, detail."""
    if t < -0.004:
        return "ok", 0.0009, ""
    if t < 3.06:
        return "timeout", 0.5, "no connection"
    if t < 5.19:
        return "unreachable", 0.0004, "EHOSTUNREACH"
    if t < 6.08:
        return "refused", 0.0003, "ECONNREFUSED"
    return "ok", 0.019 if t < 6.2 else 0.0011, ""


def attempts(begin_s: float = -8.0, end_s: float = 28.0) -> list[dict[str, object]]:
    """Every attempt of the client, in the order in which they were done."""
    rng = random.Random(12)
    lines = []
    for n in range(round((end_s - begin_s) * 50)):
        t = begin_s + 0.02 * n + rng.uniform(0.0001, 0.0008)
        result, took_s, detail = fate(t)
        took_s *= rng.uniform(1, 1.6 if result == "ok" else 1.002)
        line: dict[str, object] = {
            "n": n,
            "sent_ns": ZERO_NS + round(t * SECOND),
            "done_ns": ZERO_NS + round((t + took_s) * SECOND),
            "result": result,
        }
        if result == "ok":
            line["node"] = "n1" if t < 0 else "n2"
        if detail:
            line["detail"] = detail
        lines.append(line)
    return sorted(lines, key=lambda line: int(str(line["done_ns"])))


def probe_lines() -> list[dict[str, object]]:
    """The probe's whole file."""
    start = {
        "start": "http",
        "target": "http://10.77.1.100/",
        "every_ms": 20,
        "timeout_ms": 500,
        "in_flight_max": 26,
        "monotonic_ns": ZERO_NS - 8 * SECOND,
        "wall_ns": ZERO_NS - 8 * SECOND + WALL_OFFSET_NS,
    }
    end_ns = ZERO_NS + 28 * SECOND
    end = {"end": "stopped", "monotonic_ns": end_ns, "wall_ns": end_ns + WALL_OFFSET_NS, "cpu_s": 0.91}
    return [start, *attempts(), end]


def journal_lines(node: str) -> list[dict[str, object]]:
    """What `journalctl -o json` prints on a surviving node."""
    lines = []
    for t, nodes, program, message in JOURNAL:
        if node in nodes.split():
            shift_us = 700 if node == "n3" else 0
            wall_us = (ZERO_NS + WALL_OFFSET_NS) // 1000 + round(t * 1e6) + shift_us
            said = message if program == "corosync" else f" notice: {message}"  # as Pacemaker 2.1 writes to syslog
            line = {"__REALTIME_TIMESTAMP": str(wall_us), "SYSLOG_IDENTIFIER": program, "MESSAGE": said}
            lines.append(line)
    return lines


def write(folder: Path) -> Path:
    """Write the run's folder and return it."""
    (folder / "probes").mkdir(parents=True)
    (folder / "journals").mkdir()
    (folder / "about.json").write_text(json.dumps(ABOUT), encoding="utf-8")
    _write_lines(folder / "probes" / "web.jsonl", probe_lines())
    for node in ("n2", "n3"):
        _write_lines(folder / "journals" / f"{node}.jsonl", journal_lines(node))
    events = [
        {
            "moment": moment,
            "at_ns": ZERO_NS + round(t * SECOND),
            "wall_ns": ZERO_NS + WALL_OFFSET_NS + round(t * SECOND),
            "node": node,
            "text": text,
        }
        for t, moment, node, text in EVENTS
    ]
    _write_lines(folder / "events.jsonl", events)
    return folder


def _write_lines(path: Path, values: list[dict[str, object]]) -> None:
    path.write_text("".join(json.dumps(value) + "\n" for value in values), encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
