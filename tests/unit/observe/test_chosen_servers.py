"""Who has all clients of a database: asked of the proxy that has the address, and of no other."""

import asyncio
import json
from collections.abc import Mapping

from quorate.catalog.platforms.debian import PLATFORM
from quorate.catalog.services import kinds
from quorate.catalog.site import Site
from quorate.describe.load import load
from quorate.machines.fake import Answer, FakeHost
from quorate.observe.chosen_servers import chosen_servers, kept_together

TEXT = kinds()["galera"].example + "  proxy: {kind: haproxy, address: 10.20.0.100/24}\n"
ASKED = "/usr/lib/quorate/haproxy chosen /run/haproxy/quorate.sock"


def found(answers: Mapping[str, str | Answer], holder: str = "n3", text: str = TEXT) -> tuple[dict[str, str], set[str]]:
    """Return who has the clients, and which nodes' proxies were asked. answers: by node."""
    cluster = load(text, "galera.yaml", kinds()).cluster
    assert cluster is not None
    fleet = {}
    for node in cluster.nodes:
        shown = interfaces(str(node.links[0].ip), *(["10.20.0.100"] if node.name == holder else []))
        said = answers.get(node.name, Answer(status=1))
        fleet[node.name] = FakeHost(node.name, {"ip -json address": shown, ASKED: said})
    who = asyncio.run(chosen_servers(fleet, cluster, PLATFORM))
    return who, {name for name, host in fleet.items() if any("chosen" in str(ran) for ran in host.ran)}


def interfaces(*ips: str) -> str:
    addresses = [{"local": ip, "prefixlen": 24} for ip in ips]
    return json.dumps([{"ifname": "eth0", "flags": ["UP"], "mtu": 1500, "addr_info": addresses}])


def test_the_proxy_that_has_the_address_says_it() -> None:
    assert found({"n1": "database n1\n", "n3": "database n2\n"}) == ({"database": "n2"}, {"n3"})


def test_who_does_not_say_it_leaves_it_open() -> None:
    assert found({}) == ({}, {"n3"})
    assert found({"n3": "theirs n2\n"}) == ({}, {"n3"}), "a section of the operator's own is no service"
    assert found({"n3": "database n2\n"}, holder="") == ({}, set())


def test_where_no_proxy_keeps_clients_together_nobody_is_asked() -> None:
    assert found({}, text=kinds()["galera"].example) == ({}, set())
    alone = TEXT.replace("database: {kind: galera}", "cache: {kind: memcached}")
    assert found({}, text=alone) == ({}, set())


def test_a_section_is_known_by_its_service() -> None:
    cluster = load(TEXT, "galera.yaml", kinds()).cluster
    assert cluster is not None
    assert kept_together(Site("proxy", PLATFORM, cluster)) == {"database": "database"}
