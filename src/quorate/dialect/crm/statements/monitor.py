"""`monitor resource[:role] interval[:timeout]`: a monitor operation for a resource defined elsewhere. Pure.

read.py puts the operation into the primitive, where the CIB has it; nothing is written in this way.
"""

from quorate.dialect.crm.cursor import Cursor
from quorate.dialect.crm.vocabulary import ROLES, canonical
from quorate.dialect.model import Monitor, Op

WORDS = ("monitor",)
MODELS = (Monitor,)


def read(cursor: Cursor) -> Monitor:
    """Read what follows the word."""
    token = cursor.take("a resource")
    resource, colon, spoken = token.text.partition(":")
    role = canonical(spoken, ROLES)
    if colon and role is None:
        raise cursor.refuse(token, "unknown-role", f'"{spoken}" is none of {", ".join(ROLES)}',
                            "Pacemaker knows no other role", "write one of them, or leave it out")  # fmt: skip
    interval, _, timeout = cursor.take("the interval").text.partition(":")
    given = (("role", role or ""), ("interval", interval), ("timeout", timeout))
    return Monitor(resource=resource, op=Op("monitor", tuple(item for item in given if item[1])))


def written(monitor: Monitor) -> list[str]:
    """Return the parts of the statement."""
    values = dict(monitor.op.attributes)
    role = f":{values['role']}" if "role" in values else ""
    timeout = f":{values['timeout']}" if "timeout" in values else ""
    return [f"monitor {monitor.resource}{role} {values.get('interval', '0')}{timeout}"]
