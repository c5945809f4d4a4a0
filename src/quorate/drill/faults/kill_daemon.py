"""kill_daemon: a daemon of Pacemaker is killed (SIGKILL) on the node that serves.

The service itself is not touched, and goes on. What was seen with Pacemaker 2.1.5 on three container nodes:

    pacemakerd      systemd starts it again after a second; it finds the other daemons still running and keeps them
    attrd, fenced, schedulerd    pacemakerd starts it again within 0.2 s; nobody notices
    controld        the same; the others elect a new DC where it was that, and the node is a member again after 1.4 s
    execd           the same, and controld, which cannot be without it, ends and is started again too
    based           the same with controld, attrd and fenced; whether the node is fenced for it depends on who is
                    quicker, pacemakerd or the DC: it was in two of four runs
"""

from dataclasses import dataclass

from quorate.drill.aftermath import everybody_back, forget_failures, settles
from quorate.drill.fault import Scene, anywhere, no_choice, nothing
from quorate.drill.meaning import Uncovered
from quorate.drill.probe import Clients
from quorate.drill.processes import killed
from quorate.drill.record import Attempt
from quorate.errors import Unknown
from quorate.machines.host import command

DAEMONS = (
    "pacemakerd",
    *(f"pacemaker-{one}" for one in ("attrd", "based", "controld", "execd", "fenced", "schedulerd")),
)


@dataclass(frozen=True)
class DaemonKilled:
    """One of the variants."""

    daemon: str
    SORT: str = "part"
    RETURNED: str = "{node} is a member again"
    LEAVES: bool = False

    obstacle = staticmethod(anywhere)
    choose = staticmethod(no_choice)
    prepare = staticmethod(nothing)
    meaning = staticmethod(Uncovered("it takes Pacemaker's own daemons for sound"))

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

    async def inject(self, scene: Scene) -> None:
        """Kill it; return when the process is gone, or the node is."""
        host = scene.fleet[scene.victim]
        # --full: the kernel cuts a process's name after 15 characters, and several begin alike (pgrep(1))
        found = await host.run(command("pgrep", "--full", f"^[^ ]*/{self.daemon}( |$)"), check=False)
        if not found.stdout.split():
            raise Unknown(
                f"{self.daemon} does not run on {scene.victim}", "look at the node: systemctl status pacemaker"
            )
        await killed(host, self.daemon, (int(word) for word in found.stdout.split()))

    async def passed(self, scene: Scene, client: Clients, since_ns: int) -> Attempt:
        """Wait until the cluster is at rest, whatever it did about it."""
        return await settles(scene, client, since_ns)

    async def undo(self, scene: Scene) -> None:
        """Start nothing: pacemakerd, systemd or fencing must. The cluster forgets what failed there meanwhile."""
        await forget_failures(scene, of_node=True)

    async def healed(self, scene: Scene) -> None:
        """Return when every node is a member again."""
        await everybody_back(scene)


VARIANTS = tuple(DaemonKilled(daemon) for daemon in DAEMONS)
