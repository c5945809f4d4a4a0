"""A directory is mounted without the option bind.

Why: mount(8) takes a directory for a device then, and refuses it.
What to do: write `options: bind`, or leave the options of a service's directory out.
Source: mount(8), "Bind mount operation"
"""

from collections.abc import Iterator

from quorate.check.context import Context
from quorate.check.storage import mounts, parameter
from quorate.describe.cluster import Cluster
from quorate.findings import Finding, Severity


def check(cluster: Cluster, context: Context) -> Iterator[Finding]:
    """Report type none without bind or rbind."""
    for mount in mounts(cluster, context):
        options = parameter(mount.primitive, "options")
        if mount.type == "none" and not {"bind", "rbind"} & set(options.split(",")):
            yield Finding(
                code="bind-mount-without-bind",
                severity=Severity.ERROR,
                summary=f"{mount.primitive.id} mounts {mount.device} with the type none and without the option bind",
                why="mount(8) takes the directory for a device, and refuses it",
                fix=f"write `options: {','.join(['bind', *filter(None, [options])])}`",
                path=mount.path("options"),
            )
