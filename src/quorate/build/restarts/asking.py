"""asking: what Pacemaker would do with a CIB, asked of the scheduler of the node that runs it. Changes nothing.

The node's own scheduler, and not this machine's: it is the one that will decide. The CIB goes there and back over the
connection that everything goes over, into a folder that only root can read and that is gone afterwards.
"""

from lxml import etree
from lxml.etree import _Element as Element

from quorate.errors import Unknown
from quorate.explore.scheduler.graph import Graph, parse_graph
from quorate.machines.host import Command, Host

SIMULATE = """set -eu
umask 077
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
cat > "$folder/cib.xml"
crm_simulate --xml-file "$folder/cib.xml" --run --save-graph "$folder/graph.xml" >/dev/null
cat "$folder/graph.xml"
"""


async def would_do(host: Host, cib: Element) -> Graph:
    """Return what the scheduler would do now if this were the live CIB; Unknown where it says nothing."""
    question = Command(
        ("sh", "-c", SIMULATE, "quorate-simulate"),
        input=etree.tostring(cib),
        secret=True,
        purpose="asking the scheduler (crm_simulate)",
    )
    done = await host.run(question, timeout_s=120)
    try:
        return parse_graph(done.stdout)
    except etree.XMLSyntaxError:
        raise Unknown(f"{host.name}: the scheduler's answer cannot be read", "run crm_simulate -L there") from None
