"""Fencing devices that a node's fencing daemon can use, by `stonith_admin` (stonith_admin(8)).

About a node: the devices that can fence it. About none: all that are registered on the host that is asked.
"""

from lxml import etree

from quorate.errors import Unknown
from quorate.machines.host import Command, command
from quorate.observe.facts.cib import parse_xml
from quorate.observe.facts.cluster_status import HINT

NO_SUCH_OBJECT = "105"  # CRM_EX_NOSUCH (crm_error -X 105): nothing is registered, or nothing can fence that node


def command_for(target: str | None = None) -> Command:
    """Return the query for devices that can fence `target`, or for all registered ones."""
    what = ("--list", target) if target else ("--list-registered",)
    return command("stonith_admin", *what, "--timeout=20", "--output-as=xml")


def parse(output: str, status: int) -> tuple[str, ...]:
    """Return the devices' ids; empty when there are none; Unknown when the fencing daemon does not answer."""
    try:
        root = parse_xml(output)
    except etree.XMLSyntaxError:
        raise Unknown(f"The fencing devices are not known: stonith_admin ended with status {status}.", HINT) from None
    devices = root.find("list")
    if devices is not None:
        return tuple((item.text or "").strip() or item.get("name") or "" for item in devices.iterfind("item"))
    result = root.find("status")
    code = result.get("code") if result is not None else str(status)
    if code in {"0", NO_SUCH_OBJECT}:
        return ()
    said = " ".join(error.text or "" for error in root.iter("error"))
    raise Unknown(f"The fencing devices are not known: {said or f'status {status}'}", HINT)
