"""Write src/quorate/catalog/agents.json from the agents installed on this machine.

Run it on a host of the oldest distribution supported (Debian 12) with resource-agents,
pacemaker-X:

    python tools/shipped_agents.py

Every agent is asked for its metadata once; facts are kept, prose is left out.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

from quorate.catalog.agents import Agent, as_record, parse_metadata
from quorate.describe.resources import AgentName

OCF_ROOT = Path("/usr/lib/ocf")
DAEMONS = Path("/usr/lib/pacemaker")
TARGET = Path(__file__).parents[1] / "src/quorate/catalog/agents.json"


def output(*argv: str) -> str:
    """Return what a command prints, or nothing where it fails or takes longer than 20 s."""
    environment = os.environ | {"OCF_ROOT": str(OCF_ROOT), "PYTHONWARNINGS": "ignore", "LC_ALL": "C.UTF-8"}
    try:
        done = subprocess.run(argv, capture_output=True, env=environment, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.decode("utf-8", "replace")


def parsed(name: AgentName, xml: str) -> Agent | None:
    """Return the agent, or None (and say so) where its metadata cannot be read."""
    try:
        return parse_metadata(xml, name)
    except ValueError as problem:
        print(f"left out: {problem}", file=sys.stderr)
        return None


def installed() -> list[Agent]:
    """Ask every agent of this machine."""
    asked = [
        (AgentName("ocf", provider, path.name), (str(path), "meta-data"))
        for provider in ("heartbeat", "pacemaker", "linbit")
        for path in sorted((OCF_ROOT / "resource.d" / provider).iterdir())
        if os.access(path, os.X_OK)
    ]
    for path in sorted(Path("/usr/sbin").glob("fence_*")):
        asked.append((AgentName("stonith", None, path.name), (str(path), "-o", "metadata")))  # noqa: PERF401
    return [agent for name, argv in asked if (agent := parsed(name, output(*argv))) is not None]


def package_versions() -> str:
    """Name the packages the facts come from, with versions."""
    packages = ("pacemaker", "resource-agents", "fence-agents", "drbd-utils")
    versions = output("dpkg-query", "-W", "-f", "${Package} ${Version}\n", *packages).splitlines()
    return "Debian " + Path("/etc/debian_version").read_text("ascii").split(".")[0] + ": " + ", ".join(versions)


def main() -> None:
    """Write the file: one agent a line, so that a new release reads well as a difference."""
    daemons = {}
    for daemon in ("based", "controld", "fenced", "schedulerd"):
        name = AgentName("pacemaker", None, daemon)
        daemons[daemon] = as_record(parse_metadata(output(str(DAEMONS / f"pacemaker-{daemon}"), "metadata"), name))
    agents = {str(agent.name): as_record(agent) for agent in installed()}
    parts = [f'"made_from": {json.dumps(package_versions())}']
    for title, records in (("daemons", daemons), ("agents", agents)):
        lines = ",\n".join(f"{json.dumps(key)}: {json.dumps(value, sort_keys=True)}" for key, value in records.items())
        parts.append(f'"{title}": {{\n{lines}\n}}')
    TARGET.write_text("{\n" + ",\n".join(parts) + "\n}\n", "utf-8")
    print(f"{len(agents)} agents -> {TARGET}")


if __name__ == "__main__":
    main()
