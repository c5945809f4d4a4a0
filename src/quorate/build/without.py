"""without: a change while nodes are away, as the operator has said. What is theirs is left for the next apply.

Only what the others can do without them: the CIB, Corosync's configuration, files and packages. Storage and the proof
of fencing need every node and are left out. A node that merely does not answer here, and runs in the cluster, is not
away: it would go on with old files beside the others' new ones. Nor is one whose resources run on without Pacemaker, as
in maintenance or amid a restart of all nodes together: to end that would start them elsewhere a second time.
"""

from collections.abc import Iterable

from quorate.build import returning
from quorate.build.restarts import marks
from quorate.build.restoring import configuration_of, primitives
from quorate.build.stages import Stage
from quorate.build.step import Fleet
from quorate.build.steps import proof, storage
from quorate.build.storage.phases import stores
from quorate.build.want import Want
from quorate.describe.cluster import Cluster
from quorate.errors import Refused, UsageError
from quorate.observe.facts.cluster_status import NodeStatus


def named(cluster: Cluster, names: Iterable[str], answering: Iterable[str]) -> frozenset[str]:
    """Return the nodes to do without; UsageError where a name is no node's, or nobody who answers would be left."""
    away = frozenset(names)
    nodes = [node.name for node in cluster.nodes]
    if strange := sorted(away - {*nodes}):
        raise UsageError(f"--without: there is no node {', '.join(strange)}", f"name one of {', '.join(nodes)}")
    if away and not set(answering) - away:
        raise UsageError("--without: no node would be left that answers", "name only the nodes that are away")
    return away


def possible(stages: tuple[Stage, ...]) -> tuple[Stage, ...]:
    """Return the stages that can be gone through while nodes are away."""
    return tuple(stage for stage in stages if stage.cluster_step not in (storage, proof))


def goes_on(node: NodeStatus) -> bool:
    """Say whether resources run on where Pacemaker was stopped. What a lost node ran starts only once it is fenced."""
    return bool(not node.online and not node.unclean and node.running)


async def mind(fleet: Fleet, want: Want) -> None:
    """Raise Refused where the others cannot do without the nodes that are away."""
    hint = "nothing was changed; bring them back, then apply"
    seen = await returning.status(fleet)
    if seen is None:
        raise Refused("the cluster does not run on the other nodes, so it cannot be changed without some", hint)
    if not seen.quorate:
        raise Refused(f"without {', '.join(sorted(want.without))} the others have no quorum", hint)
    if there := sorted(want.without & seen.online):
        raise Refused(
            f"{', '.join(there)} runs in the cluster, and must not go on with old files beside the others' new ones",
            "nothing was changed; mend the way to it (SSH), or stop Pacemaker and Corosync there",
        )
    if there := sorted(node.name for node in seen.nodes if node.name in want.without and goes_on(node)):
        raise Refused(
            f"resources run on without Pacemaker on {', '.join(there)}, and the others would start them a second time",
            "nothing was changed; start Pacemaker there; or power it off and then say so, only if you are certain: "
            "stonith_admin --confirm NODE",
        )
    _, now = await returning.live(fleet)
    if marks.read(now.root).ours:
        raise Refused(
            f"a restart of all nodes together was interrupted: {', '.join(sorted(want.without))} may run resources "
            "without Pacemaker, and the others would start them a second time",
            f"{hint}, which ends it. Or power them off, and only if you are certain, end it without: {marks.wake()}",
        )
    known = primitives(configuration_of(now.root))
    for stored in stores(want):
        missing = sorted(want.without & set(stored.nodes))
        if missing and f"{stored.service}-filesystem" not in known:
            raise Refused(f"the storage of {stored.service} cannot be made without {', '.join(missing)}", hint)
