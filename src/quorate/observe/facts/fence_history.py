"""Every fencing the cluster remembers, by `stonith_admin --history` (stonith_admin(8)).

The history lives in the memory of the fencing daemons: it is lost when all nodes stop.
"""

from lxml import etree

from quorate.errors import Unknown
from quorate.machines.host import command
from quorate.observe.facts.cib import parse_xml
from quorate.observe.facts.cluster_status import HINT, FenceEvent, fence_events

COMMAND = command("stonith_admin", "--history", "*", "--verbose", "--output-as=xml")


def parse(output: str, status: int) -> tuple[FenceEvent, ...]:
    """Return the events as the tool orders them, newest first; pending ones included."""
    try:
        root = parse_xml(output)
    except etree.XMLSyntaxError:
        raise Unknown(f"The fence history is not known: stonith_admin ended with status {status}.", HINT) from None
    result = root.find("status")
    if result is None or result.get("code") != "0":
        said = " ".join(error.text or "" for error in root.iter("error"))
        raise Unknown(f"The fence history is not known: {said or f'status {status}'}", HINT)
    return fence_events(root)
