"""surprise: what would happen now that nobody was told when the plan was made. Values only, pure.

Between the plan and the writing of the CIB a node may have been lost, or a resource have failed: the same configuration
then does something else.
"""

from quorate.build.consequences import Consequences, Fate

FENCE = "fence"


def worse(told: Consequences, now: Consequences) -> list[str]:
    """Return in words which services would stop, and which nodes be fenced, though the plan did not say so."""
    stopping = {one.service for one in told.services if one.fate is Fate.STOPPED}
    said = [
        f"{one.service} would stop, and not come back"
        for one in now.services
        if one.fate is Fate.STOPPED and one.service not in stopping
    ]
    return said + [f"{node} would be fenced" for node in sorted(fenced(now) - fenced(told))]


def fenced(found: Consequences) -> set[str]:
    """Return the nodes that Pacemaker would fence."""
    return {act.node or act.resource for act in found.acts if act.task == FENCE}
