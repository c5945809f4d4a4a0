"""A fencing device is described as a resource.

Why: quorate reckons with the devices of the section `fencing`: who can fence whom, delays, levels, tests. One hidden
among the resources is built, but nothing of it is checked or proven.
What to do: describe it under `fencing.devices`, or as `fencing: {ipmi: ...}` of a node.
Source: Pacemaker Explained, "Fencing"
"""

from collections.abc import Iterator

from quorate.check.context import Context
from quorate.describe.cluster import Cluster
from quorate.findings import Finding, Severity


def check(cluster: Cluster, context: Context) -> Iterator[Finding]:
    """Report primitives of the class stonith; those in a text of the crm shell are reckoned with."""
    known = {device.id for device in cluster.fencing.devices}
    for primitive in context.primitives:
        if primitive.agent and primitive.agent.standard == "stonith" and primitive.id not in known:
            yield Finding(
                code="fencing-in-resources",
                severity=Severity.WARNING,
                summary=f"{primitive.id} is a fencing device among the resources",
                why="quorate does not reckon with it: nothing of it is checked, and no test proves it",
                fix=f"move it: `fencing: {{devices: {{{primitive.id}: {{agent: {primitive.agent.type}, ...}}}}}}`",
                path=context.path(primitive.id),
            )
