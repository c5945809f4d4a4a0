"""Galera's arbitrator: a vote on a node without data, so that two servers can lose one of them. Pure.

programs/galera-arbitrator runs garbd while there is a server to vote with; Pacemaker runs the unit that Debian has for
garbd.
"""

import shlex
from collections.abc import Sequence
from types import MappingProxyType

from quorate.catalog.galera_positions import attribute
from quorate.catalog.service import HostFile, unit_file
from quorate.catalog.site import Site
from quorate.catalog.watched import program
from quorate.describe.resources import AgentName, Clone, Location, Operation, Primitive, Resources

PROGRAM = "/usr/lib/quorate/galera-arbitrator"

DROP_IN = """\
# Written by quorate. The arbitrator runs while there is a server to vote with.
[Service]
User=
ExecStart=
ExecStart={call}
ExecStopPost=-attrd_updater --name={attribute} --delete
KillMode=mixed
KillSignal=SIGTERM
"""


def garbd(service: str) -> str:
    """Return the name of the arbitrator's primitive."""
    return f"{service}-garbd"


def files(site: Site, group: str, members: Sequence[str], options: str) -> Sequence[HostFile]:
    """Return the program, and the drop-in by which systemd runs it.

    group: the Galera cluster's name. members: the servers, each HOST:PORT of the group. options: the provider's.
    """
    argv = (site.platform.paths["garbd"], f"--address=gcomm://{','.join(members)}", f"--group={group}")
    call = shlex.join([PROGRAM, site.name, *argv, f"--options={options}"])
    return (
        HostFile(PROGRAM, program("galera-arbitrator"), mode=0o755, make_parents=True),
        unit_file(
            f"/etc/systemd/system/{site.platform.units['garbd']}.d/quorate.conf",
            DROP_IN.format(call=call, attribute=attribute(site.name)),
            garbd(site.name),
        ),
    )


def resources(site: Site, node: str) -> Resources:
    """Return garbd on that node, which has no server then: a clone, for nobody takes over from it."""
    primitive = Primitive(
        id=garbd(site.name),
        agent=AgentName("systemd", None, site.platform.units["garbd"].removesuffix(".service")),
        operations=(Operation("monitor", interval_s=10),),
        # There is no other node for it to go to: it is tried again here.
        meta=MappingProxyType({"failure-timeout": "60s"}),
    )
    clone = Clone(f"{site.name}-arbitrator", primitive.id, meta=MappingProxyType({"interleave": "true"}))
    elsewhere = (one.name for one in site.nodes if one.name != node)
    never = [Location(f"{clone.id}-not-on-{name}", clone.id, name, "-INFINITY") for name in elsewhere]
    never.append(Location(f"{site.name}-not-on-{node}", site.name, node, "-INFINITY"))
    return Resources(resources=(primitive, clone), constraints=tuple(never))
