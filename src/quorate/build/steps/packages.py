"""packages: what the cluster and its services need is installed, and installing starts nothing.

Debian starts a daemon as soon as its package is unpacked, Corosync with a configuration of its own on 127.0.0.1
(Debian bug 847295). So the units of the packages that are being installed are masked in /run while apt works; a mask
there is gone after a boot, and the step `boot` takes it away. A unit that runs is not masked: nothing starts it, and
were apply killed here, systemd could not start it again after a fall. What an installer would ask is answered before.
"""

from collections.abc import Collection, Iterator, Mapping

from quorate.build.change import Change, Deed, Run, Thing
from quorate.build.step import States
from quorate.build.want import Want, services_on
from quorate.catalog.platform import Platform
from quorate.describe.cluster import Cluster
from quorate.findings import Finding
from quorate.machines.host import Command, Host, command
from quorate.observe.facts import packages
from quorate.observe.gathering import gather_about

TITLE = "packages"

MASK = """set -e
for unit; do systemctl is-active --quiet "$unit" || systemctl mask --runtime "$unit"; done"""


def wanted(cluster: Cluster, platform: Platform, name: str) -> tuple[str, ...]:
    """Return the package names that host `name` needs, sorted: a node, or the quorum device's host."""
    device = cluster.quorum.device
    words = {"qnetd"} if device and device.host == name else words_of_node(cluster, name)
    return tuple(sorted({package for word in words for package in platform.packages[word]}))


def words_of_node(cluster: Cluster, name: str) -> set[str]:
    """Return quorate's words for what node `name` needs."""
    words = {"corosync", "pacemaker", "fence-agents"}
    for service in services_on(cluster, name).values():
        words.update(service.packages())
    if cluster.quorum.device:
        words.add("qdevice")
    if any(device.agent == "fence_ipmilan" for device in cluster.fencing.devices):
        words.add("ipmi")
    return words


def units(want: Want, name: str, missing: Collection[str]) -> tuple[str, ...]:
    """Return the units that must not start by themselves while the packages `missing` are being installed."""
    platform = want.platforms[name]

    def installs(*words: str) -> bool:
        return any(package in missing for word in words for package in platform.packages[word])

    if want.is_witness(name):
        return (platform.units["qnetd"],) if installs("qnetd") else ()
    own = ("corosync", "pacemaker", *(["qdevice"] if want.witness else []))
    services = (s for s in want.services_on(name).values() if installs(*s.packages()))
    return (
        *(platform.units[word] for word in own if installs(word)),
        *dict.fromkeys(unit for service in services for unit in service.units(platform)),
    )


async def look(host: Host, want: Want) -> Mapping[str, str]:
    """Return the installed versions of the wanted packages, by name."""
    return await gather_about(host, packages, *wanted(want.cluster, want.platforms[host.name], host.name))


def changes(facts: Mapping[str, str], want: Want, name: str) -> Iterator[Change | Finding]:
    """Yield one change that installs all missing packages."""
    missing = [package for package in wanted(want.cluster, want.platforms[name], name) if package not in facts]
    if not missing:
        return
    platform = want.platforms[name]
    quiet = tuple(platform.environment.items())
    quieted = units(want, name, missing)
    answers = platform.answers_for(missing)
    yield Change(
        name,
        TITLE,
        f"install {', '.join(missing)}",
        (
            *([Run(command("sh", "-c", MASK, "quorate-mask", *quieted))] if quieted else []),
            *([Run(Command(platform.answer, answers.encode(), quiet))] if answers else []),
            Run(Command(platform.refresh, environment=quiet), timeout_s=300),
            Run(Command((*platform.install, *missing), environment=quiet), timeout_s=1200),
        ),
        things=tuple((Thing("package", package), Deed.CREATED) for package in missing),
    )


def things(facts: Mapping[str, str], want: Want, name: str) -> States:
    """Return the wanted packages with their versions."""
    return {Thing("package", p): facts.get(p, "") for p in wanted(want.cluster, want.platforms[name], name)}
