"""permission: what a drill on real hosts must have before anything is broken. Pure.

The file allows it, every node's fencing was proven with the devices that it has now, and whoever calls agrees. The lab
needs none of it.
"""

from collections.abc import Iterator, Mapping

from quorate.build.steps.proof import ATTRIBUTE, proven_at
from quorate.describe.cluster import Cluster
from quorate.errors import Refused

Attributes = Mapping[str, Mapping[str, str]]  # node -> its permanent attributes in the cluster


def objections(
    cluster: Cluster, attributes: Attributes | None, *, agreed: bool, file: str = "FILE"
) -> Iterator[tuple[str, str]]:
    """Yield what speaks against it, each with what to do. attributes: None where no node could be asked."""
    if not cluster.allow_drills:
        yield f"{file} does not allow drills on these hosts", f"write `drills: true` into {file}"
    prove = f"quorate apply --test-fencing {file}"
    if not cluster.fencing.enabled:
        yield "fencing is off", "switch it on in the file, and prove it"
    elif bare := [node.name for node in cluster.nodes if not cluster.fencing.devices_for(node.name)]:
        yield f"no fencing device for {', '.join(bare)}", "add one to the file, and prove it"
    elif attributes is None:
        yield "no node can say whether fencing is proven", prove
    else:
        if missing := [node.name for node in cluster.nodes if not attributes.get(node.name, {}).get(ATTRIBUTE)]:
            yield f"fencing was never proven on {', '.join(missing)}", prove
        there = [node.name for node in cluster.nodes if node.name not in missing]
        if void := [name for name in there if proven_at(attributes[name][ATTRIBUTE], cluster, name) is None]:
            yield f"the proof of the fencing of {', '.join(void)} is void: it was made with other devices", prove
    if not agreed:
        yield "nobody has agreed to it", "give --yes"


def permit(cluster: Cluster, attributes: Attributes | None, *, agreed: bool, file: str = "FILE") -> None:
    """Return where nothing speaks against it; else Refused with all that does."""
    if found := list(objections(cluster, attributes, agreed=agreed, file=file)):
        remedies = dict.fromkeys(remedy for _, remedy in found)
        message = f"no drill on real hosts: {'; '.join(words for words, _ in found)}; nothing was changed"
        raise Refused(message, "; ".join(remedies))
