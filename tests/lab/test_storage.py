"""Storage on real nodes: DRBD, LVM, a shared directory; from empty disks, over power cuts, past what is somebody's."""

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from typing import ClassVar

import pytest
from labs import ssh, wait

from quorate.build.apply import go_through
from quorate.build.plan import look
from quorate.build.prepare import prepare
from quorate.build.stages import Stage
from quorate.build.step import Fleet
from quorate.build.steps import service_files, storage
from quorate.build.storage import scripts
from quorate.build.want import Want
from quorate.catalog.platform import Platform
from quorate.catalog.service import Service
from quorate.catalog.services import kinds
from quorate.catalog.site import Site
from quorate.catalog.storage import Mount, Provided, Seed, Store
from quorate.describe.load import load
from quorate.describe.resources import Resources
from quorate.errors import CommandFailed, QuorateError
from quorate.findings import Severity
from quorate.lab.lab import Lab
from quorate.ui.reach import reach

pytestmark = pytest.mark.lab

TEXT = """
cluster: quorate-test-storage
nodes:
  n1: {links: [10.10.102.1, "fd00:17::1/64"], fencing: {ipmi: 10.10.103.1}}
  n2: {links: [10.10.102.2, "fd00:17::2/64"], fencing: {ipmi: 10.10.103.2}}
fencing:
  ipmi: {user: admin, password: {env: QUORATE_TEST_IPMI_UNSET}}
services:
  db:
    kind: mariadb
    data: {drbd: {disk: /dev/sda3, filesystem: xfs}}
    address: 10.10.102.96/24
    buffer_pool: 64
  queue: {kind: rabbitmq, data: {lvm: {disk: /dev/sdb, group: queue}}, address: 10.10.102.97/24}
  files: {kind: files}
"""
SHARED = "/srv/of-all"
STORAGE = Stage("storage", cluster_step=storage)


class Files(Service):
    """A service with a directory that the nodes share."""

    kind: ClassVar[str] = "files"

    def resources(self, site: Site) -> Resources:
        return Resources()

    def store(self, name: str) -> Store:
        return Provided(Mount(SHARED, "/srv/files", "none", "bind"))

    def seed(self, name: str, platform: Platform) -> Seed:
        fill = ("sh", "-c", "date >/srv/files/own/here; touch /srv/files/own/.filled")
        return Seed("/srv/files/own", "root", "root", 0o700, fill, "/srv/files/own/.filled")

    def shared_directories(self) -> Sequence[str]:
        return (SHARED,)


CLUSTER = load(TEXT, "cluster.yaml", {**kinds(), "files": Files}).cluster


@pytest.fixture(scope="module")
def lab():
    made = Lab(CLUSTER)
    wait(made.down())
    wait(made.up(lambda _: None))
    yield made
    wait(made.down())


def run(lab: Lab, node: str, command: str, *, status: int = 0) -> str:
    told = ssh(lab, node, command, 120)
    assert told.returncode == status, f"{told.returncode}: {told.stdout}{told.stderr}"
    return told.stdout


def with_fleet(work: Callable[[Fleet, Want], object], overwrite: Sequence[str] = ()) -> object:
    async def inner() -> object:
        async with reach(CLUSTER, in_lab=True) as found:
            fleet = found.everybody()
            return await work(fleet, await prepare(CLUSTER, fleet, found.secret, overwrite=overwrite))

    return asyncio.run(inner())


def build(
    overwrite: Sequence[str] = (), note: Callable[[str], None] = lambda _: None, cuts: Sequence[asyncio.Task[None]] = ()
) -> None:
    """Go through the stage as apply does. cuts: what was begun meanwhile and has to come to its end."""

    async def work(fleet: Fleet, want: Want) -> None:
        try:
            for stage in (Stage("files", host_steps=(service_files,)), STORAGE):
                changes, findings = await look(stage, fleet, want)
                assert [f.code for f in findings if f.severity is Severity.ERROR] == []
                await go_through(stage, changes, fleet, want, note)
        finally:
            await asyncio.gather(*cuts)

    with_fleet(work, overwrite)


def found(overwrite: Sequence[str] = ()) -> tuple[list[str], list[str]]:
    async def work(fleet: Fleet, want: Want) -> tuple[list[str], list[str]]:
        changes, findings = await look(STORAGE, fleet, want)
        return [change.words for change in changes], [finding.code for finding in findings]

    return with_fleet(work, overwrite)  # type: ignore[return-value]


def digest(lab: Lab, node: str, device: str) -> str:
    return run(lab, node, f"sha256sum < {device}")


def test_what_is_somebody_s_is_found_and_stays(lab) -> None:
    run(lab, "n2", "mkfs.ext4 -q /dev/sda3")
    run(lab, "n1", "printf secret | dd of=/dev/sdb bs=1 seek=70000 conv=notrunc status=none; sync")
    before = digest(lab, "n2", "/dev/sda3"), digest(lab, "n1", "/dev/sdb")
    changes, codes = found()
    assert codes == ["disk-not-empty", "disk-not-empty"]
    assert changes == []
    refused = scripts.script(scripts.CREATE_METADATA, "metadata", "metadata", "/dev/sda3", "db", "")
    run(lab, "n2", str(refused), status=75)
    made = scripts.script(scripts.INSIDE_VOLUME, "inside", "inside", "queue", "data", "/dev/sdb", "", "true")
    run(lab, "n1", str(made), status=75)
    assert (digest(lab, "n2", "/dev/sda3"), digest(lab, "n1", "/dev/sdb")) == before


def test_power_is_cut_in_the_middle_and_the_next_run_ends_it(lab) -> None:
    given_up = ("n2:/dev/sda3", "n1:/dev/sdb")
    for moment, node in (("files", "n2"), ("inside", "n1"), ("rest", "n2")):
        cuts: list[asyncio.Task[None]] = []

        def cut(words: str, moment: str = moment, node: str = node, cuts: list[asyncio.Task[None]] = cuts) -> None:
            if f"db: {moment}" in words:
                cuts.append(asyncio.get_running_loop().create_task(later(lab, node)))

        with contextlib.suppress(QuorateError):
            build(given_up, cut, cuts)
        assert cuts, f"the run did not come to {moment}"
        cuts[0].result()
        wait(lab.power(node, "on"))
        wait(lab.booted(node))
    build(given_up)


async def later(lab: Lab, node: str) -> None:
    await asyncio.sleep(1.5)
    await lab.power(node, "off")


def test_everything_is_there_and_nobody_has_it_in_use(lab) -> None:
    for node in ("n1", "n2"):
        assert "cs:" not in run(lab, node, "cat /proc/drbd || true")
        assert run(lab, node, "stat -c %a:%U /etc/drbd.d/db.res").strip() == "600:root"
        assert run(lab, node, "lvs --foreign --noheadings -o lv_active queue").strip() == ""
        assert run(lab, node, "findmnt --noheadings --list -o TARGET | grep ^/srv/ || true").split() == [SHARED]
        assert run(lab, node, f"ls -A {SHARED}").split() == ["own"]
    files = [run(lab, node, "cat /etc/drbd.d/db.res") for node in ("n1", "n2")]
    assert files[0] == files[1]
    assert "address ipv6 [fd00:17::1]:7700;" in files[0]


def test_the_next_run_keeps_every_byte(lab) -> None:
    inside = (
        "vgchange -qay queue >/dev/null; mount /dev/queue/data /mnt; "
        "find /mnt -type f | sort | xargs sha256sum; umount /mnt; vgchange -qan queue >/dev/null"
    )
    before = run(lab, "n1", inside), run(lab, "n2", f"cat {SHARED}/own/here")
    for _ in range(2):
        build()
    assert (run(lab, "n1", inside), run(lab, "n2", f"cat {SHARED}/own/here")) == before


def test_the_database_is_whole_on_either_node(lab) -> None:
    for node in ("n1", "n2"):
        for one in ("n1", "n2"):
            run(lab, one, "modprobe drbd; drbdadm up db")
        run(lab, node, "drbdadm wait-connect db; drbdadm primary db; mount /dev/drbd0 /mnt")
        tables = run(lab, node, "ls /mnt/mysql/mysql; ls -A /mnt; stat -c %U:%a /mnt/mysql").split()
        assert "global_priv.frm" in tables
        assert ".quorate-is-filling" not in tables
        assert tables[-1] == "mysql:750"
        run(lab, node, "umount /mnt; drbdadm secondary db")
        assert "ds:UpToDate/UpToDate" in run(lab, node, "cat /proc/drbd")
        refused = scripts.script(scripts.MAKE_FIRST, "first", "first", "db")
        run(lab, node, str(refused), status=75)
        for one in ("n1", "n2"):
            run(lab, one, "drbdadm down db")
            run(
                lab,
                one,
                str(scripts.script(scripts.CREATE_METADATA, "m", "m", "/dev/sda3", "db", "overwrite")),
                status=75,
            )


def test_a_foreign_datadir_is_refused_and_stays(lab) -> None:
    run(lab, "n1", f"mkdir {SHARED}/other; echo mine > {SHARED}/other/letter")
    seed = ("/srv/files/other", "root", "root", "700", "/srv/files/other/.filled", "false")
    argv = (SHARED, "none", "bind", "/srv/files", "", scripts.FILL, *seed)
    run(lab, "n1", str(scripts.script(scripts.SEED, "seed", "seed", *argv)), status=75)
    assert run(lab, "n2", f"cat {SHARED}/other/letter") == "mine\n"
    run(lab, "n1", f"rm -r {SHARED}/other")


def test_a_group_of_another_host_is_nobody_s_to_take(lab) -> None:
    own = "vgchange --yes --systemid {} queue --config 'local/extra_system_ids=[\"old-server\"]'"
    run(lab, "n1", own.format("old-server"))
    assert found()[1] == ["group-belongs-to-another-host"]
    run(lab, "n1", own.format("n1"))
    assert found()[1] == []


def test_directories_that_are_not_the_same_are_told_apart(lab) -> None:
    run(lab, "n2", f"umount {SHARED} && mkdir -p {SHARED}")
    with pytest.raises(CommandFailed, match="not the same directory"):
        build()
    run(lab, "n1", f"rm {SHARED}/.quorate-same")
