"""What is wanted, for the tests of build: a cluster file as a user's, on Debian, with an invented password."""

from functools import cache

from quorate.build.want import Want
from quorate.catalog.agents import AgentLibrary
from quorate.catalog.platforms import platform_for
from quorate.catalog.services import kinds
from quorate.describe.cluster import Cluster
from quorate.describe.load import load

PASSWORD = "correct horse battery"

THREE = """
cluster: shop
nodes:
  n1: {links: [10.20.0.11, 172.20.0.11], fencing: {ipmi: 10.20.9.11}}
  n2: {links: [10.20.0.12, 172.20.0.12], fencing: {ipmi: 10.20.9.12}}
  n3: {links: [10.20.0.13, 172.20.0.13], fencing: {ipmi: 10.20.9.13}}
fencing:
  ipmi: {user: admin, password: {env: IPMI_PASSWORD}}
services:
  site: {kind: web, address: 10.20.0.100/24}
"""


@cache
def loaded(text: str) -> Cluster:
    """Return the cluster of a file, which many tests share."""
    cluster = load(text, "cluster.yaml", kinds()).cluster
    assert cluster is not None
    return cluster


def wish(text: str = THREE, password: str = PASSWORD, **changes: str) -> Want:
    """Return Want for a cluster file; `changes` replace words of it."""
    for old, new in changes.items():
        text = text.replace(old, new)
    cluster = loaded(text)
    platform = platform_for(("debian",))
    assert platform is not None
    return Want(cluster, {n.name: platform for n in cluster.nodes}, AgentLibrary.shipped(), lambda _: password)
