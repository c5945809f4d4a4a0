"""links_dropped: packets between the node that serves and all others are dropped on every link, both ways.

Its clients still reach it, so that it must stop serving before somebody else begins.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from quorate.drill import packets
from quorate.drill.aftermath import everybody_back, settles
from quorate.drill.fault import Scene, anywhere, no_choice, nothing
from quorate.drill.packets import Direction
from quorate.drill.probe import ProbeProcess
from quorate.drill.record import Attempt


@dataclass(frozen=True)
class LinksDropped:
    """One of the variants. words: what the node does not do any more."""

    NAME: str
    words: str
    directions: Sequence[Direction]
    LEAVES: bool = True
    RETURNED: str = "{node} is a member again"

    obstacle = staticmethod(anywhere)
    choose = staticmethod(no_choice)
    prepare = staticmethod(nothing)

    @property
    def TITLE(self) -> str:  # noqa: N802 - the protocol's constants
        """The sentence."""
        return f"{{node}} {self.words} the other nodes"

    @property
    def FLAG(self) -> str:  # noqa: N802
        """The phrase."""
        return f"{{node}} {self.words} the others"

    async def inject(self, scene: Scene) -> None:
        """Drop them; return when some have been."""
        others = packets.addresses(scene.want.cluster, scene.survivors)
        await packets.drop(scene.fleet[scene.victim], others, self.directions)

    async def passed(self, scene: Scene, client: ProbeProcess, since_ns: int) -> Attempt:
        """Wait until the fenced node is back and the service runs: with two nodes either may have won."""
        return await settles(scene, client, since_ns)

    async def undo(self, scene: Scene) -> None:
        """Let them pass, where the node was not fenced."""
        await packets.pass_again(scene.fleet[scene.victim])

    async def healed(self, scene: Scene) -> None:
        """Return when every node is a member again."""
        await everybody_back(scene)


VARIANTS = (LinksDropped("isolated", "neither hears nor reaches", packets.BOTH),)
