"""Render every case of tests/data/render anew, after a change that is meant.

    python tools/golden.py [NAME ...]

Then read the difference (`git diff tests/data/render`): it is what users will see on their hosts.
"""

import sys
from pathlib import Path

from quorate.catalog.agents import AgentLibrary
from quorate.catalog.platforms.debian import PLATFORM
from quorate.catalog.service import Service
from quorate.catalog.services import kinds
from quorate.catalog.site import nodes_of
from quorate.catalog.storage import Replicated
from quorate.describe.cluster import Cluster
from quorate.describe.load import load
from quorate.render import drbd
from quorate.render.cib import cib, text
from quorate.render.corosync import corosync_conf
from quorate.render.hosts import merged

CASES = Path(__file__).parents[1] / "tests/data/render"


def cluster_of(case: Path) -> Cluster:
    """Return the cluster of a case, or stop with what is wrong in its file."""
    loaded = load((case / "cluster.yaml").read_bytes(), f"{case.name}/cluster.yaml", kinds())
    for finding in loaded.findings:
        print(f"{finding.code}: {finding.summary} {finding.path}")
    if loaded.cluster is None:
        raise SystemExit(f"{case.name} is no sound cluster file")
    return loaded.cluster


def rendered(cluster: Cluster) -> dict[str, str]:
    """Return what is compared, by file name."""
    return replicated(cluster) | {
        "corosync.conf": corosync_conf(cluster),
        "hosts": merged((CASES / "hosts.before").read_text("utf-8"), cluster),
        "cib.xml": text(cib(cluster, AgentLibrary.shipped(), PLATFORM)),
    }


def replicated(cluster: Cluster) -> dict[str, str]:
    """Return the DRBD resources of a cluster's services, as for the modules of both generations."""
    files = {}
    for name, service in cluster.services.items():
        if isinstance(service, Service) and isinstance(store := service.store(name), Replicated):
            ends = drbd.ends(store, nodes_of(cluster, service), {})
            for generation in (8, 9):
                files[f"{name}.drbd{generation}.res"] = drbd.resource_file(
                    store, ends, "made-once-on-the-nodes", generation=generation, fenced=cluster.fencing.enabled
                )
    return files


def main() -> None:
    """Write the files of the cases named, or of all."""
    for case in sorted(path.parent for path in CASES.glob("*/cluster.yaml")):
        if sys.argv[1:] and case.name not in sys.argv[1:]:
            continue
        for name, content in rendered(cluster_of(case)).items():
            (case / name).write_text(content, "utf-8")


if __name__ == "__main__":
    main()
