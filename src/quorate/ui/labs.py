"""labs: the lab of a cluster file, with the packages that its services need."""

from quorate.build.steps.packages import wanted
from quorate.catalog.platforms import platform_for
from quorate.describe.cluster import Cluster
from quorate.lab.lab import Lab

RELEASE = ("debian",)  # what the lab's image is made of


def lab_of(cluster: Cluster) -> Lab:
    """Return the lab of `cluster`; it need not be up."""
    platform = platform_for(RELEASE)
    assert platform is not None
    device = cluster.quorum.device
    hosts = [*(node.name for node in cluster.nodes), *([device.host] if device else [])]
    packages = {package for name in hosts for package in wanted(cluster, platform, name)}
    return Lab(cluster, packages=packages)
