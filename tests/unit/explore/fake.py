"""A scheduler of thirty lines: each group runs on the first node that is there and may; what it is asked is counted."""

from collections import Counter
from dataclasses import dataclass, field

from quorate.errors import Unknown
from quorate.explore.scheduler.step import Step
from quorate.explore.scheduler.transition import Action, Instance, Placement, Settled, Transition

NODES = ("n1", "n2", "n3")
GROUPS = (("ip", "web"), ("mail",))


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
        after = run(steps)
        failed = Counter(result for step in steps for result in step.results)
        banned = sorted(result for step in steps for result in step.failing)
        said = (sorted(after.nodes.items()), sorted(after.instances), sorted(failed.items()), banned)
        return Settled(moves(run(steps[:-1]), after, steps[-1]), after, digest=repr(said))


def run(steps) -> Placement:
    states = dict.fromkeys(NODES, "online")
    banned = {(result.resource, result.node) for step in steps for result in step.failing if result.task == "start"}
    for step in steps:
        states |= dict.fromkeys((*step.lost, *step.left), "offline") | dict.fromkeys(step.returned, "online")
        states |= {node: "standby" if on else "online" for node, on in step.standby}
        states |= dict.fromkeys(set(step.unfenceable) & set(step.lost), "unclean")
        if step.quorum is False:
            return Placement(states)
    if "unclean" in states.values():
        return Placement(states)
    online = [node for node in NODES if states[node] == "online"]
    homes = ((group, [n for n in online if not {(part, n) for part in group} & banned]) for group in GROUPS)
    return Placement(
        states, frozenset(Instance(p, nodes[0], "Started") for group, nodes in homes for p in group if nodes)
    )


def moves(before: Placement, after: Placement, step: Step) -> tuple[Transition, ...]:
    """What starts, or is started again where it failed, one after the other."""
    failed = {(result.resource, result.node) for result in step.results}
    new = sorted(one for one in after.instances if one not in before.instances or (one.resource, one.node) in failed)
    actions = tuple(
        Action(n, "rsc_op", "start", one.resource, one.node, timeout_ms=2000, after=(n - 1,) if n else ())
        for n, one in enumerate(new)
    )
    return (Transition(actions, frozenset(range(len(actions)))),) if actions else ()
