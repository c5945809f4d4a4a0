"""A scheduler of twenty lines: every primitive runs on the first node that is there; what it is asked is counted."""

from dataclasses import dataclass, field

from quorate.errors import Unknown
from quorate.explore.scheduler.step import Step
from quorate.explore.scheduler.transition import Action, Instance, Placement, Settled, Transition

NODES = ("n1", "n2", "n3")
PARTS = ("ip", "web")


@dataclass
class Fake:
    """asked: the steps of each question. refused: nodes whose loss it cannot answer."""

    cib: str = ""
    asked: list[tuple[Step, ...]] = field(default_factory=list)
    refused: tuple[str, ...] = ()
    interrupt_after: int = 10**9
    name = "fake 1"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return None

    def settle(self, steps):
        self.asked.append(tuple(steps))
        if len(self.asked) > self.interrupt_after:
            raise KeyboardInterrupt
        if set(self.refused) & set(steps[-1].lost):
            raise Unknown("it will not say")
        before = run(steps[:-1])
        after = run(steps)
        return Settled(moves(before, after), after, digest=repr((sorted(after.nodes.items()), sorted(after.instances))))


def run(steps) -> Placement:
    states = dict.fromkeys(NODES, "online")
    for step in steps:
        states |= dict.fromkeys((*step.lost, *step.left), "offline") | dict.fromkeys(step.returned, "online")
        states |= {node: "standby" if on else "online" for node, on in step.standby}
        states |= dict.fromkeys(set(step.unfenceable) & set(step.lost), "unclean")
        if step.quorum is False:
            return Placement(states)
    here = next((node for node in NODES if states[node] == "online"), None)
    stuck = "unclean" in states.values()
    return Placement(states, frozenset(Instance(p, here, "Started") for p in PARTS if here and not stuck))


def moves(before: Placement, after: Placement) -> tuple[Transition, ...]:
    new = sorted(after.instances - before.instances)
    actions = tuple(
        Action(n, "rsc_op", "start", one.resource, one.node, timeout_ms=2000, after=(n - 1,) if n else ())
        for n, one in enumerate(new)
    )
    return (Transition(actions, frozenset(range(len(actions)))),) if actions else ()
