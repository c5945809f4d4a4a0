"""Lab nodes for benchmarks: the `web` blueprint under a name of its own, so that benchmarks disturb no other lab."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from quorate import __version__
from quorate.build.steps import cib_secrets
from quorate.build.steps.packages import wanted
from quorate.build.want import Want
from quorate.catalog.platforms import platform_for
from quorate.catalog.services import kinds
from quorate.catalog.site import Site
from quorate.describe.cluster import Cluster
from quorate.describe.load import load
from quorate.lab.lab import Lab
from quorate.machines.host import Host, command
from quorate.observe.facts import packages
from quorate.observe.gathering import gather_about

SOFTWARE = ("corosync", "pacemaker", "pcs", "fence-agents", "resource-agents", "apache2", "mariadb-server")


def blueprint(name: str) -> str:
    """Return the cluster file of `quorate new web`, its cluster called `name`."""
    return kinds()["web"].example.replace("cluster: web\n", f"cluster: {name}\n")


def cluster_of(text: str) -> Cluster:
    """Return the cluster of a file's text."""
    found = load(text.encode(), "benchmark", kinds())
    assert found.cluster is not None, found.findings
    return found.cluster


def lab_with(cluster: Cluster, *extra: str) -> Lab:
    """Return the cluster's lab, its image holding what the cluster needs and the packages `extra`."""
    platform = platform_for(("debian",))
    assert platform is not None
    return Lab(cluster, packages={*extra, *(p for node in cluster.nodes for p in wanted(cluster, platform, node.name))})


@asynccontextmanager
async def booted(lab: Lab) -> AsyncIterator[Lab]:
    """Boot a lab anew, and take it down at the end whatever happens."""
    await lab.down()
    try:
        await lab.up()
        yield lab
    finally:
        await lab.down()


async def versions(host: Host) -> Mapping[str, str]:
    """Return the versions of quorate, of what is installed on a node, and of its kernel."""
    kernel = (await host.run(command("uname", "-r"))).stdout.strip()
    return {"quorate": __version__, **await gather_about(host, packages, *SOFTWARE), "kernel": kernel}


async def put_files(want: Want, fleet: Mapping[str, Host]) -> None:
    """Write what the services need on every node, and the passwords of fencing devices, to which the CIB refers."""
    for name, host in fleet.items():
        for path, secret in cib_secrets.wanted(want).items():
            await host.put(path, secret.content, mode=secret.mode, make_parents=True)
        for label, service in want.services_on(name).items():
            for file in service.files(Site(label, want.platforms[name], want.cluster), want.node(name)):
                await host.put(file.path, file.content.encode(), mode=file.mode)
