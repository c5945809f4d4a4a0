"""daemon_killed: a daemon of the cluster is killed (SIGKILL) on the node that serves.

Without Corosync the node is no member any more, and is fenced.
"""

from dataclasses import dataclass

from quorate.build.step import answer
from quorate.drill.aftermath import everybody_back, settles
from quorate.drill.fault import Scene, anywhere, no_choice, nothing
from quorate.drill.probe import ProbeProcess
from quorate.drill.record import Attempt
from quorate.errors import Unknown
from quorate.machines.host import command
from quorate.machines.waiting import until

DAEMONS = ("corosync",)


@dataclass(frozen=True)
class DaemonKilled:
    """One of the variants."""

    daemon: str
    RETURNED: str = "{node} is a member again"

    obstacle = staticmethod(anywhere)
    choose = staticmethod(no_choice)
    prepare = staticmethod(nothing)

    @property
    def NAME(self) -> str:  # noqa: N802 - the protocol's constants
        """What it is called."""
        return f"kill-{self.daemon}"

    @property
    def TITLE(self) -> str:  # noqa: N802
        """The sentence."""
        return f"{self.daemon} was killed on {{node}}"

    @property
    def FLAG(self) -> str:  # noqa: N802
        """The phrase."""
        return f"{self.daemon} on {{node}} killed"

    @property
    def LEAVES(self) -> bool:  # noqa: N802
        """Whether the node surely leaves."""
        return self.daemon == "corosync"

    async def inject(self, scene: Scene) -> None:
        """Kill it; return when the process is gone, or the node is."""
        host = scene.fleet[scene.victim]
        # --full: the kernel cuts a process's name after 15 characters, and several begin alike (pgrep(1))
        pids = (await host.run(command("pgrep", "--full", f"^[^ ]*/{self.daemon}( |$)"), check=False)).stdout.split()
        if not pids:
            raise Unknown(f"{self.daemon} does not run on {scene.victim}", "look at the node: systemctl status")
        await host.run(command("kill", "-KILL", *pids))

        async def gone() -> bool | None:
            left = await answer(host.run(command("ps", "-o", "state=", "-p", ",".join(pids)), check=False))
            return left is None or not set(left.stdout.split()) - {"Z"} or None

        await until(f"{self.daemon} on {scene.victim} is dead", gone, timeout_s=10, every_s=0.05)

    async def passed(self, scene: Scene, client: ProbeProcess, since_ns: int) -> Attempt:
        """Wait until the cluster is at rest, whatever it did about it."""
        return await settles(scene, client, since_ns)

    async def undo(self, scene: Scene) -> None:
        """Do nothing: fencing must bring it back."""

    async def healed(self, scene: Scene) -> None:
        """Return when every node is a member again."""
        await everybody_back(scene)


VARIANTS = tuple(DaemonKilled(daemon) for daemon in DAEMONS)
