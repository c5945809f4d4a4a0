"""Two parts of the file would give the same id to something in the CIB.

Why: an id stands for one thing in a CIB. Services become resources called SERVICE-PART and constraints called
SERVICE-prefers-NODE, fencing devices get a constraint DEVICE-never-on-NODE; a text of the crm shell may use the same.
What to do: choose another id in the text.
Source: Pacemaker Explained, "Configuration"; crm_verify(8)
"""

from collections import Counter
from collections.abc import Iterator

from quorate.check.context import Context
from quorate.describe.cluster import Cluster
from quorate.dialect.crm.references import identity
from quorate.dialect.model import Node
from quorate.findings import Finding, Severity
from quorate.render.cib import everything


def check(cluster: Cluster, context: Context) -> Iterator[Finding]:
    """Report ids of a text that services, fencing devices or constraints of other sections have, too."""
    made = everything(cluster, context.platform)
    said = [identity(item) for item in cluster.text.statements if not isinstance(item, Node)]
    counted = Counter(item.id for item in (*made.templates, *made.resources, *made.constraints))
    seen = Counter(item.id for item in (*cluster.resources.resources, *cluster.resources.templates,
                                        *cluster.resources.constraints))  # fmt: skip
    for name in filter(None, said):
        if counted[name] > seen[name]:
            yield Finding(
                code="id-taken",
                severity=Severity.ERROR,
                summary=f"{name} is the id of something that another section makes",
                why="Pacemaker refuses a CIB in which an id stands twice",
                fix="choose another id",
                path=("resources", name),
            )
