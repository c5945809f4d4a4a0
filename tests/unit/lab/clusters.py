"""Cluster files as text, loaded as a user's are."""

from quorate.catalog.services import kinds
from quorate.describe.cluster import Cluster
from quorate.describe.load import load


def cluster(text: str) -> Cluster:
    loaded = load(text, "cluster.yaml", kinds())
    assert loaded.cluster is not None, loaded.findings
    return loaded.cluster


PAIR = """
cluster: nova-db
nodes:
  gb06: {links: [10.10.102.6, 172.16.0.6/24], fencing: {ipmi: 10.10.103.6}}
  gb07: {links: [10.10.102.7, 172.16.0.7/24], fencing: {ipmi: 10.10.103.7}}
fencing:
  ipmi: {user: admin, password: {env: QUORATE_TEST_IPMI}}
services:
  site: {kind: web, address: 10.10.42.96/24}
"""
