"""Nodes that the running cluster has and the file has not are found in Corosync's list and in the CIB."""

import asyncio

import pytest

from build.wishes import THREE, wish
from quorate.build.departing import find, lacking
from quorate.build.want import Departing
from quorate.dialect.corosync.cmap import cmap_of
from quorate.errors import HostUnreachable, UsageError
from quorate.machines.fake import FakeHost
from quorate.observe.facts import cib, corosync_runtime
from quorate.render.corosync import corosync_conf

N3 = "  n3: {links: [10.20.0.13, 172.20.0.13], fencing: {ipmi: 10.20.9.13}}\n"
TWO = wish(THREE.replace(N3, "")).cluster
RUNNING = cmap_of(corosync_conf(wish().cluster))
NODES = '<node id="1" uname="n1"/><node id="3" uname="n3"/><node id="far" uname="far" type="remote"/>'
CIB = f'<cib epoch="1" num_updates="0" admin_epoch="0"><configuration><nodes>{NODES}</nodes></configuration></cib>'


def fleet() -> dict[str, FakeHost]:
    cmap = "\n".join(f"{key} (str) = {value}" for key, value in RUNNING.items())
    answers = {str(corosync_runtime.COMMAND): cmap, str(cib.COMMAND): CIB}
    return {name: FakeHost(name, answers) for name in ("n1", "n2")}


def test_who_is_not_in_the_file_is_found_with_its_addresses() -> None:
    (one,) = lacking(TWO, [RUNNING], [])
    assert one == Departing("n3", 3, ("10.20.0.13", "172.20.0.13"))


def test_who_is_only_in_the_cib_is_found_too() -> None:
    assert lacking(TWO, [], [cib.parse(CIB, 0)]) == [Departing("n3", 3)]


def test_the_whole_cluster_lacks_nobody() -> None:
    assert lacking(wish().cluster, [RUNNING], [cib.parse(CIB, 0)]) == []


def test_who_is_to_go_is_opened() -> None:
    opened = []

    async def connect(name: str, addresses: tuple[str, ...]) -> FakeHost:
        opened.append((name, addresses))
        return FakeHost(name)

    (one,) = asyncio.run(find(TWO, fleet(), ("n3",), connect))
    assert opened == [("n3", ("10.20.0.13", "172.20.0.13"))]
    assert (one.agreed, one.host is not None, one.error) == (True, True, "")


def test_who_does_not_answer_is_known_all_the_same() -> None:
    async def connect(name: str, addresses: tuple[str, ...]) -> FakeHost:
        raise HostUnreachable(f"{name} did not answer in time.")

    (one,) = asyncio.run(find(TWO, fleet(), ("n3",), connect))
    assert (one.agreed, one.host, one.error) == (True, None, "n3 did not answer in time.")


def test_nobody_is_opened_unasked() -> None:
    (one,) = asyncio.run(find(TWO, fleet(), (), None))
    assert (one.agreed, one.host) == (False, None)


def test_who_is_in_the_file_is_not_removed() -> None:
    with pytest.raises(UsageError, match="n2 is in the file"):
        asyncio.run(find(TWO, fleet(), ("n2",), None))
