"""derive: the file as written -> Cluster, with every default filled in. Pure; it expects references to be checked.

One module per section. Each default says where it comes from: a man page, or document 004 (the OpenStack High
Availability Guide), or a decision of quorate's with its reason.
"""

from collections.abc import Mapping
from types import MappingProxyType

from quorate.describe.cluster import Cluster, Targets
from quorate.describe.derive.corosync import corosync
from quorate.describe.derive.crm_view import view
from quorate.describe.derive.fencing import fencing
from quorate.describe.derive.nodes import nodes, with_attributes
from quorate.describe.derive.pacemaker import pacemaker
from quorate.describe.derive.quorum import quorum
from quorate.describe.derive.resources import resources
from quorate.describe.derive.shared import rates, shared
from quorate.describe.sections.whole import File
from quorate.describe.service import ServiceOptions
from quorate.dialect.model import Configuration


def derive(
    file: File,
    services: Mapping[str, ServiceOptions],
    text: Configuration,
    given: frozenset[tuple[str | int, ...]] = frozenset(),
) -> Cluster:
    """Return the cluster that `file` describes.

    services: the validated entries of the section `services`. text: what the section `resources` says as text.
    """
    hosts = with_attributes(nodes(file), text)
    seen = view(text, file.secrets)
    fences = fencing(file, hosts, text, seen)
    targets = Targets(file.targets.availability, file.targets.outage_s) if file.targets else Targets()
    return Cluster(
        name=file.cluster,
        nodes=hosts,
        corosync=corosync(file, hosts),
        quorum=quorum(file, hosts),
        fencing=fences,
        pacemaker=pacemaker(file, fences, text),
        services=MappingProxyType(dict(services)),
        resources=seen + resources(file),
        text=text,
        shared=shared(file, hosts, fences),
        targets=targets,
        rates=rates(file),
        allow_drills=file.drills,
        given=given,
    )
