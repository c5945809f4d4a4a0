"""agent_errors: the resource agent of the service returns an error for monitor and start on the node that serves.

The server is well, and its agent says that it is not. Pacemaker stops it there, in order, for a stop still works, fails
to start it there, and starts it on another node.

Another program is mounted over the agent's file. For this service it answers with an error, and else it calls the
agent. Both lie on a file system in memory, so that a reboot forgets them; one command takes them away.
"""

from dataclasses import dataclass, replace

from quorate.drill import timers
from quorate.drill.aftermath import at, everybody_back, forget_failures, moved_away, view
from quorate.drill.fault import Scene, anywhere, no_choice, nothing, status
from quorate.drill.meaning import Faced, Meaning
from quorate.drill.probe import Clients
from quorate.drill.record import Attempt
from quorate.errors import UsageError
from quorate.machines.host import Command, command
from quorate.machines.waiting import until
from quorate.observe.facts.cluster_status import ClusterStatus

NAME = "agent-errors"
SORT = "part"
TITLE = "The resource agent on {node} returned errors"
FLAG = "agent on {node} returns errors"
RETURNED = "{node} may serve again"
LEAVES = False
obstacle = anywhere
choose = no_choice
prepare = nothing
TIMER = "agent"
AGENTS = "/usr/lib/ocf/resource.d"
PLACE = "/run/quorate-drill-agent"
NOTICED_S = 120.0
ERROR = 1  # OCF_ERR_GENERIC

COVER = """\
#!/bin/sh
case "$OCF_RESOURCE_INSTANCE:$1" in
  {resource}:monitor|{resource}:start) echo "ocf-exit-reason:this is a drill" >&2; exit 1;;
esac
exec {place}/agent "$@"
"""
MOUNT = """\
set -e
mkdir -p "$2"
mount -t tmpfs -o mode=755,size=1m quorate-drill "$2"
cp -p "$1" "$2/agent"
cat >"$2/cover"
chmod 755 "$2/cover"
mount --bind "$2/cover" "$1"
"""
UNMOUNT = """\
if mountpoint -q "$2"; then umount --lazy "$1"; umount --lazy "$2"; fi
rmdir "$2" 2>/dev/null || true
"""


@dataclass(frozen=True, slots=True)
class Agent:
    """A resource, and the file of its agent."""

    resource: str
    path: str

    @property
    def covering(self) -> Command:
        """The command that mounts the other program over it."""
        return command("sh", "-c", MOUNT, "cover", self.path, PLACE, input=cover(self.resource))

    @property
    def uncovering(self) -> Command:
        """The command that takes it away; nothing happens where there is none."""
        return command("sh", "-c", UNMOUNT, "uncover", self.path, PLACE)


def cover(resource: str) -> str:
    """Return the program that answers in the agent's stead."""
    return COVER.format(resource=resource, place=PLACE)


def agent_of(found: ClusterStatus, service: str) -> Agent | None:
    """Return the service's resource that stands on all others, of those with an agent that is a file (OCF). Pure."""
    for one in reversed(found.instances(service)):
        standard, *rest = one.agent.replace("::", ":").split(":")
        if standard == "ocf" and len(rest) == 2:
            return Agent(one.id, "/".join((AGENTS, *rest)))
    return None


async def _agent(scene: Scene) -> Agent:
    found = await status(scene.fleet)
    if found is None or (agent := agent_of(found, scene.service)) is None:
        raise UsageError(f"{scene.service} has no OCF agent", "choose another fault")
    return agent


def meaning(faced: Faced) -> Meaning:
    """Explore takes it for a server that cannot be started there again, but that serves until it is stopped."""
    failed = faced.failure(f"start-failed:{faced.instance}")
    wrong = tuple(replace(one, rc=ERROR) for one in failed.results)
    return Meaning((replace(failed, results=wrong, serves=True),))


async def inject(scene: Scene) -> None:
    """Cover it; return when Pacemaker has written down that an operation failed there."""
    host, agent = scene.fleet[scene.victim], await _agent(scene)
    await timers.guarded(host, TIMER, agent.uncovering)
    await host.run(agent.covering)

    async def failed() -> bool | None:
        found = await view(scene)
        noted = found.failures if found else ()
        return any(one.resource == agent.resource and one.node == scene.victim for one in noted) or None

    await until(f"{agent.resource} has failed on {scene.victim}", failed, timeout_s=NOTICED_S, every_s=0.1)


async def passed(scene: Scene, client: Clients, since_ns: int) -> Attempt:
    """Wait until the service runs on another node."""
    return await moved_away(scene, client, since_ns)


async def undo(scene: Scene) -> None:
    """Have the timer's command done at once; the agent is itself again, and the cluster forgets that it failed."""
    host = scene.fleet[scene.victim]
    await at(host, timers.firing(TIMER))
    await at(host, timers.cancelling(TIMER))
    await forget_failures(scene)


async def healed(scene: Scene) -> None:
    """Return when every node is a member: one on which it could not be stopped is fenced."""
    await everybody_back(scene)
